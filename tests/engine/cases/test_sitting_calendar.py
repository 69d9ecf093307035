"""Planned sittings become cases; a question that can't wait asks for a sooner sitting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases.events import note_event
from engine.cases.sitting_calendar import open_sittings, urge
from engine.cases.sitting_terms import follow_sittings
from engine.cases.tables import case_
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.deadlines.tables import term
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, Outcome
from engine.records.agenda import waiting_items
from engine.records.commissions import NewCommission, create_commission
from engine.records.sitting_plan import Sitting, add_sitting, sittings_between
from engine.records.sittings import agenda_closed, plan_sitting
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds
from engine.worklist.forecast import forecasts_of_case
from tests.factories import cases as draw
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)


def asking(kind: str = "family") -> Any:
    """Asks the commission of this kind, with T14 and T29 running; goes to b when a sooner sitting is needed,
    takes its question back on `msg.tired`.
    """
    said = {"вид": "need_status", "вид_комиссии": kind, "срок": "T14"}
    question = "".join(
        f"<camunda:inputParameter name='{name}'>{value}</camunda:inputParameter>"
        for name, value in said.items()
    )
    asked = draw.event(
        "intermediateThrowEvent", "asked", "message", "msg.agenda_item", startTerms="T14, T29"
    ).replace(
        "<camunda:properties>", f"<camunda:inputOutput>{question}</camunda:inputOutput><camunda:properties>"
    )
    answered = '<receiveTask id="answered" name="Ждать решения" messageRef="msg_commission_decision"/>'
    needed = draw.boundary("needed", "answered", "message", "msg.sitting_needed").replace(
        "<boundaryEvent", '<boundaryEvent cancelActivity="false"'
    )
    tired = draw.boundary("tired", "answered", "message", "msg.tired")
    body = START + asked + answered + needed + tired + user_task("b", "R10") + user_task("d") + END
    names = ("msg.agenda_item", "msg.commission_decision", "msg.sitting_needed", "msg.tired")
    ends = '<endEvent id="e2"/><endEvent id="e3"/>'
    chains = flows("s asked answered e", "needed b e2", "tired d e3")
    return diagram("asking", body + ends + chains, "".join(draw.message(name) for name in names))


def sitting() -> Any:
    """Opened by the calendar: collects, then waits for the secretary, who calls it off."""
    start = draw.event("startEvent", "s", "message", "msg.sitting_day")
    inputs = "".join(
        f"<camunda:inputParameter name='{name}'>={value}</camunda:inputParameter>"
        for name, value in {"вид_комиссии": "вид_комиссии", "дата": "дата_заседания"}.items()
    )
    collect = draw.service_task("collect", "commission.collect").replace(
        "/>",
        f"><extensionElements><camunda:inputOutput>{inputs}</camunda:inputOutput></extensionElements></serviceTask>",
    )
    why = "<camunda:inputParameter name='повод'>вопросов нет</camunda:inputParameter>"
    cancelled = draw.service_task("cancelled", "commission.cancel").replace(
        "/>",
        f"><extensionElements><camunda:inputOutput>{why}</camunda:inputOutput></extensionElements></serviceTask>",
    )
    body = (
        start + collect + user_task("agenda", "R10") + cancelled + END + flows("s collect agenda cancelled e")
    )
    return diagram("sitting", body, draw.message("msg.sitting_day"))


@pytest.fixture
def secretary(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(rt, asking(), sitting())
    return make_actor(rt, "R10")


@pytest.fixture
def commission(rt: Runtime, secretary: Actor) -> int:
    return create_commission(rt, SYSTEM, NewCommission("family", town(rt).centre, place="Кабинет 5"))


def at(rt: Runtime, day: int, hour: int) -> None:
    """By the clock of Moscow, in January."""
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(datetime(2026, 1, day, hour - 3, tzinfo=UTC))


def ask(rt: Runtime) -> int:
    case = open_case(rt, make_actor(rt, "R05"), "asking").id
    sweep_until_idle(rt)
    return case


def call(rt: Runtime, secretary: Actor, commission: int, day: int) -> int:
    made = add_sitting(rt, secretary, commission, date(2026, 1, day), "По плану")
    sweep_until_idle(rt)
    return made


def calendar(rt: Runtime, commission: int) -> list[Sitting]:
    with rt.database.read() as conn:
        return sittings_between(conn, commission, date(2026, 1, 1), date(2026, 2, 1))


def due(rt: Runtime, case: int, key: str = "T29") -> date | None:
    with rt.database.read() as conn:
        row = conn.execute(select(term.c.due_at).where(term.c.case_id == case, term.c.key == key)).one()
    found = due_from_seconds(row.due_at)
    return found.date() if found else None


def test_a_planned_sitting_is_opened_the_morning_its_agenda_is_closed(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    at(rt, 13, 10)
    call(rt, secretary, commission, 16)
    case = ask(rt)
    at(rt, 15, 8)
    assert open_sittings(rt) == 0
    at(rt, 15, 9)
    sweep_until_idle(rt)
    assert "agenda" in open_nodes(rt)
    assert open_sittings(rt) == 0
    [held] = calendar(rt, commission)
    with rt.database.read() as conn:
        opened = conn.execute(select(case_).where(case_.c.id == held.case_id)).one()
    assert (opened.process, opened.unit_id) == ("sitting", town(rt).centre)
    later = ask(rt)  # the agenda is closed: the next sitting is not known yet
    assert (due(rt, case), due(rt, later)) == (date(2026, 1, 16), None)
    with rt.database.read() as conn:
        foretold = forecasts_of_case(rt, conn, later, rt.clock.now())
    assert len(foretold) == 1  # T14: a term without a day has no end to foretell


def test_a_sitting_whose_day_has_passed_unopened_is_called_off(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    call(rt, secretary, commission, 14)
    at(rt, 16, 9)
    open_sittings(rt)
    [missed] = calendar(rt, commission)
    assert (missed.cancelled, missed.case_id) == (True, None)
    assert "не открыли" in missed.reason


def test_what_a_sitting_called_off_has_left_waits_for_the_next_one(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    call(rt, secretary, commission, 15)
    call(rt, secretary, commission, 22)
    case = ask(rt)
    at(rt, 14, 10)
    sweep_until_idle(rt)
    complete(rt, secretary, "agenda")
    sweep_until_idle(rt)
    follow_sittings(rt)
    off, kept = calendar(rt, commission)
    assert (off.cancelled, off.reason) == (True, "вопросов нет")
    assert kept.planned
    with rt.database.read() as conn:
        assert [item.case_id for item in waiting_items(conn, commission)] == [case]
    assert due(rt, case) == date(2026, 1, 22)


def test_a_question_that_came_before_the_agenda_was_collected_again_is_heard_at_that_sitting(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    call(rt, secretary, commission, 15)
    call(rt, secretary, commission, 22)
    at(rt, 14, 10)
    sweep_until_idle(rt)
    at(rt, 14, 12)
    case = ask(rt)
    assert due(rt, case) == date(2026, 1, 22)
    at(rt, 14, 14)
    held = calendar(rt, commission)[0].case_id or 0
    with rt.database.write() as conn:
        agenda_closed(conn, held, rt.clock.now())
    follow_sittings(rt)
    assert due(rt, case) == date(2026, 1, 15)


def test_a_question_whose_term_ends_before_the_sitting_asks_for_a_sooner_one_once(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    call(rt, secretary, commission, 20)  # five working days from the 12th end on the 19th
    ask(rt)
    assert urge(rt) == 1
    assert open_nodes(rt) == ["b"]
    assert urge(rt) == 0


def test_a_question_that_is_heard_in_time_asks_for_nothing_until_its_sitting_is_moved(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    call(rt, secretary, commission, 16)
    ask(rt)
    assert open_nodes(rt) == []
    with rt.database.write() as conn:
        plan_sitting(conn, commission, 900, date(2026, 1, 16))
        plan_sitting(conn, commission, 900, date(2026, 1, 22))
    assert urge(rt) == 1
    assert open_nodes(rt) == ["b"]


def test_without_a_sitting_a_question_asks_for_one_a_working_day_before_its_term(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    ask(rt)
    at(rt, 15, 18)
    assert urge(rt) == 0
    at(rt, 16, 9)  # a Friday; the term ends on Monday
    assert urge(rt) == 1


def test_a_commission_that_nobody_s_rule_calls_is_called_by_its_question(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    publish_files(rt, asking("complex"))
    create_commission(rt, SYSTEM, NewCommission("complex", town(rt).centre))
    case = ask(rt)
    with rt.database.write() as conn:
        conn.execute(term.update().where(term.c.case_id == case).values(ended_at=1))
    urge(rt)
    assert open_nodes(rt) == ["b"]


def test_the_term_up_to_a_sitting_is_that_of_the_commission_asked_and_ends_with_the_question(
    rt: Runtime, secretary: Actor, commission: int
) -> None:
    publish_files(rt, asking("kdn"))
    minors = create_commission(rt, SYSTEM, NewCommission("kdn", town(rt).centre))
    call(rt, secretary, commission, 14)
    call(rt, secretary, minors, 16)
    case = ask(rt)
    assert due(rt, case) == date(2026, 1, 16)
    note_event(rt, SYSTEM, case, "msg.tired")
    with rt.database.read() as conn:
        ended = conn.execute(select(term.c.outcome).where(term.c.key == "T29")).scalar_one()
    assert ended == Outcome.CANCELLED
