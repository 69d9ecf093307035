"""What goes wrong stops the case at one place, in words, and can be repaired."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import bpmn
from engine.bpmn import drain
from engine.errors import StepFailed
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    catch,
    condition,
    diagram,
    end,
    extensions,
    flow,
    for_each,
    inputs_outputs,
    message,
    parallel,
    path,
    script,
    start,
    sub,
    times,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def test_a_step_whose_inputs_fail_is_not_opened_until_they_are_repaired():
    play = Play(diagram(start(), user("a", camunda__dueDate="=срок"), path("s a")), {"срок": 5})
    assert play.open == []
    assert play.last.opened == ()
    assert play.set(срок=None).retry("a").open == ["a"]
    assert play.last.solved
    assert play.do("a").ended


def test_boundary_events_of_a_step_with_an_incident_still_work_and_are_there_once():
    play = Play(
        diagram(
            start(),
            user("a", camunda__dueDate="=срок"),
            boundary("b", "a", message(), interrupting=False),
            user("h"),
            path("s a", "b h"),
        ),
        {"срок": 5},
    )
    assert play.waiting == ["b"]
    play.deliver("письмо").retry("a").set(срок=None).retry("a")
    assert play.open == ["a", "h"]
    assert play.waiting == ["b"]


def test_what_a_person_entered_is_kept_when_the_outputs_fail():
    ext = extensions(inputs_outputs(outputs={"дело": "=ответ"}))
    play = Play(diagram(start(), user("a", ext), user("z"), path("s a z")))
    play.do("a", ответ="важно")
    assert play.open == []
    assert play.last.closed
    assert play.incidents == ["a"]
    assert "имя «дело» занято" in play.message("a")
    play.retry("a")
    assert play.incidents == ["a"]
    fixed = diagram(start(), user("a"), user("z"), path("s a z"))
    play.program = bpmn.link(bpmn.read(fixed).processes[0], {})
    assert play.retry("a").variables == {"ответ": "важно"}


def test_one_branch_may_stand_while_the_others_go_on():
    play = Play(
        diagram(start(), parallel("g"), script("k", "1"), user("a"), user("b"), path("s g k", "g a b"))
    )
    assert play.open == ["a"]
    assert play.incidents == ["k"]
    assert play.do("a").do("b").incidents == ["k"]
    assert not play.ended


def test_cancelling_what_stands_solves_its_incident():
    play = Play(
        diagram(
            start(),
            sub("p1", script("k", "1")),
            boundary("b", "p1", message()),
            user("h"),
            path("s p1", "b h"),
        )
    )
    number = play.incident("k")
    play.deliver("письмо")
    assert play.last.solved == (number,)
    assert play.open == ["h"]


def test_an_incident_of_one_step_is_reported_once():
    play = Play(
        diagram(start(), parallel("g"), script("k", "1"), user("a"), user("b"), path("s g k", "g a b"))
    )
    assert len(play.last.incidents) == 1
    assert play.do("a").last.incidents == ()


def test_retrying_what_does_not_stand_is_refused():
    play = Play(diagram(start(), user("a"), path("s a")))
    for number in (play.task("a").element_id, 999):
        with pytest.raises(StepFailed):
            play.step(bpmn.Retry(number))


ENDLESS = diagram(
    start(),
    xor("m"),
    script("k", "{n: n + 1}"),
    xor("x", default="out"),
    user("z"),
    path("s m k x"),
    flow("x", "m", "n < предел"),
    flow("x", "z", id="out"),
)


def test_a_loop_of_thousands_of_rounds_runs_through():
    play = Play(ENDLESS, {"n": 0, "предел": 3000})
    assert play.open == ["z"]
    assert play.variables["n"] == 3000


def test_a_loop_without_end_is_an_incident_and_can_be_let_out():
    play = Play(ENDLESS, {"n": 0, "предел": 10**9})
    (node,) = play.incidents
    assert "путь ходит по кругу" in play.message(node)
    assert play.set(предел=0).retry(node).open == ["z"]


def test_what_takes_too_long_stands_and_goes_on_from_there_when_it_is_repeated():
    moments = iter(range(10**9))
    play = Play(ENDLESS, {"n": 0, "предел": 400}, tired=lambda: next(moments) % 250 == 249)
    (node,) = play.incidents
    assert "слишком долго" in play.message(node)
    reached = play.variables["n"]
    assert 0 < reached < 400
    assert play.retry(node).open == ["z"]
    assert play.variables["n"] == 400


def test_a_loop_that_breeds_tokens_is_one_incident_and_goes_on_as_a_whole(monkeypatch):
    monkeypatch.setattr(drain, "BUDGET", 2_000)  # its tokens are looked through again and again
    play = Play(
        diagram(
            start(),
            xor("m"),
            parallel("g"),
            script("k", "{n: n + 1}"),
            xor("x", default="out"),
            end(),
            path("s m g m", "g k x"),
            flow("x", "m", "n < предел"),
            flow("x", "e", id="out"),
        ),
        {"n": 0, "предел": 10**9},
    )
    (node,) = play.incidents
    assert len(play.position.waiting) > 1
    play.retry(node)
    assert len(play.stopped) == 1
    assert play.variables["n"] > 800


def test_a_circle_of_timers_that_are_always_due_is_an_incident_too():
    play = Play(diagram(start(), xor("m"), catch("t", after("PT0S")), path("s m t m")))
    assert len(play.stopped) == 1
    assert not play.ended
    assert play.step(bpmn.Cancel()).ended


def test_a_case_with_an_incident_can_be_ended():
    play = Play(diagram(start(), script("k", "1"), path("s k")))
    play.step(bpmn.Cancel())
    assert play.ended
    assert play.end_event is None


def test_cancelling_a_case_ends_everything():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("a"),
            boundary("b", "a", message()),
            sub("p1", user("c")),
            path("s g a", "g p1", "b e"),
            end(),
        )
    )
    play.step(bpmn.Cancel())
    assert play.ended
    assert (play.open, play.waiting) == ([], [])


def test_nothing_can_be_done_with_a_case_that_has_ended():
    play = Play(diagram(start(), user("a"), end(), path("s a e"))).do("a")
    for command in (bpmn.Fire(), bpmn.Signal("тревога"), bpmn.Cancel(), bpmn.SetVariables({"n": 1})):
        with pytest.raises(StepFailed, match="завершено"):
            play.step(command)


def test_a_condition_that_is_no_yes_or_no_is_an_incident():
    play = Play(
        diagram(
            start(),
            xor("g", default="d"),
            user("a"),
            user("b"),
            path("s g"),
            flow("g", "a", "n"),
            flow("g", "b", id="d"),
        ),
        {"n": 5},
    )
    assert "дало не «да» или «нет»" in play.message("g")


def test_an_expression_over_its_limits_is_an_incident():
    play = Play(diagram(start(), script("k", "{n: for i in 1..100000000 return i}"), path("s k")))
    assert play.incidents == ["k"]


def test_no_incident_repeats_what_people_entered():
    parts = [
        script("x", "имя"),
        user("x", camunda__dueDate="=имя"),
        user("x", for_each("имя")),
        user("x", times("имя")),
        catch("x", after("=имя")),
        catch("x", condition("имя")),
    ]
    for part in parts:
        play = Play(diagram(start(), part, path("s x")), {"имя": "Тайна"})
        assert "Тайна" not in play.message("x")


def test_an_incident_of_a_loop_is_over_when_another_instance_lets_it_go_on():
    heavy = "if тяжело then count(for i in 1..100000000 return i) > 0 else false"
    loop = for_each("вопросы", "вопрос", f"<completionCondition>{heavy}</completionCondition>")
    play = Play(diagram(start(), user("a", loop), path("s a")), {"вопросы": [1, 2, 3]})
    play.do("a", тяжело=True)
    assert play.incidents == ["a"]
    assert play.open == ["a", "a"]
    play.do("a", тяжело=False)
    assert play.incidents == []
    assert play.do("a").ended


def test_a_number_that_is_none_is_refused():
    play = Play(diagram(start(), user("a"), path("s a")))
    with pytest.raises(StepFailed):
        play.do("a", n=Decimal("NaN"))
