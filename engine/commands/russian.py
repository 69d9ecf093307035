"""The words of the command-line library in Russian: its help pages and its complaints about arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import click
from click import exceptions

_SECTIONS: Final = {"Options": "Параметры", "Commands": "Команды", "Arguments": "Что указать"}
_PIECES: Final = {
    "[OPTIONS]": "[ПАРАМЕТРЫ]",
    "COMMAND [ARGS]...": "КОМАНДА [ПАРАМЕТРЫ]",
    "Show this message and exit.": "Показать эту справку.",
    "[required]": "[нужен]",
}


class RussianFormatter(click.HelpFormatter):
    """Writes help pages; what the library says itself is put into Russian."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _translated(args), prefix or "Как писать: ")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(_SECTIONS.get(name, name)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        translated = [(_translated(left), _translated(right)) for left, right in rows]
        super().write_dl(translated, col_max, col_spacing)


def _translated(text: str) -> str:
    for english, russian in _PIECES.items():
        text = text.replace(english, russian)
    return text


def complaint(error: click.ClickException) -> tuple[str, str]:
    """What is wrong with the arguments, and what to do."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "marshrut"
    return " ".join(_parts(error)), f"Справка: {command} --help"


def _parts(error: click.ClickException) -> Iterator[str]:
    match error:
        case exceptions.NoSuchCommand():
            yield f"Команды «{error.command_name}» нет."
            yield from _similar(error.possibilities)
        case exceptions.NoSuchOption():
            yield f"Параметра «{error.option_name}» нет."
            yield from _similar(error.possibilities)
        case exceptions.MissingParameter():
            yield f"Не указано: {_called(error)}."
        case exceptions.BadParameter():
            yield f"Не подходит значение «{_called(error)}»: {_wanted(error)}."
        case exceptions.BadOptionUsage():
            yield f"Параметру «{error.option_name}» нужно значение."
        case exceptions.FileError():
            yield f"Файл «{error.ui_filename}» не открывается."
        case _ if "unexpected extra argument" in error.message:
            yield f"Лишнее: {error.message.partition('(')[2].rstrip(').')}."
        case _:
            yield error.message


def _similar(possibilities: Sequence[str] | None) -> Iterator[str]:
    if possibilities:
        yield f"Похоже на: {', '.join(possibilities)}."


def _called(error: exceptions.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    return (
        max(error.param.opts, key=len)
        if isinstance(error.param, click.Option)
        else error.param.human_readable_name
    )


def _wanted(error: exceptions.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    known: Mapping[type, str] = {
        click.types.IntParamType: "нужно целое число",
        click.DateTime: "нужна дата, например 2026-01-19",
    }
    if isinstance(kind, click.Choice):
        return f"можно {', '.join(map(str, kind.choices))}"
    return known.get(type(kind), error.message)
