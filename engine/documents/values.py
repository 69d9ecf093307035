"""Values on their way into the helper process: JSON, with dates and decimals told apart from texts."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

BLANK: Final = "____________"
"""Stands where a value is not known: a line to write on by hand."""
_KIND: Final = "\u0000"
"""Key of a tagged value; no variable and no form field can be called so."""


def encode(value: Any) -> Any:
    """What JSON can hold; anything that is no value of the engine becomes its text."""
    match value:
        case None | bool() | str():
            return value
        case dict():
            return {str(key): encode(item) for key, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
        case int() | float() | Decimal():
            return {_KIND: "number", "text": str(value)}
        case datetime():
            return {_KIND: "moment", "text": value.isoformat()}
        case date():
            return {_KIND: "day", "text": value.isoformat()}
        case time():
            return value.strftime("%H:%M")
        case _:
            return str(value)


def decode(value: Any) -> Any:
    """The values again; numbers are always decimals."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value.get(_KIND):
        case "number":
            return Decimal(value["text"])
        case "moment":
            return datetime.fromisoformat(value["text"])
        case "day":
            return date.fromisoformat(value["text"])
        case _:
            return {key: decode(item) for key, item in value.items()}
