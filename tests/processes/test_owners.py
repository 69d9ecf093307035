"""Whose a case is: whichever pathway anybody opens, somebody answers for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine.access.policy import GRANTS, may_open
from engine.access.tables import AGENCY
from engine.cases.service import StartedCase, start_case
from engine.cases.tables import case_
from engine.model import Actor, Permission, StartCase
from engine.runtime import Runtime
from tests.factories.access import make_actor, make_unit, town
from tests.processes.shipped import camunda, drawings, listed, properties, tag

OPENERS = [role for role, grants in GRANTS.items() if Permission.CASE_START in grants]


def opened_by_hand() -> Iterator[tuple[str, list[str]]]:
    """Pathways with a start of their own for people, and the roles that may open them; none named: all."""
    for drawing in drawings():
        starts = [node for node in drawing.process.iterchildren() if tag(node) == "startEvent"]
        plain = [start for start in starts if not any("EventDefinition" in tag(part) for part in start)]
        if plain and "number" in properties(drawing.process):
            yield drawing.id, listed(camunda(drawing.process, "candidateStarterGroups"))


def opened(rt: Runtime, actor: Actor) -> Iterator[StartedCase]:
    """A case of each pathway that the actor may open."""
    for process, starters in opened_by_hand():
        if may_open(actor, starters):
            yield start_case(rt, StartCase(actor, process, label="семья"), check_form=False)


def owner_of(rt: Runtime, case: StartedCase) -> int | None:
    with rt.database.read() as conn:
        found: int | None = conn.execute(select(case_.c.owner_id).where(case_.c.id == case.id)).scalar_one()
    return found


@pytest.mark.parametrize("role", OPENERS)
def test_a_case_belongs_to_who_opened_it_where_nobody_else_could_own_it(office: Runtime, role: str) -> None:
    alone = make_actor(office, role, unit_id=make_unit(office, role, AGENCY, town(office).municipality))
    assert {owner_of(office, case) for case in opened(office, alone)} <= {alone.user_id}
