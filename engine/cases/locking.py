"""Taking a case for one step: its row is locked, its state opened, its terms read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from engine.cases.tables import ACTIVE, case_
from engine.deadlines.tables import OPEN_TERMS
from engine.errors import Conflict, NotFound
from engine.model import Located, element_ref
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.prepared import PreparedSelect
from engine.storage.rows import AnyRow
from engine.worklist.tables import task

_CASE_COLUMNS = (
    case_.c.id.label("case_id"),
    case_.c.number,
    case_.c.process,
    case_.c.release_id,
    case_.c.version,
    case_.c.status.label("case_status"),
    case_.c.state,
    case_.c.key_id,
    case_.c.stage,
    case_.c.phase,
    case_.c.owner_id,
    case_.c.unit_id,
    case_.c.agency_id,
    case_.c.person_id,
    case_.c.family_id,
    case_.c.filed_at,
)

CASES = select(*_CASE_COLUMNS)
"""Rows for `opened_case`, for looking at cases without changing them."""

LOCK_CASE = select(*_CASE_COLUMNS).where(case_.c.id == bindparam("case_id")).with_for_update()

LOCK_FREE_CASE = (
    select(*_CASE_COLUMNS).where(case_.c.id == bindparam("case_id")).with_for_update(skip_locked=True)
)
"""For sweeps: a case that a person is working on is left for the next round. Every transaction takes the
case's row
before any other row of the case, so no two can wait for each other."""

_LOCK_TASK = PreparedSelect(
    select(
        *_CASE_COLUMNS,
        task.c.id.label("task_id"),
        task.c.node,
        task.c.status.label("task_status"),
        task.c.queue_id,
        task.c.role_queue_id,
        task.c.assignee_id,
        task.c.closed_at,
        task.c.closed_by,
    )
    .join_from(case_, task, task.c.case_id == case_.c.id)
    .where(task.c.id == bindparam("task_id"))
    .with_for_update()
)
"""Locks both rows: on PostgreSQL a second click that waited would otherwise read the old row of the task. The
case is named, and so locked, first."""

_OPEN_TERMS = PreparedSelect(OPEN_TERMS)


@dataclass(slots=True)
class LockedCase:
    """A case whose row this transaction holds. `state` is open (plain) bytes; `terms` are its open term
    rows.
    """

    id: int
    number: str
    process: str
    release_id: int
    version: int
    key_id: int
    state: bytes
    stage: str
    phase: str
    owner_id: int | None
    unit_id: int
    agency_id: int
    person_id: int | None
    family_id: int | None
    filed_at: datetime
    terms: list[AnyRow]

    def ref(self, at: Located) -> str:
        """How the tables name an element: its id, with the process before it where that is a called one."""
        return element_ref(self.process, at.process, at.node)


def state_purpose(case_id: int) -> str:
    """What binds a sealed state to its case."""
    return f"case.state:{case_id}"


def lock_task(conn: Connection, number: int) -> AnyRow | None:
    """Lock a step and its case; None when there is no such step."""
    return next(iter(_LOCK_TASK.rows(conn, task_id=number)), None)


def lock_case(rt: Runtime, conn: Connection, case_id: int) -> LockedCase:
    """Lock a case that is still running; NotFound or Conflict otherwise."""
    row = conn.execute(LOCK_CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound(f"Дела № {case_id} нет.")
    return opened_case(rt, conn, row)


def lock_free_case(rt: Runtime, conn: Connection, case_id: int) -> LockedCase | None:
    """Lock a running case unless somebody holds it; None when it's held, gone or over."""
    row = conn.execute(LOCK_FREE_CASE, {"case_id": case_id}).one_or_none()
    if row is None or row.case_status != ACTIVE:
        return None
    return opened_case(rt, conn, row)


def opened_case(rt: Runtime, conn: Connection, row: AnyRow) -> LockedCase:
    """The locked case of a row that was read with one of the statements above."""
    if row.case_status != ACTIVE:
        raise Conflict(f"Дело {row.number} уже завершено.", "Откройте дело, чтобы увидеть итог.")
    return LockedCase(
        id=row.case_id,
        number=row.number,
        process=row.process,
        release_id=row.release_id,
        version=row.version,
        key_id=row.key_id,
        state=rt.vault.open(row.key_id, row.state, state_purpose(row.case_id)),
        stage=row.stage,
        phase=row.phase,
        owner_id=row.owner_id,
        unit_id=row.unit_id,
        agency_id=row.agency_id,
        person_id=row.person_id,
        family_id=row.family_id,
        filed_at=from_seconds(row.filed_at),
        terms=_OPEN_TERMS.rows(conn, case_id=row.case_id),
    )
