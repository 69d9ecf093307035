"""Equality and order. Null where two values can't be compared; the callers say so in a warning."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Final

from engine.feel.durations import DAY, SECOND, DaysTimeDuration, YearsMonthsDuration
from engine.feel.runtime import Run
from engine.feel.temporal import (
    is_date,
    is_date_time,
    is_time,
    nanoseconds_of_day,
    number_of_date,
    offset_seconds,
)
from engine.feel.values import Function, Range, Value

ORDERS: Final[dict[str, Callable[[Value, Value], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

_DIRECT: Final = frozenset({Decimal, str, DaysTimeDuration, YearsMonthsDuration})
"""Types whose own order is that of FEEL."""


def order_key(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Two values that compare in Python as `left` and `right` do in FEEL, or None if they don't compare.

    A moment without a zone is taken to be in the zone of the other (DMN 1.5, table 54).
    """
    kind = type(left)
    if kind is type(right) and kind in _DIRECT:
        return left, right
    if is_date(left) and is_date(right):
        return number_of_date(left), number_of_date(right)
    if is_date_time(left) and is_date_time(right):
        days = number_of_date(left) * DAY, number_of_date(right) * DAY
        return _clock_key(left, right) + days[0], _clock_key(right, left) + days[1]
    if is_time(left) and is_time(right):
        return _clock_key(left, right), _clock_key(right, left)
    return None


def _clock_key(value: Value, other: Value) -> int:
    """Nanoseconds from midnight in UTC to the time of day, in the zone of `other` if it has none."""
    offset = offset_seconds(value)
    if offset is None:
        offset = offset_seconds(other) or 0
    return nanoseconds_of_day(value) - offset * SECOND


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """`left operator right` for an operator of order; None when they don't compare."""
    keys = order_key(left, right)
    return None if keys is None else ORDERS[operator](*keys)


def equal(run: Run, left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None when they are of different kinds."""
    if left is None or right is None:
        return left is None and right is None
    kind = type(left)
    if kind is type(right):
        if kind in _DIRECT or kind is bool:
            return bool(left == right)
        if kind is list:
            return _equal_lists(run, left, right)
        if kind is dict:
            return _equal_contexts(run, left, right)
        if kind is Range:
            return _equal_ranges(run, left, right)
    keys = order_key(left, right)
    if keys is not None:
        same_form = is_date(left) or (left.tzinfo is None) == (right.tzinfo is None)
        return same_form and bool(keys[0] == keys[1])
    if isinstance(left, Function) and isinstance(right, Function):
        return left is right
    return None


def _equal_lists(run: Run, left: list[Value], right: list[Value]) -> bool | None:
    run.charge(1 + min(len(left), len(right)))
    if len(left) != len(right):
        return False
    return _all_equal(run, zip(left, right, strict=True))


def _equal_contexts(run: Run, left: dict[str, Value], right: dict[str, Value]) -> bool | None:
    run.charge(1 + len(left))
    if left.keys() != right.keys():
        return False
    return _all_equal(run, ((value, right[key]) for key, value in left.items()))


def _equal_ranges(run: Run, left: Range, right: Range) -> bool | None:
    if (left.closed_start, left.closed_end) != (right.closed_start, right.closed_end):
        return False
    return _all_equal(run, ((left.start, right.start), (left.end, right.end)))


def _all_equal(run: Run, pairs: Iterable[tuple[Value, Value]]) -> bool | None:
    result: bool | None = True
    for left, right in pairs:
        same = equal(run, left, right)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def contains(run: Run, items: list[Value], value: Value) -> bool:
    """Whether an item equals `value`."""
    return any(equal(run, item, value) is True for item in items)


def in_range(value: Value, span: Range) -> bool | None:
    """Whether `value` lies in a range; None when it does not compare with its ends."""
    if value is None or (span.start is None and span.end is None):
        return None
    after = before = True
    if span.start is not None:
        keys = order_key(span.start, value)
        if keys is None:
            return None
        after = keys[0] <= keys[1] if span.closed_start else keys[0] < keys[1]
    if span.end is not None:
        keys = order_key(value, span.end)
        if keys is None:
            return None
        before = keys[0] <= keys[1] if span.closed_end else keys[0] < keys[1]
    return after and before
