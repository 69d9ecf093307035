"""What differs between two files, from the command line."""

from __future__ import annotations

import sys

import click

from engine.commands.checking import read_uploads
from engine.commands.output import FINDINGS, json_option, print_json


@click.command()
@click.argument("before", metavar="БЫЛО")
@click.argument("after", metavar="СТАЛО")
@json_option
def diff(before: str, after: str, as_json: bool) -> None:
    """Сравнить две версии схемы, решения, формы или шаблона: шаги, переходы, роли, формы, сроки, строки.

    Где что нарисовано на листе, не важно. Код 0: разницы нет, 1: есть.
    """
    from engine.versions.comparing import compare_files

    old, new = read_uploads((before, after))
    changes = compare_files(old, new)
    if as_json:
        print_json({"changes": [change.to_json() for change in changes]})
    else:
        for change in changes:
            click.echo(change.sentence)
        click.echo(f"Изменений: {len(changes)}." if changes else "Разницы нет.")
    if changes:
        sys.exit(FINDINGS)
