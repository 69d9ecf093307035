"""When a term ends: articles 190-194 of the Civil Code in one function, `due_moment`.

The term starts the day after the event (191). Months end on the same date, or on the last day of a shorter
month; half a month is fifteen days (192). A last day that isn't worked gives way to the next working day
(193). What must be done in the organisation ends at its closing hour, what may be posted or sent through the
portal at 24:00 (194).
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from engine.deadlines.calendar import Calendar, DayKind

_LAST_SECOND = time(23, 59, 59)
_SHORTER = timedelta(hours=1)


class Unit(StrEnum):
    """What a term is counted in."""

    WORKING_DAYS = "working"
    CALENDAR_DAYS = "calendar"
    MONTHS = "months"
    HOURS = "hours"
    MINUTES = "minutes"
    MONTH_DAY = "month_day"
    """By that day of a month: the first such day after the event («до 5-го числа»)."""
    MONTH_END = "month_end"
    """By the end of that month after the event's month («в пятом месяце после окончания»)."""
    SITTING = "sitting"
    """By the so many-th sitting of the norm's commission after the event («на ближайшем заседании»)."""

    @property
    def in_clock_time(self) -> bool:
        """Hours run on at night and on holidays."""
        return self is Unit.HOURS or self is Unit.MINUTES


class Until(StrEnum):
    """Which hour of the last day ends the term."""

    CLOSING = "closing"
    MIDNIGHT = "midnight"


@dataclass(frozen=True, slots=True)
class Rule:
    """The length of a term.

    A negative `value` counts back from the event («за месяц до окончания»); `lead` is how many calendar days
    before the last day the work begins («начать за 30 дней»). Both give way to the working day *before*,
    because a preparation that starts late is what they guard against.
    """

    value: int
    unit: Unit
    until: Until = Until.CLOSING
    lead: int = 0


@dataclass(frozen=True, slots=True)
class Office:
    """The hours of the organisation, in its own zone. On a short day it closes an hour earlier.

    `week`: the closing hour of each day from Monday on, where they differ; empty: `closing` always.
    """

    zone: tzinfo
    closing: time = time(17)
    opening: time = time(9)
    week: tuple[time, ...] = ()

    def closes(self, day: date, kind: DayKind) -> datetime:
        """The moment the organisation closes on a day of this kind."""
        hour = self.week[day.weekday()] if self.week else self.closing
        closing = datetime.combine(day, hour, self.zone)
        return closing - _SHORTER if kind is DayKind.SHORT else closing

    def opens(self, day: date) -> datetime:
        """The moment it opens."""
        return datetime.combine(day, self.opening, self.zone)


def due_moment(rule: Rule, event: datetime, calendar: Calendar, office: Office) -> datetime:
    """The last moment at which the thing is still done in time, in UTC and whole seconds.

    A term up to a sitting hangs on what is planned: see `sitting_moment`.
    """
    if rule.unit is Unit.HOURS:
        return _whole(event.astimezone(UTC) + timedelta(hours=rule.value))
    if rule.unit is Unit.MINUTES:
        return _whole(event.astimezone(UTC) + timedelta(minutes=rule.value))
    local = event.astimezone(office.zone)
    day = last_day(rule, local.date(), calendar)
    due = end_of_day(rule, day, calendar, office)
    if due <= local and rule.value == 0 and not rule.lead:
        # «В тот же день», but the organisation has closed for today.
        due = end_of_day(rule, calendar.add_working_days(day, 1), calendar, office)
    return due.astimezone(UTC)


def sitting_moment(
    rule: Rule, event: datetime, sittings: Iterable[date], calendar: Calendar, office: Office
) -> datetime | None:
    """The end of the day of the so many-th sitting after the event's day; None while none is planned."""
    first = event.astimezone(office.zone).date()
    later = sorted(day for day in sittings if day > first)
    if len(later) < rule.value:
        return None
    return end_of_day(rule, later[rule.value - 1], calendar, office).astimezone(UTC)


def last_day(rule: Rule, event: date, calendar: Calendar) -> date:
    """The last day of a term counted in days or months from an event of that day."""
    if rule.unit is Unit.WORKING_DAYS:
        if rule.value == 0:
            return calendar.next_working(event)
        day = calendar.add_working_days(event, rule.value)
    else:
        day = unmoved_last_day(rule, event)
    if rule.lead:
        return calendar.previous_working(day - timedelta(rule.lead))
    return calendar.previous_working(day) if rule.value < 0 else calendar.next_working(day)


def unmoved_last_day(rule: Rule, event: date) -> date:
    """The last day by the calendar on the wall, before article 193 moves it to a working day."""
    if rule.unit is Unit.CALENDAR_DAYS:
        return event + timedelta(rule.value)
    if rule.unit is Unit.MONTHS:
        return add_months(event, rule.value)
    if rule.unit is Unit.MONTH_END:
        return _in_month(add_months(event.replace(day=1), rule.value), 31)
    if rule.unit is Unit.MONTH_DAY:
        day = _in_month(event, rule.value)
        return day if day > event else _in_month(add_months(event.replace(day=1), 1), rule.value)
    raise ValueError(f"a term in {rule.unit} has no last day of its own")


def add_months(day: date, count: int) -> date:
    """The same date so many months later, or the last day of a shorter month (Civil Code, art. 192 p. 3)."""
    index = day.year * 12 + day.month - 1 + count
    return _in_month(date(index // 12, index % 12 + 1, 1), day.day)


def _in_month(month: date, day: int) -> date:
    """That day of the month, or its last one."""
    return month.replace(day=min(day, months.monthrange(month.year, month.month)[1]))


def end_of_day(rule: Rule, day: date, calendar: Calendar, office: Office) -> datetime:
    """The moment at which that day ends for such a term, by the clock of the office."""
    if rule.until is Until.MIDNIGHT:
        return datetime.combine(day, _LAST_SECOND, office.zone)
    return office.closes(day, calendar.day(day).kind)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
