"""Undoing what was done, transactions, and gateways that wait for so many of their ways."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import (
    boundary,
    diagram,
    end,
    flow,
    for_each,
    handler,
    message,
    node,
    parallel,
    path,
    script,
    start,
    sub,
    throw,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def undo(activity: str = "") -> str:
    return (
        f'<compensateEventDefinition activityRef="{activity}"/>'
        if activity
        else "<compensateEventDefinition/>"
    )


def undone(id: str, by: str, *inner: str, kind: str = "userTask") -> str:
    """A user task `id` and the activity `by` that undoes it."""
    return "".join(
        (
            user(id, *inner),
            boundary(f"b_{id}", id, undo()),
            node(
                kind,
                by,
                *(() if kind == "userTask" else (user(f"{by}_in"),)),
                isForCompensation=True,
                name=f"Шаг {by}",
            ),
            f'<association id="as_{id}" sourceRef="b_{id}" targetRef="{by}"/>',
        )
    )


def test_what_was_done_is_undone_in_reverse_order_one_after_another():
    play = Play(
        diagram(
            start(), undone("a", "ua"), undone("b", "ub"), throw("t", undo()), user("z"), path("s a b t z")
        )
    )
    assert play.do("a").open == ["b"]
    assert play.do("b").open == ["ub"]
    assert play.do("ub").open == ["ua"]
    assert play.do("ua").open == ["z"]
    assert play.do("z").ended


@pytest.mark.element("intermediateThrowEvent / compensate, waitForCompletion", runs=True)
def test_the_way_goes_on_at_once_behind_an_event_that_does_not_wait():
    beside = undo().replace("/>", ' waitForCompletion="false"/>')
    parts = (undone("a", "ua"), undone("b", "ub"), throw("t", beside), user("z"), path("os a b t z"))
    play = Play(diagram(start(), sub("o", start("os"), *parts), user("y"), path("s o y")))
    assert play.do("a").do("b").open == ["ub", "z"]
    assert play.do("z").open == ["ub"]
    assert play.do("ub").open == ["ua"]
    assert play.do("ua").open == ["y"]
    assert play.passed.count("t") == 1


def test_an_event_that_does_not_wait_and_finds_nothing_to_undo_is_passed():
    beside = undo().replace("/>", ' waitForCompletion="false"/>')
    assert Play(diagram(start(), throw("t", beside), end(), path("s t e"))).ended


def test_one_activity_may_be_undone_and_the_rest_left():
    play = Play(diagram(start(), undone("a", "ua"), undone("b", "ub"), end("e", undo("a")), path("s a b e")))
    play.do("a").do("b")
    assert play.open == ["ua"]
    assert play.do("ua").ended
    assert play.end_event == "e"


def test_what_was_not_done_is_not_undone():
    play = Play(diagram(start(), throw("t", undo()), undone("a", "ua"), user("z"), path("s t a z")))
    assert play.do("a").open == ["z"]
    assert play.do("z").ended


def test_what_was_undone_is_not_undone_again():
    play = Play(
        diagram(
            start(), undone("a", "ua"), throw("t", undo()), throw("t2", undo()), user("z"), path("s a t t2 z")
        )
    )
    assert play.do("a").do("ua").open == ["z"]


def test_the_work_of_a_finished_sub_process_is_undone_too():
    inner = sub(
        "p1",
        start("s1"),
        undone("a", "ua"),
        sub("p2", start("s2"), undone("b", "ub"), path("s2 b")),
        path("s1 a p2"),
    )
    play = Play(diagram(start(), inner, undone("k", "uk"), throw("t", undo()), user("z"), path("s p1 k t z")))
    play.do("a").do("b").do("k")
    assert play.open == ["uk"]
    assert play.do("uk").open == ["ub"]
    assert play.do("ub").open == ["ua"]
    assert play.do("ua").open == ["z"]
    assert play.passed.count("z") == 0
    assert play.do("z").ended


def test_a_whole_sub_process_can_be_named():
    inner = sub("p1", start("s1"), undone("a", "ua"), path("s1 a"))
    play = Play(
        diagram(start(), inner, undone("k", "uk"), throw("t", undo("p1")), user("z"), path("s p1 k t z"))
    )
    assert play.do("a").do("k").open == ["ua"]
    assert play.do("ua").open == ["z"]


def test_each_instance_of_a_loop_is_undone_with_its_own_item():
    play = Play(
        diagram(start(), undone("a", "ua", for_each()), throw("t", undo()), user("z"), path("s a t z")),
        {"вопросы": ["А", "Б"]},
    )
    play.do("a").do("a")
    assert play.sees("ua")["вопрос"] == "Б"
    assert play.do("ua").sees("ua")["вопрос"] == "А"
    assert play.do("ua").open == ["z"]


def test_sub_processes_for_each_item_are_undone_with_their_items():
    inner = sub("p1", for_each(), start("s1"), undone("a", "ua"), path("s1 a"))
    play = Play(
        diagram(start(), inner, throw("t", undo()), user("z"), path("s p1 t z")), {"вопросы": ["А", "Б"]}
    )
    play.do("a").do("a")
    assert play.sees("ua")["вопрос"] == "Б"
    assert play.do("ua").sees("ua")["вопрос"] == "А"
    assert play.do("ua").open == ["z"]


def test_each_round_is_undone():
    play = Play(
        diagram(
            start(),
            xor("m"),
            undone("a", "ua"),
            xor("x", default="out"),
            throw("t", undo()),
            user("z"),
            path("s m a x", "t z"),
            flow("x", "m", "ещё"),
            flow("x", "t", id="out"),
        )
    )
    play.do("a", ещё=True).do("a", ещё=False)
    assert play.do("ua").do("ua").open == ["z"]


def test_an_event_sub_process_undoes_the_work_of_its_level():
    for interrupting in (True, False):
        play = Play(
            diagram(
                start(),
                undone("a", "ua"),
                user("k"),
                path("s a k"),
                handler("ev", message(), end("e2", undo()), path("ev_s e2"), interrupting=interrupting),
            )
        )
        play.do("a").deliver("письмо")
        assert play.open == (["ua"] if interrupting else ["k", "ua"])
        play.do("ua")
        if not interrupting:
            play.do("k")
        assert play.ended


def test_a_handler_may_be_a_sub_process_and_the_activity_may_have_other_events():
    play = Play(
        diagram(
            start(),
            undone("a", "ua", kind="subProcess"),
            boundary("b", "a", message()),
            user("h"),
            throw("t", undo()),
            user("z"),
            path("s a t z", "b h"),
        )
    )
    assert play.do("a").open == ["ua_in"]
    assert play.do("ua_in").open == ["z"]


def test_handlers_that_need_nobody_run_through():
    handlers = script("ua", "{отмен: отмен + 1}", isForCompensation=True)
    parts = (
        user("a"),
        boundary("b", "a", undo()),
        handlers,
        '<association id="as" sourceRef="b" targetRef="ua"/>',
    )
    play = Play(diagram(start(), *parts, end("e", undo()), path("s a e")), {"отмен": 0}).do("a")
    assert play.ended
    assert play.variables == {"отмен": 1}


def test_cancelling_the_case_ends_handlers_too():
    play = Play(
        diagram(
            start(),
            sub("p1", start("s1"), undone("a", "ua"), throw("t", undo()), path("s1 a t")),
            boundary("b", "p1", message()),
            user("h"),
            path("s p1", "b h"),
        )
    )
    play.do("a")
    assert play.open == ["ua"]
    assert play.deliver("письмо").open == ["h"]


def transaction(*inner: str) -> bytes:
    body = (
        start("s1"),
        parallel("g1"),
        undone("a", "ua"),
        user("q"),
        user("k"),
        end("no", "<cancelEventDefinition/>"),
    )
    return diagram(
        start(),
        node("transaction", "tx", *inner, *body, end("e1"), path("s1 g1 a q no", "g1 k e1")),
        boundary("b", "tx", "<cancelEventDefinition/>"),
        user("after"),
        user("usual"),
        path("s tx usual", "b after"),
    )


def test_a_cancelled_transaction_stops_undoes_and_leaves_at_its_edge():
    play = Play(transaction())
    play.do("a")
    assert play.open == ["k", "q"]
    assert play.do("q").open == ["ua"]
    assert play.do("ua").open == ["after"]
    assert "no" in play.passed
    assert play.do("after").ended


def test_a_transaction_that_is_not_cancelled_goes_on():
    xml = diagram(start(), node("transaction", "tx", user("a")), user("z"), path("s tx z"))
    assert Play(xml).do("a").open == ["z"]


# --- so many of the ways


def gateway(condition: str) -> str:
    return node("complexGateway", "c", f"<activationCondition>{condition}</activationCondition>")


TWO_OF_THREE = diagram(
    start(),
    xor("m"),
    parallel("g"),
    user("a"),
    user("b"),
    user("d"),
    gateway("activationCount >= 2"),
    user("z"),
    xor("x", default="out"),
    end(),
    path("s m g a c z x", "g b c", "g d c"),
    flow("x", "m", "ещё"),
    flow("x", "e", id="out"),
)


def test_a_complex_gateway_goes_on_with_the_second_of_three_and_swallows_the_third():
    play = Play(TWO_OF_THREE)
    assert play.do("a").open == ["b", "d"]
    assert play.do("b").open == ["d", "z"]
    assert play.do("d").open == ["z"]
    assert play.do("z", ещё=True).open == ["a", "b", "d"]
    assert play.do("d").do("b").open == ["a", "z"]
    assert play.do("a").do("z", ещё=False).ended


def test_a_complex_gateway_that_can_never_go_on_is_an_incident():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("a"),
            user("b"),
            gateway("activationCount >= 3"),
            user("z"),
            path("s g a c z", "g b c"),
        )
    )
    play.do("a").do("b")
    assert play.incidents == ["c"]


def test_a_complex_gateway_with_one_way_in_only_chooses():
    chooser = node("complexGateway", "c", default="d")
    play = Play(
        diagram(
            start(),
            chooser,
            user("a"),
            user("b"),
            path("s c"),
            flow("c", "a", "n > 1"),
            flow("c", "b", id="d"),
        ),
        {"n": 5},
    )
    assert play.open == ["a"]


def test_a_handler_may_undo_what_was_done_in_it_and_what_was_done_around_it():
    inside = handler(
        "h", message(), undone("b", "ub"), throw("t", undo("b")), throw("t2", undo("a")), path("h_s b t t2")
    )
    play = Play(diagram(start(), undone("a", "ua"), user("k"), inside, path("s a k")))
    play.do("a").deliver("письмо").do("b")
    assert play.open == ["ub"]
    assert play.do("ub").open == ["ua"]
    assert play.do("ua").ended
