"""Nothing lies with somebody who is away without their supervisor being told of it, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.access.absences import add_absence, cancel_absence
from engine.access.actors import load_actor
from engine.clock import MovableClock
from engine.jobs.sweep import sweep
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.worklist.away import tell_away
from engine.worklist.notices import AWAY, notice_list
from engine.worklist.service import claim
from engine.worklist.tables import notice
from tests.factories.access import make_account, make_actor
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task

FIRST, LAST = date(2026, 1, 12), date(2026, 1, 16)


@pytest.fixture
def head(rt: Runtime) -> Actor:
    return make_actor(rt, "R07")


@pytest.fixture
def clerk(rt: Runtime, head: Actor) -> Actor:
    """A specialist who has begun a case; its second step is given to whoever owns the case."""
    second = user_task("b").replace(
        "camunda:candidateGroups", 'camunda:assignee="=дело.владелец" camunda:candidateGroups'
    )
    publish_files(rt, chain("own", user_task("a"), second, owner="R05"))
    return make_actor(rt, "R05")


def away(rt: Runtime, who: Actor, substitute: int | None = None) -> int:
    return add_absence(
        rt, SYSTEM, absent_id=who.user_id, first_day=FIRST, last_day=LAST, substitute_id=substitute
    )


def told(rt: Runtime, who: Actor) -> list[str]:
    """Steps that notices of absence are about, the oldest first; an empty name is all steps of a person."""
    with rt.database.read() as conn:
        return [row.step_name for row in reversed(notice_list(rt, conn, who.user_id)) if row.kind == AWAY]


def taken(rt: Runtime, who: Actor) -> None:
    open_case(rt, who, "own")
    claim(rt, load_actor(rt, who.user_id), open_tasks(rt, "a")[-1])


def test_an_absence_that_begins_over_open_steps_is_told_once_for_all_of_them(rt, clerk, head):
    taken(rt, clerk)
    taken(rt, clerk)
    assert tell_away(rt) == 0
    away(rt, clerk)
    assert [tell_away(rt), tell_away(rt)] == [1, 0]
    assert told(rt, head) == [""]
    assert told(rt, clerk) == []


def test_a_step_that_a_diagram_gives_to_somebody_who_is_away_is_told_of_its_own(rt, clerk, head):
    taken(rt, clerk)
    away(rt, clerk)
    tell_away(rt)
    rt.clock.advance(timedelta(minutes=5))
    complete(rt, clerk, "a")
    assert [tell_away(rt), tell_away(rt)] == [1, 0]
    assert told(rt, head) == ["", "Шаг b"]


def test_before_it_begins_and_after_it_is_cancelled_nobody_is_told(rt, clerk, head):
    assert isinstance(rt.clock, MovableClock)
    taken(rt, clerk)
    period = away(rt, clerk)
    cancel_absence(rt, SYSTEM, period)
    add_absence(
        rt,
        SYSTEM,
        absent_id=clerk.user_id,
        first_day=FIRST + timedelta(days=7),
        last_day=LAST + timedelta(days=7),
    )
    assert tell_away(rt) == 0
    rt.clock.advance(timedelta(days=7))
    assert tell_away(rt) == 1
    assert told(rt, head) == [""]


def test_who_acts_for_an_absent_head_is_told_too_and_a_head_without_another_tells_the_chief(rt, clerk, head):
    chief, deputy = make_actor(rt, "R27"), make_account(rt, "R07")
    taken(rt, clerk)
    away(rt, clerk)
    away(rt, head, deputy)
    tell_away(rt)
    assert told(rt, load_actor(rt, deputy)) == [""]
    assert told(rt, chief) == []


def test_the_sweep_tells_and_a_step_that_nobody_holds_is_nobodys(rt, clerk, head):
    open_case(rt, clerk, "own")
    away(rt, clerk)
    sweep(rt)
    assert told(rt, head) == []
    claim(rt, load_actor(rt, clerk.user_id), open_tasks(rt, "a")[0])
    rt.clock.advance(timedelta(minutes=1))
    sweep(rt)
    assert told(rt, head) == [""]
    with rt.database.read() as conn:
        assert len(conn.execute(select(notice.c.id).where(notice.c.kind == AWAY)).all()) == 1
