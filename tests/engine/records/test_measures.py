"""Measures that cases decide: kept once, closed once, shown to whoever may see the case."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.cases.service import start_case
from engine.errors import Conflict, InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records.measures import DONE, DROPPED, OPEN, UNDONE, Measure, close_measure, measures
from engine.records.tables import measure
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import END, START, complete, diagram, flows, publish_files, service_task, user_task
from tests.factories.records import make_family

PLAN = [
    {"мера": "Помочь с дровами", "ответственный": "Администрация", "срок": date(2026, 1, 20)},
    {"мероприятие": "Кружок", "исполнитель": "Школа", "срок_мероприятия": "ежемесячно"},
    {"мера": " ", "ответственный": "Никто"},
]


def decided(rt: Runtime, clerk: Actor) -> int:
    """A case whose step gives a plan; its number."""
    body = START + user_task("a", measures="план") + user_task("b") + END + flows("s a b e")
    publish_files(rt, diagram("plan", body))
    family, mother, _child = make_family(rt, clerk)
    case = start_case(rt, StartCase(clerk, "plan", {}, person_id=mother, family_id=family, label="семья"))
    complete(rt, clerk, "a", {"план": PLAN})
    return case.id


def known(rt: Runtime, actor: Actor) -> list[Measure]:
    with rt.database.read() as conn:
        return measures(rt, conn, actor)


def test_the_measures_of_a_step_are_records_of_its_case(rt_both: Runtime) -> None:
    clerk = make_actor(rt_both, "R05")
    case = decided(rt_both, clerk)
    first, second = known(rt_both, clerk)
    assert (first.what, first.who, first.due, first.state, first.source, first.case_id) == (
        "Помочь с дровами", "Администрация", date(2026, 1, 20), OPEN, "Шаг a", case,
    )  # fmt: skip
    assert (second.what, second.who, second.due) == ("Кружок", "Школа", None)
    assert (first.late(date(2026, 1, 20)), first.late(date(2026, 1, 21))) == (False, True)
    with rt_both.database.read() as conn:
        sealed = b"".join(conn.execute(select(measure.c.data)).scalars())
    assert "дровами".encode() not in sealed


def test_a_measure_is_closed_once_and_says_why_when_it_was_not_done(rt_both: Runtime) -> None:
    clerk = make_actor(rt_both, "R05")
    decided(rt_both, clerk)
    first, second = known(rt_both, clerk)
    close_measure(rt_both, clerk, first.id, DONE, "Привезли 5 кубов")
    with pytest.raises(InvalidData):
        close_measure(rt_both, clerk, second.id, DROPPED, " ")
    with pytest.raises(InvalidData):
        close_measure(rt_both, clerk, second.id, OPEN, "нет")
    with pytest.raises(Conflict):
        close_measure(rt_both, clerk, first.id, DONE, "")
    assert [(each.state, each.result) for each in known(rt_both, clerk)] == [
        (OPEN, ""),
        (DONE, "Привезли 5 кубов"),
    ]


def test_a_step_about_a_measure_closes_it(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    each = '<multiInstanceLoopCharacteristics camunda:collection="=план" camunda:elementVariable="мера"/>'
    about = user_task("b", measureOutcome="итог_меры").replace("</userTask>", f"{each}</userTask>")
    publish_files(
        rt, diagram("plan", START + user_task("a", measures="план") + about + END + flows("s a b e"))
    )
    family, mother, _child = make_family(rt, clerk)
    start_case(rt, StartCase(clerk, "plan", {}, person_id=mother, family_id=family, label="семья"))
    complete(rt, clerk, "a", {"план": PLAN[:1]})
    complete(rt, clerk, "b", {"итог_меры": "отказ семьи", "результат_меры": "Дрова не нужны"})
    assert [(kept.state, kept.result) for kept in known(rt, clerk)] == [(UNDONE, "Дрова не нужны")]


def test_a_diagram_keeps_and_closes_measures_by_operations(rt: Runtime) -> None:
    keep = service_task("keep", "measure.keep").replace(
        "/>",
        "><extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="меры">=[{мера: "Дрова", срок: date("2026-02-01")}]'
        "</camunda:inputParameter>"
        '<camunda:inputParameter name="источник">план</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></serviceTask>",
    )
    close = service_task("close", "measure.close").replace(
        "/>",
        "><extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="мера">дрова</camunda:inputParameter>'
        '<camunda:inputParameter name="итог">сделано</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></serviceTask>",
    )
    again = keep.replace('id="keep"', 'id="again"')
    body = START + keep + again + user_task("a") + close + END + flows("s keep again a close e")
    publish_files(rt, diagram("plan", body))
    clerk = make_actor(rt, "R05")
    family, mother, _child = make_family(rt, clerk)
    start_case(rt, StartCase(clerk, "plan", {}, person_id=mother, family_id=family, label="семья"))
    sweep_until_idle(rt)
    (kept,) = known(rt, clerk)
    assert (kept.what, kept.due, kept.source, kept.state) == ("Дрова", date(2026, 2, 1), "план", OPEN)
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    assert [each.state for each in known(rt, clerk)] == [DONE]
