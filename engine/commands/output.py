"""What all commands share: JSON on standard output, words for people, reading JSON arguments."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import orjson

from engine import feel
from engine.errors import MarshrutError


def print_json(value: Any) -> None:
    """One JSON document and nothing else."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=_number).decode())


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def read_file(path: str) -> bytes:
    """The bytes of a file; MarshrutError in words when it can't be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise MarshrutError(
            f"Файл «{path}» не читается: {error.strerror}.", "Проверьте имя и права на файл."
        ) from error


def read_json(text: str | None, name: str) -> dict[str, Any]:
    """A context given as JSON, or as @FILE. At-literals in strings ("@2026-01-14") become dates."""
    if not text:
        return {}
    raw = read_file(text[1:]) if text.startswith("@") else text.encode()
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MarshrutError(
            f"{name}: это не JSON, место {error.pos}.", 'Например: {"доход": 9000, "дата": "@2026-01-14"}'
        ) from error
    if not isinstance(found, dict):
        raise MarshrutError(f"{name}: нужен набор имён и значений.", 'Например: {"доход": 9000}')
    return {key: value_of(item) for key, item in found.items()}


def value_of(item: Any) -> Any:
    """A JSON value as FEEL knows it: numbers are exact, at-literals are dates, times and durations."""
    if isinstance(item, bool) or item is None:
        return item
    if isinstance(item, int | float):
        return Decimal(str(item))
    if isinstance(item, str):
        return feel.evaluate(f'@"{item[1:]}"', {}) if item.startswith("@") else item
    if isinstance(item, list):
        return [value_of(each) for each in item]
    return {key: value_of(each) for key, each in item.items()}


def json_of(value: Any) -> Any:
    """A FEEL value as JSON: dates, times and durations as their FEEL text, numbers without exponent."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return Decimal(value)
    if isinstance(value, list | tuple):
        return [json_of(each) for each in value]
    if isinstance(value, dict):
        return {str(key): json_of(each) for key, each in value.items()}
    return feel.text(value)
