"""On which working days the commissions of the demonstration sit: always on the days of their rules.

The rules are chosen so that the last sittings lie where the stories need them, whatever day it is. Working
days are counted from the last day of the play.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.deadlines.calendar import Calendar
from engine.records.sitting_plan import planned_days

HELD, NEXT = -4, 1
"""The last sitting of the commission on families, and the next one."""

MINORS = (-6, -7, -5, -8, -9, -4, -3, -2)
"""When that on minors has sat last, the best day first."""

SAT = {"family": 12, "kdn": 8}
"""So many sittings of each commission the play has seen."""

POLLED_AFTER = 1
"""A question that missed an agenda is answered in writing so many working days after that sitting."""

_LONGEST = 120
"""Working days in which all of them fit."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a commission sits, and on which days it therefore did, the last first.

    `since`: the day from which the rule is. `moved`: the day that the rule gave for the first of `days`, when
    that was another; `dropped`: days of the rule on which nobody was to sit.
    """

    weekday: int
    weeks: tuple[int, ...]
    days: Sequence[int]
    since: int
    moved: int | None = None
    dropped: Sequence[int] = ()


def rules(today: date, calendar: Calendar) -> dict[str, Rule]:
    """The rules of both commissions, by kind."""
    numbers = {calendar.add_working_days(today, number): number for number in range(-_LONGEST, 1)}
    return {
        "family": _weekly(numbers, calendar, calendar.add_working_days(today, NEXT).weekday()),
        "kdn": _twice_a_month(numbers, calendar),
    }


def missed_agenda(calendars: Mapping[str, Rule]) -> int:
    """A sitting whose agenda was closed when a question came that could not wait for the next one: the last
    before `HELD` after which the commission did not sit for a week.
    """
    days = calendars["family"].days[1:]
    return next(day for later, day in itertools.pairwise(days) if later - day >= 5)


def _weekly(numbers: Mapping[date, int], calendar: Calendar, weekday: int) -> Rule:
    """Every week on that day. Where holidays leave no such day at `HELD`, the nearest sitting is moved there,
    and what the rule gives after it is called off: the questions are too few.
    """
    days = _days(numbers, calendar, weekday, ())
    nearest = min(days, key=lambda day: abs(day - HELD))
    before = [day for day in days if day < HELD and day != nearest]
    return Rule(
        weekday,
        (),
        [HELD, *before[: SAT["family"] - 1]],
        before[SAT["family"] - 1],
        None if nearest == HELD else nearest,
        [day for day in days if day > HELD and day != nearest],
    )


def _twice_a_month(numbers: Mapping[date, int], calendar: Calendar) -> Rule:
    """In the first and third weeks or in the second and fourth, and not since the day that suits best."""
    by_number = {number: day for day, number in numbers.items()}
    for last in MINORS:
        week = (by_number[last].day - 1) // 7 + 1
        weeks = (1, 3) if week in (1, 3) else (2, 4)
        days = _days(numbers, calendar, by_number[last].weekday(), weeks)
        if days[0] == last:
            return Rule(by_number[last].weekday(), weeks, days[: SAT["kdn"]], days[SAT["kdn"]])
    raise LookupError("no sitting of the commission on minors at that time")


def _days(numbers: Mapping[date, int], calendar: Calendar, weekday: int, weeks: Sequence[int]) -> list[int]:
    """Numbers of the days that the rule gives, the last first."""
    planned = planned_days(calendar, weekday, weeks, min(numbers), max(numbers))
    return sorted({numbers[day] for _, day in planned if day in numbers}, reverse=True)
