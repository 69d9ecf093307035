"""A family moves to another municipality: what is listed, what is closed here, what stays and is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.cases.moving_away import MOVE_OUT, REASON
from engine.cases.queries import case_card, case_history, case_variables
from engine.cases.service import StartedCase, start_case
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records import registers
from engine.records.registers import Standing, Subject, entries_of
from engine.records.tables import visit, visit_plan
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    boundary,
    chain,
    complete,
    diagram,
    event,
    flows,
    message,
    open_nodes,
    publish_files,
    user_task,
)
from tests.factories.records import make_family

PATHWAY = "p05_transfer"
ASKED: dict[str, Any] = {
    "новый_муниципалитет": "Соседний округ",
    "принимающий_орган": "КЦСОН Соседнего округа",
    "дата_выезда": "2026-01-20",
    "основание_передачи": "согласие",
    "реквизиты_основания": "от 12.01.2026, в деле",
}


@pytest.fixture
def curator(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    works = user_task("work") + boundary("m", "work", "message", MOVE_OUT) + user_task("handing_over")
    after = event("endEvent", "e2")
    waits = diagram(
        "waits", START + works + END + after + flows("s work e", "m handing_over e2"), message(MOVE_OUT),
        number="ПП",
    )  # fmt: skip
    files = [
        *(
            path
            for key in (PATHWAY, "p06_referral", "p04_item")
            for path in (processes_dir() / key).glob("*.bpmn")
        ),
        *(processes_dir() / "decisions").glob("*.dmn"),
        *forms_dir().glob("*.form"),
    ]
    plain = chain("plain", user_task("a"), number="ИП")
    publish_files(rt, waits, plain, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R03", "R13")


@pytest.fixture
def family(rt: Runtime, curator: Actor) -> tuple[int, int]:
    number, mother, _ = make_family(rt, curator)
    return number, mother


def make_mover(rt: Runtime) -> Actor:
    """A curator who sees the cases of their own department only."""
    return make_actor(rt, "R03")


def begin(
    rt: Runtime, curator: Actor, family: tuple[int, int], process: str, data: Mapping[str, Any] | None = None
) -> StartedCase:
    command = StartCase(
        curator, process, data or {}, person_id=family[1], family_id=family[0], label="семья Лапшиных"
    )
    made = start_case(rt, command, check_form=data is not None)
    sweep_until_idle(rt)
    return made


def enter(rt: Runtime, family: tuple[int, int], register: str, case: StartedCase) -> None:
    with rt.database.write() as conn:
        registers.enter(
            rt, conn, register, Subject(family[0], None), Standing(state="СОП"), case_id=case.id,
            unit_id=town(rt).families, since=date(2026, 1, 5),
        )  # fmt: skip


def schedule(rt: Runtime, family: tuple[int, int]) -> None:
    """One visit of an approved schedule in February."""
    with rt.database.write() as conn:
        plan = {"municipality_id": town(rt).municipality, "year": 2026, "case_id": 9, "approved_at": 1}
        number = conn.execute(insert(visit_plan).returning(visit_plan.c.id), plan).scalar_one()
        row = {"plan_id": number, "family_id": family[0], "unit_id": town(rt).families, "status": 0}
        conn.execute(insert(visit), {**row, "day": "2026-02-05"})


def test_cases_end_registers_end_visits_are_off_and_what_goes_its_own_way_is_said(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    plain = begin(rt, curator, family, "plain")
    waiting = begin(rt, curator, family, "waits")
    enter(rt, family, "prevention", waiting)
    enter(rt, family, "income50", plain)
    schedule(rt, family)
    moving = begin(rt, curator, family, PATHWAY, ASKED)
    with rt.database.read() as conn:
        listed = case_variables(rt, conn, case_card(rt, conn, curator, moving.id))
    assert [each["что_будет"] for each in listed["дела_семьи"]] == ["закроется", "пойдёт путём переезда"]
    assert [each["что_будет"] for each in listed["учёт_семьи"]] == [
        f"снимет дело {waiting.number}",
        "снимется днём выезда",
    ]
    complete(rt, curator, "p05_transfer_ut_check", {"передаём": "да", "семья_предупреждена": True})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        ended = case_card(rt, conn, curator, plain.id)
        assert (ended.active, case_card(rt, conn, curator, waiting.id).active) == (False, True)
        assert case_history(rt, conn, ended)[0].data["data"] == {"причина": REASON}
        entries = {each.register: each for each in entries_of(conn, Subject(family[0], None))}
        off = conn.execute(select(visit.c.status, visit.c.reason)).one()
        said = case_variables(rt, conn, case_card(rt, conn, curator, moving.id))
    assert (entries["income50"].until, entries["income50"].left_for) == (date(2026, 1, 20), REASON)
    assert entries["prevention"].until is None
    assert tuple(off) == (4, "семья выехала в другой муниципалитет")
    assert [each["что"] for each in said["осталось_открытым"]] == [waiting.number, "Профилактический учёт"]
    assert set(open_nodes(rt)) == {"handing_over", "p05_transfer_ut_left", "p06_referral/p06_ut_prepare"}


def test_a_case_of_another_organisation_is_for_it_to_end(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    elsewhere = make_actor(rt, "R05", "R07", "R13", unit_id=town(rt).administration)
    foreign = begin(rt, elsewhere, family, "plain")
    moving = begin(rt, make_mover(rt), family, PATHWAY, ASKED)
    complete(rt, curator, "p05_transfer_ut_check", {"передаём": "да", "семья_предупреждена": True})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        assert case_card(rt, conn, elsewhere, foreign.id).active
        said = case_variables(rt, conn, case_card(rt, conn, curator, moving.id))
    assert said["осталось_открытым"] == [
        {"что": foreign.number, "почему": "ведёт другая организация: сообщите ей"}
    ]


def test_a_family_that_stays_loses_nothing(rt: Runtime, curator: Actor, family: tuple[int, int]) -> None:
    plain = begin(rt, curator, family, "plain")
    begin(rt, curator, family, PATHWAY, ASKED)
    complete(rt, curator, "p05_transfer_ut_check", {"передаём": "нет"})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        assert case_card(rt, conn, curator, plain.id).active
    assert open_nodes(rt) == ["a"]


def test_cases_of_another_family_are_left_alone(rt: Runtime, curator: Actor, family: tuple[int, int]) -> None:
    other = begin(rt, curator, make_family(rt, curator)[:2], "plain")
    begin(rt, curator, family, PATHWAY, ASKED)
    complete(rt, curator, "p05_transfer_ut_check", {"передаём": "да", "семья_предупреждена": True})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        assert case_card(rt, conn, curator, other.id).active
