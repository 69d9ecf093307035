"""Many people at one step, one case, one number: nobody succeeds twice, everybody is told what happened."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.cases.history import HistoryKind
from engine.cases.service import StartedCase, complete_task, start_case
from engine.cases.tables import case_, history
from engine.cases.timers import fire_case
from engine.clock import MovableClock
from engine.errors import AlreadyCompleted, MarshrutError
from engine.model import Actor, CompleteTask, StartCase
from engine.runtime import Runtime
from engine.worklist.service import claim
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    chain,
    diagram,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    user_task,
)

CROWD = 6


@pytest.fixture
def people(rt: Runtime) -> list[Actor]:
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    return [make_actor(rt, "R05") for _ in range(CROWD)]


def at_once(actions: list[Callable[[], object]]) -> list[object]:
    """What each action gave or raised, all of them begun in the same moment."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return action()
        except MarshrutError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_of_six_who_complete_a_step_one_succeeds_and_five_are_told_who_did(
    rt: Runtime, people: list[Actor]
) -> None:
    for _ in range(5):
        open_case(rt, people[0], "small")
        number = open_tasks(rt, "a")[0]
        crowd = [load_actor(rt, person.user_id) for person in people]
        commands = [CompleteTask(who, number) for who in crowd]
        answers = at_once([partial(complete_task, rt, command) for command in commands])
        told = [answer for answer in answers if isinstance(answer, AlreadyCompleted)]
        assert answers.count(None) == 1
        assert len(told) == CROWD - 1
        winner = crowd[answers.index(None)]
        assert {(each.by, each.at) for each in told} == {(winner.user_id, rt.clock.now())}


def test_of_six_who_take_a_step_one_has_it(rt: Runtime, people: list[Actor]) -> None:
    open_case(rt, people[0], "small")
    number = open_tasks(rt, "a")[0]
    crowd = [load_actor(rt, person.user_id) for person in people]
    answers = at_once([partial(claim, rt, who, number) for who in crowd])
    assert answers.count(None) == 1


def test_one_request_sent_six_times_opens_one_case(rt: Runtime, people: list[Actor]) -> None:
    command = StartCase(people[0], "small", request_key="the same click")
    answers = at_once([lambda: start_case(rt, command)] * CROWD)
    assert len(set(answers)) == 1
    assert isinstance(answers[0], StartedCase)
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(case_)).scalar_one() == 1


def test_cases_opened_at_once_have_numbers_without_gaps_or_repeats(rt: Runtime, people: list[Actor]) -> None:
    answers = at_once([lambda: open_case(rt, people[0], "small").number] * CROWD)
    assert sorted(map(str, answers)) == [f"small-2026-{n:04d}" for n in range(1, CROWD + 1)]


def test_a_timer_that_six_sweeps_find_due_fires_once(rt: Runtime, people: list[Actor]) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a")
        + boundary_timer("late", "a", "PT1H")
        + user_task("told")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a e", "late told e")
    )
    publish_files(rt, diagram("waiting", body))
    case = open_case(rt, people[0], "waiting")
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(rt.clock.now().replace(hour=20))
    at_once([lambda: fire_case(rt, case.id)] * CROWD)
    assert open_nodes(rt) == ["a", "told"]
    with rt.database.read() as conn:
        fired = select(func.count()).where(history.c.kind == HistoryKind.TIMER)
        assert conn.execute(fired).scalar_one() == 1
