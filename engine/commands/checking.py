"""Checking files from the command line, without a database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from engine.commands.output import (
    FINDINGS,
    file_json,
    json_option,
    lang_option,
    print_json,
    read_file,
    say,
    tell_findings,
)

if TYPE_CHECKING:
    from engine.definitions.files import Upload


@click.command()
@click.argument("files", metavar="ФАЙЛ…", nargs=-1, required=True)
@click.option(
    "--with",
    "others",
    metavar="ФАЙЛ",
    multiple=True,
    help="Вызываемый процесс, решение, форма; можно несколько.",
)
@json_option
@lang_option
def lint(files: tuple[str, ...], others: tuple[str, ...], as_json: bool) -> None:
    """Проверить схемы (.bpmn), решения (.dmn), формы (.form).

    Роли, нормы и операции известны из поставки; процессы, решения и формы — из этих файлов и --with.
    """
    from engine.definitions.files import check_files
    from engine.definitions.shipped import shipped_known

    uploads = read_uploads((*files, *others))
    checked = check_files(uploads, shipped_known())[: len(files)]
    counts = {
        severity: sum(finding.severity == severity for each in checked for finding in each.findings)
        for severity in ("error", "warning")
    }
    if as_json:
        print_json(
            {
                "files": [file_json(each) for each in checked],
                "errors": counts["error"],
                "warnings": counts["warning"],
            }
        )
    else:
        for each in checked:
            tell_findings(each.upload.name, each.findings)
        say(f"Ошибок: {counts['error']}, предупреждений: {counts['warning']}.")
    if counts["error"]:
        sys.exit(FINDINGS)


def read_uploads(paths: tuple[str, ...]) -> list[Upload]:
    """Files of the command line, named as they were named there."""
    from engine.definitions.files import Upload

    return [Upload(path, read_file(path)) for path in paths]
