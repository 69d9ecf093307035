"""`marshrut …`: the command line. Every command is imported only when it is called, so that starting one
is quick.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from engine.errors import MarshrutError

COMMANDS = {
    "serve": "webui.serving:serve",
    "worker": "engine.commands.running:worker",
    "init": "engine.commands.running:init",
    "demo": "engine.commands.demo:demo",
    "user": "engine.commands.people:user",
    "lint": "engine.commands.checking:lint",
    "try": "engine.commands.checking:try_scenarios",
    "feel": "engine.commands.language:feel",
    "decide": "engine.commands.language:decide",
    "term": "engine.commands.deadlines:term",
    "publish": "engine.commands.publishing:publish",
    "doctor": "engine.commands.keeping:doctor",
    "backup": "engine.commands.keeping:backup",
    "restore": "engine.commands.keeping:restore",
    "bench": "engine.commands.bench:bench",
}
"""Where each command is written. `serve` belongs to the pages: the command line is the one place that
knows both sides."""


class Commands(click.Group):
    """A group that finds its commands by name."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: Any = getattr(importlib.import_module(module), name)
        return found  # type: ignore[no-any-return]


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def marshrut() -> None:
    """Маршрут: процессы социальной службы от первого обращения до снятия с учёта."""


def main() -> None:
    """Run a command; what can go wrong ends with words and exit code 2, never with a traceback."""
    try:
        marshrut.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(2)
    except MarshrutError as error:
        click.echo(error.message, err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(2)
