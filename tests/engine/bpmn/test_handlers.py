"""Event sub-processes: armed with their level, running beside it or instead of it."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import (
    after,
    boundary,
    condition,
    diagram,
    end,
    error,
    escalation,
    every,
    handler,
    message,
    parallel,
    path,
    signal,
    start,
    sub,
    user,
)
from tests.engine.bpmn.playing import Play

TRIGGERS = {
    "message": message(),
    "signal": signal(),
    "timer": after("PT1H"),
    "condition": condition("n = 3"),
    "error": error(),
    "escalation": escalation(),
}

INTERRUPTING = [(kind, True) for kind in TRIGGERS]
BESIDE = [(kind, False) for kind in TRIGGERS if kind != "error"]


def level(kind: str, interrupting: bool, *, nested: bool) -> bytes:
    """Two branches, the second of which throws where the trigger is thrown, and the event sub-process."""
    inner = {"error": error(), "escalation": escalation()}.get(kind, "")
    parts = (
        start("s1"),
        parallel("g1"),
        user("a"),
        user("k"),
        end("thrown", inner),
        path("s1 g1 a", "g1 k thrown"),
        handler("ev", TRIGGERS[kind], user("h"), path("ev_s h"), interrupting=interrupting),
    )
    return diagram(start(), sub("p1", *parts), user("z"), path("s p1 z")) if nested else diagram(*parts)


def trigger(play: Play, kind: str) -> Play:
    if kind == "message":
        return play.deliver("письмо", откуда="школа")
    if kind == "signal":
        return play.signal("тревога")
    if kind == "timer":
        return play.wait(hours=2)
    return play.do("k", n=3)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(("kind", "interrupting"), INTERRUPTING)
def test_an_interrupting_one_takes_the_place_of_its_level(kind, interrupting, nested):
    play = Play(level(kind, interrupting, nested=nested), {"n": 0})
    assert play.open == ["a", "k"]
    trigger(play, kind)
    assert play.open == ["h"]
    assert play.waiting == []
    play.do("h")
    if nested:
        assert play.open == ["z"]
        play.do("z")
    assert play.ended


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(("kind", "interrupting"), BESIDE)
def test_a_non_interrupting_one_runs_beside_its_level(kind, interrupting, nested):
    play = Play(level(kind, interrupting, nested=nested), {"n": 0})
    trigger(play, kind)
    assert "h" in play.open
    assert "a" in play.open
    play.do("a")
    if "k" in play.open:
        play.do("k")
    play.do("h")
    if nested:
        play.do("z")
    assert play.ended


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_a_non_interrupting_one_runs_as_often_as_it_is_triggered(kind):
    play = Play(level(kind, interrupting=False, nested=True), {"n": 0})
    trigger(play, kind)
    trigger(play, kind)
    assert play.open == ["a", "h", "h", "k"]


@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_one_that_was_never_triggered_ends_with_its_level(kind):
    play = Play(
        diagram(start(), user("a"), path("s a"), handler("ev", TRIGGERS[kind], user("h"), path("ev_s h"))),
        {"n": 0},
    )
    assert play.do("a").ended
    assert play.waiting == []


def test_the_waiting_is_shown_at_its_start_event():
    play = Play(level("message", interrupting=True, nested=True), {"n": 0})
    assert play.waiting == ["ev_s"]


def test_what_came_with_the_event_is_written_to_the_variables():
    play = trigger(Play(level("message", interrupting=True, nested=True)), "message")
    assert play.variables == {"откуда": "школа"}
    assert [one.node for one in play.last.passed if not one.cancelled] == ["ev_s"]


def test_an_error_thrown_by_the_handler_goes_past_its_own_level():
    inner = sub(
        "p1",
        start("s1"),
        user("a"),
        end("bad", error()),
        path("s1 a bad"),
        handler("ev", error(), user("h"), end("again", error()), path("ev_s h again")),
    )
    play = Play(diagram(start(), inner, boundary("b", "p1", error()), user("z"), path("s p1", "b z")))
    assert play.do("a").open == ["h"]
    assert play.do("h").open == ["z"]
    assert play.do("z").ended


def test_one_inside_another_is_armed_when_the_outer_one_runs():
    inner = handler("in", signal(), user("hi"), path("in_s hi"))
    play = Play(
        diagram(
            start(),
            user("a"),
            path("s a"),
            handler("out", message(), user("ho"), path("out_s ho"), inner, interrupting=False),
        )
    )
    assert play.waiting == ["out_s"]
    play.deliver("письмо")
    assert play.waiting == ["in_s", "out_s"]
    assert play.signal("тревога").open == ["a", "hi"]
    assert play.do("hi").do("a").ended


def test_a_repeated_timer_fires_again_and_makes_up_once_for_what_it_slept_through():
    play = Play(
        diagram(
            start(),
            user("a"),
            path("s a"),
            handler("ev", every("R3/P1D"), user("h"), path("ev_s h"), interrupting=False),
        )
    )
    assert play.wait(days=1).open == ["a", "h"]
    assert play.wait(days=30).open == ["a", "h", "h"]
    assert play.wait(days=1).open == ["a", "h", "h", "h"]
    assert play.wait(days=9).open == ["a", "h", "h", "h"]


def test_one_trigger_may_end_everything_another_has_begun():
    play = Play(
        diagram(
            start(),
            sub("p1", user("a"), boundary("t", "a", after("P1D")), user("r"), path("t r")),
            path("s p1"),
            handler("stop", signal(), user("h1"), path("stop_s h1")),
            handler("note", message(), user("h2"), path("note_s h2"), interrupting=False),
        )
    )
    play.deliver("письмо").deliver("письмо")
    assert play.open == ["a", "h2", "h2"]
    play.signal("тревога")
    assert play.open == ["h1"]
    assert play.waiting == []
    assert play.do("h1").ended


def test_the_end_of_a_case_may_be_in_an_event_sub_process():
    play = Play(
        diagram(
            start(),
            user("a"),
            end("usual"),
            path("s a usual"),
            handler("ev", message(), end("early"), path("ev_s early")),
        )
    )
    assert play.deliver("письмо").ended
    assert play.end_event == "early"
