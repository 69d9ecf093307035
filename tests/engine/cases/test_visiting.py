"""A visit played on the shipped pathway with its real operations: what lies in the records afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.cases.queries import open_incidents
from engine.cases.service import start_case
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records import cars, contacts, crews, visits
from engine.records.registers import Subject
from engine.records.tables import visit
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from engine.worklist.tables import task
from tests.factories.access import make_account, make_actor
from tests.factories.cases import complete, open_nodes, open_tasks, publish_files
from tests.factories.records import make_family

PATHWAY = "p10_family_visit"
SEEN = {
    "исход_визита": "состоялся",
    "начало": "10:40",
    "окончание": "11:15",
    "кто_дома": ["мать"],
    "санитарное_состояние": "хорошее",
    "продукты": "есть",
    "места_для_сна": "есть",
}


@pytest.fixture
def lead(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [
        *(processes_dir() / PATHWAY).glob("*.bpmn"),
        *(processes_dir() / "decisions").glob("dmn_06_crew.dmn"),
        *(file for key in ("F8[1-8]", "F18?") for file in forms_dir().glob(f"{key}.form")),
    ]
    publish_files(rt, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R13", "R05", "R18")


@pytest.fixture
def family(rt: Runtime, lead: Actor) -> Subject:
    return Subject(make_family(rt, lead)[0], None)


def begin(rt: Runtime, lead: Actor, family: Subject, **data: Any) -> None:
    given = {"цель_визита": "Проверить условия жизни.", "вид_выезда": "службы", **data}
    start_case(rt, StartCase(lead, PATHWAY, given, family_id=family.family_id, label="семья Лапшиных"))


def do(rt: Runtime, lead: Actor, node: str, data: Mapping[str, Any]) -> None:
    complete(rt, lead, f"p10_{node}", data)
    sweep_until_idle(rt)


def ready_to_go(rt: Runtime, lead: Actor, family: Subject, *, car: int | None = None) -> None:
    """A visit of tomorrow with the police, up to the moment when the crew leaves."""
    begin(rt, lead, family)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police"]})
    do(rt, lead, "ut_confirm", {"участие": "замена", "замена": "Сомов К. П."})
    do(rt, lead, "ut_car", {"без_машины": True} if car is None else {"машина_выбор": str(car)})


def the_visit(rt: Runtime, family: Subject) -> visits.Visit:
    with rt.database.read() as conn:
        number = conn.execute(select(visit.c.id).where(visit.c.family_id == family.family_id)).scalar_one()
        return visits.by_ids(conn, [number])[0]


def test_a_visit_leaves_its_crew_its_car_and_its_minutes(rt: Runtime, lead: Actor, family: Subject) -> None:
    van = cars.add_car(rt, lead, "ГАЗель", 8)
    ready_to_go(rt, lead, family, car=van)
    do(rt, lead, "ut_visit", SEEN)
    found = the_visit(rt, family)
    assert (found.words, found.day, found.car_id, found.full_crew, found.minutes) == (
        "состоялся", date(2026, 1, 13), van, True, 35,
    )  # fmt: skip
    with rt.database.read() as conn:
        members = crews.members_of(conn, [found.id])[found.id]
        assert open_incidents(conn, 1) == []
    assert [(each.service, each.name, each.comes) for each in members if each.required] == [
        ("police", "Сомов К. П.", True)
    ]
    assert found.commission is False
    assert open_nodes(rt) == ["p10_ut_act"]


def test_whoever_promised_and_did_not_come_leaves_the_crew_incomplete(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    begin(rt, lead, family)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police", "crb"]})
    for _ in range(2):
        do(rt, lead, "ut_confirm", {"участие": "участвует"})
    do(rt, lead, "ut_car", {"без_машины": True})
    assert the_visit(rt, family).full_crew is True
    do(rt, lead, "ut_visit", {**SEEN, "приехали": ["kdn", "police"]})
    found = the_visit(rt, family)
    assert found.full_crew is False
    assert {each.service: each.absence for each in crew(rt, found)} == {
        "kdn": "", "police": "", "crb": crews.NO_SHOW,
    }  # fmt: skip


def commission(rt: Runtime, lead: Actor, family: Subject, *asked: str, **data: Any) -> None:
    """A visit of the commission to which these services were called, everybody comes, up to the car."""
    begin(rt, lead, family, вид_выезда="комиссия", **data)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": list(asked)})
    for service in asked:
        if service != "kdn":
            do(rt, lead, "ut_confirm", {"участие": "участвует"})


def crew(rt: Runtime, found: visits.Visit) -> list[crews.Member]:
    with rt.database.read() as conn:
        return crews.members_of(conn, [found.id])[found.id]


def test_a_commission_of_a_part_of_its_services_is_not_full_and_does_not_leave(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    commission(rt, lead, family, "opeka")
    assert open_nodes(rt) == ["p10_ut_substitute"]
    found = [{"служба": each, "кто_едет": "Сомов К. П."} for each in ("police", "crb", "kcson")]
    do(rt, lead, "ut_substitute", {"решение_о_составе": "замена", "замены": found})
    do(rt, lead, "ut_car", {"без_машины": True})
    assert (the_visit(rt, family).commission, the_visit(rt, family).full_crew) == (True, True)


def test_whoever_leads_the_visit_comes_for_their_own_service(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    commission(rt, lead, family, *crews.FULL_CREW)
    do(rt, lead, "ut_car", {"без_машины": True})
    found = the_visit(rt, family)
    assert found.full_crew is True
    assert (crew(rt, found)[0].service, crew(rt, found)[0].account_id) == ("kdn", lead.user_id)


def test_an_urgent_visit_leaves_with_those_who_were_called_and_is_not_full(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    commission(rt, lead, family, "opeka", "police", срочно=True)
    do(rt, lead, "ut_car", {"без_машины": True})
    found = the_visit(rt, family)
    assert found.full_crew is False
    assert {each.service for each in crew(rt, found) if each.absence == crews.NOT_ASKED} == {"crb", "kcson"}


def test_a_service_that_came_after_all_makes_the_crew_full(rt: Runtime, lead: Actor, family: Subject) -> None:
    begin(rt, lead, family, срочно=True)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police"]})
    do(rt, lead, "ut_confirm", {"участие": "не участвует"})
    why = {"решение_о_составе": "неполным", "причина_неполного": "Детям может угрожать опасность."}
    do(rt, lead, "ut_substitute", why)
    do(rt, lead, "ut_car", {"без_машины": True})
    assert [each.absence for each in crew(rt, the_visit(rt, family))] == ["", crews.REFUSED]
    do(rt, lead, "ut_visit", {**SEEN, "приехали": ["kdn", "police"]})
    assert the_visit(rt, family).full_crew is True


def test_a_substitute_takes_the_place_of_who_refused(rt: Runtime, lead: Actor, family: Subject) -> None:
    begin(rt, lead, family)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police"]})
    do(rt, lead, "ut_confirm", {"участие": "не участвует"})
    instead = [{"служба": "police", "кто_едет": "Сомов К. П."}]
    do(rt, lead, "ut_substitute", {"решение_о_составе": "замена", "замены": instead})
    do(rt, lead, "ut_car", {"без_машины": True})
    assert [(each.service, each.name) for each in crew(rt, the_visit(rt, family))][1:] == [
        ("police", "Сомов К. П.")
    ]


def test_whoever_plays_the_role_of_a_service_is_asked_by_name(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    inspector = make_account(rt, "R15")
    begin(rt, lead, family)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police", "crb"]})
    with rt.database.read() as conn:
        wanted = select(task.c.assignee_id).where(task.c.id.in_(open_tasks(rt, "p10_ut_confirm")))
        assert set(conn.execute(wanted).scalars()) == {inspector, None}


def test_a_visit_that_took_place_is_a_contact_with_the_family(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    ready_to_go(rt, lead, family)
    do(rt, lead, "ut_visit", SEEN)
    with rt.database.read() as conn:
        heard = contacts.silences(conn, [family.family_id or 0], date(2026, 1, 20))
    assert heard[family.family_id or 0].days == 7


def test_when_nobody_was_at_home_there_was_no_contact(rt: Runtime, lead: Actor, family: Subject) -> None:
    ready_to_go(rt, lead, family)
    do(rt, lead, "ut_visit", {"исход_визита": "никого нет", "начало": "10:00", "окончание": "10:05"})
    with rt.database.read() as conn:
        assert (
            contacts.silences(conn, [family.family_id or 0], date(2026, 1, 20))[family.family_id or 0].last
            is None
        )
    assert the_visit(rt, family).words == "никого не застали"


def test_a_family_that_lets_nobody_in_was_not_spoken_with_and_is_visited_again(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    ready_to_go(rt, lead, family)
    do(rt, lead, "ut_visit", {"исход_визита": "не впустили", "начало": "10:00", "окончание": "10:05"})
    with rt.database.read() as conn:
        silence = contacts.silences(conn, [family.family_id or 0], date(2026, 1, 20))[family.family_id or 0]
    assert (the_visit(rt, family).words, silence.last) == ("семья не впустила", None)
    assert not the_visit(rt, family).took_place
    assert open_nodes(rt) == [], "the next visit is in three days"


def test_another_day_moves_the_visit_instead_of_making_a_second(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    begin(rt, lead, family)
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-13", "нужные_службы": ["police"]})
    do(rt, lead, "ut_confirm", {"участие": "не участвует"})
    do(rt, lead, "ut_substitute", {"решение_о_составе": "перенести"})
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-15", "нужные_службы": []})
    assert the_visit(rt, family).day == date(2026, 1, 15)
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(visit)).scalar() == 1


def test_a_visit_that_is_ready_is_put_off_when_a_child_falls_ill(
    rt: Runtime, lead: Actor, family: Subject
) -> None:
    ready_to_go(rt, lead, family)
    do(rt, lead, "ut_visit", {"исход_визита": "перенесён", "почему_перенесли": "Ребёнок заболел."})
    assert open_nodes(rt) == ["p10_ut_notice"]
    do(rt, lead, "ut_notice", {"дата_визита": "2026-01-20", "нужные_службы": ["police"]})
    found = the_visit(rt, family)
    assert (found.words, found.day) == ("назначен", date(2026, 1, 20))
    do(rt, lead, "ut_confirm", {"участие": "участвует"})
    do(rt, lead, "ut_car", {"без_машины": True})
    do(rt, lead, "ut_visit", SEEN)
    assert (the_visit(rt, family).words, the_visit(rt, family).day) == ("состоялся", date(2026, 1, 20))


def test_a_visit_that_ran_over_midnight_has_no_minutes(rt: Runtime, lead: Actor, family: Subject) -> None:
    ready_to_go(rt, lead, family)
    do(rt, lead, "ut_visit", {**SEEN, "начало": "23:40", "окончание": "00:15"})
    assert the_visit(rt, family).minutes is None
