"""Joins that wait for one another, rounds of complex gateways, gateways at which a way ends."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import (
    diagram,
    end,
    flow,
    inclusive,
    node,
    parallel,
    path,
    start,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def enough(count: int) -> str:
    """A complex gateway that goes on when so many tokens wait."""
    condition = f"<activationCondition>activationCount >= {count}</activationCondition>"
    return node("complexGateway", "c", condition)


TWO_OF_SOME = diagram(
    start(),
    xor("m"),
    inclusive("g", default="third"),
    user("a"),
    user("b"),
    user("d"),
    enough(2),
    user("z"),
    xor("x", default="out"),
    end(),
    path("s m g", "a c z x", "b c", "d c"),
    flow("g", "a", "n >= 1"),
    flow("g", "b", "n >= 2"),
    flow("g", "d", "n >= 3"),
    flow("g", "d", id="third"),
    flow("x", "m", "ещё"),
    flow("x", "e", id="out"),
)


def test_a_complex_gateway_does_not_wait_for_a_token_that_cannot_come():
    play = Play(TWO_OF_SOME, {"n": 2})
    assert play.do("a").do("b").open == ["z"]
    assert play.do("z", ещё=True).open == ["a", "b"]
    assert play.do("b").open == ["a"]
    assert play.do("a").open == ["z"]
    assert play.do("z", ещё=False).ended


def test_a_token_of_the_next_round_waits_until_the_round_before_is_over():
    play = Play(TWO_OF_SOME, {"n": 3})
    play.do("a").do("b").do("z", ещё=True)
    assert play.open == ["a", "b", "d", "d"]
    assert play.do("a").open == ["b", "d", "d"]
    assert play.do("d").open == ["b", "d"]
    assert play.do("b").open == ["d", "z"]


def test_two_tokens_on_one_flow_count_as_two():
    both = node("complexGateway", "c", "<activationCondition>activationCount >= 2</activationCondition>")
    xml = diagram(
        start(),
        parallel("g"),
        user("a"),
        user("b"),
        xor("m"),
        user("d"),
        both,
        user("z"),
        path("s g a m c z", "g b m", "g d c"),
    )
    assert Play(xml).do("a").do("b").open == ["d", "z"]


@pytest.mark.parametrize("join", [parallel, inclusive])
def test_joins_that_wait_for_one_another_are_an_incident(join):
    """Each of the two waits for what has to pass through the other one."""
    xml = diagram(
        start(),
        parallel("g"),
        user("a"),
        user("b"),
        join("j"),
        join("k"),
        user("x"),
        user("y"),
        parallel("v"),
        parallel("w"),
        end(),
        path("s g a j x v e", "g b k y w e", "v k", "w j"),
    )
    play = Play(xml).do("a").do("b")
    assert play.incidents == ["j", "k"]
    assert "уже не придут" in play.message("j")


def test_a_join_that_another_waiting_join_can_still_feed_has_hope():
    xml = diagram(
        start(),
        parallel("g"),
        user("a"),
        user("b"),
        user("d"),
        parallel("j"),
        parallel("k"),
        user("z"),
        path("s g a j k z", "g b j", "g d k"),
    )
    play = Play(xml).do("d").do("a")
    assert play.incidents == []
    assert play.do("b").open == ["z"]


@pytest.mark.parametrize("tag", ["exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway"])
def test_a_way_may_end_at_a_gateway(tag):
    play = Play(diagram(start(), user("a"), node(tag, "g"), path("s a g")))
    assert play.do("a").ended
    assert play.passed == ["s", "a", "g"]


def test_where_no_condition_behind_a_step_holds_the_incident_is_told_of_that_step():
    xml = diagram(start(), user("a"), user("b"), end(), path("s a"), flow("a", "b", "n > 1"), path("b e"))
    play = Play(xml).do("a", n=0)
    assert play.incidents == ["a"]
    assert play.message("a").startswith("«Шаг a»: ни одно условие не выполнено")
    assert play.set(n=2).retry("a").open == ["b"]
