"""Values of FEEL as JSON, both ways, for scenarios and the command line.

JSON has no dates: they are FEEL's at-literals in a string on the way in (`"@2026-01-14"`) and their FEEL text
on the way out. Numbers are exact, and written without an exponent.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

import orjson

from engine import feel
from engine.errors import MarshrutError
from engine.feel.numbers import number_text, parse_number
from engine.feel.text import from_at_literal
from engine.model import Value

_AT_LITERAL: Final = re.compile(r"@\"?[-+]?[0-9P]")
"""A text like `@vera` is no literal."""


def value_of(item: Any) -> Value:
    """The value that a JSON item means. MarshrutError for an at-literal that writes no date or duration."""
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, int | float):
        return parse_number(str(item))
    if isinstance(item, str):
        return _at_literal(item) if _AT_LITERAL.match(item) else item
    if isinstance(item, list):
        return [value_of(each) for each in item]
    return {str(key): value_of(each) for key, each in item.items()}


def _at_literal(text: str) -> Value:
    value = from_at_literal(text[1:].strip('"'))
    if value is None:
        raise MarshrutError(
            f"«{text}» не дата, не время и не длительность.",
            "Пишите так: @2026-01-14, @2026-01-14T10:00:00+03:00, @10:30:00, @P5D.",
        )
    return value


def json_of(value: Value) -> Any:
    """What `orjson` writes for a value: dates and the like as FEEL text, numbers with all their digits."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal | int):
        return orjson.Fragment(number_text(Decimal(value)).encode())
    if isinstance(value, list | tuple):
        return [json_of(each) for each in value]
    if isinstance(value, dict):
        return {str(key): json_of(each) for key, each in value.items()}
    return feel.to_text(value)


def _text(text: str) -> Any:
    """Half a surrogate pair is no text for UTF-8, but JSON can spell it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return orjson.Fragment(json.dumps(text).encode())
    return text
