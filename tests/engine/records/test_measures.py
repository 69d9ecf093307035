"""Measures that cases decide: kept once, closed once, shown to whoever may see the case."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, select, update

from engine.cases.queries import numbers_of
from engine.cases.service import start_case
from engine.errors import Conflict, InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records.measures import (
    DONE,
    DROPPED,
    OPEN,
    PAGE,
    UNDONE,
    Measure,
    close_measure,
    forget,
    keep,
    mark_old_measures,
    measure_page,
)
from engine.records.tables import measure, measure_token
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
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
    publish_files(rt, diagram("plan", body, number="ПЛ"))
    family, mother, _child = make_family(rt, clerk)
    case = start_case(rt, StartCase(clerk, "plan", {}, person_id=mother, family_id=family, label="семья"))
    complete(rt, clerk, "a", {"план": PLAN})
    return case.id


def known(rt: Runtime, actor: Actor) -> list[Measure]:
    with rt.database.read() as conn:
        return measure_page(rt, conn, actor, today=date(2026, 1, 12)).rows


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


def test_measures_are_found_among_all_by_beginnings_of_words_and_by_the_number_of_the_case(
    rt_both: Runtime,
) -> None:
    clerk = make_actor(rt_both, "R05")
    case_id = decided(rt_both, clerk)
    many = [{"мера": f"Занятие {n}", "ответственный": "Школа", "срок": date(2026, 1, 5)} for n in range(60)]
    with rt_both.database.write() as conn:
        keep(rt_both, conn, case_id, many, "план")
    assert found(rt_both, clerk, "дровами админ") == (["Помочь с дровами"], 1)
    assert found(rt_both, clerk, "КРУЖКОМ школы") == ([], 0)
    assert found(rt_both, clerk, "кружок школ")[1] == 1
    assert found(rt_both, clerk, "")[1] == len(many) + 2
    with rt_both.database.read() as conn:
        [number] = numbers_of(conn, [case_id]).values()
    assert found(rt_both, clerk, f"№ {number.lower()} дров") == (["Помочь с дровами"], 1)
    assert found(rt_both, make_actor(rt_both, "R05", unit_id=town(rt_both).care), "дровами") == ([], 0)


def test_a_long_list_is_read_by_pages_and_the_overdue_alone(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    case_id = decided(rt, clerk)
    many = [{"мера": f"Занятие {n}", "срок": date(2026, 1, 5)} for n in range(PAGE + 1)]
    with rt.database.write() as conn:
        keep(rt, conn, case_id, many, "план")
    with rt.database.read() as conn:
        pages = [
            measure_page(rt, conn, clerk, show="late", today=date(2026, 1, 12), number=number)
            for number in (1, 2, 3)
        ]
    assert [len(each.rows) for each in pages] == [PAGE, 1, 0]
    assert {each.total for each in pages} == {len(many)}
    assert len({row.id for each in pages for row in each.rows}) == len(many)


def test_measures_kept_before_there_were_words_are_found_after_a_sweep(rt_both: Runtime) -> None:
    clerk = make_actor(rt_both, "R05")
    decided(rt_both, clerk)
    with rt_both.database.write() as conn:
        conn.execute(delete(measure_token))
        conn.execute(update(measure).values(marked=False))
    assert found(rt_both, clerk, "дровами") == ([], 0)
    sweep_until_idle(rt_both)
    assert found(rt_both, clerk, "дровами")[1] == 1
    assert mark_old_measures(rt_both) == 0


def test_no_word_finds_the_measures_of_a_case_that_was_erased(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    case_id = decided(rt, clerk)
    with rt.database.write() as conn:
        forget(conn, case_id)
        assert conn.execute(select(measure_token)).first() is None


def found(rt: Runtime, actor: Actor, search: str) -> tuple[list[str], int]:
    with rt.database.read() as conn:
        page = measure_page(rt, conn, actor, today=date(2026, 1, 12), search=search)
    return [each.what for each in page.rows], page.total
