"""Publishing files into the instance from the command line."""

from __future__ import annotations

import sys

import click

from engine.commands.checking import read_uploads
from engine.commands.output import (
    FINDINGS,
    file_json,
    json_option,
    lang_option,
    logs_to_stderr,
    print_json,
    say,
    tell_findings,
)

KINDS = {"bpmn": "схема", "dmn": "решение", "form": "форма", "docx": "шаблон документа"}


@click.command()
@click.argument("files", metavar="ФАЙЛ…", nargs=-1, required=True)
@click.option("--note", metavar="ТЕКСТ", default="", help="Что изменилось: останется в истории версий.")
@json_option
@lang_option
def publish(files: tuple[str, ...], note: str, as_json: bool) -> None:
    """Проверить файлы друг с другом и опубликовать их вместе, все или ни одного.

    Новые дела пойдут по новым версиям, начатые останутся на своих.
    """
    logs_to_stderr()
    uploads = read_uploads(files)
    from engine.bootstrap import open_runtime
    from engine.definitions.service import check_upload, publish
    from engine.model import SYSTEM
    from engine.settings import load

    rt = open_runtime(load())
    checked = check_upload(rt, uploads)
    if not all(each.ok for each in checked):
        if as_json:
            print_json({"published": False, "files": [file_json(each) for each in checked]})
        else:
            for each in checked:
                tell_findings(each.upload.name, each.findings)
            say("Ничего не опубликовано: сначала исправьте ошибки.")
        sys.exit(FINDINGS)
    made = publish(rt, SYSTEM, uploads, note)
    if as_json:
        versions = [
            {"kind": each.kind, "key": each.key, "version": each.version, "new": each.new}
            for each in made.versions
        ]
        print_json({"published": True, "release": made.release_id, "versions": versions})
        return
    for version in made.versions:
        state = "опубликована" if version.new else "такая уже есть"
        say(f"{KINDS[version.kind]} {version.key}, версия {version.version}: {state}")
