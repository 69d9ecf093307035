"""A new edition of a norm and the open cases it touches: terms whose event is of its first day or later.

What began before that day goes on by the edition it began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine.access.absences import Away, away_now
from engine.access.policy import require
from engine.cases.following import OPEN_TASKS, TermClock, follow, note, steps_among, term_clock, was_is
from engine.cases.history import HistoryKind
from engine.cases.locking import lock_case
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.counting import Unit
from engine.deadlines.due import may_move
from engine.deadlines.interruptions import Counted, counted_due
from engine.deadlines.norms import Norm
from engine.deadlines.queries import changes_of_terms
from engine.deadlines.service import write_edition
from engine.deadlines.tables import norm, term
from engine.deadlines.terms import moved_row
from engine.model import Actor, Clock, Permission, Scope
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.notices import NEW_EDITION
from engine.worklist.tables import notice, task

_RUNNING = (
    select(term, case_.c.number, case_.c.unit_id)
    .join_from(term, case_, case_.c.id == term.c.case_id)
    .join(norm, norm.c.id == term.c.norm_id)
    .where(
        norm.c.key == bindparam("key"),
        norm.c.variant == bindparam("variant"),
        norm.c.unit != Unit.SITTING.value,
        term.c.ended_at.is_(None),
        case_.c.status == ACTIVE,
    )
    .order_by(term.c.case_id, term.c.id)
)
_COUNTS = (
    select(term.c.norm_id, func.count(term.c.case_id.distinct()))
    .join_from(term, case_, case_.c.id == term.c.case_id)
    .where(term.c.ended_at.is_(None), case_.c.status == ACTIVE)
    .group_by(term.c.norm_id)
)
_TAKE_EDITION = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values(
        {name: bindparam(name) for name in ("norm_id", "due_at", "clock", "rung", "next_at", "remainder")}
    )
)
_TASK_TAKES = update(task).where(task.c.id == bindparam("the_task")).values(norm_id=bindparam("becomes"))


@dataclass(frozen=True, slots=True)
class Touched:
    """An open term that a new edition counts anew."""

    case_id: int
    case_number: str
    term_id: int
    was: datetime
    becomes: datetime
    provisional: str
    """Which year may still move it, as in `DueWords`."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a new edition does to open cases: terms counted anew, and how many go on as they began."""

    touched: tuple[Touched, ...]
    kept: int


def open_cases_by_edition(conn: Connection) -> dict[int, int]:
    """How many open cases have a term by each edition."""
    return dict(conn.execute(_COUNTS).all())


def impact_of(rt: Runtime, conn: Connection, actor: Actor, edition: Norm) -> Impact:
    """Which open cases the edition would touch; for whoever may change norms."""
    require(actor, Permission.NORM_EDIT, Scope.MUNICIPALITY)
    rows = _running(conn, edition)
    touched = [row for row in rows if _begins_by(rt, row, edition)]
    changes = changes_of_terms(conn, [row.id for row in touched])
    found = []
    for row in touched:
        counted = _counted(rt, row, row.unit_id, edition, changes.get(row.id, []))
        calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
        provisional = may_move(counted.due, rt.clock.now(), calendar, office, edition)
        was = from_seconds(row.due_at)
        found.append(Touched(row.case_id, row.number, row.id, was, counted.due, provisional))
    return Impact(tuple(found), len(rows) - len(found))


def publish_edition(rt: Runtime, actor: Actor, edition: Norm) -> int:
    """Add the edition and count anew what it touches, in one commit; gives its number.

    Raises NotAllowed, InvalidData (an edition is later than the one before it). Nothing was changed then.
    """
    with rt.database.write() as conn:
        number = write_edition(rt, conn, actor, edition)
        published, now = replace(edition, id=number), rt.clock.now()
        away = away_now(conn, rt.directory.tree(), now)
        for row in _running(conn, edition):
            if _begins_by(rt, row, edition):
                told = _take(rt, conn, actor, row, published, now)
                _tell(conn, told, away, row.case_id, now)
        return number


def _running(conn: Connection, edition: Norm) -> list[AnyRow]:
    """What runs by the norm. A term up to a sitting moves with that alone, and no edition makes one."""
    if edition.unit is Unit.SITTING:
        return []
    wanted = {"key": edition.key, "variant": edition.variant}
    return list(conn.execute(_RUNNING, wanted).all())


def _begins_by(rt: Runtime, row: AnyRow, edition: Norm) -> bool:
    """Whether the term's event is of a day on which the edition is in force."""
    first = datetime.combine(edition.valid_from, time(), rt.calendars.office(row.unit_id).zone)
    return int(row.event_at) >= to_seconds(first)


def _counted(rt: Runtime, row: AnyRow, unit_id: int, edition: Norm, changes: list[Any]) -> Counted:
    calendar, office = rt.calendars.calendar(unit_id), rt.calendars.office(unit_id)
    return counted_due(edition.rule, from_seconds(row.event_at), changes, calendar, office)


Concerned = dict[int, int | None]
"""By account, which of their steps is due otherwise now; None for whom only the case concerns."""


def _take(
    rt: Runtime, conn: Connection, actor: Actor, found: AnyRow, edition: Norm, now: datetime
) -> Concerned:
    """One term goes on by the new edition, with its steps and timers; gives whom that concerns."""
    case = lock_case(rt, conn, found.case_id)
    row = next((row for row in case.terms if row.id == found.id), None)
    if row is None:
        return {}
    clock = term_clock(rt, case, row)
    tasks = list(conn.execute(OPEN_TASKS, {"the_case": case.id}).all())
    changes = changes_of_terms(conn, [row.id]).get(row.id, [])
    counted = _counted(rt, row, case.unit_id, edition, changes)
    conn.execute(_TAKE_EDITION, [_edition_row(clock, edition, counted, now)])
    follow(conn, [clock], tasks, Clock(row.clock), {row.id: to_seconds(counted.due)})
    steps = steps_among(row, case.terms, tasks)
    if steps:
        conn.execute(_TASK_TAKES, [{"the_task": step.id, "becomes": edition.id} for step in steps])
    told = {
        "срок": edition.title,
        "причина": f"новая редакция нормы с {edition.valid_from:%d.%m.%Y}",
        **was_is(clock, counted.due, now),
    }
    note(rt, conn, actor, clock, HistoryKind.TERM_RECOUNTED, told, now, "term.recounted")
    if counted.due == clock.due:
        return {}
    concerned: Concerned = {case.owner_id: None} if case.owner_id else {}
    return concerned | {step.assignee_id: step.id for step in steps if step.assignee_id}


def _tell(
    conn: Connection, concerned: Concerned, away: Mapping[int, Away], case_id: int, now: datetime
) -> None:
    """A notice for each of them, and for who stands in for them."""
    told = dict(concerned)
    for person in concerned:
        if person in away and (acting := away[person].acting_id):
            told.setdefault(acting, concerned[person])
    rows = [
        {
            "account_id": person, "at": to_seconds(now), "kind": NEW_EDITION, "rung": 0, "case_id": case_id,
            "task_id": step,
        }
        for person, step in told.items()
    ]  # fmt: skip
    if rows:
        conn.execute(insert(notice), rows)


def _edition_row(clock: TermClock, edition: Norm, counted: Counted, now: datetime) -> dict[str, Any]:
    moved = moved_row(clock.row, edition, counted.due, now, clock.calendar, clock.office)
    if clock.row.clock == Clock.PAUSED:
        moved |= {"clock": int(Clock.PAUSED), "next_at": None}
    return {**moved, "norm_id": edition.id, "remainder": counted.left}
