"""Notices of a person: how many are unread, the list, marking them read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, select, update

from engine.cases.tables import case_
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.worklist.tables import notice, task

SHOWN_UNREAD = 99

_UNREAD = select(func.count()).select_from(
    select(literal(1))
    .where(notice.c.account_id == bindparam("account_id"), notice.c.read_at.is_(None))
    .limit(SHOWN_UNREAD)
    .subquery()
)
_LIST = (
    select(
        notice,
        case_.c.number,
        case_.c.release_id,
        case_.c.process,
        task.c.node,
        task.c.status,
    )
    .join_from(notice, case_, notice.c.case_id == case_.c.id)
    .outerjoin(task, task.c.id == notice.c.task_id)
    .where(notice.c.account_id == bindparam("account_id"))
    .order_by(notice.c.id.desc())
    .limit(bindparam("limit"))
)
_TOLD = (
    select(notice.c.task_id, notice.c.account_id, notice.c.at)
    .where(notice.c.task_id.in_(bindparam("task_ids", expanding=True)))
    .order_by(notice.c.id)
)
_READ = (
    update(notice)
    .where(notice.c.account_id == bindparam("account"), notice.c.read_at.is_(None))
    .values(read_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice. `kind` is the rung of the ladder it came from ('due', 'plus_1', …)."""

    id: int
    at: datetime
    kind: str
    case_id: int
    case_number: str
    task_id: int | None
    step_name: str
    unread: bool


def unread_notices(conn: Connection, account_id: int) -> int:
    """How many, up to SHOWN_UNREAD."""
    return int(conn.execute(_UNREAD, {"account_id": account_id}).scalar_one())


def notice_list(rt: Runtime, conn: Connection, account_id: int, limit: int = 100) -> list[NoticeRow]:
    """The newest notices of a person."""
    return [
        NoticeRow(
            id=row.id,
            at=from_seconds(row.at),
            kind=row.kind,
            case_id=row.case_id,
            case_number=row.number,
            task_id=row.task_id,
            step_name=rt.library.release(row.release_id).step(row.process, row.node).name if row.node else "",
            unread=row.read_at is None,
        )
        for row in conn.execute(_LIST, {"account_id": account_id, "limit": limit})
    ]


def last_told(conn: Connection, task_ids: Collection[int]) -> dict[int, tuple[datetime, frozenset[int]]]:
    """For each of these steps of which anybody was told: when last, and which accounts then."""
    told: dict[int, tuple[datetime, frozenset[int]]] = {}
    rows = conn.execute(_TOLD, {"task_ids": list(task_ids)}).all() if task_ids else []
    for row in rows:
        at = from_seconds(row.at)
        before = told.get(row.task_id)
        together = before[1] if before is not None and before[0] == at else frozenset()
        told[row.task_id] = (at, together | {row.account_id})
    return told


def mark_all_read(rt: Runtime, actor: Actor) -> None:
    """The person has seen the list."""
    with rt.database.write() as conn:
        conn.execute(_READ, {"account": actor.user_id, "now": to_seconds(rt.clock.now())})
