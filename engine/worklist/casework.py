"""The steps of one case: what is open, and what was finished, by whom and in time or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.cases.queries import CaseCard
from engine.cases.tables import case_
from engine.deadlines.due import DueWords, words
from engine.model import Clock, Due, StepInfo
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, from_seconds
from engine.versions.naming import StepsOfCase
from engine.worklist.inbox import INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.tables import DONE, OPEN, task

_OPEN = (
    select(*INBOX_COLUMNS)
    .join_from(task, case_, task.c.case_id == case_.c.id)
    .where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
    .order_by(task.c.due_at, task.c.id)
)
_FINISHED = (
    select(task)
    .where(task.c.case_id == bindparam("case_id"), task.c.status == DONE)
    .order_by(task.c.closed_at.desc(), task.c.id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class FinishedStep:
    """A step that was done; `words` say whether in time."""

    task_id: int
    step: StepInfo
    closed_at: datetime
    closed_by: int | None
    words: DueWords


def case_tasks(rt: Runtime, conn: Connection, case_id: int, now: datetime, unit_id: int) -> list[InboxRow]:
    """Open steps of a case by due moment: the first one is its next action."""
    return inbox_rows(rt, conn, conn.execute(_OPEN, {"case_id": case_id}).all(), now, unit_id)


def finished_tasks(
    rt: Runtime, conn: Connection, card: CaseCard, now: datetime, limit: int = 1_000
) -> list[FinishedStep]:
    """Finished steps, the newest first."""
    steps = StepsOfCase(rt, conn, card.id, card.process, card.release_id)
    calendar, office = rt.calendars.calendar(card.unit_id), rt.calendars.office(card.unit_id)
    found = []
    for row in conn.execute(_FINISHED, {"case_id": card.id, "limit": limit}):
        due = Due(due_from_seconds(row.due_at), Clock(row.clock), from_seconds(row.closed_at))
        norm = rt.calendars.norm_by_id(row.norm_id) if row.norm_id else None
        found.append(
            FinishedStep(
                task_id=row.id,
                step=steps(row.node),
                closed_at=from_seconds(row.closed_at),
                closed_by=row.closed_by,
                words=words(due, now, calendar, office, norm),
            )
        )
    return found
