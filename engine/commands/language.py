"""FEEL and DMN from the command line; neither needs a database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from engine.commands.output import (
    FINDINGS,
    json_option,
    lang_option,
    parse_json,
    print_json,
    read_file,
    read_json,
    say,
)
from engine.errors import MarshrutError

if TYPE_CHECKING:
    from engine.dmn import DecisionWarning, Fault


@click.command(
    # An expression may begin with a minus; then no letter in it may be taken for an option.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
)
@click.argument("expression", metavar="ВЫРАЖЕНИЕ")
@click.option("--context", "context_text", metavar="JSON|@ФАЙЛ", help="Имена и их значения.")
@click.option("--unary", metavar="ЗНАЧЕНИЕ", help="Проверить на этом значении условие, как в ячейке таблицы.")
@json_option
@lang_option
def feel(expression: str, context_text: str | None, unary: str | None, as_json: bool) -> None:
    """Вычислить выражение FEEL.

    Даты в JSON пишут так: {"дата": "@2026-01-14"}.
    """
    from datetime import datetime

    from engine import feel as language
    from engine.scenarios.values import json_of

    context = read_json(context_text, "--context")
    now = datetime.now().astimezone()
    warnings: list[language.FeelWarning] = []
    try:
        if unary is None:
            value = language.evaluate(expression, context, now=now, warnings=warnings)
        else:
            value = language.unary(expression, _tested(unary), context, now=now, warnings=warnings)
    except language.FeelError as error:
        if as_json:
            print_json({"error": {"position": error.position, "message": error.message, "hint": error.hint}})
        else:
            place = "" if error.position is None else f"Знак {error.position + 1}."
            say(place, error.message, error.hint, err=True)
        sys.exit(FINDINGS)
    told = [{"position": each.position, "message": each.message} for each in warnings]
    if as_json:
        print_json({"value": json_of(value), "type": language.kind_of(value), "warnings": told})
        return
    print_json(json_of(value))
    for each in warnings:
        say(f"Знак {each.position + 1}.", each.message, err=True)


def _tested(text: str) -> Any:
    """The value of `--unary`: JSON, and what is no JSON is a text."""
    from engine.scenarios.values import value_of

    try:
        return value_of(parse_json(text.encode("utf-8", "replace"), "--unary"))
    except MarshrutError:
        return value_of(text)


@click.command()
@click.argument("file", metavar="ФАЙЛ.dmn")
@click.argument("decision", metavar="РЕШЕНИЕ")
@click.option("--with", "inputs_text", metavar="JSON|@ФАЙЛ", help="Данные для решения.")
@click.option("--explain", is_flag=True, help="Рассказать, какие строки сработали и почему.")
@json_option
@lang_option
def decide(file: str, decision: str, inputs_text: str | None, explain: bool, as_json: bool) -> None:
    """Принять решение по таблице или другому правилу DMN.

    РЕШЕНИЕ: его название или обозначение (id).
    """
    from datetime import datetime

    from engine import dmn
    from engine.scenarios.values import json_of

    model = dmn.load(read_file(file))
    found = model.explain(decision, read_json(inputs_text, "--with"), now=datetime.now().astimezone())
    sentences = [table.sentence for table in found.tables] if explain else []
    if as_json:
        answer: dict[str, Any] = {
            "value": json_of(found.value),
            "matched": [{"decision": table.decision, "rows": list(table.matched)} for table in found.tables],
            "warnings": [_fault(each) for each in model.faults] + [_warning(each) for each in found.warnings],
        }
        print_json(answer | ({"explanation": sentences} if explain else {}))
        return
    print_json(json_of(found.value))
    for sentence in sentences:
        say(sentence)
    told = [(each.decision, each.message) for each in model.faults]
    told += [(each.decision, each.message) for each in found.warnings]
    for name, message in told:
        say(f"«{name}»:", message, err=True)


def _warning(warning: DecisionWarning) -> dict[str, Any]:
    return {
        "decision": warning.decision,
        "element": warning.element,
        "line": warning.line,
        "position": warning.position,
        "message": warning.message,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "decision": fault.decision,
        "element": fault.place.id,
        "line": fault.place.line,
        "position": fault.position,
        "message": fault.message,
    }
