"""Timers that follow a term: they fire with it, once, and say nothing when it ended in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.events import note_event
from engine.cases.history import HistoryKind
from engine.cases.locking import lock_free_case
from engine.cases.tables import history, wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.deadlines.tables import term
from engine.model import Actor, Outcome
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    boundary,
    boundary_timer,
    complete,
    diagram,
    flows,
    message,
    open_case,
    open_nodes,
    publish_files,
    timer,
    user_task,
)

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)
DECISION = datetime(2026, 1, 14, 14, tzinfo=UTC)
"""Five working days after Friday 26 December 2025, 17:00 in Moscow."""

BODY = (
    '<startEvent id="s"/>'
    + user_task("a", startTerms="T14")
    + '<parallelGateway id="both"/>'
    + user_task("decide", endTerms="T14")
    + user_task("watched")
    + boundary_timer("late", "watched", '=term("T14")')
    + user_task("look")
    + '<endEvent id="e"/>'
    + flows("s a both decide e", "both watched e", "late look e")
)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    clock_of(rt).set(FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    clerk = make_actor(rt, "R05")
    publish_files(rt, diagram("need", BODY))
    open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    return clerk


def clock_of(rt: Runtime) -> MovableClock:
    assert isinstance(rt.clock, MovableClock)
    return rt.clock


def told(rt: Runtime) -> list[str]:
    """Nodes of the timers that the history says have fired."""
    statement = select(history.c.node).where(history.c.kind == HistoryKind.TIMER)
    with rt.database.read() as conn:
        return list(conn.execute(statement).scalars())


def test_a_timer_fires_in_the_second_in_which_its_term_is_overdue(rt: Runtime, clerk: Actor) -> None:
    clock_of(rt).set(DECISION)
    assert fire_due(rt) == 0
    assert told(rt) == []
    clock_of(rt).set(DECISION + timedelta(seconds=1))
    fire_due(rt)
    assert sorted(open_nodes(rt)) == ["decide", "look", "watched"]
    assert told(rt) == ["late"]
    assert fire_due(rt) == 0


@pytest.mark.parametrize(
    ("way", "outcome"),
    [
        (timer("q", '=term("T54")', endTerms="T54") + flows("a q b e"), Outcome.MET),
        (
            user_task("w")
            + boundary_timer("q", "w", '=term("T54")', endTerms="T54")
            + flows("a w e", "q b e"),
            Outcome.BREACHED,
        ),
    ],
    ids=["the case rests", "a step is late"],
)
def test_a_term_until_whose_end_the_case_rests_is_kept(rt: Runtime, way: str, outcome: Outcome) -> None:
    clock_of(rt).set(FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    steps = user_task("a", startTerms="T54") + user_task("b")
    publish_files(rt, diagram("need", START + steps + END + way + flows("s a")))
    clerk = make_actor(rt, "R05")
    open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    clock_of(rt).set(FRIDAY + timedelta(days=100))
    fire_due(rt)
    assert "b" in open_nodes(rt)
    with rt.database.read() as conn:
        assert conn.execute(select(term.c.outcome)).scalar_one() == outcome


def test_a_term_until_whose_end_the_case_rests_no_more_is_needless(rt: Runtime) -> None:
    clock_of(rt).set(FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    rest = (
        '<startEvent id="ws"/><endEvent id="we"/>'
        + timer("q", '=term("T54")', endTerms="T54")
        + flows("ws q we")
    )
    work = f'<subProcess id="work">{rest}</subProcess>' + boundary("m", "work", "message", "msg.move_out")
    steps = user_task("a", startTerms="T54") + work + user_task("c")
    publish_files(
        rt, diagram("need", START + steps + END + flows("s a work e", "m c e"), message("msg.move_out"))
    )
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    note_event(rt, load_actor(rt, clerk.user_id), case.id, "msg.move_out")
    assert open_nodes(rt) == ["c"]
    with rt.database.read() as conn:
        assert conn.execute(select(term.c.outcome)).scalar_one() == Outcome.CANCELLED


def test_a_timer_whose_term_was_met_neither_fires_nor_is_told_of(rt: Runtime, clerk: Actor) -> None:
    complete(rt, clerk, "decide")
    clock_of(rt).set(DECISION + timedelta(seconds=1))
    fire_due(rt)
    assert open_nodes(rt) == ["watched"]
    assert told(rt) == []
    with rt.database.read() as conn:
        assert conn.execute(select(wait.c.due_at)).scalars().all() == [None]


def test_a_timer_that_runs_out_within_a_second_is_not_lost(rt: Runtime) -> None:
    """Tables keep whole seconds, clocks do not."""
    begun = FRIDAY + timedelta(milliseconds=700)
    clock_of(rt).set(begun)
    publish_files(
        rt,
        diagram(
            "quick", START + user_task("a") + timer("t", "PT1S") + user_task("b") + END + flows("s a t b e")
        ),
    )
    clerk = make_actor(rt, "R05")
    open_case(rt, clerk, "quick")
    complete(rt, clerk, "a")
    for tenth in range(1, 10):
        clock_of(rt).set(begun + timedelta(milliseconds=100 * tenth))
        fire_due(rt)
        assert open_nodes(rt) == []
    clock_of(rt).set(begun + timedelta(seconds=2))
    fire_due(rt)
    assert open_nodes(rt) == ["b"]
    assert told(rt) == ["t"]


def test_a_timer_that_does_not_fire_when_its_row_is_due_is_looked_at_again(rt: Runtime) -> None:
    publish_files(rt, diagram("slow", START + timer("t", "PT1H") + user_task("b") + END + flows("s t b e")))
    open_case(rt, make_actor(rt, "R05"), "slow")
    with rt.database.write() as conn:
        conn.execute(wait.update().values(due_at=to_seconds(rt.clock.now())))
    fire_due(rt)
    assert fire_due(rt) == 0
    clock_of(rt).advance(timedelta(hours=1))
    fire_due(rt)
    assert open_nodes(rt) == ["b"]


@pytest.mark.parametrize("installed_database_url", ["postgresql"], indirect=True)
def test_cases_that_somebody_is_at_work_on_keep_no_other_waiting(rt: Runtime) -> None:
    publish_files(rt, diagram("slow", START + timer("t", "PT1H") + user_task("b") + END + flows("s t b e")))
    clerk = make_actor(rt, "R05")
    numbers = [open_case(rt, clerk, "slow").id for _ in range(4)]
    clock_of(rt).advance(timedelta(hours=1, seconds=1))
    with rt.database.write() as conn:
        for taken in (numbers[0], numbers[2]):
            assert lock_free_case(rt, conn, taken) is not None
        with ThreadPoolExecutor(1) as colleague:
            assert colleague.submit(fire_due, rt).result() == 4
        assert open_nodes(rt) == ["b", "b"]
    fire_due(rt)
    assert open_nodes(rt) == ["b"] * 4
