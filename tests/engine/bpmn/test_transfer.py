"""A running case carried over to another version of its diagram: what goes on, what is refused and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import bpmn
from engine.bpmn.behaviour.triggers import AFTER_TERM
from tests.engine.bpmn.drawing import (
    after,
    at,
    boundary,
    call,
    catch,
    diagram,
    end,
    first_of,
    flow,
    for_each,
    handler,
    message,
    node,
    parallel,
    path,
    script,
    service,
    start,
    sub,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def carry(play: Play, xml: bytes, *others: bytes, **renames: str) -> bpmn.Transferred:
    """Carry the case over; the books follow."""
    found = {one.id: one for file in (xml, *others) for one in bpmn.read(file).processes}
    new = bpmn.link(found[play.program.main.id], found)
    names = {("p", old): now for old, now in renames.items()}
    result = bpmn.transfer(play.program, new, play.state, names, play._context())
    play.program, play.state = new, result.state
    here = {place.element_id: place.node for place in play.position.open}
    play.tasks = {id_: replace(task, node=here[id_]) for id_, task in play.tasks.items()}
    play.waits = {wait.element_id: wait for wait in bpmn.waits(new, result.state, play._context())}
    play._compare()
    return result


def refused(play: Play, xml: bytes, *others: bytes, **renames: str) -> bpmn.NotMovable:
    before = play.state
    with pytest.raises(bpmn.NotMovable) as caught:
        carry(play, xml, *others, **renames)
    assert play.state == before
    return caught.value


def line(*tasks: str, more: str = "") -> bytes:
    ids = " ".join(task.split('id="')[1].split('"')[0] for task in tasks)
    return diagram(start(), *tasks, end(), more, path(f"s {ids} e"))


def test_a_case_stands_where_it_stood_and_goes_the_new_way():
    play = Play(line(user("a"), user("b")), {"доход": "5"}).do("a")
    number = play.task("b").element_id
    carry(play, line(user("a"), user("b"), user("c")))
    assert play.task("b").element_id == number
    assert play.variables == {"доход": "5"}
    assert play.do("b").open == ["c"]


def test_a_step_that_has_gone_is_named_and_another_may_stand_for_it():
    play = Play(line(user("a"), user("b")))
    new = line(user("first"), user("b"))
    why = refused(play, new)
    assert "«Шаг a»" in why.message
    assert (why.later, why.place) == (False, ("p", "a"))
    carry(play, new, a="first")
    assert play.do("first").open == ["b"]


def test_a_place_of_another_kind_is_refused():
    play = Play(line(user("a")))
    assert "другого вида" in refused(play, line(service("a"))).message
    assert "другого вида" in refused(play, line(user("a", for_each()))).message


def test_a_waiting_timer_keeps_its_moment_whatever_its_new_length():
    play = Play(line(user("a"), more=boundary("t", "a", after("P10D"), interrupting=False)))
    moment = play.due("t")
    play.wait(days=3)
    carry(play, line(user("a"), more=boundary("t", "a", after("P1D"), interrupting=False)))
    assert play.due("t") == moment


def test_a_timer_on_a_term_goes_on_following_it():
    term = boundary("t", "a", at('=term("T14")'), interrupting=False)
    play = Play(line(user("a"), more=term))
    moment = play.terms["T14"] = play.now.replace(day=20)
    carry(play, line(user("a"), user("b"), more=term))
    assert play.due("t") == moment + AFTER_TERM


def test_boundary_events_are_armed_and_dropped_with_the_version():
    play = Play(line(user("a"), more=boundary("t", "a", after("P1D"))))
    result = carry(play, line(user("a"), more=boundary("m", "a", message())))
    assert (result.armed, result.dropped) == (("m",), ("t",))
    assert [wait.node for wait in result.added] == ["m"]
    assert play.waiting == ["m"]
    assert play.deliver("письмо").ended


def test_an_event_that_fired_once_is_not_armed_again():
    late = boundary("t", "a", after("P1D"), interrupting=False) + user("late") + path("t late")
    play = Play(line(user("a"), more=late)).wait(days=2)
    assert play.open == ["a", "late"]
    carry(play, line(user("a"), user("b"), more=late))
    assert play.waiting == []


def test_event_sub_processes_are_armed_and_dropped_with_the_version():
    play = Play(line(user("a"), more=handler("h", message(), user("x"), path("h_s x"))))
    carry(play, line(user("a"), more=handler("k", message("m_other"), user("y"), path("k_s y"))))
    assert play.waiting == ["k_s"]
    assert play.deliver("другое").open == ["y"]


def test_inside_a_sub_process_and_a_called_process():
    inner = sub("p1", start("s1"), user("x"), path("s1 x"))
    play = Play(line(inner, call("c", "q")), others=(diagram(start(), user("z"), path("s z"), id="q"),))
    called = diagram(start(), user("z"), user("zz"), path("s z zz"), id="q")
    longer = sub("p1", start("s1"), user("x"), user("y"), path("s1 x y"))
    carry(play, line(longer, call("c", "q")), called)
    assert play.do("x").do("y").open == ["z"]
    carry(play, line(longer, call("c", "q"), user("w")), called)
    assert play.do("z").do("zz").open == ["w"]


def test_a_sub_process_that_is_none_any_more_is_refused():
    play = Play(line(sub("p1", start("s1"), user("x"), path("s1 x"))))
    assert "другого вида" in refused(play, line(user("p1"))).message


def test_another_called_process_is_waited_for():
    others = (
        diagram(start(), user("z"), path("s z"), id="q"),
        diagram(start(), user("z"), path("s z"), id="r"),
    )
    play = Play(line(call("c", "q")), others=others)
    assert refused(play, line(call("c", "r")), *others).later


def test_in_the_middle_of_repeats_the_rule_must_stay():
    play = Play(line(user("a", for_each()), user("b")), {"вопросы": ["1", "2"]}).do("a")
    assert refused(play, line(user("a", for_each("другое")), user("b"))).later
    carry(play, line(user("a", for_each()), user("b"), user("c")))
    assert play.do("a").open == ["b"]


def test_a_running_operation_is_waited_for():
    play = Play(line(service("op"), user("b")))
    why = refused(play, line(service("op"), user("b"), user("c")))
    assert why.later
    assert "операция" in why.message


def test_a_message_that_is_awaited_must_stay_the_same():
    play = Play(line(catch("m", message()), user("b")))
    assert refused(play, line(catch("m", message("m_other")), user("b"))).later
    carry(play, line(catch("m", message()), user("b"), user("c")))
    assert play.deliver("письмо").open == ["b"]


def test_tokens_at_a_join_remember_by_which_way_they_came():
    def forked(*ways: str) -> bytes:
        return diagram(start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"), *ways)

    old = forked(path("s g a", "g b", "j z"), flow("a", "j", id="old"), flow("b", "j", id="x"))
    new = forked(path("s g a", "g b", "j z"), flow("a", "j", id="new"), flow("b", "j", id="x"))
    play = Play(old).do("a")
    carry(play, new)
    assert play.do("b").open == ["z"]
    gone = forked(path("s g a z", "g b", "j z"), flow("b", "j", id="x"))
    assert "путь, по которому" in refused(Play(old).do("a"), gone).message


def test_what_has_been_done_must_stay_possible_to_undo():
    undo = (
        '<association id="as" sourceRef="c" targetRef="undo"/>'
        + node("boundaryEvent", "c", "<compensateEventDefinition/>", attachedToRef="a")
        + user("undo", isForCompensation="true")
    )
    back = node("intermediateThrowEvent", "back", "<compensateEventDefinition/>")
    play = Play(line(user("a"), user("b"), back, more=undo)).do("a")
    assert "отменить" in refused(play, line(user("a"), user("b"), back)).message
    carry(play, line(user("a"), user("b"), user("d"), back, more=undo))
    assert play.do("b").do("d").open == ["undo"]
    assert refused(play, line(user("a"), user("b"), back, more=undo)).later


def test_where_a_case_stands_still_the_corrected_version_is_tried_again():
    play = Play(line(script("k", "1"), user("b")))
    carry(play, line(script("k", "{ итог: 1 }"), user("b")))
    assert play.incidents == ["k"]
    assert play.retry("k").open == ["b"]


def test_competing_events_go_on_competing():
    def race(*more: str) -> bytes:
        return diagram(
            start(), first_of("g"), catch("m", message()), catch("t", after("P1D")), user("a"), user("b"),
            *more, path("s g m a", "g t b"),
        )  # fmt: skip

    play = Play(race())
    carry(play, race(user("c"), path("a c")))
    assert play.deliver("письмо").open == ["a"]
    assert play.waiting == []


def test_what_would_stop_at_once_is_refused():
    play = Play(line(user("a")))
    why = refused(play, line(user("a"), more=boundary("t", "a", after('= 1 + "а"'))))
    assert "остановилось бы" in why.message
    assert not why.later


def test_what_would_go_on_at_once_is_refused():
    play = Play(line(user("a")))
    past = boundary("t", "a", at("2025-01-01"), interrupting=False)
    assert "сразу пошло бы" in refused(play, line(user("a"), user("b"), more=past)).message


def test_a_choice_with_an_incident_takes_the_new_conditions():
    def choice(text: str) -> bytes:
        return diagram(
            start(),
            xor("g"),
            user("a"),
            user("b"),
            path("s g"),
            flow("g", "a", text),
            flow("g", "b", "false"),
        )

    play = Play(choice("false"))
    carry(play, choice("true"))
    assert play.retry("g").open == ["a"]
