"""Functions that say something about a date, and the present moment."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from engine.feel import calendar
from engine.feel.builtins.registry import builtin
from engine.feel.errors import Problem
from engine.feel.runtime import Run
from engine.feel.temporal import AnyDate, AnyDateTime, number_of_date
from engine.feel.values import Value

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

Day = AnyDate | AnyDateTime


@builtin("now()")
def now(run: Run) -> datetime:
    """The moment of the evaluation, which the caller gives: expressions never look at a clock."""
    if run.now is None:
        raise Problem("текущий момент здесь не известен")
    return run.now


@builtin("today()")
def today(run: Run) -> Value:
    return now(run).date()


@builtin("day of year(date: date|date and time)")
def day_of_year(_run: Run, date: Day) -> Decimal:
    return Decimal(number_of_date(date) - calendar.day_number(date.year, 1, 1) + 1)


@builtin("day of week(date: date|date and time)")
def day_of_week(_run: Run, date: Day) -> str:
    return _DAYS[calendar.weekday(number_of_date(date)) - 1]


@builtin("month of year(date: date|date and time)")
def month_of_year(_run: Run, date: Day) -> str:
    return _MONTHS[date.month - 1]


@builtin("week of year(date: date|date and time)")
def week_of_year(_run: Run, date: Day) -> Decimal:
    return Decimal(calendar.week_of_year(date.year, date.month, date.day))
