"""What stops and lengthens a running term, and where it ends after that. Pure.

A pause keeps what is left and gives it back whole. A term in working days keeps working time: a working day
is as long as the office is open, and a day that closes earlier counts as a whole one, as the law counts it,
so that a term that ended at the closing hour goes on ending there. A term in calendar days or months keeps
whole days, a term in hours keeps hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.deadlines.calendar import Calendar, DayKind
from engine.deadlines.counting import (
    Office,
    Rule,
    Unit,
    Until,
    add_months,
    due_moment,
    end_of_day,
)

_LAST_SECOND = time(23, 59, 59)
_SLIP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """The clock stood still from one moment to the other; `until` None: it still does."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Longer:
    """The term was made longer at that moment."""

    at: datetime
    value: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a term ends; `left` is what a clock that stands still has kept, in the units of `time_left`."""

    due: datetime
    left: int | None = None


def counted_due(
    rule: Rule, event: datetime, changes: Iterable[Stop | Longer], calendar: Calendar, office: Office
) -> Counted:
    """The last moment of a term counted anew from its event, through all that happened to it, in order."""
    due = due_moment(rule, event, calendar, office)
    for change in changes:
        if isinstance(change, Longer):
            due = lengthened(rule, due, change, calendar, office)
            continue
        left = time_left(rule, due, change.since, calendar, office)
        if change.until is None:
            return Counted(due, left)
        if is_slip(change.since, change.until):
            continue
        due = resumed_due(rule, left, change.until, calendar, office)
    return Counted(due)


def is_slip(since: datetime, until: datetime) -> bool:
    """Whether a pause was over within a minute: somebody thought better of it, the term ends where it did."""
    return until - since < _SLIP


def time_left(rule: Rule, due: datetime, now: datetime, calendar: Calendar, office: Office) -> int:
    """What is left of a term: seconds of working time, whole days, or seconds on the clock; never below 0."""
    if now >= due:
        return 0
    if rule.unit.in_clock_time:
        return int((due - now).total_seconds())
    first, last = now.astimezone(office.zone), due.astimezone(office.zone)
    if rule.unit is not Unit.WORKING_DAYS:
        return (last.date() - first.date()).days
    whole = calendar.working_days_between(first.date(), last.date()) * _day_length(rule, office)
    return max(whole + _worked(rule, last, calendar, office) - _worked(rule, first, calendar, office), 0)


def resumed_due(rule: Rule, left: int, now: datetime, calendar: Calendar, office: Office) -> datetime:
    """The last moment of a term that goes on now with what `time_left` has kept, in UTC."""
    if rule.unit.in_clock_time:
        return (now.astimezone(UTC) + timedelta(seconds=left)).replace(microsecond=0)
    local = now.astimezone(office.zone)
    if rule.unit is not Unit.WORKING_DAYS:
        return _end_of(rule, local.date() + timedelta(left), calendar, office)
    if left == 0:
        return now.astimezone(UTC).replace(microsecond=0)
    length = _day_length(rule, office)
    days, more = divmod(_worked(rule, local, calendar, office) + left - 1, length)
    day = calendar.add_working_days(local.date(), days)
    return _moment(rule, day, more + 1, calendar, office)


def lengthened(rule: Rule, due: datetime, longer: Longer, calendar: Calendar, office: Office) -> datetime:
    """The last moment of a term made longer, in UTC. What is added is counted from its last day."""
    local = due.astimezone(office.zone)
    if longer.unit.in_clock_time:
        return (
            due + (timedelta(hours=1) if longer.unit is Unit.HOURS else timedelta(minutes=1)) * longer.value
        )
    if longer.unit is Unit.WORKING_DAYS:
        if rule.unit is Unit.WORKING_DAYS:
            added = longer.value * _day_length(rule, office)
            return resumed_due(rule, added, due, calendar, office)
        return _end_of(rule, calendar.add_working_days(local.date(), longer.value), calendar, office)
    if longer.unit is Unit.MONTHS:
        return _end_of(rule, add_months(local.date(), longer.value), calendar, office)
    return _end_of(rule, local.date() + timedelta(longer.value), calendar, office)


def left_in_days(rule: Rule, left: int, office: Office) -> int | None:
    """What `time_left` has kept in whole days; None for a term in hours."""
    if rule.unit.in_clock_time:
        return None
    return left // _day_length(rule, office) if rule.unit is Unit.WORKING_DAYS else left


def _end_of(rule: Rule, day: date, calendar: Calendar, office: Office) -> datetime:
    """The end of that day, or of the next working day after it (Civil Code, art. 193)."""
    return end_of_day(rule, calendar.next_working(day), calendar, office).astimezone(UTC)


def _day_length(rule: Rule, office: Office) -> int:
    """Seconds of an ordinary working day."""
    closing = _LAST_SECOND if rule.until is Until.MIDNIGHT else office.closing
    return _seconds(closing) - _seconds(office.opening)


def _seconds(hour: time) -> int:
    return hour.hour * 3600 + hour.minute * 60 + hour.second


def _worked(rule: Rule, local: datetime, calendar: Calendar, office: Office) -> int:
    """How much of its day has passed at that moment, as seconds of an ordinary day.

    A day that is not worked has passed as a whole: it lies behind the working day before it.
    """
    day = local.date()
    kind = calendar.day(day).kind
    length = _day_length(rule, office)
    if not kind.works:
        return length
    passed = _seconds(local.time()) - _seconds(office.opening)
    own = _own_length(rule, day, kind, calendar, office)
    return length if passed >= own else max(passed, 0) * length // own


def _moment(rule: Rule, day: date, passed: int, calendar: Calendar, office: Office) -> datetime:
    """The moment of a working day at which so much of it has passed, in UTC."""
    length = _day_length(rule, office)
    if passed >= length:
        return end_of_day(rule, day, calendar, office).astimezone(UTC)
    own = _own_length(rule, day, calendar.day(day).kind, calendar, office)
    return (office.opens(day) + timedelta(seconds=-(-passed * own // length))).astimezone(UTC)


def _own_length(rule: Rule, day: date, kind: DayKind, calendar: Calendar, office: Office) -> int:
    if kind is not DayKind.SHORT and not office.week:
        return _day_length(rule, office)
    end = end_of_day(rule, day, calendar, office)
    return _seconds(end.time()) - _seconds(office.opening)
