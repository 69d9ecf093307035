"""What a supervisor watches: overdue steps, steps that soon will be, and where cases wait. One definition of
overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, literal, select

from engine.cases.tables import ACTIVE, case_
from engine.cases.visibility import watched
from engine.deadlines.due import DueWords, words
from engine.deadlines.sql import overdue_condition
from engine.deadlines.tables import term
from engine.model import ERASED, FAR_FUTURE, Actor, Clock, Due
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.inbox import CAP, INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.tables import OPEN, task

SOON_WORKING_DAYS = 2
"""«Истекает за 2 раб. дня»."""

SCANNED = 50_000
"""Open steps that the summaries look at; more than a municipality has."""


def soon_limit(rt: Runtime, now: datetime, unit_id: int) -> datetime:
    """The end of the second working day after today, by the clock of the unit."""
    office = rt.calendars.office(unit_id)
    today = now.astimezone(office.zone).date()
    last = rt.calendars.calendar(unit_id).add_working_days(today, SOON_WORKING_DAYS)
    return datetime.combine(last + timedelta(days=1), datetime.min.time(), office.zone)


def _overdue(now: datetime) -> ColumnElement[bool]:
    return overdue_condition(task.c.due_at, task.c.clock, now)


def _soon(now: int, limit: int) -> ColumnElement[bool]:
    return (task.c.due_at >= now) & (task.c.due_at < limit) & (task.c.clock != Clock.PAUSED)


def overdue_steps(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int = 50
) -> list[InboxRow]:
    """Overdue steps within the actor's reach, the longest first."""
    return _steps(rt, conn, actor, now, _overdue(now), limit)


def soon_steps(rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int = 50) -> list[InboxRow]:
    """Steps that fall due within two working days, the nearest first."""
    end = to_seconds(soon_limit(rt, now, actor.unit_id))
    return _steps(rt, conn, actor, now, _soon(to_seconds(now), end), limit)


def steps_until(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, end: datetime, limit: int = 50
) -> list[InboxRow]:
    """Steps that fall due from now until `end`, the nearest first."""
    return _steps(rt, conn, actor, now, _soon(to_seconds(now), to_seconds(end)), limit)


def _steps(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, wanted: ColumnElement[bool], limit: int
) -> list[InboxRow]:
    statement = (
        _reach(select(*INBOX_COLUMNS), actor).where(wanted).order_by(task.c.due_at, task.c.id).limit(limit)
    )
    return inbox_rows(rt, conn, conn.execute(statement).all(), now, actor.unit_id)


def _reach(statement: Select[Any], actor: Actor) -> Select[Any]:
    """Open steps of the cases that the actor may watch."""
    return statement.select_from(task.join(case_, task.c.case_id == case_.c.id)).where(
        task.c.status == OPEN, watched(actor)
    )


@dataclass(frozen=True, slots=True)
class LateCase:
    """A case that waits past a term of its own while no open step has that term: for a sitting of a
    commission, for an answer. `phase` says in words of the diagram where it stands.
    """

    case_id: int
    number: str
    label: str
    process_name: str
    phase: str
    owner_id: int | None
    term_id: int
    due: Due
    words: DueWords


_CASE_COLUMNS = (
    case_.c.id.label("case_id"),
    case_.c.number,
    case_.c.key_id,
    case_.c.label,
    case_.c.process,
    case_.c.release_id,
    case_.c.phase,
    case_.c.owner_id,
    case_.c.unit_id,
)
_CARRIED = exists().where(
    task.c.case_id == term.c.case_id, task.c.status == OPEN, task.c.norm_id == term.c.norm_id
)


def late_cases(rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int = 50) -> list[LateCase]:
    """Cases whose overdue term stands in no list of steps, the longest first."""
    found = conn.execute(
        select(term.c.id, term.c.norm_id, term.c.due_at, term.c.clock, *_CASE_COLUMNS)
        .join_from(term, case_, term.c.case_id == case_.c.id)
        .where(
            case_.c.status == ACTIVE,
            watched(actor),
            term.c.task_id.is_(None),
            term.c.ended_at.is_(None),
            overdue_condition(term.c.due_at, term.c.clock, now),
            ~_CARRIED,
        )
        .order_by(term.c.due_at, term.c.id)
        .limit(limit)
    ).all()
    labels = rt.vault.open_many([(row.key_id, row.label, "case.label") for row in found])
    return [_late_case(rt, row, label, now) for row, label in zip(found, labels, strict=True)]


