"""Making numbers, dates, times and durations out of other values."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Final

from engine.feel import calendar
from engine.feel.builtins.registry import builtin
from engine.feel.durations import SECOND, DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.errors import Problem
from engine.feel.numbers import parse_number
from engine.feel.runtime import Run
from engine.feel.temporal import (
    AnyDate,
    AnyDateTime,
    AnyTime,
    Temporal,
    date_of,
    fixed_zone,
    is_date,
    is_date_time,
    make_date,
    make_date_time,
    make_time,
    midnight,
    parse_date,
    parse_date_time,
    parse_time,
    time_of,
)
from engine.feel.values import Value

_NUMBER: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)

_REGION: Final = 100
"""Units of work of finding the region that stands in a text after `@`."""


def _charge_region(run: Run, text: str) -> None:
    if "@" in text:
        run.charge(_REGION)


@builtin("number(from: string|number)")
def number(_run: Run, source: Value) -> Decimal:
    return source if type(source) is Decimal else _number_from(source)


@builtin("number(from: string, grouping separator: string|null, decimal separator: string|null)")
def number_with_separators(_run: Run, source: str, grouping: str | None, decimal: str | None) -> Decimal:
    if grouping not in (None, " ", ",", "."):
        raise Problem("разряды можно отделять пробелом, запятой или точкой")
    if decimal not in (None, ",", "."):
        raise Problem("дробь можно отделять запятой или точкой")
    if grouping is not None and grouping == decimal:
        raise Problem("разряды и дробь отделены одним и тем же знаком")
    text = source.replace(grouping, "") if grouping else source
    if decimal == ",":
        text = text.replace(".", "?").replace(",", ".")
    return _number_from(text)


def _number_from(text: str) -> Decimal:
    value = parse_number(text) if _NUMBER.fullmatch(text) else None
    if value is None:
        raise Problem("это не запись числа")
    return value


def _whole(name: str, value: Decimal) -> int:
    if value != value.to_integral_value() or abs(value) > calendar.MAX_YEAR:
        raise Problem(f"значение «{name}» должно быть целым числом")
    return int(value)


def _existing(value: Temporal | None, example: str) -> Value:
    if value is None:
        raise Problem(f"такой даты нет (пишите так: {example})")
    return value


@builtin("date(from: string|date|date and time)")
def date(_run: Run, source: str | AnyDate | AnyDateTime) -> Value:
    if isinstance(source, str):
        return _existing(parse_date(source), "2026-01-31")
    if is_date_time(source):
        return date_of(source)  # type: ignore[arg-type]
    return source


@builtin("date(year: number, month: number, day: number)")
def date_from_parts(_run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    return _existing(
        make_date(_whole("year", year), _whole("month", month), _whole("day", day)), "2026, 1, 31"
    )


@builtin("time(from: string|time|date|date and time)")
def time(run: Run, source: str | Temporal) -> Value:
    if isinstance(source, str):
        _charge_region(run, source)
        if (value := parse_time(source)) is None:
            raise Problem("такого времени нет (пишите так: 17:00:00)")
        return value
    if is_date(source):
        return make_time(0, 0, 0, 0, UTC)
    return time_of(source) if is_date_time(source) else source  # type: ignore[arg-type]


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration|null)")
def time_from_parts(
    _run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None
) -> Value:
    zone = None if offset is None else _zone(offset)
    seconds = int(second.to_integral_value("ROUND_FLOOR"))
    nanosecond = int((second - seconds) * SECOND)
    made = make_time(_whole("hour", hour), _whole("minute", minute), seconds, nanosecond, zone)
    if made is None:
        raise Problem("такого времени нет")
    return made


def _zone(offset: DaysTimeDuration) -> tzinfo:
    seconds, rest = divmod(offset.nanoseconds, SECOND)
    zone = None if rest else fixed_zone(seconds)
    if zone is None:
        raise Problem("такого часового пояса нет")
    return zone


@builtin("date and time(from: string|date|date and time)")
def date_and_time(run: Run, source: str | AnyDate | AnyDateTime) -> Value:
    if isinstance(source, str):
        _charge_region(run, source)
        return _existing(parse_date_time(source), "2026-01-31T17:00:00")
    return midnight(source, UTC) if is_date(source) else source  # type: ignore[arg-type]


@builtin("date and time(date: date|date and time, time: time)")
def date_and_time_of(_run: Run, day: AnyDate | AnyDateTime, clock: AnyTime) -> Value:
    return make_date_time(date_of(day) if is_date_time(day) else day, clock)  # type: ignore[arg-type]


@builtin("duration(from: string|days and time duration|years and months duration)")
def duration(_run: Run, source: Value) -> Value:
    if type(source) is not str:
        return source
    value = parse_duration(source)
    if value is None:
        raise Problem("это не запись длительности (пишите так: P10D, PT2H, P1Y6M)")
    return value


@builtin("years and months duration(from: date|date and time, to: date|date and time)")
def years_and_months_duration(
    _run: Run, start: AnyDate | AnyDateTime, end: AnyDate | AnyDateTime
) -> YearsMonthsDuration:
    """Whole months between two days; towards zero when the second comes first."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonthsDuration(months)
