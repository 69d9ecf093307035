"""A date explained: what was counted, what was skipped and why. For `marshrut term` and the trial counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from engine.deadlines.calendar import Calendar, Day, YearStatus
from engine.deadlines.counting import Office, Rule, Unit, due_moment, unmoved_last_day
from engine.deadlines.norms import Norm
from engine.deadlines.russian import NBSP, day_month, day_words
from engine.errors import MarshrutError

_STATUS_WORDS = {
    YearStatus.UNCONFIRMED: "Предварительно, дата может измениться: не все переносы подтверждены.",
    YearStatus.PROVISIONAL: "Предварительно, дата может измениться: не все переносы известны.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """When a term ends and why then. `skipped` are the days off that the term stepped over, in order."""

    day: date
    moment: datetime
    """In the zone of the office."""
    ground: str
    status: YearStatus
    counted: tuple[date, ...]
    skipped: tuple[Day, ...]
    text: str

    @property
    def provisional(self) -> bool:
        """True when a year on the way isn't confirmed, so that the date may still move."""
        return self.status is not YearStatus.CONFIRMED

    def to_json(self) -> dict[str, Any]:
        """The document that `marshrut term --json` prints."""
        return {
            "day": self.day.isoformat(),
            "moment": self.moment.isoformat(),
            "ground": self.ground,
            "provisional": self.provisional,
            "year_status": self.status.value,
            "skipped": [
                {"day": day.date.isoformat(), "reason": day.note, "source": day.source}
                for day in self.skipped
            ],
            "text": self.text,
        }


def answer(
    event: date | datetime, what: Norm | Rule, calendar: Calendar, office: Office, today: date | None = None
) -> Answer:
    """When a term of this norm or rule ends that is counted from `event`.

    MarshrutError when the term reaches beyond the calendar. A bare day, or a moment without a zone, is read
    by the clock of the office; a day means its opening hour. `today` only decides whether the words name the
    year.
    """
    rule, ground = (what.rule, what.ground_words) if isinstance(what, Norm) else (what, _GROUNDS[what.unit])
    if rule.unit is Unit.SITTING:
        raise MarshrutError("Этот срок зависит от того, на какой день назначено заседание.")
    at = _moment(event, office)
    first = at.astimezone(office.zone).date()
    try:
        moment = due_moment(rule, at, calendar, office).astimezone(office.zone)
    except (OverflowError, ValueError) as error:
        raise MarshrutError("Такой длинный срок не посчитать.", "Проверьте длину срока и год.") from error
    last = moment.date()
    between = [] if rule.unit.in_clock_time else _days(calendar, first, last)
    counted = tuple(day.date for day in between if day.kind.works)
    skipped = tuple(day for day in between if not day.kind.works)
    if rule.unit is not Unit.WORKING_DAYS and not rule.unit.in_clock_time:
        # Days off inside such a term count; only those that the last day was moved over are stepped over.
        aim = unmoved_last_day(rule, first) - timedelta(rule.lead)
        skipped = tuple(day for day in skipped if min(aim, last) <= day.date <= max(aim, last))
    status = calendar.status(min(first, last), max(first, last))
    text = _text(rule, first, moment, counted, skipped, status, today or first)
    return Answer(last, moment, ground, status, counted, skipped, text)


_GROUNDS = {
    Unit.WORKING_DAYS: "ГК РФ, ст. 191, 194",
    Unit.CALENDAR_DAYS: "ГК РФ, ст. 191, 193, 194",
    Unit.MONTHS: "ГК РФ, ст. 192, 193, 194",
    Unit.HOURS: "ГК РФ, ст. 190",
    Unit.MINUTES: "ГК РФ, ст. 190",
    Unit.MONTH_DAY: "ГК РФ, ст. 190, 193, 194",
    Unit.MONTH_END: "ГК РФ, ст. 192, 193, 194",
}


def _moment(event: date | datetime, office: Office) -> datetime:
    if isinstance(event, datetime):
        return event if event.tzinfo else event.replace(tzinfo=office.zone)
    return office.opens(event)


def _days(calendar: Calendar, event: date, last: date) -> list[Day]:
    """The days of a term in order: after the event, or before it when the term counts back."""
    start, end = (event + timedelta(1), last) if last > event else (last, event - timedelta(1))
    if last == event:
        start = end = event
    return [calendar.day(start + timedelta(offset)) for offset in range((end - start).days + 1)]


def _text(
    rule: Rule,
    first: date,
    moment: datetime,
    counted: tuple[date, ...],
    skipped: tuple[Day, ...],
    status: YearStatus,
    today: date,
) -> str:
    last = moment.date()
    parts = [f"{day_words(last, today)}, {moment:%H:%M}."]
    if rule.unit.in_clock_time:
        parts.append("Часы идут подряд, без перерыва на ночь и выходные.")
    elif last > first and rule.unit is not Unit.MONTH_DAY:
        parts.append(f"Считаем с{NBSP}{day_month(first + timedelta(1))} (ГК{NBSP}РФ, ст.{NBSP}191).")
    if rule.unit is Unit.WORKING_DAYS and counted:
        parts.append(f"Рабочие: {_ranges(counted)}.")
    if skipped:
        moved = rule.unit is not Unit.WORKING_DAYS
        words = _ranges(tuple(day.date for day in skipped))
        parts.append(
            f"Последний день перенесён, нерабочие: {words} (ГК{NBSP}РФ, ст.{NBSP}193)."
            if moved
            else f"Нерабочие: {words}."
        )
    if status is not YearStatus.CONFIRMED:
        parts.append(_STATUS_WORDS[status])
    return " ".join(parts)


def _ranges(days: tuple[date, ...]) -> str:
    """«29–30 декабря, 12–16 января»; neighbours are put together, months named once for each piece."""
    pieces: list[tuple[date, date]] = []
    start = days[0]
    for before, day in pairwise((*days, date.max)):
        if day - before != timedelta(1):
            pieces.append((start, before))
            start = day
    return ", ".join(_piece(first, last) for first, last in pieces)


def _piece(first: date, last: date) -> str:
    if first == last:
        return day_month(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_month(last)}"
    return f"{day_month(first)} – {day_month(last)}"
