"""Organisations and their parts, and which of them does the work of a role."""

from __future__ import annotations

from datetime import time

import pytest
from sqlalchemy import select, update

from engine.access.offices import change_office
from engine.access.queries import journal
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY, account, org_role
from engine.access.units import NewUnit, change_unit, create_unit, found_municipality, name_fillers
from engine.deadlines.calendars import Calendars
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import SYSTEM
from engine.records.queries import settlements
from engine.records.service import add_settlement
from engine.runtime import Runtime
from tests.factories.access import make_account, make_actor, make_unit, town
from tests.factories.cases import chain, open_case, publish_files, user_task


def test_a_part_belongs_to_the_agency_above_and_keeps_its_hours(rt_both: Runtime) -> None:
    here = town(rt_both)
    change_office(rt_both, SYSTEM, here.centre, zone="Asia/Irkutsk", closing="18:00")
    part = make_unit(rt_both, "Сектор", DEPARTMENT, here.centre)
    unit = rt_both.directory.tree().unit(part)
    assert (unit.agency_id, unit.zone, unit.closing) == (here.centre, "Asia/Irkutsk", "18:00")
    assert rt_both.directory.tree().unit(here.centre).agency_id == here.centre


def test_changed_hours_of_a_unit_are_seen_by_another_process_that_asks(rt: Runtime) -> None:
    here = town(rt)
    other = Calendars(rt.database)
    assert other.office(here.centre).closing == time(17)
    change_office(rt, SYSTEM, here.centre, zone="Asia/Irkutsk", closing="18:00")
    assert rt.calendars.office(here.centre).closing == time(18)
    other.forget()
    assert other.office(here.centre).closing == time(18)


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewUnit("Отделение", DEPARTMENT), "parent_id"),
        (NewUnit("  ", AGENCY), "name"),
        (NewUnit("Центр", AGENCY, zone="Europe/Nowhere"), "zone"),
        (NewUnit("Центр", AGENCY, closing="5pm"), "closing"),
        (NewUnit("Центр", AGENCY, closing="25:00"), "closing"),
        (NewUnit("Центр", "planet"), "parent_id"),
    ],
)
def test_a_wrong_unit_is_refused_by_the_name_of_the_field(rt: Runtime, new: NewUnit, field: str) -> None:
    with pytest.raises(InvalidData) as caught:
        create_unit(rt, SYSTEM, new)
    assert list(caught.value.errors) == [field]


def test_an_unknown_unit_is_not_found(rt: Runtime) -> None:
    town(rt)
    with pytest.raises(NotFound):
        change_office(rt, SYSTEM, 4711, zone="UTC", closing="17:00")
    with pytest.raises(NotFound):
        rt.directory.tree().unit(4711)


def test_a_unit_is_renamed_or_closed(rt: Runtime) -> None:
    here = town(rt)
    change_unit(
        rt, SYSTEM, here.care, name="Отделение ухода", short_name="", address="ул. Лесная, 1", active=False
    )
    unit = rt.directory.tree().unit(here.care)
    assert (unit.name, unit.short_name, unit.active) == ("Отделение ухода", "Отделение ухода", False)
    with pytest.raises(InvalidData):
        change_unit(rt, SYSTEM, here.care, name=" ", short_name="", address="")


def test_a_municipality_stands_at_the_top(rt: Runtime) -> None:
    with pytest.raises(InvalidData):
        create_unit(rt, SYSTEM, NewUnit("Округ", MUNICIPALITY, parent_id=town(rt).centre))


def test_a_unit_of_another_municipality_is_not_there(rt: Runtime) -> None:
    administrator = make_actor(rt, "R29")
    elsewhere = make_unit(rt, "Дальний округ", MUNICIPALITY)
    with pytest.raises(NotFound):
        create_unit(rt, administrator, NewUnit("Центр", AGENCY, parent_id=elsewhere))
    with pytest.raises(NotFound):
        change_unit(rt, administrator, elsewhere, name="Мой округ", short_name="", address="")
    with pytest.raises(NotFound):
        name_fillers(rt, administrator, elsewhere, {"R13": []})


def refusal(rt: Runtime, unit_id: int) -> str:
    """Why the unit is not closed."""
    with pytest.raises(Conflict) as caught:
        change_unit(rt, SYSTEM, unit_id, name="Закрытое", short_name="", address="", active=False)
    return caught.value.hint


def test_a_unit_with_people_parts_roles_or_cases_is_not_closed(rt: Runtime) -> None:
    here = town(rt)
    make_account(rt, "R05", unit_id=here.care)
    assert "работают люди" in refusal(rt, here.care)
    assert "закройте его отделения" in refusal(rt, here.centre)
    name_fillers(rt, SYSTEM, here.municipality, {"R13": [here.administration]})
    assert "поручены роли" in refusal(rt, here.administration)
    publish_files(rt, chain("short", user_task("a")))
    clerk = make_actor(rt, "R05", unit_id=make_unit(rt, "Сектор", DEPARTMENT, here.centre))
    open_case(rt, clerk, "short")
    with rt.database.write() as conn:
        conn.execute(update(account).where(account.c.id == clerk.user_id).values(active=False))
    assert "идут дела" in refusal(rt, clerk.unit_id)


def test_roles_are_given_out_together_and_only_what_changed_is_written(rt: Runtime) -> None:
    here, administrator = town(rt), make_actor(rt, "R29")
    name_fillers(rt, administrator, here.municipality, {"R13": [here.administration], "R18": [here.centre]})
    name_fillers(rt, administrator, here.municipality, {"R13": [here.administration], "R18": []})
    assert rt.directory.tree().fillers == {(here.municipality, "R13"): (here.administration,)}
    lines = journal(rt, make_actor(rt, "R28"), action="filler_named")
    assert [line.details["role"] for line in lines] == ["R18", "R18", "R13"]
    with pytest.raises(InvalidData) as caught:
        name_fillers(rt, administrator, here.municipality, {"R15": [4711]})
    assert list(caught.value.errors) == ["R15"]


def test_a_municipality_is_founded_above_the_only_organisation_and_keeps_what_that_kept(rt: Runtime) -> None:
    centre = make_unit(rt, "КЦСОН", AGENCY)
    administrator = make_actor(rt, "R29", unit_id=centre)
    add_settlement(rt, administrator, municipality_id=centre, kind="село", name="Ясное", rural=True)
    name_fillers(rt, administrator, centre, {"R13": [centre]})
    change_office(rt, SYSTEM, centre, zone="Asia/Irkutsk", closing="18:00", closings={5: "16:00"})
    district = found_municipality(rt, administrator, "Приозёрский округ")
    tree = rt.directory.tree()
    assert tree.municipality(centre) == district
    assert (tree.unit(district).zone, tree.unit(district).closings) == ("Asia/Irkutsk", '{"5": "16:00"}')
    with rt.database.read() as conn:
        assert [each.name for each in settlements(conn, district)] == ["Ясное"]
        assert conn.execute(select(org_role.c.municipality_id)).scalars().all() == [district]
    second = create_unit(rt, administrator, NewUnit("Администрация", AGENCY, parent_id=district))
    assert rt.directory.tree().municipality(second) == district
    with pytest.raises(Conflict):
        found_municipality(rt, administrator, "Ещё один округ")
