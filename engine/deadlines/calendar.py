"""The working calendar: which days are worked, and counting along them in constant time.

A `Calendar` is asked thousands of times a minute, so the years it has met lie in two arrays: how many working
days there were up to each day, and the working days in order. Adding ten working days is two look-ups.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.errors import MarshrutError

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Outside these years a date is a slip of the pen, and a table that long would only cost memory."""

_SATURDAY = 5
_WEEKEND = ("суббота", "воскресенье")


class DayKind(StrEnum):
    """What a day is for the organisation."""

    WORKING = "working"
    SHORT = "short"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"

    @property
    def works(self) -> bool:
        return self is DayKind.WORKING or self is DayKind.SHORT


class YearStatus(StrEnum):
    """How far the days of a year can be relied on."""

    CONFIRMED = "confirmed"
    """The transfers of the year's decree are in it, and somebody answers for that."""
    UNCONFIRMED = "unconfirmed"
    """Transfers are known from a source that nobody has checked against the decree."""
    PROVISIONAL = "provisional"
    """Only what the Labour Code says for every year; the decree isn't known yet."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: its kind, why (`note`, in Russian) and by which act (`source`)."""

    date: date
    kind: DayKind
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year that differ from a plain week of five working days."""

    number: int
    status: YearStatus
    days: Mapping[date, Day]
    source: str = ""

    def day(self, day: date) -> Day:
        """What this day is; days that are not listed follow the week."""
        listed = self.days.get(day)
        if listed is not None:
            return listed
        weekday = day.weekday()
        if weekday < _SATURDAY:
            return Day(day, DayKind.WORKING)
        return Day(day, DayKind.DAY_OFF, _WEEKEND[weekday - _SATURDAY])

    def changed(self, days: Iterable[Day]) -> Year:
        """The same year with these days instead of its own (a region's holidays, an edit)."""
        return Year(self.number, self.status, {**self.days, **{day.date: day for day in days}}, self.source)


@dataclass(frozen=True, slots=True)
class _Table:
    """`worked[i]`: working days up to and including day `first + i`; `working`: their ordinals, in order."""

    first: int
    worked: array[int]
    working: array[int]
    years: Mapping[int, Year]


class Calendar:
    """A calendar of working days. `load` gives any year it is asked for; the rest is arithmetic.

    `key` names the calendar: `ru` is the country's, another key is a region's own on top of it. A calendar is
    never changed: after an edit the holder builds a new one.
    """

    def __init__(self, load: Callable[[int], Year], key: str = "ru") -> None:
        self.key = key
        self._load = load
        self._table = _Table(0, array("i"), array("i"), {})

    def year(self, number: int) -> Year:
        """The year with its status and its days."""
        return self._table.years.get(number) or self._cover(number, number).years[number]

    def day(self, day: date) -> Day:
        """The kind of a day, with the reason and the act."""
        return self.year(day.year).day(day)

    def is_working(self, day: date) -> bool:
        """True on working and short days."""
        table, at = self._at(day)
        return table.worked[at] > (table.worked[at - 1] if at else 0)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, before it when negative; `day` itself for 0."""
        if count == 0:
            return day
        table, at = self._at(day)
        if count > 0:
            index = table.worked[at] + count - 1
        else:
            index = (table.worked[at - 1] if at else 0) + count
        if not 0 <= index < len(table.working):
            self._reach(count)
            return self.add_working_days(day, count)
        return date.fromordinal(table.working[index])

    def working_days_between(self, after: date, to: date) -> int:
        """Working days after `after` up to and including `to`; negative when `to` comes first."""
        table, start = self._at(after)
        end = to.toordinal() - table.first
        if not 0 <= end < len(table.worked):
            table = self._cover(min(after.year, to.year), max(after.year, to.year))
            start, end = after.toordinal() - table.first, to.toordinal() - table.first
        return table.worked[end] - table.worked[start]

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, otherwise the first working day after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def previous_working(self, day: date) -> date:
        """The day itself when it is worked, otherwise the last working day before it."""
        return day if self.is_working(day) else self.add_working_days(day, -1)

    def status(self, first: date, last: date) -> YearStatus:
        """The weakest status among the years from one day to the other."""
        found = {self.year(number).status for number in range(first.year, last.year + 1)}
        weakest_first = (YearStatus.PROVISIONAL, YearStatus.UNCONFIRMED)
        return next((status for status in weakest_first if status in found), YearStatus.CONFIRMED)

    def _at(self, day: date) -> tuple[_Table, int]:
        table = self._table
        at = day.toordinal() - table.first
        if not 0 <= at < len(table.worked):
            table = self._cover(day.year, day.year)
            at = day.toordinal() - table.first
        return table, at

    def _reach(self, count: int) -> None:
        """Make room for so many working days on that side of the table."""
        first, last, more = min(self._table.years), max(self._table.years), abs(count) // 250 + 1
        if count > 0:
            self._cover(first, last + more)
        else:
            self._cover(first - more, last)

    def _cover(self, first: int, last: int) -> _Table:
        """Make the table reach these years too. Threads may do it twice; each leaves a whole table behind."""
        known = self._table.years
        first, last = min([first, *known]), max([last, *known])
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise MarshrutError(
                f"Рабочий календарь считает с {FIRST_YEAR} по {LAST_YEAR} год.",
                "Проверьте год в дате и длину срока.",
            )
        years = {number: known.get(number) or self._load(number) for number in range(first, last + 1)}
        begin, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        worked, working = array("i"), array("i")
        for ordinal in range(begin, end + 1):
            day = date.fromordinal(ordinal)
            listed = years[day.year].days.get(day)
            if listed.kind.works if listed else day.weekday() < _SATURDAY:
                working.append(ordinal)
            worked.append(len(working))
        self._table = table = _Table(begin, worked, working, years)
        return table
