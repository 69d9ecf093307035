"""Members of values that are no contexts: `дата.year`, `промежуток.start included`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.feel import calendar
from engine.feel.durations import DAY, HOUR, MINUTE, SECOND, DaysTimeDuration, YearsMonthsDuration
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import (
    AnyDateTime,
    AnyTime,
    WideDate,
    WideDateTime,
    WideTime,
    nanosecond_of,
    number_of_date,
    offset_seconds,
    region_name,
)
from engine.feel.values import Range, Value

Property = Callable[[Any], Value]


def _second(value: AnyTime | AnyDateTime) -> Decimal:
    nanosecond = nanosecond_of(value)
    if not nanosecond:
        return Decimal(value.second)
    return CONTEXT.add(Decimal(value.second), Decimal(nanosecond).scaleb(-9).normalize(CONTEXT))


def _offset(value: AnyTime | AnyDateTime) -> DaysTimeDuration | None:
    seconds = offset_seconds(value)
    return None if seconds is None else DaysTimeDuration(seconds * SECOND)


def _zone(value: AnyTime | AnyDateTime) -> str | None:
    """The name of the region; null for a local time and for one with an offset only."""
    return region_name(value.tzinfo)


def _part(unit: int, whole: int | None = None) -> Property:
    """How many `unit`s a duration has that do not make up a `whole`; negative in a negative one."""

    def part(value: DaysTimeDuration) -> Decimal:
        count = abs(value.nanoseconds) % whole // unit if whole else abs(value.nanoseconds) // unit
        return Decimal(-count if value.nanoseconds < 0 else count)

    return part


def _duration_seconds(value: DaysTimeDuration) -> Decimal:
    nanoseconds = abs(value.nanoseconds) % MINUTE
    seconds = (
        Decimal(nanoseconds).scaleb(-9).normalize(CONTEXT) if nanoseconds % SECOND else nanoseconds // SECOND
    )
    return Decimal(-seconds if value.nanoseconds < 0 else seconds)


def _months(value: YearsMonthsDuration, *, years: bool) -> Decimal:
    count = abs(value.months) // 12 if years else abs(value.months) % 12
    return Decimal(-count if value.months < 0 else count)


_DATE: Final[dict[str, Property]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(calendar.weekday(number_of_date(value))),
}
_TIME: Final[dict[str, Property]] = {
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": _second,
    "time offset": _offset,
    "timezone": _zone,
}
_DAYS_TIME: Final[dict[str, Property]] = {
    "days": _part(DAY),
    "hours": _part(HOUR, DAY),
    "minutes": _part(MINUTE, HOUR),
    "seconds": _duration_seconds,
}
_YEARS_MONTHS: Final[dict[str, Property]] = {
    "years": lambda value: _months(value, years=True),
    "months": lambda value: _months(value, years=False),
}
_RANGE: Final[dict[str, Property]] = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.closed_start,
    "end included": lambda value: value.closed_end,
}

PROPERTIES: Final[dict[type, dict[str, Property]]] = {
    date: _DATE,
    WideDate: _DATE,
    time: _TIME,
    WideTime: _TIME,
    datetime: {**_DATE, **_TIME},
    WideDateTime: {**_DATE, **_TIME},
    DaysTimeDuration: _DAYS_TIME,
    YearsMonthsDuration: _YEARS_MONTHS,
    Range: _RANGE,
}
