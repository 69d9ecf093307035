"""Letting due timers fire. Due rows in the database are the truth; whoever sweeps takes one case at a
time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, bindparam, exists, select, update

from engine import bpmn
from engine.bpmn.commands import Fire
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.locking import LockedCase, lock_free_case
from engine.cases.recording import Deed, record_step
from engine.cases.tables import wait
from engine.deadlines.due import overdue_from
from engine.errors import MarshrutError
from engine.model import FAR_FUTURE, SYSTEM, Clock, split_task_id
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

log = structlog.get_logger(__name__)

BATCH = 50
"""Cases a sweep takes at once: on SQLite people's writes wait between two of its commits, never behind all
of them."""

RETRY_AFTER = timedelta(minutes=10)
"""A case whose timer could not fire is tried again after this; the others don't wait for it."""

_DUE = (
    select(wait.c.case_id)
    .where(wait.c.due_at <= bindparam("now"))
    .order_by(wait.c.due_at, wait.c.id)
    .limit(bindparam("limit"))
)
TIMERS_DUE = exists().where(wait.c.due_at <= bindparam("now"))
_STILL_DUE = (
    select(wait.c.id, wait.c.node, wait.c.term)
    .where(wait.c.case_id == bindparam("case_id"), wait.c.due_at <= bindparam("now"))
    .order_by(wait.c.due_at, wait.c.id)
)
_FOLLOW_TERM = update(wait).where(wait.c.id == bindparam("the_wait")).values(due_at=bindparam("due_at"))
_POSTPONE = (
    update(wait)
    .where(wait.c.case_id == bindparam("the_case"), wait.c.due_at <= bindparam("now"))
    .values(due_at=bindparam("later"))
)


def fire_due(rt: Runtime, limit: int = BATCH) -> int:
    """Fire what is due, one commit a case; returns how many cases were found due. Nothing due costs one
    statement.

    Who meets somebody else at work turns round and goes on from the other end: two workers that have found
    the same cases meet in the middle.
    """
    now = to_seconds(rt.clock.now())
    with rt.database.read() as conn:
        found = conn.execute(_DUE, {"now": now, "limit": limit}).scalars().all()
    left = deque(dict.fromkeys(found))
    while left:
        case_id = left.popleft()
        try:
            if not fire_case(rt, case_id):
                left.reverse()
        except MarshrutError as error:
            log.warning("timer.failed", case_id=case_id, reason=type(error).__name__)
            _postpone(rt, case_id)
    return len(found)


def fire_case(rt: Runtime, case_id: int) -> bool:
    """Let the due timers of one case fire, each exactly once; False when somebody else is at work on the
    case.
    """
    with rt.database.write() as conn:
        now = rt.clock.now()
        case = lock_free_case(rt, conn, case_id)
        if case is None:
            return False
        due = conn.execute(_STILL_DUE, {"case_id": case_id, "now": to_seconds(now)}).all()
        if not due:
            return False
        release = rt.library.release(case.release_id)
        result = bpmn.step(
            release.program(case.process), case.state, Fire(), step_context(rt, release, case, now)
        )
        fired = [row for row in due if split_task_id(row.id)[1] in result.ended_waits]
        if fired or result.incidents:
            deed = Deed(HistoryKind.TIMER, SYSTEM, now, node=(fired or due)[0].node)
            record_step(rt, conn, release, case, result, deed)
        _follow_terms(conn, case, [row for row in due if row not in fired], now)
        return True


def _follow_terms(conn: Connection, case: LockedCase, left: Sequence[AnyRow], now: datetime) -> None:
    """Timers that were due but did not fire wait on a term that has moved, stands still or is over.

    One that follows no term is looked at again later: whatever kept it, it must not be forgotten.
    """
    moments = {
        row.key: overdue_from(row.due_at)
        for row in case.terms
        if row.task_id is None and row.clock == Clock.RUNNING and row.due_at != FAR_FUTURE
    }
    later = to_seconds(now + RETRY_AFTER)
    if left:
        conn.execute(
            _FOLLOW_TERM,
            [
                {"the_wait": row.id, "due_at": moments.get(row.term) if row.term is not None else later}
                for row in left
            ],
        )


def _postpone(rt: Runtime, case_id: int) -> None:
    now = rt.clock.now()
    with rt.database.write() as conn:
        conn.execute(
            _POSTPONE,
            {"the_case": case_id, "now": to_seconds(now), "later": to_seconds(now + RETRY_AFTER)},
        )
