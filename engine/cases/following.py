"""What follows an open term of a case: its steps, the timers that wait on it, the line in the history.

Whoever moves a term, by a pause, a calendar, an edition or a sitting, holds the lock of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine.access.journal import record_action
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import LockedCase
from engine.cases.tables import wait
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office
from engine.deadlines.due import last_day_words, overdue_from
from engine.deadlines.norms import Norm
from engine.model import FAR_FUTURE, Actor, Clock
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import OPEN, task

_OF_TASKS = (task.c.case_id == bindparam("the_case")) & (task.c.status == OPEN)
OPEN_TASKS = select(task.c.id, task.c.norm_id, task.c.queue_id, task.c.assignee_id).where(_OF_TASKS)
SET_TASK = (
    update(task)
    .where(task.c.id == bindparam("the_task"), task.c.status == OPEN)
    .values(due_at=bindparam("due_at"), clock=bindparam("clock"), risk=None)
)
"""What was forecast is forecast no more."""
SET_WAITS = (
    update(wait)
    .where(wait.c.case_id == bindparam("the_case"), wait.c.term == bindparam("the_key"))
    .values(due_at=bindparam("due_at"))
)


@dataclass(frozen=True, slots=True)
class TermClock:
    """One open term of a locked case, with everything that counting it needs."""

    case: LockedCase
    row: AnyRow
    norm: Norm
    calendar: Calendar
    office: Office

    @property
    def due(self) -> datetime:
        return from_seconds(int(self.row.due_at))


def term_clock(rt: Runtime, case: LockedCase, row: AnyRow) -> TermClock:
    """An open term of a locked case."""
    calendar, office = rt.calendars.calendar(case.unit_id), rt.calendars.office(case.unit_id)
    return TermClock(case, row, rt.calendars.norm_by_id(row.norm_id), calendar, office)


def follow(
    conn: Connection,
    clocks: Iterable[TermClock],
    tasks: Iterable[AnyRow],
    stands: Clock,
    moments: dict[int, int] | None = None,
) -> None:
    """Steps that are due with these terms get their clock and moment, timers that wait on them too."""
    rows, waits = [], []
    for clock in clocks:
        due = (moments or {}).get(clock.row.id, clock.row.due_at)
        rows += step_rows(steps_of(clock, tasks), due, stands)
        waits += wait_rows(clock.row, due, stands)
    if rows:
        conn.execute(SET_TASK, rows)
    if waits:
        conn.execute(SET_WAITS, waits)


def step_rows(steps: Iterable[int], due: int, stands: Clock) -> list[dict[str, Any]]:
    """For `SET_TASK`: these steps are due then."""
    return [{"the_task": number, "due_at": due, "clock": int(stands)} for number in steps]


def wait_rows(row: AnyRow, due: int, stands: Clock) -> list[dict[str, Any]]:
    """For `SET_WAITS`: the timers that wait on a term of a case; they stand still with it."""
    if row.task_id is not None:
        return []
    moment = overdue_from(due) if stands is Clock.RUNNING and due != FAR_FUTURE else None
    return [{"the_case": row.case_id, "the_key": row.key, "due_at": moment}]


def steps_of(clock: TermClock, tasks: Iterable[AnyRow]) -> list[int]:
    """Numbers of the open steps that are due with this term."""
    return [each.id for each in steps_among(clock.row, clock.case.terms, tasks)]


def steps_among(row: AnyRow, terms: Iterable[AnyRow], tasks: Iterable[AnyRow]) -> list[AnyRow]:
    """The step of a term, or the steps that share a term of the case; `terms`, `tasks`: those open in it."""
    if row.task_id is not None:
        return [each for each in tasks if each.id == row.task_id]
    own = {each.task_id for each in terms}
    return [each for each in tasks if each.norm_id == row.norm_id and each.id not in own]


def was_is(clock: TermClock, due: datetime, now: datetime) -> dict[str, str]:
    """The last day before and after, as the history keeps them."""
    becomes = last_day_words(due, now, clock.calendar, clock.office, clock.norm)
    return {"было": local_day(clock, clock.due), "стало": becomes}


def local_day(clock: TermClock, moment: datetime) -> str:
    return f"{moment.astimezone(clock.office.zone):%d.%m.%Y}"


def note(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    clock: TermClock,
    kind: HistoryKind,
    told: dict[str, str],
    now: datetime,
    action: str,
) -> None:
    case = clock.case
    write_history(
        rt, conn, case_id=case.id, key_id=case.key_id, now=now, actor=actor, kind=kind,
        task_id=clock.row.task_id, data={name: value for name, value in told.items() if value},
    )  # fmt: skip
    record_action(rt, conn, actor, action, "case", case.id, case_id=case.id, details={"key": clock.row.key})
    rt.database.after_commit(rt.wake)
