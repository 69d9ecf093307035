"""`marshrut doctor`: what is wrong with the instance, and what to do."""

from __future__ import annotations

import sys

import click

from engine.commands.output import FINDINGS, json_option, logs_to_stderr, print_json


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Проверить, здорово ли рабочее место, и сказать, что делать.

    Ничего не меняет. Можно запускать, пока люди работают.
    """
    logs_to_stderr()
    from engine.health import examine

    signs = examine()
    well = all(sign.ok for sign in signs)
    if as_json:
        checks = [
            {
                "check": each.check,
                "ok": each.ok,
                "message": each.message,
                "hint": each.hint,
                "note": each.note,
            }
            for each in signs
        ]
        print_json({"ok": well, "checks": checks})
    else:
        for sign in signs:
            mark = "к сведению" if sign.note else "в порядке" if sign.ok else "ВНИМАНИЕ"
            click.echo(f"{mark:11} {sign.message}")
            if sign.hint:
                click.echo(f"{'':11} {sign.hint}")
    if not well:
        sys.exit(FINDINGS)
