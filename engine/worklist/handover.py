"""Handing over the work of whoever leaves: their open steps, their cases, and what diagrams give
them later.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, bindparam, func, select, union, update

from engine.access.directory import rights_changed
from engine.access.journal import record_action
from engine.access.policy import reach, require
from engine.access.queries import Colleague, colleague, colleagues
from engine.access.queues import queue_of, roles_of_queue
from engine.access.tables import account
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import LOCK_CASE
from engine.cases.tables import ACTIVE, case_
from engine.errors import InvalidData, NotAllowed
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.rows import AnyRow
from engine.worklist.service import MOVE, require_there
from engine.worklist.tables import OPEN, task

BATCH = 50
"""Cases of one commit."""

_WHO = bindparam("who", type_=BigInteger)
_OWNED = select(case_.c.id).where(case_.c.owner_id == _WHO, case_.c.status == ACTIVE)
_COUNT_OWNED = select(func.count()).select_from(_OWNED.subquery())
_WITH_STEPS = select(task.c.case_id).where(task.c.assignee_id == _WHO, task.c.status == OPEN)
_CASES = union(_OWNED, _WITH_STEPS).subquery()
_NEXT = select(_CASES.c.id).order_by(_CASES.c.id).limit(bindparam("limit"))
_STEPS = select(task.c.id, task.c.role_queue_id).where(
    task.c.case_id == bindparam("case_id"), task.c.assignee_id == _WHO, task.c.status == OPEN
)
_ROLES = (
    select(task.c.role_queue_id, func.count().label("steps"))
    .where(task.c.assignee_id == _WHO, task.c.status == OPEN)
    .group_by(task.c.role_queue_id)
)
_TAKE_CASE = (
    update(case_)
    .where(case_.c.id == bindparam("the_case"), case_.c.owner_id == _WHO)
    .values(owner_id=bindparam("to"))
)


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody has open. `to_role`: steps that the new person's roles do not cover; they go back to the
    queue of their role.
    """

    steps: int
    cases: int
    to_role: int = 0


def recipients(rt: Runtime, actor: Actor, account_id: int) -> list[Colleague]:
    """Who may get the work: colleagues of the same organisation."""
    _must_lead(rt, actor, account_id)
    tree = rt.directory.tree()
    units = tree.below(tree.unit(colleague(rt, account_id).unit_id).agency_id)
    return [each for each in colleagues(rt, unit_ids=units) if each.id != account_id]


def work_of(rt: Runtime, actor: Actor, account_id: int, to: int | None = None) -> Work:
    """What would be handed over, and what of it would go back to the role instead."""
    _must_lead(rt, actor, account_id)
    with rt.database.read() as conn:
        return _work(rt, conn, account_id, to)


def _work(rt: Runtime, conn: Connection, account_id: int, to: int | None) -> Work:
    queues = conn.execute(_ROLES, {"who": account_id}).all()
    others = sum(
        row.steps for row in queues if to is not None and not roles_of_queue(rt, conn, row.role_queue_id, to)
    )
    owned = conn.execute(_COUNT_OWNED, {"who": account_id}).scalar_one()
    return Work(sum(row.steps for row in queues), owned, others)


def hand_over(
    rt: Runtime,
    actor: Actor,
    account_id: int,
    to: int,
    reason: str,
    *,
    even_absent: bool = False,
    limit: int = BATCH,
) -> Work:
    """Hand over the work in at most `limit` cases, in one commit, with a line in the history of each; what is
    left. Called again it goes on where it stopped; with nothing left it changes nothing.

    From then on diagrams that name the person give their steps to the new one once the account is closed.
    InvalidData with the field: no reason, a recipient of another organisation, one who is away.
    """
    if not reason.strip():
        raise InvalidData("Дела не переданы.", {"reason": "Напишите причину: она попадёт в историю дел."})
    if to not in {each.id for each in recipients(rt, actor, account_id)}:
        raise InvalidData("Дела не переданы.", {"to": "Выберите сотрудника своей организации."})
    with rt.database.write() as conn:
        if not even_absent:
            require_there(rt, conn, to)
        numbers = conn.execute(_NEXT, {"who": account_id, "limit": limit}).scalars().all()
        for case_id in numbers:
            _hand_over_case(rt, conn, actor, case_id, account_id, to, reason.strip())
        conn.execute(update(account).where(account.c.id == account_id).values(successor_id=to))
        if numbers:
            details = {"to": to, "cases": len(numbers)}
            record_action(rt, conn, actor, "handed_over", "account", account_id, details=details)
        rights_changed(rt.database, rt.directory, conn)
        return _work(rt, conn, account_id, to)


def _hand_over_case(
    rt: Runtime, conn: Connection, actor: Actor, case_id: int, who: int, to: int, reason: str
) -> None:
    """The case is locked first, so a step that is being completed is either done or handed over."""
    row = conn.execute(LOCK_CASE, {"case_id": case_id}).one()
    steps = conn.execute(_STEPS, {"case_id": case_id, "who": who}).all()
    for step in steps:
        conn.execute(MOVE, _moved(rt, conn, step, to))
    owned = conn.execute(_TAKE_CASE, {"the_case": case_id, "who": who, "to": to}).rowcount
    if steps or owned:
        write_history(
            rt,
            conn,
            case_id=case_id,
            key_id=row.key_id,
            now=rt.clock.now(),
            actor=actor,
            kind=HistoryKind.HANDED_OVER,
            data={"причина": reason, "от": who, "кому": to, "шагов": len(steps)},
        )


def _moved(rt: Runtime, conn: Connection, step: AnyRow, to: int) -> dict[str, int | None]:
    """To the new person, or back to the queue of the role that they do not have."""
    if roles_of_queue(rt, conn, step.role_queue_id, to):
        return {"the_task": step.id, "queue": queue_of(rt, conn, to), "assignee": to}
    return {"the_task": step.id, "queue": step.role_queue_id, "assignee": None}


def _must_lead(rt: Runtime, actor: Actor, account_id: int) -> None:
    """NotAllowed unless the actor manages accounts or hands out the steps of the colleague's unit."""
    if actor.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY):
        return
    require(actor, Permission.TASK_REASSIGN, Scope.TEAM)
    unit_id = colleague(rt, account_id).unit_id
    if not reach(actor, Permission.TASK_REASSIGN).covers(unit_id=unit_id, owner_id=None):
        raise NotAllowed("Этот сотрудник работает не в вашем подразделении.", "Попросите его руководителя.")
