"""Who may take steps over: people of their roles, with how much each of them has already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.access.absences import Away, away_now
from engine.access.policy import require
from engine.access.queries import Colleague, holders
from engine.cases.tables import case_
from engine.cases.visibility import handed_over
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.worklist.inbox import INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.step import StepView, step_view
from engine.worklist.tables import OPEN, task


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
    found = [
        person
        for person in holders(rt, view.row.step.roles, _agency(rt, view.card.unit_id))
        if person.id != view.row.assignee_id
    ]
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
    agencies = {unit_id: _agency(rt, unit_id) for unit_id in {each.unit_id for each in found}}
    roles = {role for row in rows for role in row.step.roles}
    people = holders(rt, roles, frozenset().union(*agencies.values()))
    fits = {
        person.id: sum(
            person.id != row.assignee_id
            and any(role in row.step.roles and unit in agencies[each.unit_id] for role, unit in person.roles)
            for row, each in zip(rows, found, strict=True)
        )
        for person in people
    }
    return rows, _candidates(rt, conn, [person for person in people if fits[person.id]], fits, now)


def _agency(rt: Runtime, unit_id: int) -> frozenset[int]:
    """The units of the organisation that the unit belongs to."""
    tree = rt.directory.tree()
    return frozenset(tree.below(tree.unit(unit_id).agency_id))


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
