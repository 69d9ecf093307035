"""Destroying what a case knows, when the law or the citizen asks for it: for good, in every copy.

What stays are numbers, days and names of steps: counts and reports need them, and they tell of nobody.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from engine.access.journal import record_action
from engine.access.policy import require, require_case
from engine.cases.locking import LOCK_CASE, state_purpose
from engine.cases.tables import ACTIVE, ENDED, case_, history, incident, message, outbox, wait
from engine.deadlines.tables import END_TERM, OPEN_TERMS
from engine.deadlines.terms import end_term
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotFound
from engine.model import Actor, Permission
from engine.records import agenda, measures
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import CANCELLED, OPEN, task

_THIS: BindParameter[int] = bindparam("the_case")
_EMPTY_CASE = (
    update(case_)
    .where(case_.c.id == _THIS)
    .values(state=None, label=b"", status=ENDED, ended_at=bindparam("ended"), version=case_.c.version + 1)
)
_EMPTY_HISTORY = update(history).where(history.c.case_id == _THIS).values(data=None)
_EMPTY_TASKS = update(task).where(task.c.case_id == _THIS).values(item=None, draft=None, draft_at=None)
_CLOSE_TASKS = (
    update(task)
    .where(task.c.case_id == _THIS, task.c.status == OPEN)
    .values(status=CANCELLED, closed_at=bindparam("moment"), closed_by=bindparam("who"))
)
_SOLVE_INCIDENTS = (
    update(incident)
    .where(incident.c.case_id == _THIS, incident.c.solved_at.is_(None))
    .values(solved_at=bindparam("moment"), solved_by=bindparam("who"))
)
_FORGET = (
    delete(wait).where(wait.c.case_id == _THIS),
    delete(message).where(message.c.from_case_id == _THIS),
    delete(outbox).where(outbox.c.case_id == _THIS),
)
_ENDED_AT = select(case_.c.ended_at).where(case_.c.id == _THIS)


def erase_case(rt: Runtime, actor: Actor, case_id: int, ground: str) -> None:
    """Destroy everything personal in a case that is over, its documents and files too.

    `ground`: number and date of the act of destruction. May be repeated when the destruction was interrupted.
    Conflict for a running case: it has to be stopped first, by somebody who answers for it.
    """
    require(actor, Permission.DATA_ERASE)
    if not ground.strip():
        raise InvalidData("Дело не уничтожено.", {"ground": "Укажите номер и дату акта об уничтожении."})
    with rt.database.write() as conn:
        row = conn.execute(LOCK_CASE, {"case_id": case_id}).one_or_none()
        if row is None:
            raise NotFound(f"Дела № {case_id} нет.")
        require_case(actor, Permission.DATA_ERASE, row)
        if row.case_status == ACTIVE and not _is_gone(rt, row):
            raise Conflict(f"Дело {row.number} ещё идёт.", "Сначала прекратите его, затем уничтожьте данные.")
        if row.state is not None:
            _empty(rt, conn, actor, case_id)
            record_action(
                rt,
                conn,
                actor,
                "erased",
                "case",
                case_id,
                case_id=case_id,
                details={"ground": ground.strip()},
            )
    rt.vault.destroy(row.key_id)


def _is_gone(rt: Runtime, row: AnyRow) -> bool:
    """True for a case whose key was destroyed already: the database was restored from an older copy."""
    try:
        rt.vault.open(row.key_id, row.state, state_purpose(row.case_id))
    except KeyDestroyed:
        return True
    return False


def _empty(rt: Runtime, conn: Connection, actor: Actor, case_id: int) -> None:
    now = rt.clock.now()
    this, deed = {"the_case": case_id}, {"moment": to_seconds(now), "who": actor.user_id}
    ended = conn.execute(_ENDED_AT, this).scalar()
    conn.execute(_EMPTY_CASE, {**this, "ended": ended or to_seconds(now)})
    conn.execute(_CLOSE_TASKS, {**this, **deed})
    conn.execute(_SOLVE_INCIDENTS, {**this, **deed})
    for statement in (_EMPTY_HISTORY, _EMPTY_TASKS, *_FORGET):
        conn.execute(statement, this)
    terms = conn.execute(OPEN_TERMS, {"case_id": case_id}).all()
    if terms:
        conn.execute(END_TERM, [end_term(each.id, each.due_at, now, cancelled=True) for each in terms])
    agenda.withdraw(conn, case_id)
    measures.forget(conn, case_id)
