"""Schedules in the form of cron: `0 9 * * MON-FRI`. Nothing here reads a clock.

Five fields are those of Unix (minute, hour, day, month, weekday; Sunday is 0 or 7, and a day that either of
the two day fields names counts), six or seven those of Quartz, as Camunda 7 writes them (seconds first, a
year last; Sunday is 1, and one of the two day fields is `?`). Names of months and weekdays mean the same in
both.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product
from typing import Final

_NAMED: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART: Final = re.compile(r"(?:(?P<all>\*)|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d{1,4}))?", re.ASCII)
_WEEKDAY_OF: Final = re.compile(r"(?P<day>\w+)(?:#(?P<number>[1-5])|(?P<last>L))", re.ASCII)
_NEAREST: Final = re.compile(r"(?P<day>\d{1,2}|L)W")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_SHIFT: Final = 3
"""Hours that clocks are set forward by at most, with a margin."""

_LOOK_AHEAD: Final = 366 * 41
"""Days in which every possible day comes round: 29 February on a given weekday takes up to 40 years."""


class _NoCron(Exception):
    """The text is no schedule."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days of a month a field of days names, the field of weekdays included (Sunday is 0)."""

    days: frozenset[int] = frozenset()
    """By number; 0 is the last one, -1 the last working day (not a Saturday or Sunday)."""
    nearest: frozenset[int] = frozenset()
    """The weekday nearest to the day of this number, inside the month."""
    weekdays: frozenset[int] = frozenset()
    numbered: frozenset[tuple[int, int]] = frozenset()
    """(weekday, which one of the month); 0 is the last one."""

    def has(self, day: date) -> bool:
        length = monthrange(day.year, day.month)[1]
        weekday = day.isoweekday() % 7
        if day.day in self.days or weekday in self.weekdays:
            return True
        if 0 in self.days and day.day == length:
            return True
        if -1 in self.days and day == _working_day_near(day.replace(day=length)):
            return True
        if any(day == _working_day_near(day.replace(day=min(one, length))) for one in self.nearest):
            return True
        last = day.day + 7 > length
        return (weekday, (day.day + 6) // 7) in self.numbered or (last and (weekday, 0) in self.numbered)


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule on the wall clock of the agency."""

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int] | None
    days: tuple[_Days, ...]
    """A day has to be in one of them; empty: every day."""

    def after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first moment of the schedule after this one; None when there is none any more.

        A time that the clocks leave out comes later by what they leave out; one that comes twice counts once.
        """
        local = moment.astimezone(zone)
        for day in self._days_from(local.date()):
            passed = local.hour - _SHIFT if day == local.date() else 0
            hours = [hour for hour in self.hours if hour >= passed]
            for clock in product(hours, self.minutes, self.seconds):
                found = datetime.combine(day, time(*clock), zone).astimezone(UTC)
                if found > moment:
                    return found
        return None

    def last(self, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
        """The last moment of the schedule after `since` and not after `now`; None when there is none."""
        day, first = now.astimezone(zone).date(), since.astimezone(zone).date()
        while day >= first:
            clocks = product(self.hours, self.minutes, self.seconds) if self._is_on(day) else ()
            moments = (datetime.combine(day, time(*clock), zone).astimezone(UTC) for clock in clocks)
            if found := max((one for one in moments if since < one <= now), default=None):
                return found
            day -= timedelta(days=1)
        return None

    def _days_from(self, first: date) -> Iterator[date]:
        for number in range(_LOOK_AHEAD):
            try:
                day = first + timedelta(days=number)
            except OverflowError:
                return
            if self._is_on(day):
                yield day

    def _is_on(self, day: date) -> bool:
        if day.month not in self.months or (self.years is not None and day.year not in self.years):
            return False
        return not self.days or any(days.has(day) for days in self.days)


def read_cron(text: str) -> Cron | None:
    """The schedule of a text; None when it is none, or when its day never comes (30 February)."""
    fields = _NAMED.get(text.strip().lower(), text).upper().split()
    try:
        cron = _read(fields)
    except (_NoCron, ValueError):
        return None
    begin = min(cron.years) if cron.years else _FIRST_YEAR
    return cron if cron.after(datetime(begin, 1, 1, tzinfo=UTC) - timedelta(days=2), UTC) else None


def _read(fields: list[str]) -> Cron:
    if len(fields) == 5:
        seconds, (minute, hour, day, month, weekday), years = "0", fields, None
    elif len(fields) in (6, 7):
        seconds, minute, hour, day, month, weekday = fields[:6]
        years = fields[6] if len(fields) == 7 and fields[6] != "*" else None
    else:
        raise _NoCron
    return Cron(
        hours=tuple(sorted(_numbers(hour, 0, 23))),
        minutes=tuple(sorted(_numbers(minute, 0, 59))),
        seconds=tuple(sorted(_numbers(seconds, 0, 59))),
        months=_numbers(month, 1, 12, _MONTHS),
        years=None if years is None else _numbers(years, _FIRST_YEAR, _LAST_YEAR),
        days=_days(day, weekday, quartz=len(fields) > 5),
    )


def _numbers(text: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """What a field of numbers names: `*`, `5`, `1-5`, `*/15`, `MON-FRI`, and lists of these."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _NoCron
        step = int(match["step"] or 1)
        first = low if match["all"] else _number(match["low"], low, names)
        open_end = match["all"] or (match["step"] and not match["high"])
        last = high if open_end else _number(match["high"] or match["low"], low, names)
        if step < 1 or not low <= first <= high or not low <= last <= high:
            raise _NoCron
        over_the_end = last < first  # of the week, of the day, of the year
        numbers = [*range(first, high + 1), *range(low, last + 1)] if over_the_end else range(first, last + 1)
        found.update(numbers[::step])
    return frozenset(found)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text) + low if text in names else int(text)


def _days(day: str, weekday: str, *, quartz: bool) -> tuple[_Days, ...]:
    free = {"*", "?"} if quartz else {"*"}
    fields = []
    if day not in free:
        fields.append(_days_of_month(day))
    if weekday not in free:
        fields.append(_weekdays(weekday, quartz=quartz))
    if quartz and len(fields) == 2:
        raise _NoCron  # Quartz asks for one of the two to be left open
    return tuple(fields)


def _days_of_month(text: str) -> _Days:
    if text in ("L", "LW"):
        return _Days(days=frozenset({0 if text == "L" else -1}))
    if match := _NEAREST.fullmatch(text):
        day = int(match["day"])
        if not 1 <= day <= 31:
            raise _NoCron
        return _Days(nearest=frozenset({day}))
    return _Days(days=_numbers(text, 1, 31))


def _weekdays(text: str, *, quartz: bool) -> _Days:
    """Sunday is 1 in Quartz, 0 or 7 in Unix, and 0 here."""
    low, high = (1, 7) if quartz else (0, 7)
    if quartz and text == "L":
        text = "SAT"
    if match := _WEEKDAY_OF.fullmatch(text):
        (one,) = _numbers(match["day"], low, high, _DAYS)
        return _Days(numbered=frozenset({((one - low) % 7, int(match["number"] or 0))}))
    return _Days(weekdays=frozenset((one - low) % 7 for one in _numbers(text, low, high, _DAYS)))


def _working_day_near(day: date) -> date:
    """Monday to Friday nearest to a day, in the same month."""
    weekday = day.isoweekday()
    if weekday == 6:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if weekday == 7:
        following = day + timedelta(days=1)
        return following if following.month == day.month else day - timedelta(days=2)
    return day
