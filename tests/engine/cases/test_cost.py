"""What one action costs in statements and commits: the promise that keeps the product quick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.access.actors import load_actor
from engine.bench.instances import Ground
from engine.bench.ours import Ours
from engine.bench.works import works
from engine.cases.service import complete_task
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.jobs.sweep import sweep
from engine.model import CompleteTask
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    chain,
    diagram,
    flows,
    open_case,
    open_tasks,
    publish_files,
    user_task,
)


def test_a_plain_step_takes_one_commit_and_at_most_eight_statements(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), user_task("b"), user_task("c")))
    open_case(rt, clerk, "small")
    clerk = load_actor(rt, clerk.user_id)
    complete_task(rt, CompleteTask(clerk, open_tasks(rt, "a")[0]))
    number = open_tasks(rt, "b")[0]
    with count_statements(rt.database) as counted:
        complete_task(rt, CompleteTask(clerk, number, {"итог": "да"}), check_form=False)
    assert counted.commits == 1
    assert counted.statements <= 8


def test_a_step_with_terms_timers_and_messages_takes_at_most_twelve(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", norm="T12", startTerms="T14, T15")
        + '<parallelGateway id="g" name=""/>'
        + user_task("b", norm="T13", endTerms="T14")
        + boundary_timer("b_late", "b", '=term("T15")')
        + user_task("late", norm="T12")
        + '<intermediateThrowEvent id="told" name="Сообщить">'
        + '<messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
        + user_task("c", norm="T17")
        + boundary_timer("c_late", "c", "PT1H")
        + '<intermediateCatchEvent id="answer" name="Ждать"><messageEventDefinition messageRef="n"/>'
        + "</intermediateCatchEvent>"
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b g told c e", "g answer e", "b_late late e", "c_late e")
    )
    roots = '<message id="m" name="msg.told"/><message id="n" name="msg.answer"/>'
    publish_files(rt, diagram("busy", body, roots))
    open_case(rt, clerk, "busy")
    clerk = load_actor(rt, clerk.user_id)
    complete_task(rt, CompleteTask(clerk, open_tasks(rt, "a")[0]))
    number = open_tasks(rt, "b")[0]
    with count_statements(rt.database) as counted:
        complete_task(rt, CompleteTask(clerk, number, {"итог": "да"}), check_form=False)
    assert counted.commits == 1
    assert counted.statements <= 12


class _Doubting(Ours):
    """Asks at each of the counted steps whether norms and calendars have changed, as every few seconds one
    must."""

    def _counted(self, complete: Callable[[], None]) -> None:
        self.rt.calendars.forget()
        super()._counted(complete)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_step_of_the_shipped_pathway_takes_one_commit_and_at_most_twelve_statements(
    kind: str, request: pytest.FixtureRequest
) -> None:
    pathway = works()[-1]
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    with Ground(url) as ground:
        ours = _Doubting(ground, pathway)
    assert len(ours.statements) == 9
    assert set(ours.commits) == {1}
    assert max(ours.statements) <= 12


def test_a_sweep_with_nothing_due_takes_at_most_three_statements(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(
        rt,
        diagram(
            "waiting",
            '<startEvent id="s" name="Начало"/>'
            + user_task("a")
            + boundary_timer("late", "a", "PT1H")
            + '<endEvent id="e" name="Конец"/>'
            + flows("s a e", "late e"),
        ),
    )
    for _ in range(3):
        open_case(rt, clerk, "waiting")
    with count_statements(rt.database) as counted:
        assert fire_due(rt) == 0
    assert counted.statements == 1
    assert isinstance(rt.clock, MovableClock)
    for _ in range(2):  # the first round of a minute looks at more
        sweep(rt)
        rt.clock.advance(timedelta(minutes=1))
        for _ in range(2):
            with count_statements(rt.database) as counted:
                assert sweep(rt).idle
            assert counted.statements <= 3
            assert not any("state" in words for words in counted.texts), "no state is read"
    rt.clock.advance(timedelta(hours=2))
    assert fire_due(rt) == 3
    assert fire_due(rt) == 0
