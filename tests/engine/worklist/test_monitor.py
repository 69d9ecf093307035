"""What a supervisor watches beside late steps: cases that wait past their term, and who was told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.model import Actor
from engine.runtime import Runtime
from engine.worklist.ladder import tell_due
from engine.worklist.monitor import late_cases
from engine.worklist.notices import last_told, last_told_of_terms
from tests.factories.access import make_actor, town
from tests.factories.cases import complete, diagram, flows, open_case, open_tasks, publish_files, user_task

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)
AFTER_DECISION = datetime(2026, 1, 14, 14, 1, tzinfo=UTC)
"""The decision (T14) is due five working days after Friday 26 December 2025: on 14 January at 17:00."""


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    return make_actor(rt, "R05")


def waiting_for_commission(rt: Runtime, clerk: Actor) -> int:
    """A case on its term of the decision, with no step open but that of its commission."""
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("accept", startTerms="T14")
        + '<intermediateCatchEvent id="sitting" name="Ждёт заседания">'
        + '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        + user_task("decide", norm="T14", endTerms="T14")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s accept sitting decide e")
    )
    publish_files(rt, diagram("need", body, '<message id="m" name="msg.decided"/>', owner="R05"))
    case = open_case(rt, clerk, "need").id
    complete(rt, clerk, "accept")
    return case


def late(rt: Runtime, person: Actor) -> list[int]:
    with rt.database.read() as conn:
        return [each.case_id for each in late_cases(rt, conn, person, rt.clock.now())]


def test_a_case_that_waits_past_its_term_is_seen_though_no_step_is_late(rt: Runtime, clerk: Actor) -> None:
    head = make_actor(rt, "R07")
    case = waiting_for_commission(rt, clerk)
    assert late(rt, head) == []
    rt.clock.set(AFTER_DECISION)  # type: ignore[attr-defined]
    assert late(rt, head) == [case]
    assert late(rt, make_actor(rt, "R07", unit_id=town(rt).care)) == []
    with rt.database.read() as conn:
        [found] = late_cases(rt, conn, head, rt.clock.now())
    assert found.owner_id == clerk.user_id
    assert found.label == "семья Лапшиных"
    assert found.words.left.startswith("срок истёк")


def test_who_was_told_of_the_term_of_a_case_is_known(rt: Runtime, clerk: Actor) -> None:
    waiting_for_commission(rt, clerk)
    rt.clock.set(AFTER_DECISION)  # type: ignore[attr-defined]
    tell_due(rt)
    with rt.database.read() as conn:
        [found] = late_cases(rt, conn, make_actor(rt, "R07"), rt.clock.now())
        at, accounts = last_told_of_terms(conn, [found.term_id])[found.term_id]
    assert at == AFTER_DECISION
    assert clerk.user_id in accounts


def test_a_step_that_has_the_term_of_its_case_says_who_was_told(rt: Runtime, clerk: Actor) -> None:
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("accept", startTerms="T14")
        + user_task("decide", norm="T14", endTerms="T14")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s accept decide e")
    )
    publish_files(rt, diagram("need", body, owner="R05"))
    open_case(rt, clerk, "need")
    complete(rt, clerk, "accept")
    [step] = open_tasks(rt, "decide")
    rt.clock.set(AFTER_DECISION)  # type: ignore[attr-defined]
    tell_due(rt)
    rt.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    with rt.database.read() as conn:
        assert clerk.user_id in last_told(conn, [step])[step][1]
    assert late(rt, make_actor(rt, "R07")) == []
