"""What the others see of a file: its processes, how they begin, what they are made of."""

from __future__ import annotations

import pytest

from engine import bpmn
from engine.errors import StepFailed
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    diagram,
    document,
    end,
    every,
    extensions,
    for_each,
    inputs_outputs,
    message,
    node,
    path,
    process,
    properties,
    service,
    signal,
    start,
    sub,
    user,
)
from tests.engine.bpmn.playing import Play

STARTS = diagram(
    start("plain", name="Заявление"),
    start("letter", message()),
    start("alarm", signal()),
    start("monthly", every("R/P1M")),
    user("a"),
    path("plain a", "letter a", "alarm a", "monthly a"),
)


def test_a_process_tells_how_it_can_begin():
    (found,) = bpmn.read(STARTS).processes
    assert [(one.id, one.kind, one.message, one.timer) for one in found.starts] == [
        ("plain", "none", None, None),
        ("letter", "message", "письмо", None),
        ("alarm", "signal", "тревога", None),
        ("monthly", "timer", None, "R/P1M"),
    ]
    assert found.starts[0].name == "Заявление"


def test_a_case_begins_with_the_start_event_asked_for_and_no_other():
    assert Play(STARTS).passed == ["plain"]
    play = Play(STARTS, {"письмо": "текст"}, start_event="letter")
    assert play.passed == ["letter"]
    assert play.open == ["a"]
    assert play.waiting == []


def test_a_case_cannot_begin_where_there_is_no_start_event():
    with pytest.raises(StepFailed, match="так не начинается"):
        Play(STARTS, start_event="nothing")
    with pytest.raises(StepFailed, match="так не начинается"):
        Play(diagram(start("letter", message()), user("a"), path("letter a")))


def test_a_case_cannot_begin_with_what_cannot_be_kept():
    with pytest.raises(StepFailed):
        Play(STARTS, {"дело": 1})


def test_a_called_process_needs_a_plain_start():
    called = diagram(start("qs", message()), user("qa"), path("qs qa"), id="q")
    play = Play(diagram(start(), call("c", "q"), path("s c")), others=(called,))
    assert "нет простого начала" in play.message("c")


def test_a_start_event_may_rename_what_it_was_given():
    mapped = start("s", extensions(inputs_outputs(outputs={"имя": "=заявитель"})))
    assert Play(diagram(mapped, user("a"), path("s a")), {"заявитель": "Орлова"}).variables["имя"] == "Орлова"


LANES = (
    '<laneSet id="ls"><lane id="l1" name="Регистратура"><flowNodeRef>a</flowNodeRef></lane>'
    '<lane id="l2"><flowNodeRef> x </flowNodeRef><flowNodeRef>nobody</flowNodeRef></lane></laneSet>'
)


def test_a_process_tells_what_it_is_made_of():
    (found,) = bpmn.read(
        diagram(
            LANES,
            extensions(properties(number="ИП", title="Признание", owner="R03")),
            start(),
            user("a", "<documentation> Посмотреть бумаги. </documentation>", camunda__formRef="F1"),
            sub("p1", user("x", camunda__formKey="F2", camunda__candidateGroups="R05,R07")),
            node("businessRuleTask", "b", camunda__decisionRef="DMN-04", camunda__resultVariable="итог"),
            call("c", "q", for_each()),
            service("v", topic="почта"),
            path("s a p1 b c v"),
        )
    ).processes
    assert found.properties == {"number": "ИП", "title": "Признание", "owner": "R03"}
    assert (found.calls, found.decisions, found.forms) == (("q",), ("DMN-04",), ("F1", "F2"))
    assert found.roles == ("R05", "R07")
    assert set(found.steps) == {"s", "a", "p1", "x", "b", "c", "v"}
    first = found.steps["a"]
    assert (first.lane, first.documentation, first.process) == ("Регистратура", "Посмотреть бумаги.", "p")
    assert found.steps["v"].topic == "почта"


def test_a_measure_that_is_no_number_is_left_out():
    (found,) = bpmn.read(
        diagram(start(), user("a", extensions(properties(minutes="полчаса"))), path("s a"))
    ).processes
    assert found.steps["a"].minutes is None


def test_a_program_knows_the_steps_of_all_its_processes():
    p = process(start(), call("c", "q"), path("s c"), id="p")
    q = process(start("qs"), user("a", name="Внутри"), path("qs a"), id="q")
    play = Play(document(p, q), process="p")
    task = play.task("a")
    step = play.program.step(task.process, task.node)
    assert step is not None
    assert step.name == "Внутри"
    assert play.program.step("nothing", "a") is None


def test_a_key_that_is_empty_is_an_incident():
    play = Play(
        diagram(start(), catch("c", message(), extensions(properties(key="семья"))), user("z"), path("s c z"))
    )
    assert play.incidents == ["c"]
    play.set(семья=12).retry("c")
    assert play.waiting == ["c"]


def test_a_case_has_only_so_many_numbers(monkeypatch):
    monkeypatch.setattr("engine.bpmn.block.MAX_ELEMENTS", 4)
    play = Play(diagram(start(), user("a"), user("b"), end(), path("s a b e")))
    play.do("a")
    with pytest.raises(StepFailed, match="номера элементов кончились"):
        play.do("b")
    assert play.open == ["b"]


def test_a_boundary_event_is_shown_while_it_waits():
    play = Play(diagram(start(), user("a"), boundary("t", "a", after("PT1H")), end(), path("s a e", "t e")))
    assert [(place.node, place.process) for place in play.position.waiting] == [("t", "p")]
    assert [place.node for place in play.position.open] == ["a"]
