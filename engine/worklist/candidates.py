"""Who may take a step over: people of its role, with how much each of them has already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.access.absences import Away, away_now
from engine.access.policy import require
from engine.access.queries import holders
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.worklist.step import StepView, step_view
from engine.worklist.tables import OPEN, task


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the step's role and the number of steps they have open; `away` while they are absent."""

    account_id: int
    name: str
    position: str
    open: int
    away: Away | None = None


def candidates_for(
    rt: Runtime, conn: Connection, actor: Actor, task_id: int, now: datetime
) -> tuple[StepView, list[Candidate]]:
    """The step and its candidates, the least loaded first, those who are away last."""
    require(actor, Permission.TASK_REASSIGN)
    view = step_view(rt, conn, actor, task_id, now)
    tree = rt.directory.tree()
    units = tree.below(tree.unit(view.card.unit_id).agency_id)
    found = [
        person for person in holders(rt, view.row.step.roles, units) if person.id != view.row.assignee_id
    ]
    counted = select(task.c.assignee_id, func.count()).where(
        task.c.status == OPEN, task.c.assignee_id.in_([person.id for person in found])
    )
    loads: dict[int | None, int] = dict(conn.execute(counted.group_by(task.c.assignee_id)).all())
    away = away_now(conn, tree, now)
    candidates = [
        Candidate(
            person.id, person.name.short(), person.position, loads.get(person.id, 0), away.get(person.id)
        )
        for person in found
    ]
    return view, sorted(candidates, key=lambda each: (each.away is not None, each.open, each.name))
