"""Steps of people, scripts, decisions, operations: what they are given and what they give."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine import bpmn
from engine.errors import InvalidData, MarshrutError, StepFailed
from tests.engine.bpmn.drawing import (
    diagram,
    extensions,
    inputs_outputs,
    node,
    path,
    properties,
    script,
    service,
    start,
    user,
)
from tests.engine.bpmn.playing import MOSCOW, Play


def alone(part: str) -> bytes:
    return diagram(start(), part, user("z"), path("s x z"))


# --- steps of people


def test_an_open_step_says_who_and_when():
    play = Play(
        alone(
            user(
                "x",
                camunda__candidateGroups="R05, R07",
                camunda__assignee="=специалист",
                camunda__dueDate="=срок",
            )
        ),
        {"специалист": 17, "срок": datetime(2026, 1, 21, 17, 0, tzinfo=MOSCOW)},
    )
    task = play.task("x")
    assert task.roles == ("R05", "R07")
    assert task.assignee == 17
    assert task.due == datetime(2026, 1, 21, 17, 0, tzinfo=MOSCOW)
    assert task.process == "p"


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        ("P1D", datetime(2026, 1, 13, 9, tzinfo=MOSCOW)),
        ("2026-01-21", date(2026, 1, 21)),
        ("2026-01-21T15:00", datetime(2026, 1, 21, 15, tzinfo=MOSCOW)),
        ("=null", None),
    ],
)
def test_a_due_date_may_be_written_in_several_ways(due, moment):
    assert Play(alone(user("x", camunda__dueDate=due))).task("x").due == moment


def test_a_due_date_that_makes_no_sense_is_an_incident():
    play = Play(alone(user("x", camunda__dueDate="=5")))
    assert play.open == []
    assert play.incidents == ["x"]


def test_the_diagram_tells_what_a_step_is():
    step = user(
        "x",
        extensions(
            properties(
                norm="T13",
                minutes="30",
                document="D27, D26",
                ground="442-ФЗ, ст. 16",
                stage="Диагностика",
                status="на комиссии",
                startTerms="T14",
                endTerms="T15, T16",
            )
        ),
        name="Посетить семью",
        camunda__formRef="F24",
        camunda__candidateGroups="R05",
    )
    (process,) = bpmn.read(alone(step)).processes
    info = process.steps["x"]
    assert (info.name, info.kind, info.form, info.norm) == ("Посетить семью", "userTask", "F24", "T13")
    assert (info.minutes, info.documents, info.ground) == (Decimal(30), ("D27", "D26"), "442-ФЗ, ст. 16")
    assert (info.start_terms, info.end_terms) == (("T14",), ("T15", "T16"))
    assert (process.forms, process.roles) == (("F24",), ("R05",))


def test_a_step_can_be_completed_once():
    play = Play(alone(user("x")))
    number = play.task("x").element_id
    play.do("x")
    with pytest.raises(StepFailed, match="уже не открыт"):
        play.step(bpmn.Complete(number))
    with pytest.raises(StepFailed, match="уже не открыт"):
        play.step(bpmn.Complete(999))


def test_what_cannot_be_kept_is_refused_before_anything_changes():
    play = Play(alone(user("x")))
    for bad in (
        {"k": object()},
        {"k": float("nan")},
        {"дело": 1},
        {"k": {1: 2}},
        {"k": "\ud800"},
        {"k": {1, 2}},
    ):
        with pytest.raises(StepFailed):
            play.step(bpmn.Complete(play.task("x").element_id, bad))
    assert play.open == ["x"]


def test_answers_may_be_made_from_what_the_step_sees():
    play = Play(alone(user("x")), {"доход": 9000})
    play.step(bpmn.Complete(play.task("x").element_id, lambda seen: {"половина": seen["доход"] / 2}))
    assert play.variables["половина"] == 4500


def test_a_check_of_answers_that_fails_leaves_the_step_open():
    def refuse(_seen):
        raise InvalidData("Не принято.", {"доход": "Напишите число."})

    play = Play(alone(user("x")))
    with pytest.raises(InvalidData):
        play.step(bpmn.Complete(play.task("x").element_id, refuse))
    assert play.open == ["x"]


# --- mappings


def test_inputs_are_local_and_outputs_alone_are_written():
    ext = extensions(
        inputs_outputs({"вдвое": "=n * 2", "текст": "просто текст"}, {"итог": "${ответ + вдвое}"})
    )
    play = Play(alone(user("x", ext)), {"n": 1})
    assert play.sees("x") == {"n": 1, "вдвое": 2, "текст": "просто текст"}
    assert play.do("x", ответ=5).variables == {"n": 1, "итог": 7}


def test_an_input_of_the_same_name_hides_a_variable_without_changing_it():
    ext = extensions(inputs_outputs({"n": "=n + 1"}, {"n": "=n * 10"}))
    play = Play(alone(user("x", ext)), {"n": 1})
    assert play.sees("x")["n"] == 2
    assert play.do("x").variables == {"n": 20}


def test_a_field_named_like_an_input_is_written_to_the_variables():
    ext = extensions(inputs_outputs({"n": "=n + 1"}))
    assert Play(alone(user("x", ext)), {"n": 1}).do("x", n=7).variables == {"n": 7}


def test_without_outputs_a_form_writes_its_fields():
    assert Play(alone(user("x"))).do("x", доход=1500, состав=["мать", "сын"]).variables == {
        "доход": 1500,
        "состав": ["мать", "сын"],
    }


# --- scripts


def test_a_script_writes_the_entries_of_its_context():
    play = Play(alone(script("x", "{сумма: a + b, вдвое: сумма * 2}")), {"a": 1, "b": 2})
    assert play.variables == {"a": 1, "b": 2, "сумма": 3, "вдвое": 6}


def test_a_script_may_write_one_variable():
    play = Play(alone(script("x", "a + 1", camunda__resultVariable="итог")), {"a": 1})
    assert play.variables["итог"] == 2


def test_a_script_that_gives_no_context_is_an_incident_and_writes_nothing():
    play = Play(alone(script("x", "a + 1")), {"a": 1})
    assert play.incidents == ["x"]
    assert play.variables == {"a": 1}


def test_expressions_see_the_case_and_cannot_change_it():
    case = {"номер": "ИП-7", "владелец": "Орлова"}
    play = Play(alone(script("x", "{текст: дело.номер + дело.владелец}")), case=case)
    assert play.variables == {"текст": "ИП-7Орлова"}
    assert Play(alone(script("x", "{дело: 1}"))).incidents == ["x"]


# --- decisions


def asking(shape: str | None = None, variable: str | None = "итог", *inner: str) -> bytes:
    attributes = {"camunda__decisionRef": "DMN-04"}
    if shape:
        attributes["camunda__mapDecisionResult"] = shape
    if variable:
        attributes["camunda__resultVariable"] = variable
    return alone(node("businessRuleTask", "x", *inner, **attributes))


def answering(value: object):
    def decide(key: str, inputs: object) -> bpmn.Decision:
        assert key == "DMN-04"
        return bpmn.Decision(value, {"строки": [Decimal(3)]})

    return decide


@pytest.mark.parametrize(
    ("shape", "answer", "value"),
    [
        (None, "нуждается", "нуждается"),
        (None, {"a": Decimal(1)}, {"a": Decimal(1)}),
        ("singleEntry", "нуждается", "нуждается"),
        ("singleEntry", [{"a": Decimal(1)}], Decimal(1)),
        ("singleEntry", None, None),
        ("singleResult", [{"a": Decimal(1), "b": Decimal(2)}], {"a": Decimal(1), "b": Decimal(2)}),
        ("singleResult", [], None),
        ("collectEntries", [{"a": Decimal(1)}, {"a": Decimal(2)}], [Decimal(1), Decimal(2)]),
        ("collectEntries", None, []),
        ("resultList", {"a": Decimal(1)}, [{"a": Decimal(1)}]),
    ],
)
def test_the_answer_of_a_decision_is_written_in_the_shape_asked_for(shape, answer, value):
    play = Play(asking(shape), decide=answering(answer))
    assert play.variables["итог"] == value
    (explained,) = play.last.decisions
    assert (explained.node, explained.decision, explained.value) == ("x", "DMN-04", value)
    assert explained.explanation == {"строки": [Decimal(3)]}


def test_several_answers_where_one_was_asked_for_are_an_incident():
    play = Play(asking("singleEntry"), decide=answering(["a", "b"]))
    assert play.incidents == ["x"]


def test_a_decision_sees_its_inputs_or_all_variables():
    seen = []

    def decide(key: str, inputs: object) -> bpmn.Decision:
        seen.append(dict(inputs))  # type: ignore[call-overload]
        return bpmn.Decision(None)

    Play(asking(None, "итог", extensions(inputs_outputs({"доход": "=n * 2"}))), {"n": 1}, decide=decide)
    Play(asking(), {"n": 1}, decide=decide)
    assert seen[0] == {"доход": 2}
    assert seen[1]["n"] == 1


def test_without_a_variable_a_context_is_written_field_by_field():
    assert Play(asking(None, None), decide=answering({"a": Decimal(1)})).variables == {"a": 1}
    mapped = asking("singleEntry", None, extensions(inputs_outputs(outputs={"итог": "=decisionResult"})))
    assert Play(mapped, decide=answering("да")).variables == {"итог": "да"}


@pytest.mark.parametrize(
    "error", [MarshrutError("Таблица пуста.", "Заполните её."), ValueError("x"), RecursionError()]
)
def test_whatever_a_decision_raises_becomes_an_incident(error):
    def decide(key: str, inputs: object) -> bpmn.Decision:
        raise error

    assert Play(asking(), decide=decide).incidents == ["x"]


def test_an_unknown_decision_is_an_incident():
    play = Play(asking())
    assert "решение «DMN-04» не найдено" in play.message("x")


# --- operations


def test_an_operation_is_called_with_its_inputs_and_its_result_is_written():
    ext = extensions(inputs_outputs({"кому": "=имя"}))
    play = Play(alone(service("x", ext, topic="письмо.отправить")), {"имя": "Орлова"})
    (call,) = play.services.values()
    assert (call.node, call.topic, call.inputs, call.process) == (
        "x",
        "письмо.отправить",
        {"кому": "Орлова"},
        "p",
    )
    play.serve("x", номер=12)
    assert play.variables == {"имя": "Орлова", "номер": 12}
    assert play.open == ["z"]
    assert play.last.ended_waits == (call.element_id,)


def test_the_result_of_an_operation_passes_through_its_outputs():
    play = Play(alone(service("x", extensions(inputs_outputs(outputs={"итог": "=номер + 1"})))))
    assert play.serve("x", номер=1).variables == {"итог": 2}


def test_an_operation_that_failed_is_an_incident_and_is_called_again_on_retry():
    play = Play(alone(service("x"))).fail("x")
    assert play.services == {}
    assert play.message("x") == "«x»: операция не выполнена. Устраните причину и повторите."
    with pytest.raises(StepFailed):
        play.step(bpmn.CompleteService(play.incident("x")))
    play.retry("x")
    assert play.serve("x").open == ["z"]


def test_a_business_error_of_an_operation_that_nobody_catches_is_an_incident():
    play = Play(alone(service("x"))).fail("x", "ОТКАЗ", "не нашли")
    assert "ошибка «ОТКАЗ»." in play.message("x")
    assert "не нашли" not in play.message("x")


def test_send_and_decision_tasks_may_be_operations_too():
    for tag in ("sendTask", "businessRuleTask"):
        play = Play(alone(node(tag, "x", camunda__type="external", camunda__topic="почта")))
        assert play.serve("x").open == ["z"]


def test_dates_and_numbers_come_back_as_they_were_written():
    values: dict[str, Any] = {"день": date(2026, 1, 21), "сумма": Decimal("10.50"), "да": True, "пусто": None}
    assert Play(alone(user("x"))).do("x", **values).variables == values
