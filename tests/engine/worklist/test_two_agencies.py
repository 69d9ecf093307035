"""A step for roles of two agencies, that of the case and one the municipality named, belongs to both of
them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.units import name_fillers
from engine.cases.queries import case_card
from engine.deadlines.service import seed
from engine.errors import NotAllowed
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.worklist.candidates import candidates_for, candidates_for_several
from engine.worklist.inbox import Filter, inbox_counters, inbox_page
from engine.worklist.ladder import tell_due
from engine.worklist.service import claim, give_back, reassign
from engine.worklist.step import step_view
from engine.worklist.tables import notice
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """Has a case with a step that either they or the commission's members may do."""
    here = town(rt)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    name_fillers(rt, SYSTEM, here.municipality, {"R12": [here.administration]})
    made = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a", role="R05,R12", norm="T10"), user_task("b")))
    open_case(rt, made, "small")
    return load_actor(rt, made.user_id)


@pytest.fixture
def member(rt: Runtime, clerk: Actor) -> Actor:
    return make_actor(rt, "R12", unit_id=town(rt).administration)


def listed(rt: Runtime, person: Actor) -> tuple[int, int, int]:
    """Steps in the inbox of a person; its counters «всего» and «моей роли»."""
    with rt.database.read() as conn:
        now = rt.clock.now()
        rows = inbox_page(rt, conn, Filter(person.queues), now, person.unit_id)
        counted = inbox_counters(rt, conn, person.queues, person.own_queue, now, person.unit_id)
        return len(rows), counted.total, counted.role


def test_both_have_the_step_and_its_counter_until_one_of_them_takes_it(
    rt: Runtime, clerk: Actor, member: Actor
) -> None:
    outsider = make_actor(rt, "R05", unit_id=town(rt).administration)
    [step] = open_tasks(rt, "a")
    assert listed(rt, clerk) == listed(rt, member) == (1, 1, 1)
    assert listed(rt, outsider) == (0, 0, 0)
    claim(rt, member, step)
    assert listed(rt, clerk) == (0, 0, 0)
    assert listed(rt, member) == (1, 1, 0)
    give_back(rt, member, step)
    assert listed(rt, clerk) == (1, 1, 1)


def test_whoever_comes_from_the_other_agency_sees_and_completes_the_step_alone(
    rt: Runtime, clerk: Actor, member: Actor
) -> None:
    [step] = open_tasks(rt, "a")
    with rt.database.read() as conn:
        view = step_view(rt, conn, member, step, rt.clock.now())
    assert view.may_work
    complete(rt, member, "a")
    with rt.database.read() as conn, pytest.raises(NotAllowed):
        case_card(rt, conn, member, view.card.id)
    assert len(open_tasks(rt, "b")) == 1


def test_when_the_term_ends_both_are_told(rt: Runtime, clerk: Actor, member: Actor) -> None:
    rt.clock.set(rt.clock.now().replace(hour=14, minute=1))  # type: ignore[attr-defined]
    tell_due(rt)
    with rt.database.read() as conn:
        told = set(conn.execute(select(notice.c.account_id)).scalars())
    assert {clerk.user_id, member.user_id} <= told


def test_a_supervisor_hands_the_step_to_somebody_of_the_other_agency(
    rt: Runtime, clerk: Actor, member: Actor
) -> None:
    chief, [step] = make_actor(rt, "R07"), open_tasks(rt, "a")
    make_actor(rt, "R05", unit_id=town(rt).administration)
    now = rt.clock.now()
    with rt.database.read() as conn:
        one = candidates_for(rt, conn, chief, step, now)[1]
        several = candidates_for_several(rt, conn, chief, [step], now)[1]
    assert {each.account_id for each in one} == {clerk.user_id, member.user_id}
    assert one == several
    reassign(rt, chief, step, member.user_id, "знает семью")
    assert listed(rt, member) == (1, 1, 0)
