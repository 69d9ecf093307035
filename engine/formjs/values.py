"""Values as the engine keeps them and as the browser's viewer sees them.

The engine knows decimals, dates and moments; the viewer knows what JSON knows. Conditions of a form run
in the browser on the viewer's values, so the server evaluates them on the same ones: otherwise a field
hidden on the screen could be asked for here.
"""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any, Final

from engine.model import Value

SAFE_INTEGER: Final = 2**53
"""Greatest whole number that JavaScript holds exactly."""

_AS_THEY_ARE: Final = frozenset({bool, Decimal, NoneType, str})
"""What both see alike. Most of an answer is text, so these are told apart by one look."""


def seen(value: Value) -> Value:
    """The value as an expression in the browser sees it: moments are ISO texts, numbers stay numbers."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, dict):
        return {key: seen(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [seen(item) for item in value]
    if isinstance(value, (str, Decimal)):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, datetime | time):
        return clock_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def plain(value: Value) -> Any:
    """The value ready for JSON: as `seen`, with decimals as JavaScript numbers."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    other = seen(value)
    return number(other) if isinstance(other, Decimal) else other


def number(value: Decimal) -> int | float:
    """A JavaScript number: whole where it is whole and can be held exactly."""
    if value == value.to_integral_value() and abs(value) < SAFE_INTEGER:
        return int(value)
    return float(value)


def clock_text(value: datetime | time) -> str:
    """ISO text to the minute, with seconds only where there are any, as the viewer writes it."""
    whole = value.second == 0 and value.microsecond == 0
    return value.isoformat(timespec="minutes" if whole else "seconds")


def get_path(data: Any, path: tuple[str, ...], missing: Any = None) -> Any:
    """What lies in nested dicts at the path, or `missing`."""
    if len(path) == 1 and type(data) is dict:  # nearly every field of nearly every form
        return data.get(path[0], missing)
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return missing
        data = data[name]
    return data


def set_path(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value into nested dicts, making those on the way; what is no dict there is replaced."""
    for name in path[:-1]:
        inner = data.get(name)
        if not isinstance(inner, dict):
            inner = data[name] = {}
        data = inner
    data[path[-1]] = value


def drop_path(data: dict[str, Any], path: tuple[str, ...]) -> None:
    """Remove what lies at the path, if anything does."""
    inner = get_path(data, path[:-1])
    if isinstance(inner, dict):
        inner.pop(path[-1], None)
