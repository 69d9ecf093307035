"""Cases of shipped pathways on a real instance: begun, worked on as their forms ask, looked at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_variables
from engine.cases.service import StartedCase, complete_task, start_case
from engine.cases.tables import case_
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, CompleteTask, StartCase, Value
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.factories.records import make_family


def begin(rt: Runtime, actor: Actor, process: str, **data: Value) -> tuple[StartedCase, int]:
    """A case about a family of its own; (case, family)."""
    family, mother, _ = make_family(rt, actor)
    command = StartCase(actor, process, data, person_id=mother, family_id=family, label="семья Лапшиных")
    case = start_case(rt, command, check_form=False)
    sweep_until_idle(rt)
    return case, family


def steps_of(rt: Runtime, case_id: int) -> dict[str, int]:
    """Open steps of a case: numbers by nodes."""
    wanted = select(task.c.node, task.c.id).where(task.c.case_id == case_id, task.c.status == OPEN)
    with rt.database.read() as conn:
        return {row.node.rpartition("/")[2]: row.id for row in conn.execute(wanted)}


def do(rt: Runtime, actor: Actor, case_id: int, node: str, **data: Value) -> None:
    """Finish a step as its form asks; what follows from it happens at once."""
    actor = load_actor(rt, actor.user_id)  # as every request does
    complete_task(rt, CompleteTask(actor, steps_of(rt, case_id)[node], data))
    sweep_until_idle(rt)


def cases_of(rt: Runtime, family: int) -> list[Any]:
    with rt.database.read() as conn:
        wanted = select(case_).where(case_.c.family_id == family).order_by(case_.c.id)
        return list(conn.execute(wanted).all())


def known_to(rt: Runtime, actor: Actor, case_id: int) -> dict[str, Value]:
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, actor, case_id))
