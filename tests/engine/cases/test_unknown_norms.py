"""A norm that the register does not have stops the case where it is named, and nobody's work before that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.access.actors import load_actor
from engine.cases import repair
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.cases.service import StartedCase
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term
from engine.model import SYSTEM, Actor, split_task_id
from engine.runtime import Runtime
from engine.worklist.tables import task
from tests.factories.access import make_actor
from tests.factories.cases import (
    chain,
    complete,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)

WHY = "норма добавлена"


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    return make_actor(rt, "R05")


@pytest.fixture
def head(rt: Runtime, clerk: Actor) -> Actor:
    return make_actor(rt, "R07")


def stands(rt: Runtime, case: StartedCase) -> list[tuple[str, str]]:
    with rt.database.read() as conn:
        return [(each.node, each.message) for each in open_incidents(conn, case.id)]


def try_again(rt: Runtime, head: Actor, case: StartedCase) -> None:
    with rt.database.read() as conn:
        (stopped,) = open_incidents(conn, case.id)
    repair.retry(rt, load_actor(rt, head.user_id), case.id, split_task_id(stopped.element)[1], WHY)


def add_norm(rt: Runtime, key: str) -> None:
    known = rt.calendars.norm("T15", rt.clock.now().date())
    add_norm_edition(rt, SYSTEM, replace(known, key=key))


def test_the_step_before_is_completed_and_the_case_stands_at_the_step_that_names_it(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    publish_files(rt, chain("p", user_task("a"), user_task("b", norm="T99")))
    case = open_case(rt, clerk, "p")
    complete(rt, clerk, "a")
    ((node, message),) = stands(rt, case)
    assert (node, open_nodes(rt)) == ("b", [])
    assert "T99" in message

    try_again(rt, head, case)
    assert [node for node, _ in stands(rt, case)] == ["b"]

    add_norm(rt, "T99")
    try_again(rt, head, case)
    assert (stands(rt, case), open_nodes(rt)) == ([], ["b"])
    with rt.database.read() as conn:
        assert conn.execute(term.select().where(term.c.key == "T99")).one().task_id is not None
        assert conn.execute(task.select().where(task.c.node == "b")).one().norm_id is not None


def test_a_case_is_opened_whose_first_step_names_an_unknown_norm(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, chain("p", user_task("a", norm="T99")))
    assert [node for node, _ in stands(rt, open_case(rt, clerk, "p"))] == ["a"]


def test_what_was_answered_is_kept_when_the_step_itself_starts_an_unknown_term(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    publish_files(rt, chain("p", user_task("a", startTerms="T15, T99"), user_task("b")))
    case = open_case(rt, clerk, "p")
    complete(rt, clerk, "a", {"итог": "да"})
    assert [node for node, _ in stands(rt, case)] == ["a"]
    assert open_nodes(rt) == []

    add_norm(rt, "T99")
    try_again(rt, head, case)
    assert open_nodes(rt) == ["b"]
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, load_actor(rt, clerk.user_id), case.id)) == {
            "итог": "да"
        }
        assert {row.key for row in conn.execute(term.select())} == {"T15", "T99"}


def test_a_step_with_a_date_of_its_own_needs_no_norm(rt: Runtime, clerk: Actor) -> None:
    dated = user_task("a", norm="T99").replace(
        "camunda:candidateGroups", 'camunda:dueDate="P3D" camunda:candidateGroups'
    )
    publish_files(rt, chain("p", dated))
    assert (stands(rt, open_case(rt, clerk, "p")), open_nodes(rt)) == ([], ["a"])
