"""FEEL and DMN from the command line; neither needs a database."""

from __future__ import annotations

import sys
from typing import Any

import click

from engine.commands.output import json_of, print_json, read_file, read_json, value_of


@click.command()
@click.argument("expression")
@click.option("--context", "context_text", default=None, help="Имена и значения: JSON или @ФАЙЛ.")
@click.option("--unary", default=None, help="Проверить условие ячейки на этом значении (JSON).")
@click.option("--json", "as_json", is_flag=True, help="Ответ одним документом JSON.")
def feel(expression: str, context_text: str | None, unary: str | None, as_json: bool) -> None:
    """Вычислить выражение FEEL."""
    from datetime import UTC, datetime

    import orjson

    from engine import feel as language

    context = read_json(context_text, "--context")
    now = datetime.now(UTC)
    warnings: list[Any] = []
    try:
        if unary is not None:
            value = language.unary(
                expression, value_of(orjson.loads(unary)), context, now=now, warnings=warnings
            )
        else:
            value = language.evaluate(expression, context, now=now, warnings=warnings)
    except language.FeelError as error:
        if as_json:
            print_json({"error": {"position": error.position, "message": error.message}})
        else:
            click.echo(f"Место {error.position}: {error.message}", err=True)
        sys.exit(1)
    if as_json:
        told = [{"position": each.position, "message": each.message} for each in warnings]
        print_json({"value": json_of(value), "type": language.type_name(value), "warnings": told})
    else:
        print_json(json_of(value))


@click.command()
@click.argument("file")
@click.argument("decision")
@click.option("--with", "inputs_text", default=None, help="Входные данные: JSON или @ФАЙЛ.")
@click.option("--explain", is_flag=True, help="Показать, какие строки сработали.")
@click.option("--json", "as_json", is_flag=True, help="Ответ одним документом JSON.")
def decide(file: str, decision: str, inputs_text: str | None, explain: bool, as_json: bool) -> None:
    """Принять решение по правилу DMN."""
    from datetime import UTC, datetime

    from engine import dmn

    model = dmn.load(read_file(file))
    outcome = model.explain(decision, read_json(inputs_text, "--with"), now=datetime.now(UTC))
    matched = [{"decision": table.name, "rows": list(table.matched)} for table in outcome.tables]
    if as_json:
        told = [{"position": each.position, "message": each.message} for each in outcome.warnings]
        print_json({"value": json_of(outcome.value), "matched": matched, "warnings": told})
        return
    print_json(json_of(outcome.value))
    if explain:
        for table in outcome.tables:
            click.echo(table.sentence)
