"""Joins that wait for ever and steps done twice are found, and what runs well is left alone."""

from __future__ import annotations

import pytest

from engine.bpmn.analysis.tokens import MOST_WORK
from engine.bpmn.check import check
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    diagram,
    end,
    error,
    first_of,
    inclusive,
    parallel,
    path,
    start,
    sub,
    terminate,
    user,
    xor,
)

A, B, C = user("a"), user("b"), user("c")
TO_JOIN = path("s f a x c e", "f b x")


def told(*parts: str) -> dict[str, str]:
    """Rule and its element."""
    found = check(diagram(start(), end(), *parts))
    return {one.rule: str(one.element) for one in found if one.rule in ("join-stuck", "step-twice")}


STUCK, TWICE = {"join-stuck": "x"}, {"step-twice": "x"}


@pytest.mark.parametrize(
    ("fork", "join", "expected"),
    [
        (xor("f"), xor("x"), {}),
        (xor("f"), parallel("x"), STUCK),
        (xor("f"), inclusive("x"), {}),
        (parallel("f"), xor("x"), TWICE),
        (parallel("f"), parallel("x"), {}),
        (parallel("f"), inclusive("x"), {}),
        (inclusive("f"), xor("x"), TWICE),
        (inclusive("f"), parallel("x"), STUCK),
        (inclusive("f"), inclusive("x"), {}),
        (user("f"), user("x"), TWICE),
        (user("f"), parallel("x"), {}),
        (first_of("f"), parallel("x"), STUCK),
    ],
)
def test_a_join_has_to_fit_its_fork(fork, join, expected):
    assert told(fork, join, A, B, C, TO_JOIN) == expected


def test_a_way_that_ends_before_the_join_leaves_it_waiting():
    assert told(parallel("f"), xor("g"), parallel("x"), A, B, path("s f a g x e", "f b x", "g e")) == STUCK


def test_an_end_that_stops_everything_leaves_nobody_waiting():
    parts = (parallel("f"), xor("g"), parallel("x"), A, B, path("s f a g x e", "f b x", "g stop"))
    assert told(*parts, end("stop", terminate())) == {}
    assert told(*parts, end("stop", error())) == {}


def test_a_choice_inside_a_branch_that_comes_together_again_is_sound():
    parts = (parallel("f"), xor("g"), xor("m"), parallel("x"), A, B, C)
    assert told(*parts, path("s f a g b m x e", "g m", "f c x")) == {}


def test_a_loop_inside_a_branch_is_sound_and_one_back_into_the_join_is_not():
    parts = (parallel("f"), xor("m"), xor("g"), parallel("x"), A, B)
    assert told(*parts, path("s f m a g x e", "g m", "f b x")) == {}
    assert told(parallel("x"), xor("g"), A, path("s x a g e", "g x")) == STUCK


def test_two_arrows_between_the_same_gateways_are_two_ways():
    assert told(xor("f"), parallel("x"), path("s f x e", "f x")) == STUCK
    assert told(parallel("f"), parallel("x"), path("s f x e", "f x")) == {}


def test_an_event_at_the_edge_that_does_not_interrupt_runs_beside():
    reminder = boundary("t", "a", after("PT1H"), interrupting=False)
    assert told(A, reminder, user("x"), path("s a x e", "t x")) == TWICE
    assert told(A, boundary("t", "a", after("PT1H")), user("x"), path("s a x e", "t x")) == {}
    assert told(A, reminder, B, path("s a b e", "t e")) == {}


def test_ways_that_only_come_together_to_end_do_no_harm():
    assert told(parallel("f"), xor("x"), A, B, path("s f a x e", "f b x")) == {}


def test_levels_are_looked_at_one_by_one():
    inside = (start("s2"), xor("f"), parallel("x"), A, B, end("e2"), path("s2 f a x e2", "f b x"))
    assert told(sub("p1", *inside), path("s p1 e")) == STUCK


def test_who_does_not_come_is_named():
    xml = diagram(start(), end(), xor("f"), parallel("x"), A, B, path("s f a x e", "f b x"))
    (finding,) = [one for one in check(xml) if one.rule == "join-stuck"]
    assert "«Шаг " in finding.message


def many(count: int, join: str) -> dict[str, str]:
    """Branches that each may end before the join: more states than anybody can look at."""
    parts = [parallel("f"), join, path("s f", "x e")]
    for number in range(count):
        branch = f"a{number} g{number}"
        parts += [user(f"a{number}"), xor(f"g{number}"), path(f"f {branch} x", f"g{number} e")]
    return told(*parts)


def test_where_there_is_too_much_to_look_at_nothing_wrong_is_said():
    assert MOST_WORK < 2**60
    assert many(60, parallel("x")) == STUCK
    assert many(60, inclusive("x")) == {}
