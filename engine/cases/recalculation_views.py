"""What was counted anew after changes of calendars: the recalculations, and the terms that each moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, select, true

from engine.cases.tables import case_
from engine.cases.visibility import visible
from engine.deadlines.changes import Change, changes_of
from engine.deadlines.due import may_move
from engine.deadlines.tables import calendar_change, moved_term, recalculation, term
from engine.errors import NotFound
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import task

PAGE = 50

_STEP = task.alias()
"""Apart from the open steps that `visible` asks about."""

_LATEST = select(recalculation).order_by(recalculation.c.id.desc()).limit(bindparam("limit"))
_ONE = select(recalculation).where(recalculation.c.id == bindparam("number"))
_WAITS = select(exists().where(calendar_change.c.recalculation_id.is_(None)))
_MOVED = (
    select(
        moved_term,
        term.c.norm_id,
        case_.c.number,
        case_.c.unit_id,
        case_.c.release_id,
        case_.c.process,
        _STEP.c.node,
    )
    .join_from(moved_term, case_, case_.c.id == moved_term.c.case_id)
    .join(term, term.c.id == moved_term.c.term_id)
    .outerjoin(_STEP, _STEP.c.id == moved_term.c.task_id)
)


@dataclass(frozen=True, slots=True)
class Recalculation:
    """Open terms counted anew: after which changes, how many, how many of them moved. `finished_at` is None
    while it goes on.
    """

    id: int
    started_at: datetime
    finished_at: datetime | None
    terms: int
    moved: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A term that ends at another moment now. `what` is its step, or the norm of a term of the whole case;
    `provisional` says which year may still move it.
    """

    case_id: int
    case_number: str
    task_id: int | None
    unit_id: int
    what: str
    was: datetime
    becomes: datetime
    provisional: str
    told_id: int | None


@dataclass(frozen=True, slots=True)
class MovedPage:
    """A page of what a recalculation moved, as far as the actor may know of it; `total` is of all pages."""

    recalculation: Recalculation
    rows: tuple[Moved, ...]
    total: int


def latest_recalculations(conn: Connection, limit: int = 5) -> list[Recalculation]:
    """The newest ones, the last first."""
    return [_recalculation(conn, row) for row in conn.execute(_LATEST, {"limit": limit})]


def counting_waits(conn: Connection) -> bool:
    """Whether a change waits for its recalculation to begin."""
    return bool(conn.execute(_WAITS).scalar_one())


def moved_page(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    number: int,
    *,
    told: Collection[int] | None = None,
    page: int = 1,
) -> MovedPage:
    """What a recalculation moved, the nearest first; NotFound when there is none of that number.

    Whoever keeps the calendar sees all of it, as numbers of cases and names of steps; others what they see of
    cases anyway. `told`: only what these people were told of.
    """
    row = conn.execute(_ONE, {"number": number}).one_or_none()
    if row is None:
        raise NotFound("Такого пересчёта нет.", "Откройте календарь и выберите изменение.")
    keeper = actor.may(Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    wanted = [moved_term.c.recalculation_id == number, true() if keeper else visible(actor)]
    if told is not None:
        wanted.append(moved_term.c.told_id.in_(told))
    total = conn.execute(
        select(func.count())
        .select_from(moved_term)
        .join(case_, case_.c.id == moved_term.c.case_id)
        .where(*wanted)
    ).scalar_one()
    found = (
        _MOVED.where(*wanted)
        .order_by(moved_term.c.due_after, moved_term.c.term_id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = tuple(_moved(rt, each) for each in conn.execute(found))
    return MovedPage(_recalculation(conn, row), rows, total)


def _recalculation(conn: Connection, row: AnyRow) -> Recalculation:
    return Recalculation(
        id=row.id,
        started_at=from_seconds(row.started_at),
        finished_at=from_seconds(row.finished_at),
        terms=row.terms,
        moved=row.moved,
        changes=tuple(changes_of(conn, row.id)),
    )


def _moved(rt: Runtime, row: AnyRow) -> Moved:
    step = rt.library.release(row.release_id).step(row.process, row.node).name if row.node else ""
    norm, becomes = rt.calendars.norm_by_id(row.norm_id), from_seconds(row.due_after)
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    return Moved(
        case_id=row.case_id,
        case_number=row.number,
        task_id=row.task_id,
        unit_id=row.unit_id,
        what=step or norm.title,
        was=from_seconds(row.due_before),
        becomes=becomes,
        provisional=may_move(becomes, rt.clock.now(), calendar, office, norm),
        told_id=row.told_id,
    )
