"""Terms up to a sitting: their day is set when one is planned, moves with it and is taken away with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine.cases.following import OPEN_TASKS, TermClock, follow, local_day, note, term_clock
from engine.cases.history import HistoryKind
from engine.cases.locking import lock_case, lock_free_case
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.counting import Unit, sitting_moment
from engine.deadlines.due import last_day_words
from engine.deadlines.tables import norm, term
from engine.deadlines.terms import sitting_row
from engine.model import SYSTEM, Clock, Outcome
from engine.records.commissions import commission_for
from engine.records.sittings import ASKED, changed_sittings, sitting_days, sitting_followed
from engine.records.tables import ON_AGENDA, WAITING, agenda_item, commission
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, due_to_seconds, from_seconds, to_seconds

_WAITING = (
    select(case_.c.id, case_.c.unit_id)
    .join_from(term, norm, norm.c.id == term.c.norm_id)
    .join(case_, case_.c.id == term.c.case_id)
    .where(
        norm.c.unit == Unit.SITTING.value,
        norm.c.commission.in_(bindparam("kinds", expanding=True)),
        term.c.ended_at.is_(None),
        case_.c.status == ACTIVE,
    )
    .distinct()
    .order_by(case_.c.id)
)
_ASKED_OF = (
    select(agenda_item.c.commission_id)
    .where(agenda_item.c.case_id == bindparam("case_id"), agenda_item.c.status.in_((WAITING, ON_AGENDA)))
    .order_by(agenda_item.c.id.desc())
    .limit(1)
)
_KIND = select(commission.c.kind).where(commission.c.id == bindparam("commission_id"))
_IN_SITTINGS = select(norm.c.id).where(norm.c.unit == Unit.SITTING.value)
_END = (
    update(term)
    .where(
        term.c.case_id == bindparam("the_case"), term.c.ended_at.is_(None), term.c.norm_id.in_(_IN_SITTINGS)
    )
    .values({name: bindparam(name) for name in ("ended_at", "outcome", "next_at")})
)
_MOVE_TERM = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values({name: bindparam(name) for name in ("due_at", "clock", "rung", "next_at")})
)


def follow_sittings(rt: Runtime) -> int:
    """Count anew what waits for sittings that were planned, moved or given up; one commit a case.

    Returns how many sittings were followed. One whose cases somebody holds is left for the next round.
    """
    with rt.database.read() as conn:
        changed = changed_sittings(conn)
    followed = 0
    for row in changed:
        with rt.database.read() as conn:
            waiting = conn.execute(_WAITING, {"kinds": [row.kind, ASKED]}).all()
            mine = [case for case in waiting if _serves(rt, conn, row.commission_id, row.kind, case.unit_id)]
        gone = row.id if row.over else None
        free = [_follow_case(rt, case.id, row.commission_id, gone) for case in mine]
        if all(free):
            with rt.database.write() as conn:
                sitting_followed(conn, row.id, row.day, over=row.over)
            followed += 1
    return followed


def follow_question(rt: Runtime, conn: Connection, case_id: int) -> None:
    """A case has put its question: its terms up to a sitting of the commission it asked get their day."""
    case = lock_case(rt, conn, case_id)
    asked = conn.execute(_ASKED_OF, {"case_id": case_id}).scalar()
    if asked is None:
        return
    for row in case.terms:
        clock = term_clock(rt, case, row)
        if clock.norm.unit is Unit.SITTING and clock.norm.commission == ASKED:
            days = sitting_days(conn, asked, from_seconds(row.event_at))
            _move(rt, conn, clock, days, rt.clock.now())


def end_sitting_terms(rt: Runtime, conn: Connection, case_id: int) -> None:
    """The case has taken its question back: it waits for no sitting any more."""
    ended = {"ended_at": to_seconds(rt.clock.now()), "outcome": int(Outcome.CANCELLED), "next_at": None}
    conn.execute(_END, {"the_case": case_id, **ended})


def _serves(rt: Runtime, conn: Connection, commission_id: int, kind: str, unit_id: int) -> bool:
    return commission_for(rt, conn, kind, unit_id) == commission_id


def _follow_case(rt: Runtime, case_id: int, commission_id: int, gone: int | None) -> bool:
    """False when somebody else is at work on the case. `gone`: a sitting that will not be."""
    with rt.database.write() as conn:
        case = lock_free_case(rt, conn, case_id)
        if case is None:
            status = conn.execute(select(case_.c.status).where(case_.c.id == case_id)).scalar_one()
            return bool(status != ACTIVE)
        asked = conn.execute(_ASKED_OF, {"case_id": case_id}).scalar()
        kind = conn.execute(_KIND, {"commission_id": commission_id}).scalar_one()
        for row in case.terms:
            clock = term_clock(rt, case, row)
            mine = clock.norm.commission == kind or (
                clock.norm.commission == ASKED and asked == commission_id
            )
            if clock.norm.unit is Unit.SITTING and mine:
                days = sitting_days(conn, commission_id, from_seconds(row.event_at), without=gone)
                _move(rt, conn, clock, days, rt.clock.now())
    return True


def _move(rt: Runtime, conn: Connection, clock: TermClock, days: Sequence[date], now: datetime) -> None:
    row = clock.row
    event = from_seconds(row.event_at)
    due = sitting_moment(clock.norm.rule, event, days, clock.calendar, clock.office)
    if due_to_seconds(due) == row.due_at:
        return
    conn.execute(_MOVE_TERM, [sitting_row(row, clock.norm, due, now, clock.calendar, clock.office)])
    tasks = list(conn.execute(OPEN_TASKS, {"the_case": clock.case.id}).all())
    follow(conn, [clock], tasks, Clock.RUNNING, {row.id: due_to_seconds(due)})
    told: dict[str, Any] = {"срок": clock.norm.title}
    before = due_from_seconds(row.due_at)
    told["причина"] = _why(before, due)
    told["было"] = local_day(clock, before) if before else ""
    told["стало"] = last_day_words(due, now, clock.calendar, clock.office, clock.norm) if due else ""
    note(rt, conn, SYSTEM, clock, HistoryKind.TERM_RECOUNTED, told, now, "term.recounted")


def _why(before: datetime | None, due: datetime | None) -> str:
    if before is None:
        return "назначено заседание"
    return "заседание перенесено" if due else "заседания не будет, нового не назначили"