def _late_case(rt: Runtime, row: AnyRow, label: bytes | None, now: datetime) -> LateCase:
    due = Due(at=due_from_seconds(row.due_at), clock=Clock(row.clock))
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    return LateCase(
        case_id=row.case_id,
        number=row.number,
        label=ERASED if label is None else label.decode(),
        process_name=rt.library.release(row.release_id).process(row.process).name,
        phase=row.phase,
        owner_id=row.owner_id,
        term_id=row.id,
        due=due,
        words=words(due, now, calendar, office, rt.calendars.norm_by_id(row.norm_id)),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures at the head of the page; steps are counted up to CAP."""

    overdue: int
    soon: int
    paused: int
    cases: int


def figures(rt: Runtime, conn: Connection, actor: Actor, now: datetime) -> Figures:
    """All figures in one statement."""
    seconds, limit = to_seconds(now), to_seconds(soon_limit(rt, now, actor.unit_id))

    def counted(wanted: ColumnElement[bool]) -> ColumnElement[int]:
        rows = _reach(select(literal(1)), actor).where(wanted).limit(CAP).subquery()
        return select(func.count()).select_from(rows).scalar_subquery()

    cases = select(literal(1)).where(case_.c.status == ACTIVE, watched(actor)).limit(SCANNED).subquery()
    row = conn.execute(
        select(
            counted(_overdue(now)).label("overdue"),
            counted(_soon(seconds, limit)).label("soon"),
            counted(task.c.clock == Clock.PAUSED).label("paused"),
            select(func.count()).select_from(cases).scalar_subquery().label("cases"),
        )
    ).one()
    return Figures(**row._mapping)


@dataclass(frozen=True, slots=True)
class WaitingAtStep:
    """How many open steps wait at one node, how many of them are overdue, and for how long on average (in
    days).
    """

    process: str
    node: str
    waiting: int
    overdue: int
    mean_days: float


def waiting_by_step(conn: Connection, actor: Actor, now: datetime) -> list[WaitingAtStep]:
    """Where cases wait, the fullest node first."""
    seconds = to_seconds(now)
    rows = _reach(select(case_.c.process, task.c.node, task.c.opened_at, task.c.due_at, task.c.clock), actor)
    scanned = rows.limit(SCANNED).subquery()
    late = case((overdue_condition(scanned.c.due_at, scanned.c.clock, now), 1), else_=0)
    found = conn.execute(
        select(
            scanned.c.process,
            scanned.c.node,
            func.count().label("waiting"),
            func.sum(late).label("overdue"),
            func.avg(seconds - scanned.c.opened_at).label("seconds"),
        )
        .group_by(scanned.c.process, scanned.c.node)
        .order_by(func.count().desc(), scanned.c.node)
    )
    return [
        WaitingAtStep(r.process, r.node, r.waiting, int(r.overdue), max(float(r.seconds), 0.0) / 86_400)
        for r in found
    ]


@dataclass(frozen=True, slots=True)
class Load:
    """Open and overdue steps of one person; `account_id` None: nobody has taken them."""

    account_id: int | None
    open: int
    overdue: int
    nearest: datetime | None


def load_by_person(conn: Connection, actor: Actor, now: datetime) -> list[Load]:
    """Who has how much, the most loaded first."""
    scanned = _reach(select(task.c.assignee_id, task.c.due_at, task.c.clock), actor).limit(SCANNED).subquery()
    late = case((overdue_condition(scanned.c.due_at, scanned.c.clock, now), 1), else_=0)
    found = conn.execute(
        select(
            scanned.c.assignee_id,
            func.count().label("open"),
            func.sum(late).label("overdue"),
            func.min(scanned.c.due_at).label("nearest"),
        )
        .group_by(scanned.c.assignee_id)
        .order_by(func.count().desc())
    )
    return [
        Load(r.assignee_id, r.open, int(r.overdue), due_from_seconds(r.nearest or FAR_FUTURE)) for r in found
    ]
