"""Values as text, and text as values: `string(…)`, at-literals."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.feel import limits
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.errors import LimitExceeded
from engine.feel.lexer import quote
from engine.feel.names import is_plain
from engine.feel.numbers import number_text
from engine.feel.temporal import (
    DATE_TIMES,
    DATES,
    TIMES,
    parse_date,
    parse_date_time,
    parse_time,
    temporal_text,
)
from engine.feel.values import Range, Value

_PER_VALUE: Final = 8
"""Characters that a value inside another counts for besides its own."""

_TEMPORAL: Final = frozenset({*DATES, *TIMES, *DATE_TIMES})


def to_text(value: Value) -> str:
    """The value as `string()` shows it: a string as it is, anything else as it would be written in FEEL."""
    return value if type(value) is str else _Writer().write(value)


class _Writer:
    """Writes nested values and counts what it writes, for a value may hold another many times over."""

    def __init__(self) -> None:
        self._left = limits.STRING_LENGTH

    def write(self, value: Value) -> str:
        text = self._write(value)
        self._left -= len(text) + _PER_VALUE
        if self._left < 0:
            raise LimitExceeded(f"Строка длиннее {limits.STRING_LENGTH} знаков.")
        return text

    def _write(self, value: Value) -> str:
        kind = type(value)
        if kind is Decimal:
            return number_text(value)
        if kind is str:
            return quote(value)
        if kind is bool:
            return "true" if value else "false"
        if kind in (DaysTimeDuration, YearsMonthsDuration):
            return str(value)
        if kind in _TEMPORAL:
            return temporal_text(value)
        if kind is list:
            return "[" + ", ".join(self.write(item) for item in value) + "]"
        if kind is dict:
            return "{" + ", ".join(f"{_key(name)}: {self.write(item)}" for name, item in value.items()) + "}"
        if kind is Range:
            return self._range(value)
        return "null" if value is None else "function"

    def _range(self, span: Range) -> str:
        if span.start is None:
            return f"({'<=' if span.closed_end else '<'} {self.write(span.end)})"
        if span.end is None:
            return f"({'>=' if span.closed_start else '>'} {self.write(span.start)})"
        opening, closing = "[" if span.closed_start else "(", "]" if span.closed_end else ")"
        return f"{opening}{self.write(span.start)}..{self.write(span.end)}{closing}"


def _key(name: str) -> str:
    return name if is_plain(name) else quote(name)


def from_at_literal(text: str) -> Value:
    """The value of `@"text"`, or None if it is no date, time, date and time or duration."""
    for parse in (parse_date, parse_time, parse_duration):
        value = parse(text)
        if value is not None:
            return value
    return parse_date_time(text) if "T" in text else None
