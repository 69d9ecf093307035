"""The ladder of reminders: who is told of a term, and when.

Five rungs belong to a norm: half of the term, one working day before, the due moment, one and three working
days after it. People are told in the morning, when something can still be done that day; only «срок истёк»
comes at its own moment. What lies in the past when a term opens, or would come no earlier than the next rung,
is left out.

After a stop of the server the passed rungs are told as one: the latest, to everybody whom any of them
concerned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office, Unit
from engine.deadlines.norms import Norm, Rung, Step
from engine.deadlines.tables import DUE_RUNGS, term_of
from engine.model import Clock, Term
from engine.storage.moments import to_seconds

_SECOND = timedelta(seconds=1)
_DAYS_AFTER = {Step.PLUS_1: 1, Step.PLUS_3: 3}

STEP_WORDS = {
    Step.HALF: "половина срока",
    Step.DAY_BEFORE: "за 1 раб. день",
    Step.DUE: "срок истёк",
    Step.PLUS_1: "+1 раб. день",
    Step.PLUS_3: "+3 раб. дня",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A rung with its moment. `number` is its place in the norm's ladder, from 1, as in `term.rung`."""

    number: int
    rung: Rung
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Who is to be told what: `to` holds `owner` and role codes, each once; the caller finds the people."""

    term_id: int
    case_id: int
    task_id: int | None
    norm_id: int
    number: int
    step: Step
    to: tuple[str, ...]
    due_at: datetime
    red: bool


@dataclass(frozen=True, slots=True)
class Advance:
    """Where a term stands on its ladder after a sweep: for `rung_row`, and what to tell, if anything."""

    rung: int
    next_at: datetime | None
    told: Told | None


def plan(norm: Norm, event: datetime, due: datetime, calendar: Calendar, office: Office) -> list[Planned]:
    """Every rung that will be told for a term from `event` to `due`, at strictly rising moments, in UTC."""
    last = due.astimezone(office.zone).date()
    planned = [
        Planned(number, rung, _moment(rung.step, norm, event, due, last, calendar, office).astimezone(UTC))
        for number, rung in enumerate(norm.ladder, start=1)
    ]
    kept: list[Planned] = []
    for each in reversed(planned):
        if each.at > event and (not kept or each.at < kept[-1].at):
            kept.append(each)
    return kept[::-1]


def next_rung(planned: Iterable[Planned], told: int, after: datetime) -> Planned | None:
    """The first rung above number `told` that is still to come after this moment."""
    return next((each for each in planned if each.number > told and each.at > after), None)


def due_rungs(conn: Connection, now: datetime, limit: int = 50) -> list[Term]:
    """Running terms with somebody to tell, the longest waiting first, locked until the transaction ends.

    Another sweeper skips them. The caller asks `advance` about each and writes the notices and `MOVE_RUNG`
    in the same transaction.
    """
    return [term_of(row) for row in conn.execute(DUE_RUNGS, {"now": to_seconds(now), "limit": limit})]


def advance(term: Term, norm: Norm, now: datetime, calendar: Calendar, office: Office) -> Advance:
    """What is to be told of the term now. Nothing is told twice: rungs up to `term.rung` are behind."""
    if term.clock is not Clock.RUNNING:
        return Advance(term.rung, None, None)
    planned = plan(norm, term.event_at, term.due_at, calendar, office)
    passed = [each for each in planned if each.number > term.rung and each.at <= now]
    number = passed[-1].number if passed else term.rung
    upcoming = next_rung(planned, number, now)
    return Advance(number, upcoming.at if upcoming else None, _told(term, passed) if passed else None)


def _told(term: Term, passed: list[Planned]) -> Told:
    return Told(
        term_id=term.id,
        case_id=term.case_id,
        task_id=term.task_id,
        norm_id=term.norm_id,
        number=passed[-1].number,
        step=passed[-1].rung.step,
        to=tuple(dict.fromkeys(who for each in passed for who in each.rung.to)),
        due_at=term.due_at,
        red=any(each.rung.red for each in passed),
    )


def _moment(
    step: Step, norm: Norm, event: datetime, due: datetime, last: date, calendar: Calendar, office: Office
) -> datetime:
    """When a rung comes; `last` is the day of the due moment in the office's zone."""
    if step is Step.DUE:
        return due + _SECOND  # at the due moment itself there is still time
    if step in _DAYS_AFTER:
        return office.opens(calendar.add_working_days(last, _DAYS_AFTER[step]))
    if step is Step.DAY_BEFORE:
        return office.opens(calendar.add_working_days(last, -1))
    if norm.unit.in_clock_time:
        return event + (due - event) / 2
    first = event.astimezone(office.zone).date()
    if norm.unit is Unit.WORKING_DAYS:
        half = -(-calendar.working_days_between(first, last) // 2)
        return office.opens(calendar.add_working_days(first, half))
    return office.opens(calendar.next_working(first + timedelta(-(-(last - first).days // 2))))
