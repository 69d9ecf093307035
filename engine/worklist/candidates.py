"""Who may take steps over: people of their roles, with how much each of them has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from engine.access.absences import Away, away_now
from engine.access.policy import require
from engine.access.queries import Colleague, holders
from engine.access.tables import queue
from engine.cases.tables import case_
from engine.cases.visibility import handed_over
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.worklist.inbox import INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.step import StepView, step_view
from engine.worklist.tables import OPEN, task

_QUEUES = (
    select(task.c.id, queue.c.roles, queue.c.unit_id)
    .join_from(task, queue, queue.c.id == task.c.role_queue_id)
    .where(task.c.id.in_(bindparam("steps", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the roles that are wanted and the number of steps they have open; `fits`: how many of the
    chosen steps they may take over; `away` while they are absent.
    """

    account_id: int
    name: str
    position: str
    open: int
    fits: int = 1
    away: Away | None = None


def candidates_for(
    rt: Runtime, conn: Connection, actor: Actor, task_id: int, now: datetime
) -> tuple[StepView, list[Candidate]]:
    """The step and its candidates, the least loaded first, those who are away last."""
    require(actor, Permission.TASK_REASSIGN)
    view = step_view(rt, conn, actor, task_id, now)
    people = _people_of(rt, conn, [task_id])[task_id]
    found = [person for person in people if person.id != view.row.assignee_id]
    return view, _candidates(rt, conn, found, {person.id: 1 for person in found}, now)


def candidates_for_several(
    rt: Runtime, conn: Connection, actor: Actor, task_ids: Collection[int], now: datetime
) -> tuple[list[InboxRow], list[Candidate]]:
    """Those of these steps that are open and the actor's to hand over, by due moment; and who may take at
    least one of them: who may take most first, then the least loaded, those who are away last.
    """
    require(actor, Permission.TASK_REASSIGN)
    found = conn.execute(
        select(*INBOX_COLUMNS)
        .join_from(task, case_, task.c.case_id == case_.c.id)
        .where(task.c.id.in_(task_ids), task.c.status == OPEN, handed_over(actor))
        .order_by(task.c.due_at, task.c.id)
    ).all()
    rows = inbox_rows(rt, conn, found, now, actor.unit_id)
    people = _people_of(rt, conn, [row.task_id for row in rows])
    takers = [person for row in rows for person in people[row.task_id] if person.id != row.assignee_id]
    fits = Counter(person.id for person in takers)
    return rows, _candidates(rt, conn, list({person.id: person for person in takers}.values()), fits, now)


def _people_of(rt: Runtime, conn: Connection, task_ids: Collection[int]) -> dict[int, list[Colleague]]:
    """By the number of a step, who holds a role of it where its queue is open to them."""
    tree = rt.directory.tree()
    queues = {row.id: (row.roles.split(), row.unit_id) for row in conn.execute(_QUEUES, {"steps": task_ids})}
    people = holders(rt, {role for roles, _ in queues.values() for role in roles}, list(tree.units))
    return {
        step: [person for person in people if tree.is_open(roles, place, person.roles_by_unit)]
        for step, (roles, place) in queues.items()
    }


def _candidates(
    rt: Runtime, conn: Connection, people: Collection[Colleague], fits: Mapping[int, int], now: datetime
) -> list[Candidate]:
    counted = select(task.c.assignee_id, func.count()).where(
        task.c.status == OPEN, task.c.assignee_id.in_([person.id for person in people])
    )
    loads: dict[int | None, int] = dict(conn.execute(counted.group_by(task.c.assignee_id)).all())
    away = away_now(conn, rt.directory.tree(), now)
    found = [
        Candidate(
            person.id,
            person.name.short(),
            person.position,
            loads.get(person.id, 0),
            fits[person.id],
            away.get(person.id),
        )
        for person in people
    ]
    return sorted(found, key=lambda each: (each.away is not None, -each.fits, each.open, each.name))
