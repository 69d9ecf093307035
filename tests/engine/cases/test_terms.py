"""Terms of a case while it walks: they start, are shared by steps, end, and move the timers that follow
them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.cases.queries import case_card
from engine.cases.tables import wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term
from engine.model import SYSTEM, Actor, Outcome
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.tables import task
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)
DECISION = datetime(2026, 1, 14, 14, tzinfo=UTC)
PROGRAMME = datetime(2026, 1, 21, 14, tzinfo=UTC)
"""Five and ten working days after Friday 26 December 2025, 17:00 in Moscow."""


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    return make_actor(rt, "R05")


def due_of(rt: Runtime, node: str) -> datetime:
    """Due moment of the youngest step of a node."""
    found = select(task.c.due_at).where(task.c.node == node).order_by(task.c.id.desc()).limit(1)
    with rt.database.read() as conn:
        seconds: int = conn.execute(found).scalar_one()
    return from_seconds(seconds)


WATCH = (
    '<subProcess id="watch" name="Смотреть за сроком" triggeredByEvent="true">'
    '<startEvent id="w_s" name="Срок истёк" isInterrupting="false"><timerEventDefinition>'
    "<timeDate>=term(&quot;T15&quot;)</timeDate></timerEventDefinition></startEvent>"
    + user_task("head", role="R07")
    + '<endEvent id="w_e" name="Рассмотрено"/>'
    + flows("w_s head w_e")
    + "</subProcess>"
)


def test_steps_of_a_case_are_due_with_its_term_until_the_term_ends(rt: Runtime, clerk: Actor) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms="T14, T15")
        + user_task("b", norm="T14", endTerms="T14")
        + user_task("c", norm="T15", endTerms="T15")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b c e")
    )
    publish_files(rt, diagram("need", body))
    open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    assert due_of(rt, "b") == DECISION
    complete(rt, clerk, "b")
    assert due_of(rt, "c") == PROGRAMME
    complete(rt, clerk, "c")
    with rt.database.read() as conn:
        outcomes = {row.key: row.outcome for row in conn.execute(select(term))}
    assert outcomes == {"T14": Outcome.MET, "T15": Outcome.MET}


def test_terms_of_the_application_count_from_its_own_day_not_from_the_opening_of_the_case(
    rt: Runtime, clerk: Actor
) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms="T14", filed="дата_заявления")
        + user_task("b", norm="T14", endTerms="T14")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b e")
    )
    publish_files(rt, diagram("need", body))
    clock = rt.clock
    assert isinstance(clock, MovableClock)
    clock.set(FRIDAY + timedelta(days=3))  # the letter came on Friday, the case was opened on Monday
    case = open_case(rt, clerk, "need")
    complete(rt, clerk, "a", {"дата_заявления": FRIDAY.date()})
    assert due_of(rt, "b") == DECISION
    with rt.database.read() as conn:
        card = case_card(rt, conn, clerk, case.id)
    assert card.filed_at.astimezone(ZoneInfo("Europe/Moscow")).date() == FRIDAY.date()


def test_a_watch_armed_before_its_term_gets_the_moment_when_the_term_starts(
    rt: Runtime, clerk: Actor
) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms="T15")
        + user_task("b")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b e")
        + WATCH
    )
    publish_files(rt, diagram("need", body))
    open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    over = PROGRAMME + timedelta(seconds=1)
    with rt.database.read() as conn:
        assert from_seconds(conn.execute(select(wait.c.due_at)).scalar_one()) == over
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(over)
    fire_due(rt)
    assert open_nodes(rt) == ["b", "head"]


def test_a_rework_loop_does_not_restart_a_term_of_the_case(rt: Runtime, clerk: Actor) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms="T15")
        + user_task("b", norm="T15")
        + '<exclusiveGateway id="x" name="Переделать?" default="f_x_e"/>'
        + '<sequenceFlow id="again" sourceRef="x" targetRef="a">'
        + "<conditionExpression>=ещё</conditionExpression></sequenceFlow>"
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b x e")
    )
    publish_files(rt, diagram("need", body))
    open_case(rt, clerk, "need")
    complete(rt, clerk, "a")
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(DECISION)
    complete(rt, clerk, "b", {"ещё": True})
    complete(rt, clerk, "a")
    assert due_of(rt, "b") == PROGRAMME


def test_a_step_with_a_norm_of_its_own_has_a_term_that_ends_with_it(rt: Runtime, clerk: Actor) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", norm="T17")
        + boundary_timer("late", "a", "P30D", interrupting=True)
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a e", "late e")
    )
    publish_files(rt, diagram("need", body))
    open_case(rt, clerk, "need")
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(DECISION)
    complete(rt, clerk, "a")
    with rt.database.read() as conn:
        row = conn.execute(select(term)).one()
    assert row.outcome == Outcome.BREACHED
    assert row.task_id is not None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-21", datetime(2026, 1, 21, 14, tzinfo=UTC)),
        ("2026-04-30", datetime(2026, 4, 30, 13, tzinfo=UTC)),
        ("2026-01-21T20:30", datetime(2026, 1, 21, 17, 30, tzinfo=UTC)),
    ],
    ids=["a day", "a short day", "a moment"],
)
def test_a_step_due_on_a_day_is_due_until_the_office_closes(
    rt: Runtime, clerk: Actor, written, moment
) -> None:
    """17:00 in Moscow is 14:00 UTC; on the eve of a holiday the office closes at 16:00."""
    due = f'<userTask id="a" name="Шаг" camunda:candidateGroups="R05" camunda:dueDate="{written}"/>'
    ends = '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
    publish_files(rt, diagram("need", ends + due + flows("s a e")))
    open_case(rt, clerk, "need")
    assert due_of(rt, "a") == moment


def test_a_step_runs_by_the_edition_of_the_day_it_opens_whatever_release_its_case_is_on(
    rt: Runtime, clerk: Actor
) -> None:
    publish_files(rt, chain("p", user_task("a", norm="T15"), user_task("b", norm="T15")))
    open_case(rt, clerk, "p")
    known = rt.calendars.norm("T15", FRIDAY.date())
    tomorrow = FRIDAY.date() + timedelta(days=1)
    number = add_norm_edition(rt, SYSTEM, replace(known, value=5, valid_from=tomorrow))
    assert due_of(rt, "a") == PROGRAMME
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(days=1))
    complete(rt, clerk, "a")
    with rt.database.read() as conn:
        by_node = dict(conn.execute(select(task.c.node, task.c.norm_id)).all())
    assert by_node == {"a": known.id, "b": number}
