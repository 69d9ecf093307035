"""The chance that a step will be late is kept beside it, and shown while it may still be met."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.clocks import extend_term
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition
from engine.deadlines.tables import term
from engine.jobs.sweep import sweep, sweep_until_idle
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from engine.worklist.forecast import FRESH
from engine.worklist.inbox import Filter, InboxRow, inbox_page
from engine.worklist.risks import keep_risks
from engine.worklist.tables import task
from tests.factories.access import make_actor
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task

NORM = {
    "key": "X1", "title": "Срок", "value": 5, "unit": "working", "start": "step", "act": "порядок",
    "mark": "P",
    "valid_from": "2025-01-01", "extension": {"value": 20, "unit": "working", "by": "R07"},
}  # fmt: skip


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """A specialist of an office where a step of five working days has taken nine days twelve times."""
    add_norm_edition(rt, SYSTEM, norm_of(NORM))
    own = user_task("x", norm="X1")
    shared = (user_task("a", startTerms="X1"), user_task("b", norm="X1", endTerms="X1"))
    publish_files(rt, chain("own", own), chain("shared", *shared))
    clerk = make_actor(rt, "R05")
    for _ in range(12):
        for process, last in (("own", "x"), ("shared", "b")):
            open_case(rt, clerk, process)
            if process == "shared":
                complete(rt, clerk, "a")
            rt.clock.advance(timedelta(days=9))  # type: ignore[attr-defined]
            complete(rt, clerk, last)
            rt.clock.advance(timedelta(days=5))  # type: ignore[attr-defined]
    open_case(rt, clerk, "own")
    open_case(rt, clerk, "shared")
    complete(rt, clerk, "a")
    return load_actor(rt, clerk.user_id)


def rows(rt: Runtime, clerk: Actor) -> dict[str, InboxRow]:
    with rt.database.read() as conn:
        found = inbox_page(rt, conn, Filter(queues=clerk.queues), rt.clock.now(), clerk.unit_id)
    return {row.step.name: row for row in found}


def risks(rt: Runtime, clerk: Actor) -> dict[str, int | None]:
    return {name: row.risk for name, row in rows(rt, clerk).items()}


def test_a_step_with_a_term_of_its_own_and_one_that_shares_the_cases_bear_the_chance(rt, clerk):
    assert risks(rt, clerk) == {"Шаг x": None, "Шаг b": None}
    assert not keep_risks(rt)
    found = risks(rt, clerk)
    assert all(chance is not None and 70 <= chance <= 100 for chance in found.values()), found


def test_it_is_looked_at_once_an_hour_a_batch_a_round_and_written_only_when_it_differs(rt, clerk):
    assert [keep_risks(rt, limit=1), keep_risks(rt, limit=1), keep_risks(rt, limit=1)] == [True, True, False]
    assert None not in risks(rt, clerk).values()
    with count_statements(rt.database) as counted:
        keep_risks(rt)
    assert counted.statements == 0
    rt.clock.advance(FRESH)
    with count_statements(rt.database) as counted:
        keep_risks(rt)
    assert not any(text.lstrip().startswith("UPDATE") for text in counted.texts)


def test_a_term_made_longer_is_at_risk_no_more_at_once_and_after_the_next_look(rt, clerk):
    sweep_until_idle(rt)
    head = make_actor(rt, "R07")
    number = open_tasks(rt, "x")[0]
    with rt.database.read() as conn:
        own = conn.execute(select(term.c.id).where(term.c.task_id == number)).scalar_one()
    extend_term(rt, head, own, 20)
    assert risks(rt, clerk)["Шаг x"] is None
    rt.clock.advance(FRESH)
    sweep_until_idle(rt)
    assert risks(rt, clerk)["Шаг x"] is None
    assert risks(rt, clerk)["Шаг b"] is not None


def test_what_is_overdue_bears_no_forecast(rt, clerk):
    sweep(rt)
    rt.clock.advance(timedelta(days=30))
    assert set(risks(rt, clerk).values()) == {None}
    with rt.database.read() as conn:
        assert None not in conn.execute(select(task.c.risk).where(task.c.status == 0)).scalars().all()
