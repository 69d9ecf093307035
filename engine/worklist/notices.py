"""Notices of a person: how many are unread, the list, marking them read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Executable, bindparam, func, literal, select, union_all, update

from engine.access.tables import absence
from engine.cases.tables import case_
from engine.deadlines.tables import term
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.worklist.tables import OPEN, notice, task

SHOWN_UNREAD = 99
QUESTION_WITHDRAWN = "question_withdrawn"
RECOUNTED = "recount"
NEW_EDITION = "edition"
"""A term of the case is counted by a new edition of its norm and ends on another day."""
GIVEN = "given"
"""Somebody has handed the step over to them."""
AWAY = "away"
NOBODY = "nobody"
"""A case was opened by the calendar, and nobody holds the role that it belongs to."""
VISITS_OFF = "visits_off"
VISITS_BACK = "visits_back"
VISITS_MOVED = "visits_moved"
VISITS_PLANNED = "visits_planned"

_UNREAD = select(func.count()).select_from(
    select(literal(1))
    .select_from(notice)
    .outerjoin(task, task.c.id == notice.c.task_id)
    .outerjoin(term, term.c.id == notice.c.term_id)
    .where(
        notice.c.account_id == bindparam("account_id"),
        notice.c.read_at.is_(None),
        task.c.id.is_(None) | (task.c.status == OPEN),
        term.c.ended_at.is_(None),
    )
    .limit(SHOWN_UNREAD)
    .subquery()
)
"""What a notice was about may be done by now: then nobody has to read it."""
_LIST = (
    select(
        notice,
        case_.c.number,
        case_.c.release_id,
        case_.c.process,
        task.c.node,
        task.c.status,
        task.c.queue_id,
        absence.c.absent_id,
        term.c.norm_id,
        term.c.ended_at,
    )
    .outerjoin_from(notice, case_, notice.c.case_id == case_.c.id)
    .outerjoin(absence, absence.c.id == notice.c.absence_id)
    .outerjoin(task, task.c.id == notice.c.task_id)
    .outerjoin(term, term.c.id == notice.c.term_id)
    .where(notice.c.account_id == bindparam("account_id"))
    .order_by(notice.c.id.desc())
    .limit(bindparam("limit"))
)
_OF_STEPS = select(notice.c.task_id.label("about"), notice.c.account_id, notice.c.at, notice.c.id).where(
    notice.c.task_id.in_(bindparam("numbers", expanding=True)), notice.c.kind != GIVEN
)
_OF_CASES = (
    select(task.c.id, notice.c.account_id, notice.c.at, notice.c.id)
    .select_from(task)
    .join(term, (term.c.case_id == task.c.case_id) & (term.c.norm_id == task.c.norm_id))
    .join(notice, notice.c.term_id == term.c.id)
    .where(
        task.c.id.in_(bindparam("numbers", expanding=True)),
        term.c.task_id.is_(None),
        term.c.ended_at.is_(None),
    )
)
"""A step may be due with a term of its case: what was told of that term was told of the step."""
_TOLD = union_all(_OF_STEPS, _OF_CASES).order_by("id")
_TOLD_OF_TERMS = (
    select(notice.c.term_id.label("about"), notice.c.account_id, notice.c.at)
    .where(notice.c.term_id.in_(bindparam("numbers", expanding=True)))
    .order_by(notice.c.id)
)
_READ = (
    update(notice)
    .where(notice.c.account_id == bindparam("account"), notice.c.read_at.is_(None))
    .values(read_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice. `kind` is the rung of the ladder it came from ('due', 'plus_1', …); `queue_id` is where its
    step lies, None when it is about no step or the step is over. A notice of all that a recalculation moved
    of theirs is about no case: its kind is RECOUNTED. Of kind AWAY it is about a step of `absent_id`, or
    without one about all of theirs; None once the absence was taken out.
    """

    id: int
    at: datetime
    kind: str
    case_id: int | None
    case_number: str
    recalculation_id: int | None
    absent_id: int | None
    task_id: int | None
    queue_id: int | None
    step_name: str
    term_title: str
    unread: bool


def unread_notices(conn: Connection, account_id: int) -> int:
    """How many of what is still to be done, up to SHOWN_UNREAD."""
    return int(conn.execute(_UNREAD, {"account_id": account_id}).scalar_one())


def notice_list(rt: Runtime, conn: Connection, account_id: int, limit: int = 100) -> list[NoticeRow]:
    """The newest notices of a person."""
    return [
        NoticeRow(
            id=row.id,
            at=from_seconds(row.at),
            kind=row.kind,
            case_id=row.case_id,
            case_number=row.number or "",
            recalculation_id=row.recalculation_id,
            absent_id=row.absent_id,
            task_id=row.task_id,
            queue_id=row.queue_id if row.status == OPEN else None,
            step_name=rt.library.release(row.release_id).step(row.process, row.node).name if row.node else "",
            term_title=rt.calendars.norm_by_id(row.norm_id).title if row.norm_id is not None else "",
            unread=row.read_at is None and row.status in {None, OPEN} and row.ended_at is None,
        )
        for row in conn.execute(_LIST, {"account_id": account_id, "limit": limit})
    ]


ToldLast = dict[int, tuple[datetime, frozenset[int]]]
"""When anybody was told last, and which accounts then."""


def last_told(conn: Connection, task_ids: Collection[int]) -> ToldLast:
    """By step, for those of these steps of which anybody was told."""
    return _last(conn, _TOLD, task_ids)


def last_told_of_terms(conn: Connection, term_ids: Collection[int]) -> ToldLast:
    """The same by term."""
    return _last(conn, _TOLD_OF_TERMS, term_ids)


def _last(conn: Connection, statement: Executable, numbers: Collection[int]) -> ToldLast:
    told: ToldLast = {}
    rows = conn.execute(statement, {"numbers": list(numbers)}).all() if numbers else []
    for row in rows:
        at = from_seconds(row.at)
        before = told.get(row.about)
        together = before[1] if before is not None and before[0] == at else frozenset()
        told[row.about] = (at, together | {row.account_id})
    return told


def mark_all_read(rt: Runtime, actor: Actor) -> None:
    """The person has seen the list."""
    with rt.database.write() as conn:
        conn.execute(_READ, {"account": actor.user_id, "now": to_seconds(rt.clock.now())})
