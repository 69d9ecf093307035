"""`+ - * / **` and the unary minus over all kinds of values.

Every operation returns None where it makes no sense (`null + 1`, `1 / 0`, a date beyond the calendar); the
callers turn that into null with a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from engine.feel import calendar
from engine.feel.durations import DAY, SECOND, DaysTimeDuration, YearsMonthsDuration
from engine.feel.numbers import CONTEXT, finite
from engine.feel.temporal import (
    AnyDate,
    AnyDateTime,
    date_from_number,
    from_instant,
    instant,
    is_date,
    is_date_time,
    is_time,
    make_date,
    make_date_time,
    midnight,
    nanoseconds_of_day,
    number_of_date,
    offset_seconds,
    time_from_nanoseconds,
    time_of,
)
from engine.feel.values import Value

_MAX_NANOSECONDS: Final = 2 * 366 * calendar.MAX_YEAR * DAY
_MAX_MONTHS: Final = 24 * calendar.MAX_YEAR


def add(left: Value, right: Value) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return finite(CONTEXT.add(left, right))
    if type(left) is str and type(right) is str:
        return left + right
    if type(right) in (DaysTimeDuration, YearsMonthsDuration):
        return _add_duration(left, right)
    if type(left) in (DaysTimeDuration, YearsMonthsDuration):
        return _add_duration(right, left)
    return None


def subtract(left: Value, right: Value) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return finite(CONTEXT.subtract(left, right))
    if type(right) in (DaysTimeDuration, YearsMonthsDuration):
        return _add_duration(left, negate(right))
    if is_time(left) and is_time(right):
        return _time_difference(left, right)
    return _moment_difference(left, right)


def multiply(left: Value, right: Value) -> Value:
    if type(left) is Decimal:
        if type(right) is Decimal:
            return finite(CONTEXT.multiply(left, right))
        left, right = right, left
    if type(right) is not Decimal:
        return None
    if type(left) is DaysTimeDuration:
        return _days_time(CONTEXT.multiply(Decimal(left.nanoseconds), right))
    if type(left) is YearsMonthsDuration:
        return _years_months(CONTEXT.multiply(Decimal(left.months), right))
    return None


def divide(left: Value, right: Value) -> Value:
    if type(right) is Decimal:
        if not right:
            return None
        if type(left) is Decimal:
            return finite(CONTEXT.divide(left, right))
        if type(left) is DaysTimeDuration:
            return _days_time(CONTEXT.divide(Decimal(left.nanoseconds), right))
        if type(left) is YearsMonthsDuration:
            return _years_months(CONTEXT.divide(Decimal(left.months), right))
    if type(left) is type(right) is DaysTimeDuration and right.nanoseconds:
        return CONTEXT.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds))
    if type(left) is type(right) is YearsMonthsDuration and right.months:
        return CONTEXT.divide(Decimal(left.months), Decimal(right.months))
    return None


def power(left: Value, right: Value) -> Value:
    if type(left) is Decimal and type(right) is Decimal:
        return finite(CONTEXT.power(left, right))
    return None


def negate(value: Value) -> Value:
    if type(value) is Decimal:
        return value.copy_negate() if value else value
    if type(value) is DaysTimeDuration:
        return DaysTimeDuration(-value.nanoseconds)
    if type(value) is YearsMonthsDuration:
        return YearsMonthsDuration(-value.months)
    return None


POWER_COST: Final = 50
"""Units of work of a power; the other operations are cheap."""

OPERATIONS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def _days_time(nanoseconds: Decimal) -> DaysTimeDuration | None:
    if not nanoseconds.is_finite() or abs(nanoseconds) > _MAX_NANOSECONDS:
        return None
    return DaysTimeDuration(int(nanoseconds.to_integral_value(ROUND_HALF_EVEN)))


def _years_months(months: Decimal) -> YearsMonthsDuration | None:
    if not months.is_finite() or abs(months) > _MAX_MONTHS:
        return None
    return YearsMonthsDuration(int(months))


def _add_duration(value: Value, duration: DaysTimeDuration | YearsMonthsDuration) -> Value:
    if isinstance(duration, YearsMonthsDuration):
        return _add_months(value, duration.months)
    nanoseconds = duration.nanoseconds
    if type(value) is DaysTimeDuration:
        return _days_time(Decimal(value.nanoseconds + nanoseconds))
    if is_date(value):
        return date_from_number(number_of_date(value) + nanoseconds // DAY)
    if is_time(value):
        return time_from_nanoseconds(nanoseconds_of_day(value) + nanoseconds, value.tzinfo)
    if is_date_time(value):
        return from_instant(instant(value) + nanoseconds, value.tzinfo)
    return None


def _add_months(value: Value, months: int) -> Value:
    if type(value) is YearsMonthsDuration:
        return _years_months(Decimal(value.months + months))
    if is_date(value):
        return make_date(*calendar.plus_months(value.year, value.month, value.day, months))
    if is_date_time(value):
        day = make_date(*calendar.plus_months(value.year, value.month, value.day, months))
        return None if day is None else make_date_time(day, time_of(value))
    return None


def _time_difference(left: Value, right: Value) -> DaysTimeDuration | None:
    left_offset, right_offset = offset_seconds(left), offset_seconds(right)
    if (left_offset is None) != (right_offset is None):
        return None
    shift = ((left_offset or 0) - (right_offset or 0)) * SECOND
    return DaysTimeDuration(nanoseconds_of_day(left) - nanoseconds_of_day(right) - shift)


def _moment_difference(left: Value, right: Value) -> DaysTimeDuration | None:
    """Between dates, with times or without; a date is its midnight: local if the other is, else UTC."""
    if is_date(left) and is_date(right):
        return DaysTimeDuration((number_of_date(left) - number_of_date(right)) * DAY)
    left_moment = _as_moment(left, right)
    right_moment = _as_moment(right, left)
    if left_moment is None or right_moment is None:
        return None
    if (left_moment.tzinfo is None) != (right_moment.tzinfo is None):
        return None
    return DaysTimeDuration(instant(left_moment) - instant(right_moment))


def _as_moment(value: Value, other: Value) -> AnyDateTime | None:
    if is_date_time(value):
        moment: AnyDateTime = value
        return moment
    if is_date(value) and is_date_time(other):
        day: AnyDate = value
        return midnight(day, None if other.tzinfo is None else UTC)
    return None
