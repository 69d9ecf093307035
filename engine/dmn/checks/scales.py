"""Kinds of values that lie in an order: where a value lies, and which value lies somewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Final

from engine.feel.durations import DAY, HOUR, DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal import (
    date_from_number,
    from_instant,
    instant,
    is_date_time,
    is_time,
    nanoseconds_of_day,
    number_of_date,
    time_from_nanoseconds,
)
from engine.feel.values import Value, kind_of

Key = Decimal | int

WITH_ZONE: Final = " with zone"
"""Ends the kind of a moment that has a zone. One without takes the zone of what it is compared with, so the
two have no common scale."""


@dataclass(frozen=True, slots=True)
class Scale:
    """`unit` is a step that people take; `whole` says that between two neighbouring integers lies nothing."""

    key: Callable[[Value], Key]
    value: Callable[[Key], Value]
    unit: int
    whole: bool = True
    lowest: int | None = None
    highest: int | None = None


def exact_kind(value: Value) -> str:
    """The kind of a value, told apart by whether it has a zone."""
    kind = kind_of(value)
    zoned = (is_time(value) or is_date_time(value)) and value.tzinfo is not None
    return kind + WITH_ZONE if zoned else kind


SCALES: Final = {
    "number": Scale(Decimal, Decimal, 1, whole=False),
    "date": Scale(number_of_date, lambda key: date_from_number(int(key)), 1),
    "time": Scale(
        nanoseconds_of_day,
        lambda key: time_from_nanoseconds(int(key), None),
        HOUR,
        lowest=0,
        highest=DAY - 1,
    ),
    "date and time": Scale(instant, lambda key: from_instant(int(key), None), DAY),
    "date and time" + WITH_ZONE: Scale(instant, lambda key: from_instant(int(key), UTC), DAY),
    "days and time duration": Scale(
        lambda value: int(value.nanoseconds), lambda key: DaysTimeDuration(int(key)), DAY
    ),
    "years and months duration": Scale(
        lambda value: int(value.months), lambda key: YearsMonthsDuration(int(key)), 1
    ),
}
"""By exact kind. Texts have an order too, but what lies between two of them helps nobody."""
