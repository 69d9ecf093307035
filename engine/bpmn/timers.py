"""Moments of timers: ISO 8601 texts, durations, cycles. Nothing here reads a clock.

Months are counted in the agency's zone and clamped to the end of the month, always from the first moment of a
cycle: 31 January, 28 February, 31 March. A cycle that slept through several moments fires once.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.bpmn.cron import Cron, read_cron
from engine.bpmn.faults import Fault
from engine.feel.durations import DAY, DaysTimeDuration, YearsMonthsDuration

if TYPE_CHECKING:
    from engine.model import Value

KEPT = 1024
"""So many texts of timers are kept read: those of start events are asked for every minute."""

_DURATION = re.compile(
    r"(?P<sign>-)?P(?=[\dT])(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?"
    r"(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})(?:[.,]\d+)?S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(
    r"R(?P<times>\d{0,6})/(?:(?P<start>[^/P][^/]*)/)?(?P<duration>P[^/]+)(?:/(?P<end>[^/P][^/]*))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as a calendar counts it."""

    months: int = 0
    days: int = 0
    hours: timedelta = timedelta(0)

    def after(self, moment: datetime, zone: tzinfo, times: int = 1) -> datetime:
        """`moment` plus `times` of this duration. Raises Fault beyond the years that a calendar has."""
        try:
            local = moment.astimezone(zone)
            total = local.year * 12 + local.month - 1 + self.months * times
            year, month = divmod(total, 12)
            day = min(local.day, monthrange(year, month + 1)[1])
            shifted = local.replace(year=year, month=month + 1, day=day)
            same_hour = shifted + timedelta(days=self.days) * times  # also when the clocks change in between
            return same_hour.astimezone(UTC) + self.hours * times
        except (ValueError, OverflowError):
            raise Fault("срок уходит за пределы календаря", "Исправьте длительность таймера.") from None

    @property
    def is_positive(self) -> bool:
        parts = (self.months, self.days, self.hours.total_seconds())
        return min(parts) >= 0 and max(parts) > 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeated duration, `times` times (None: without end), from `start` or from when it is armed."""

    times: int | None
    duration: Duration
    start: datetime | date | None = None
    end: datetime | date | None = None


Repeated = Cycle | Cron
"""What comes again and again."""

Schedule = datetime | date | Duration | Repeated
"""What a text of a timer can mean. A datetime without a zone, and a date, are in the agency's zone."""


@lru_cache(maxsize=KEPT)
def read_text(text: str) -> Schedule | None:
    """The schedule that an ISO 8601 text or a line of cron writes, None when it is none."""
    text = text.strip()
    if text.startswith("@") or len(text.split()) > 2:
        return read_cron(text)
    if text.startswith("R"):
        return _cycle(text)
    if text.startswith(("P", "-P")):
        return _duration(text)
    return _moment(text)


def _duration(text: str) -> Duration | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    parts = {name: int(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    hours = timedelta(hours=parts["hours"], minutes=parts["minutes"], seconds=parts["seconds"])
    months = parts["years"] * 12 + parts["months"]
    return Duration(sign * months, sign * (parts["weeks"] * 7 + parts["days"]), sign * hours)


def _cycle(text: str) -> Cycle | None:
    match = _CYCLE.fullmatch(text)
    if match is None:
        return None
    duration = _duration(match["duration"])
    start = _moment(match["start"]) if match["start"] else None
    end = _moment(match["end"]) if match["end"] else None
    if (
        duration is None
        or not duration.is_positive
        or (match["start"] and start is None)
        or (match["end"] and end is None)
    ):
        return None
    times = int(match["times"]) if match["times"] else None
    return None if times == 0 else Cycle(times, duration, start, end)


def _moment(text: str) -> datetime | date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None


def read_value(value: Value) -> Schedule | None:
    """The schedule that the value of an expression means, None when it means none."""
    if isinstance(value, str):
        return read_text(value)
    if isinstance(value, DaysTimeDuration):
        days, rest = divmod(value.nanoseconds, DAY)
        return Duration(days=days, hours=timedelta(microseconds=rest // 1000))
    if isinstance(value, YearsMonthsDuration):
        return Duration(months=value.months)
    return value if isinstance(value, datetime | date) else None


def in_zone(moment: datetime | date, zone: tzinfo) -> datetime:
    """An aware moment: a date begins at midnight, and what has no zone is in `zone`."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(0), zone)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def first_moment(schedule: Schedule, now: datetime, zone: tzinfo) -> datetime:
    """When a timer armed at `now` fires for the first time. Raises Fault."""
    if isinstance(schedule, Duration):
        return schedule.after(now, zone)
    if isinstance(schedule, Cron):
        return _of_cron(schedule.after(now, zone))
    if isinstance(schedule, Cycle):
        return in_zone(schedule.start, zone) if schedule.start else schedule.duration.after(now, zone)
    return in_zone(schedule, zone)


def _of_cron(moment: datetime | None) -> datetime:
    if moment is None:
        raise Fault("расписание таймера уже закончилось", "Исправьте в схеме год и повторите.")
    return moment


def last_moment(schedule: Schedule, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
    """The last moment of a schedule after `since`, from where durations count, and not after `now`.

    None when there has been none.
    """
    if isinstance(schedule, Cron):
        return schedule.last(since, now, zone)
    if isinstance(schedule, Cycle):
        moment = _last_of_cycle(schedule, since, now, zone)
    else:
        moment = first_moment(schedule, since, zone)
    return moment if moment is not None and since < moment <= now else None


def _last_of_cycle(cycle: Cycle, since: datetime, now: datetime, zone: tzinfo) -> datetime | None:
    base = in_zone(cycle.start, zone) if cycle.start else since
    first = 0 if cycle.start else 1
    until = now if cycle.end is None else min(now, in_zone(cycle.end, zone))
    if cycle.duration.after(base, zone, first) > until:
        return None
    last = _first_after(cycle.duration, base, until, zone, first) - 1
    if cycle.times is not None:
        last = min(last, first + cycle.times - 1)
    return cycle.duration.after(base, zone, last)


def next_moment(
    cycle: Cycle, base: datetime, done: int, now: datetime, zone: tzinfo
) -> tuple[datetime, int] | None:
    """The next firing after `now` of a cycle counted from `base`, and its ordinal; None when the cycle is
    over.

    `done` is the ordinal of the firing that has just been. Whatever lies between it and `now` is skipped, so
    what a case slept through makes up for itself once.
    """
    ordinal = done + 1
    moment = cycle.duration.after(base, zone, ordinal)
    if moment <= now:
        ordinal = _first_after(cycle.duration, base, now, zone, ordinal)
        moment = cycle.duration.after(base, zone, ordinal)
    if cycle.end is not None and moment > in_zone(cycle.end, zone):
        return None
    return moment, ordinal


def _first_after(duration: Duration, base: datetime, now: datetime, zone: tzinfo, low: int) -> int:
    """The least ordinal whose moment is after `now`.

    By doubling and halving: a cycle of a second may have slept for a year.
    """
    step = 1
    while duration.after(base, zone, low + step) <= now:
        step *= 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if duration.after(base, zone, middle) <= now:
            low = middle
        else:
            high = middle
    return high
