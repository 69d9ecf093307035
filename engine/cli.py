"""`marshrut …`: the command line. A command is imported only when it is called, so that starting one is
quick.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn

import click

from engine.commands.output import IMPOSSIBLE, finding_json, print_json, say, tell_findings
from engine.commands.russian import RussianFormatter, complaint
from engine.english import RUSSIAN, speak
from engine.errors import DefinitionRefused, InvalidData, MarshrutError, os_reason

COMMANDS = {
    "serve": ("webui.serving:serve", "Запустить рабочее место в браузере."),
    "worker": ("engine.commands.running:worker", "Вести сроки, сообщения и документы из очереди Redis."),
    "init": ("engine.commands.running:init", "Создать рабочее место или обновить его базу."),
    "demo": ("engine.commands.demo:demo", "Создать рабочее место с вымышленным муниципалитетом."),
    "user": ("engine.commands.people:user", "Сотрудники: добавить, сменить пароль, закрыть вход."),
    "lint": ("engine.commands.checking:lint", "Проверить схемы, решения и формы."),
    "diff": ("engine.commands.comparing:diff", "Сравнить две версии схемы, решения или формы."),
    "try": ("engine.commands.trying:try_scenarios", "Проиграть сценарии на схеме."),
    "feel": ("engine.commands.language:feel", "Вычислить выражение FEEL."),
    "decide": ("engine.commands.language:decide", "Принять решение по правилу DMN."),
    "term": ("engine.commands.deadlines:term", "Посчитать, когда кончается срок."),
    "publish": ("engine.commands.publishing:publish", "Опубликовать схемы, решения и формы."),
    "migrate": ("engine.commands.migrating:migrate", "Перевести идущие дела на другую версию."),
    "doctor": ("engine.commands.health:doctor", "Проверить, здорово ли рабочее место."),
    "backup": ("engine.commands.copies:backup", "Сделать резервную копию."),
    "restore": ("engine.commands.copies:restore", "Восстановить рабочее место из копии."),
    "rekey": ("engine.commands.keys:rekey", "Сменить главный ключ."),
    "bench": ("engine.commands.bench:bench", "Измерить скорость на этой машине."),
}
"""Where each command is written, and its line in the list. `serve` belongs to the pages: the command line is
the one place that knows both sides."""

click.Context.formatter_class = RussianFormatter


class Commands(click.Group):
    """A group that finds its commands by name, and whose every end is an exit code with words."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        found: Any = getattr(importlib.import_module(module), name)
        return found  # type: ignore[no-any-return]

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> NoReturn:
        """Run a command and end the process: 0 fine, 1 findings, 2 could not run; never a traceback."""
        given = list(sys.argv[1:] if args is None else args)
        _write_any_letter()
        # Modules stay: the usual thresholds would have the collector walk them again and again as they load.
        gc.set_threshold(50_000, 20, 50)
        speak(RUSSIAN)  # until a command is told otherwise
        options["standalone_mode"] = False
        try:
            code = super().main(given, *rest, **options)
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read the answer has seen enough
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = IMPOSSIBLE
        except Exception as error:  # noqa: BLE001 - words instead of a traceback, whatever went wrong
            code = _tell(error, as_json="--json" in given)
        sys.exit(code if isinstance(code, int) else 0)


def _write_any_letter() -> None:
    """A terminal that knows no Russian letters must not stop a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _tell(error: Exception, *, as_json: bool) -> int:
    """What went wrong, on standard error; with --json also as the one document of standard output."""
    message, hint = _words(error)
    say(message, err=True)
    if hint:
        say(hint, err=True)
    findings = error.findings if isinstance(error, DefinitionRefused) else ()
    if as_json:
        document: dict[str, Any] = {"message": message, "hint": hint}
        if findings:
            document["findings"] = [finding_json(finding) for finding in findings]
        print_json({"error": document})
    elif findings:
        tell_findings("", findings, err=True)
    return IMPOSSIBLE


def _words(error: Exception) -> tuple[str, str]:
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.message, ""
        case click.ClickException():
            return complaint(error)
        case click.Abort():
            return "Прервано.", ""
        case InvalidData():  # what a page would write beside its fields
            return f"{error.message} {' '.join(error.errors.values())}".strip(), error.hint
        case MarshrutError():
            return error.message, error.hint
        case OSError(filename=str() as name):
            return f"«{name}»: {os_reason(error)}.", "Проверьте путь, права и место на диске."
        case _:
            return f"Внутренняя ошибка: {type(error).__name__}, {_where(error)}.", "Сообщите разработчикам."


def _where(error: Exception) -> str:
    """File and line, without any value: it may be shown to anybody."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "место неизвестно"


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def marshrut() -> None:
    """Маршрут: процессы социальной службы от первого обращения до снятия с учёта."""


def main() -> NoReturn:
    """The entry point."""
    marshrut.main(prog_name="marshrut")
