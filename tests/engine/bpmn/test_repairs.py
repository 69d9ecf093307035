"""Passing over a step and moving a case: what goes on, what ends, and what is refused in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import bpmn
from engine.errors import StepFailed
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    diagram,
    end,
    extensions,
    first_of,
    flow,
    for_each,
    handler,
    inclusive,
    inputs_outputs,
    message,
    node,
    parallel,
    path,
    script,
    service,
    start,
    sub,
    throw,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def line(*tasks: str, **more: str) -> bytes:
    """s, the tasks one after another, e."""
    ids = " ".join(task.split('id="')[1].split('"')[0] for task in tasks)
    return diagram(start(), *tasks, end(), *more.values(), path(f"s {ids} e"))


# --- passing over


def test_an_open_step_is_passed_over_and_nobody_has_done_it():
    play = Play(line(user("a"), user("b"))).skip("a")
    assert play.open == ["b"]
    assert play.last.cancelled
    assert play.last.closed == ()
    skipped = [passed.node for passed in play.last.passed if passed.skipped]
    assert skipped == ["a"]


def test_what_the_step_would_have_given_is_written_by_hand():
    body = user("a"), xor("g", default="no"), user("b"), user("c")
    ways = path("s a g"), flow("g", "b", "доход > 10"), flow("g", "c", id="no")
    play = Play(diagram(start(), *body, *ways)).skip("a", доход=Decimal(20))
    assert play.open == ["b"]
    assert play.variables == {"доход": Decimal(20)}


def test_a_step_that_can_not_be_reckoned_is_passed_over():
    play = Play(line(script("k", '{ сумма: "а" - 1 / 0 }'), script("bad", "1"), user("b")))
    assert play.incidents == ["bad"]
    assert play.skip("bad").open == ["b"]
    assert play.last.solved


def test_a_waiting_operation_is_passed_over():
    play = Play(line(service("op"), user("b"))).skip("op")
    assert play.open == ["b"]
    assert play.last.ended_waits


def test_timers_of_the_step_end_with_it():
    play = Play(
        line(user("a"), user("b"), x=boundary("t", "a", after("P1D")), y=user("late") + path("t late"))
    )
    assert play.waiting == ["t"]
    assert play.skip("a").waiting == []
    assert play.wait(days=2).open == ["b"]


def test_an_event_that_does_not_come_is_passed_over():
    assert Play(line(catch("m", message()), user("b"))).skip("m").open == ["b"]


def test_of_competing_events_the_chosen_one_ends_the_others():
    play = Play(
        diagram(
            start(), first_of("g"), catch("m", message()), catch("t", after("P1D")), user("a"), user("b"),
            path("s g m a", "g t b"),
        )
    )  # fmt: skip
    assert play.skip("t").open == ["b"]
    assert play.waiting == []


def test_all_that_works_inside_a_sub_process_ends_with_it():
    inside = start("s1"), parallel("g"), user("x"), catch("t", after("P1D")), path("s1 g x", "g t")
    play = Play(line(sub("p1", *inside), user("b")))
    assert play.open == ["x"]
    assert play.skip("p1").open == ["b"]
    assert play.waiting == []


def test_a_called_process_is_passed_over_without_its_results():
    called = diagram(start(), user("x"), path("s x"), id="q")
    out = extensions('<camunda:out source="ответ" target="итог"/>')
    play = Play(line(call("c", "q", out), user("b")), others=(called,))
    assert play.remedies("c").gives == ("итог",)
    assert play.skip("c", итог="да").open == ["b"]
    assert play.variables == {"итог": "да"}


def test_one_repeat_is_passed_over_and_the_others_stay():
    play = Play(line(user("a", for_each(result="ответы ответ")), user("b")), {"вопросы": ["1", "2"]})
    play.skip("a", 0)
    assert play.open == ["a"]
    assert play.do("a", ответ="да").open == ["b"]
    assert play.variables["ответы"] == [None, "да"]


def test_all_repeats_are_passed_over_at_once():
    play = Play(line(user("a", for_each()), user("b")), {"вопросы": ["1", "2", "3"]})
    loop = play.position.inside[0].element_id
    assert play.step(bpmn.Skip(loop)).open == ["b"]


def test_the_last_step_passed_over_ends_the_case():
    play = Play(line(user("a"))).skip("a")
    assert play.ended
    assert play.end_event == "e"


def test_a_join_at_which_nothing_can_come_any_more_goes_on_alone():
    play = Play(
        diagram(
            start(), xor("x", default="one"), user("a"), user("b"), parallel("j"), user("z"),
            path("s x"), flow("x", "a", id="one"), flow("x", "b", "false"), path("a j z", "b j"),
        )
    )  # fmt: skip
    assert play.do("a").incidents == ["j"]
    assert play.skip("j").open == ["z"]


def test_a_join_that_others_can_still_reach_is_not_passed_over():
    play = Play(diagram(start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"),
                        path("s g a j z", "g b j")))  # fmt: skip
    play.do("a")
    with pytest.raises(StepFailed, match="ещё могут прийти"):
        play.skip("j")


def test_a_choice_is_not_passed_over_but_moved_from():
    play = Play(diagram(start(), xor("g"), user("a"), user("b"), path("s g"), flow("g", "a", "false"),
                        flow("g", "b", "false")))  # fmt: skip
    with pytest.raises(StepFailed, match="несколько путей"):
        play.skip("g")
    assert play.move("g", "b").open == ["b"]


def test_an_event_at_the_edge_of_a_step_is_not_passed_over():
    play = Play(line(user("a"), x=boundary("t", "a", after("P1D"))))
    with pytest.raises(StepFailed, match="на границе"):
        play.skip("t")
    with pytest.raises(StepFailed, match="на границе"):
        play.move("t", "a")


def test_a_handler_that_waits_for_its_event_is_left_alone():
    play = Play(line(user("a"), x=handler("h", message(), user("x"), path("h_s x"))))
    with pytest.raises(StepFailed, match="ждёт своего события"):
        play.skip("h_s")


def test_values_that_can_not_be_kept_change_nothing():
    play = Play(line(user("a"), user("b")))
    with pytest.raises(StepFailed):
        play.skip("a", дело="чужое")
    assert play.open == ["a"]


# --- moving


def test_a_case_goes_back_to_an_earlier_step_which_opens_anew():
    play = Play(line(user("a"), user("b"), user("c"))).do("a")
    before = play.task("b").element_id
    assert play.move("b", "a").open == ["a"]
    assert play.last.cancelled == (before,)
    assert play.do("a").do("b").do("c").ended


def test_a_case_goes_on_at_a_later_step():
    assert Play(line(user("a"), user("b"), user("c"))).move("a", "c").do("c").ended


def test_a_moved_step_takes_its_timers_along_and_arms_those_of_the_other():
    timers = boundary("ta", "a", after("P1D")), boundary("tb", "b", after("P2D"))
    play = Play(line(user("a"), user("b"), x="".join(timers)))
    assert play.move("a", "b").waiting == ["tb"]


def test_targets_are_the_steps_of_the_same_level():
    inside = start("s1"), user("x"), user("y"), path("s1 x y")
    play = Play(line(user("a"), sub("p1", *inside), user("b"))).do("a")
    assert [info.node for info in play.remedies("x").targets] == ["x", "y"]
    assert [info.node for info in play.remedies("p1").targets] == ["a", "p1", "b", "e"]
    with pytest.raises(StepFailed, match="не перевести"):
        play.move("x", "b")
    assert play.move("x", "y").open == ["y"]
    assert play.move("p1", "b").open == ["b"]


def test_into_a_sub_process_one_moves_as_a_whole():
    inside = start("s1"), user("x"), path("s1 x")
    play = Play(line(user("a"), sub("p1", *inside), user("b")))
    assert play.move("a", "p1").open == ["x"]
    assert play.do("x").open == ["b"]


def test_nothing_moves_onto_a_join_nor_behind_competing_events_nor_to_a_start():
    play = Play(
        diagram(
            start(), parallel("g"), user("a"), user("b"), parallel("j"), first_of("r"), catch("m", message()),
            catch("t", after("P1D")), user("z"), path("s g a j r m z", "g b j", "r t z"),
        )
    )  # fmt: skip
    nodes = [info.node for info in play.remedies("a").targets]
    assert nodes == ["g", "a", "b", "r", "z"]


def test_a_branch_moved_past_its_join_leaves_the_other_one_reported():
    play = Play(diagram(start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"),
                        path("s g a j z", "g b j")))  # fmt: skip
    play.move("a", "z").do("b")
    assert play.open == ["z"]
    assert play.incidents == ["j"]
    assert play.skip("j").open == ["z", "z"]


def test_one_repeat_does_not_move_alone():
    play = Play(line(user("a", for_each()), user("b")), {"вопросы": ["1", "2"]})
    with pytest.raises(StepFailed, match="один из повторов"):
        play.move("a", "b")


def test_a_repeated_step_begins_anew_when_moved_to():
    play = Play(line(user("a"), user("m", for_each()), user("b")), {"вопросы": ["1", "2"]})
    assert play.move("a", "m").open == ["m", "m"]


def test_an_inclusive_choice_may_be_decided_anew():
    play = Play(
        diagram(
            start(), inclusive("g"), user("a"), user("b"), path("s g"), flow("g", "a", "п = 1"),
            flow("g", "b", "п = 2"),
        ),
        {"п": Decimal(1)},
    )  # fmt: skip
    assert play.set(п=Decimal(2)).move("a", "g").open == ["b"]


def test_what_is_being_undone_is_not_touched():
    undo = (
        '<association id="as" sourceRef="c" targetRef="undo"/>'
        + node("boundaryEvent", "c", "<compensateEventDefinition/>", attachedToRef="a")
        + user("undo", isForCompensation="true")
        + throw("back", "<compensateEventDefinition/>")
    )
    play = Play(diagram(start(), user("a"), user("b"), end(), undo, path("s a back b e"))).do("a")
    assert play.open == ["undo"]
    for node_id in ("undo", "back"):
        with pytest.raises(StepFailed, match="отменяется"):
            play.skip(node_id)
        with pytest.raises(StepFailed, match="отменяется"):
            play.move(node_id, "b")
    assert play.do("undo").open == ["b"]


def test_what_was_stopped_together_goes_on_when_the_stopper_is_moved():
    round_trip = xor("x", default="back"), path("s g x"), flow("x", "x2", id="back"), path("x2 x")
    play = Play(
        diagram(start(), parallel("g"), *round_trip, xor("x2"), user("a"), user("b"), path("g a"),
                flow("x", "b", "false"))
    )  # fmt: skip
    stopped = play.position.incidents[0].node
    assert sorted(play.move(stopped, "b").open) == ["a", "b"]


# --- what a person needs to know


def test_the_names_that_the_failed_expression_reads_are_told():
    ext = extensions(inputs_outputs(inputs={"а": "=x + 1", "дата": '=date(y) + duration("P" + z)'}))
    play = Play(line(user("a", ext, camunda__dueDate="=срок")), {"срок": Decimal(5)})
    assert play.incidents == ["a"]
    assert set(play.remedies("a").needs) == {"x", "y", "z", "срок"}


def test_of_a_choice_the_names_in_its_conditions_are_told():
    play = Play(diagram(start(), xor("g"), user("a"), user("b"), path("s g"), flow("g", "a", "доход > 5"),
                        flow("g", "b", "жильё = 1")))  # fmt: skip
    assert play.remedies("g").needs == ("доход", "жильё")


def test_the_names_that_a_step_would_have_given_are_told():
    ext = extensions(inputs_outputs(outputs={"итог": "=ответ"}))
    assert Play(line(user("a", ext))).remedies("a").gives == ("итог",)


def test_where_nothing_stands_there_is_nothing_to_repair():
    play = Play(line(user("a"), user("b")))
    gone = play.task("a").element_id
    play.do("a")
    with pytest.raises(StepFailed):
        play.step(bpmn.Skip(gone))
