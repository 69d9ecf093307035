"""The yearly schedule played on the shipped pathway: from the register to visits that cases take."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.cases.service import complete_task, start_case
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, CompleteTask, StartCase
from engine.records import cars, registers, visits
from engine.records.registers import Standing, Subject
from engine.records.tables import visit_agreement
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from engine.worklist.notices import VISITS_PLANNED
from engine.worklist.tables import notice, task
from tests.factories.access import make_actor, town
from tests.factories.cases import complete, open_nodes, open_tasks, publish_files
from tests.factories.records import make_family

PATHWAY = "p09_visit_plan"


@pytest.fixture
def chief(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [
        *(processes_dir() / PATHWAY).glob("*.bpmn"),
        *(processes_dir() / "decisions").glob("dmn_07*.dmn"),
        *(forms_dir() / f"F{key}.form" for key in ("78", "80", "82", "83", "89", "188")),
    ]
    publish_files(rt, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R13", "R18", "R12", "R27")


@pytest.fixture
def family(rt: Runtime, chief: Actor) -> Subject:
    """A family in a dangerous position: a visit a month."""
    subject = Subject(make_family(rt, chief)[0], None)
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            "prevention",
            subject,
            Standing(state="СОП"),
            case_id=1,
            unit_id=town(rt).families,
            since=date(2026, 1, 1),
        )
    return subject


def do(rt: Runtime, chief: Actor, node: str, data: dict[str, Any]) -> None:
    complete(rt, chief, f"p09_{node}", data)
    sweep_until_idle(rt)


def planned(rt: Runtime, chief: Actor) -> int:
    """A schedule of this year up to its draft; the number of its case."""
    case = start_case(rt, StartCase(chief, PATHWAY, {"год": 2026}, label="План"))
    sweep_until_idle(rt)
    return case.id


def known(rt: Runtime, chief: Actor, case_id: int) -> dict[str, Any]:
    with rt.database.read() as conn:
        assert open_incidents(conn, case_id) == []
        return dict(case_variables(rt, conn, case_card(rt, conn, chief, case_id)))


def test_the_draft_knows_how_often_each_family_is_visited(rt: Runtime, chief: Actor, family: Subject) -> None:
    found = known(rt, chief, planned(rt, chief))
    assert open_nodes(rt) == ["p09_ut_draft"]
    assert (found["семей"], found["выездов"]) == (1, 12)
    assert found["график"][0]["куда"] == "место не указано"


def test_an_approved_schedule_gives_cases_their_visits_with_a_car(
    rt: Runtime, chief: Actor, family: Subject
) -> None:
    van = cars.add_car(rt, chief, "ГАЗель", 8)
    case_id = planned(rt, chief)
    first = known(rt, chief, case_id)["график"][0]["день"]
    do(rt, chief, "ut_draft", {"переносы": [{"день": first.isoformat(), "новый_день": "2026-01-29"}]})
    do(rt, chief, "ut_transport", {"машины_плана": [{"машина": str(van)}]})
    while open_tasks(rt, "p09_ut_agree"):
        do(rt, chief, "ut_agree", {"согласие": "согласен"})
    do(rt, chief, "ut_approve", {"утверждено": True, "дата_утверждения": "2026-01-12"})
    assert open_nodes(rt) == []
    with rt.database.write() as conn:
        assert visits.next_day(conn, family, date(2026, 1, 12), 1) == date(2026, 1, 29)
        taken = visits.open_visit(
            conn,
            family,
            case_id=99,
            unit_id=town(rt).families,
            day=date(2026, 1, 28),
            planned=True,
            urgent=False,
        )
    assert (taken.car_id, taken.plan_id is not None) == (van, True)


def test_whoever_agreed_to_a_schedule_is_told_of_it_and_has_its_visits_in_the_calendar(
    rt: Runtime, chief: Actor, family: Subject
) -> None:
    inspector = make_actor(rt, "R15", "R12")
    van = cars.add_car(rt, chief, "ГАЗель", 8)
    planned(rt, chief)
    do(rt, chief, "ut_draft", {})
    do(rt, chief, "ut_transport", {"машины_плана": [{"машина": str(van)}]})
    for number in open_tasks(rt, "p09_ut_agree"):
        with rt.database.read() as conn:
            asked = conn.execute(select(task.c.assignee_id).where(task.c.id == number)).scalar()
        by = inspector if asked == inspector.user_id else chief
        complete_task(rt, CompleteTask(load_actor(rt, by.user_id), number, {"согласие": "согласен"}))
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        assert visits.visits_ahead(conn, inspector.user_id, date(2026, 1, 12)) == []
    do(rt, chief, "ut_approve", {"утверждено": True, "дата_утверждения": "2026-01-12"})
    with rt.database.read() as conn:
        agreed = conn.execute(
            select(visit_agreement.c.service, visit_agreement.c.account_id, visit_agreement.c.agreed)
        ).all()
        ahead = visits.visits_ahead(conn, inspector.user_id, date(2026, 1, 12))
        told = set(conn.execute(select(notice.c.account_id).where(notice.c.kind == VISITS_PLANNED)).scalars())
    assert {row.service for row in agreed if row.agreed} == {"opeka", "police", "crb", "kcson", "education"}
    assert [row.account_id for row in agreed if row.service == "police"] == [inspector.user_id]
    assert len(ahead) == 12
    assert told == {inspector.user_id, chief.user_id}, "the chief gives out cars too"


def test_a_move_that_cannot_be_made_is_said_and_the_others_are_made(
    rt: Runtime, chief: Actor, family: Subject
) -> None:
    case_id = planned(rt, chief)
    first = known(rt, chief, case_id)["график"][0]["день"]
    free, past = "2026-06-01", "2026-01-02"
    moves = [(free, "2026-06-02"), (first.isoformat(), past), (first.isoformat(), "2026-01-29")]
    do(rt, chief, "ut_draft", {"переносы": [{"день": a, "новый_день": b} for a, b in moves]})
    assert open_nodes(rt) == ["p09_ut_draft"]
    found = known(rt, chief, case_id)
    assert [each["что"] for each in found["накладки"]] == [
        "не перенесено на 02.06.2026: в этот день выездов нет",
        "не перенесено на 02.01.2026: этот день уже прошёл",
    ]
    assert (found["график"][0]["день"], found["переносы"]) == (date(2026, 1, 29), [])


def test_a_clash_brings_the_draft_back(rt: Runtime, chief: Actor, family: Subject) -> None:
    case_id = planned(rt, chief)
    first = known(rt, chief, case_id)["график"][0]["день"]
    do(rt, chief, "ut_draft", {"события": [{"день": first.isoformat(), "событие": "Совещание у главы"}]})
    assert open_nodes(rt) == ["p09_ut_draft"]
    assert known(rt, chief, case_id)["накладки"] == [{"день": first, "что": "в округе: Совещание у главы"}]


def test_the_plan_of_the_commission_is_compared_with_that_of_the_district(
    rt: Runtime, chief: Actor, family: Subject
) -> None:
    case_id = planned(rt, chief)
    trip, holiday = known(rt, chief, case_id)["график"][0]["день"], date(2026, 6, 11)
    raid = {"мероприятие": "Рейд", "исполнитель": "КДН", "срок_мероприятия": "лето"}
    deeds = [{**raid, "день": holiday.isoformat()}, {**raid, "день": trip.isoformat()}, raid]
    events = [{"день": holiday.isoformat(), "событие": "День округа"}]
    do(rt, chief, "ut_draft", {"события": events, "мероприятия_плана": deeds})
    assert known(rt, chief, case_id)["накладки"] == [
        {"день": trip, "что": "в плане комиссии: Рейд"},
        {"день": holiday, "что": "в плане комиссии: Рейд; в округе: День округа"},
    ]


# --- New Year ------------------------------------------------------------------------------------


@pytest.fixture
def worker(rt: Runtime, chief: Actor) -> Actor:
    """Whoever works with a family of the register, with what that needs."""
    files = [
        *(processes_dir() / "p08_prevention").glob("*.bpmn"),
        *(processes_dir() / "p10_family_visit").glob("*.bpmn"),
        *(processes_dir() / "decisions").glob("dmn_[01][06]*.dmn"),
        *forms_dir().glob("F4[1-5].form"),
        *forms_dir().glob("F7[45].form"),
        *forms_dir().glob("F8[1-8].form"),
        *forms_dir().glob("F18?.form"),
    ]
    publish_files(rt, *(Upload(file.name, file.read_bytes()) for file in sorted(set(files))))
    return load_actor(rt, chief.user_id)


def approved(rt: Runtime, chief: Actor, van: int) -> list[date]:
    """The schedule of the next year, from the draft to the approval; its days."""
    case = start_case(rt, StartCase(chief, PATHWAY, {"год": 2027}, label="План"))
    sweep_until_idle(rt)
    days = [each["день"] for each in known(rt, chief, case.id)["график"]]
    do(rt, chief, "ut_draft", {})
    do(rt, chief, "ut_transport", {"машины_плана": [{"машина": str(van)}]})
    while open_tasks(rt, "p09_ut_agree"):
        do(rt, chief, "ut_agree", {"согласие": "согласен"})
    rt.clock.set(datetime(2026, 12, 28, 12, tzinfo=UTC))  # type: ignore[attr-defined]
    do(rt, chief, "ut_approve", {"утверждено": True, "дата_утверждения": "2026-12-28"})
    return days


def test_a_case_that_waits_for_its_visit_takes_the_day_of_the_schedule_approved_later(
    rt: Runtime, worker: Actor, family: Subject
) -> None:
    """Its day was set on 1 December by the frequency; the schedule of 28 December says another."""
    van = cars.add_car(rt, worker, "ГАЗель", 8)
    rt.clock.set(datetime(2026, 12, 1, 7, tzinfo=UTC))  # type: ignore[attr-defined]
    given = {"меры_ипр": [], "выезд_месяцев": 2, "контакт_дней": 90, "детей_на_учёте": 1, "записи_ипр": []}
    case = start_case(
        rt,
        StartCase(worker, "p08_prevention", given, family_id=family.family_id, label="семья"),
        check_form=False,
    )
    sweep_until_idle(rt)
    assert known(rt, worker, case.id)["дата_выезда"] == date(2027, 2, 1)
    first = approved(rt, worker, van)[0]
    assert known(rt, worker, case.id)["дата_выезда"] == first < date(2027, 1, 31)
    rt.clock.set(datetime.combine(first - timedelta(days=1), time(12), UTC))  # type: ignore[attr-defined]
    sweep_until_idle(rt)
    notice = next(node for node in open_nodes(rt) if node.endswith("p10_ut_notice"))
    complete(rt, worker, notice, {"дата_визита": first.isoformat(), "нужные_службы": ["opeka"]})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        [visit_of_january] = [
            each for each in visits.visits_between(conn, worker, first, first) if each.case_id
        ]
    assert (visit_of_january.plan_id is not None, visit_of_january.car_id) == (True, van)
    assert not any(node.endswith("p10_ut_car") for node in open_nodes(rt))
