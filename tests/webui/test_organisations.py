"""«Организации»: the administrator says what organisations there are and which does which role."""

from __future__ import annotations

from types import SimpleNamespace

from engine.access.tables import AGENCY, MUNICIPALITY
from engine.access.units import name_fillers
from engine.model import SYSTEM
from tests.factories.access import make_account, make_unit


def places(rt, office):
    """Numbers of the units of the office."""
    tree = rt.directory.tree()
    centre = tree.unit(office.families).agency_id
    top = tree.municipality(centre)
    others = [each.id for each in tree.units.values() if each.parent_id == top and each.id != centre]
    return SimpleNamespace(municipality=top, centre=centre, administration=others[0])


def test_the_administrator_adds_renames_and_closes_a_department(visit, rt, office):
    admin, here = visit("R29"), places(rt, office)
    sent = {"kind": "department", "parent_id": str(here.centre), "name": "Отделение срочной помощи"}
    admin.post("/organisations", sent)
    page = admin.get("/organisations")
    assert "Отделение срочной помощи отделение КЦСОН" in page.words
    address = page.link("Отделение срочной помощи")
    admin.post(address, {"name": "Срочное отделение", "short_name": "Срочное", "address": "ул. Лесная, 1"})
    assert "Срочное отделение отделение КЦСОН — ул. Лесная, 1" in admin.get("/organisations").words
    admin.post(address, {"active": ""})
    words = admin.get("/organisations").words
    assert "Срочное отделение отделение закрыто" in words
    assert "Срочное отделение" not in admin.get("/admin/accounts/new").words
    admin.post(address, {"active": "1"})
    assert "закрыто" not in admin.get("/organisations").words


def test_what_is_wrong_with_a_department_is_said_beside_the_field(visit, rt, office):
    admin, here = visit("R29"), places(rt, office)
    under_the_municipality = {"kind": "department", "parent_id": str(here.municipality), "name": "Сектор"}
    answer = admin.post("/organisations", under_the_municipality, status=422)
    assert "Отделение входит в организацию" in answer.text
    nameless = {"kind": "department", "parent_id": str(here.centre), "name": " "}
    assert "Напишите название." in admin.post("/organisations", nameless, status=422).text
    answer = admin.post(
        f"/organisations/{office.care}", {"name": "", "short_name": "", "address": ""}, status=422
    )
    assert "Напишите название." in answer.text


def test_a_department_where_people_work_is_not_closed(visit, rt, office):
    admin = visit("R29")
    page = admin.page_after(f"/organisations/{office.families}", {"active": ""})
    assert "Там работают люди" in page.words
    assert rt.directory.tree().unit(office.families).active


def test_the_work_of_a_role_is_given_to_one_organisation_and_back(visit, rt, office):
    admin, here = visit("R29"), places(rt, office)
    page = admin.get("/organisations")
    assert not page.select("select[name=R13] option[selected]")
    admin.post("/organisations/roles", {"R13": str(here.administration), "R05": ""})
    assert rt.directory.tree().fillers[here.municipality, "R13"] == (here.administration,)
    page = admin.get("/organisations")
    assert page.select_one("select[name=R13] option[selected]")["value"] == str(here.administration)
    assert "там роли нет ни у кого" in page.words
    make_account(rt, "R13", unit_id=here.administration)
    assert "там роли нет ни у кого" not in admin.get("/organisations").words
    admin.post("/organisations/roles", {"R13": ""})
    assert rt.directory.tree().fillers == {}


def test_units_of_a_role_that_the_page_does_not_show_stay(visit, rt, office):
    admin, here = visit("R29"), places(rt, office)
    both = [here.administration, here.centre]
    name_fillers(rt, SYSTEM, here.municipality, {"R13": both})
    kept = rt.directory.tree().fillers[here.municipality, "R13"]
    admin.post("/organisations/roles", {"R13": str(kept[0]), "R18": str(here.centre)})
    assert rt.directory.tree().fillers[here.municipality, "R13"] == kept
    assert len(kept) == 2


def test_units_of_another_municipality_are_not_seen(visit, rt, office):
    elsewhere = make_unit(rt, "Чужой центр", AGENCY, make_unit(rt, "Чужой округ", MUNICIPALITY))
    admin = visit("R29")
    assert "Чужой центр" not in admin.get("/organisations").words
    admin.get(f"/organisations/{elsewhere}", status=404)
    admin.post(f"/organisations/{elsewhere}", {"name": "Мой"}, status=404)
    admin.post("/organisations/roles", {"R13": str(elsewhere)}, status=422)
