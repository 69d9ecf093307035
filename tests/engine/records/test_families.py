from __future__ import annotations

from datetime import date

import pytest

from engine.access.queries import journal
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import ERASED
from engine.names import FullName
from engine.records.queries import family_view, find_people, person_view, settlements
from engine.records.service import (
    Member,
    add_member,
    add_settlement,
    create_family,
    end_membership,
    erase_family,
    erase_person,
    rename_family,
)
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.records import make_family, make_person


def test_a_family_is_called_after_its_first_member(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    family, mother, child = make_family(rt_both, specialist)
    view = family_view(rt_both, specialist, family)
    assert view.label == "семья Лапшиных"
    assert [(each.person.id, each.relation, each.first_day, each.last_day) for each in view.members] == [
        (mother, "mother", "2026-01-12", None),
        (child, "child", "2026-01-12", None),
    ]
    assert person_view(rt_both, specialist, child).families == ((family, "семья Лапшиных"),)


def test_looking_at_a_family_is_journalled(rt: Runtime) -> None:
    specialist, officer = make_actor(rt, "R05"), make_actor(rt, "R28")
    family, *_ = make_family(rt, specialist)
    family_view(rt, specialist, family, case_id=12)
    (entry,) = journal(rt, officer, kind="family", action="view")
    assert (entry.object_id, entry.case_id) == (family, 12)


def test_people_may_correct_what_a_family_is_called(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    family, *_ = make_family(rt, specialist, label="семья Заяц")
    assert family_view(rt, specialist, family).label == "семья Заяц"
    rename_family(rt, specialist, family, " семья Зайцев ")
    assert family_view(rt, specialist, family).label == "семья Зайцев"
    with pytest.raises(InvalidData):
        rename_family(rt, specialist, family, "  ")


def test_who_left_stays_in_the_record_with_dates(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    family, _, child = make_family(rt_both, specialist)
    end_membership(rt_both, specialist, family, child, date(2026, 3, 1))
    father = make_person(rt_both, specialist, name=FullName("Лапшин", "Илья"))
    add_member(rt_both, specialist, family, Member(father, "father"), date(2026, 2, 1))
    members = family_view(rt_both, specialist, family).members
    assert [(each.relation, each.last_day) for each in members] == [
        ("mother", None),
        ("father", None),
        ("child", "2026-03-01"),
    ]
    with rt_both.database.read() as conn:
        (gone,) = find_people(rt_both, conn, specialist, "егор")
    assert gone.family_ids == ()
    with pytest.raises(NotFound):
        end_membership(rt_both, specialist, family, child, date(2026, 3, 2))
    add_member(rt_both, specialist, family, Member(child, "child"), date(2026, 4, 1))
    assert len(family_view(rt_both, specialist, family).members) == 4


def test_nobody_is_in_a_family_twice_at_once(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    family, mother, _ = make_family(rt, specialist)
    with pytest.raises(Conflict):
        add_member(rt, specialist, family, Member(mother, "mother"), date(2026, 2, 1))


def test_a_family_needs_members_with_known_relations_within_reach(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    mother = make_person(rt, specialist)
    with pytest.raises(InvalidData):
        create_family(rt, specialist, [])
    with pytest.raises(InvalidData):
        create_family(rt, specialist, [Member(mother, "queen")])
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with pytest.raises(NotFound):
        create_family(rt, stranger, [Member(mother, "mother")])


def test_a_family_of_another_department_is_out_of_reach(rt: Runtime) -> None:
    family, *_ = make_family(rt, make_actor(rt, "R05"))
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with pytest.raises(NotFound):
        family_view(rt, stranger, family)
    with pytest.raises(NotFound):
        rename_family(rt, stranger, family, "чужая")


def test_an_erased_family_has_no_name_and_its_erased_members_neither(rt: Runtime) -> None:
    specialist, officer = make_actor(rt, "R05"), make_actor(rt, "R28")
    family, mother, _ = make_family(rt, specialist)
    erase_family(rt, officer, family, "акт № 4")
    erase_person(rt, officer, mother, "акт № 4")
    view = family_view(rt, officer, family)
    assert (view.label, view.erased) == (ERASED, True)
    assert [each.person.name for each in view.members] == [ERASED, "Лапшин Егор Ильич"]


def test_settlements_are_made_once_and_listed_by_name(rt_both: Runtime) -> None:
    here, specialist = town(rt_both), make_actor(rt_both, "R05")
    add = {"municipality_id": here.municipality}
    first = add_settlement(rt_both, specialist, kind="село", name="Ясное", rural=True, **add)
    add_settlement(rt_both, specialist, kind="город", name="Ёлкин", rural=False, **add)
    assert add_settlement(rt_both, specialist, kind=" село", name="Ясное ", rural=True, **add) == first
    with rt_both.database.read() as conn:
        assert [(place.words, place.rural) for place in settlements(conn, here.municipality)] == [
            ("город Ёлкин", False),
            ("село Ясное", True),
        ]
    with pytest.raises(InvalidData):
        add_settlement(rt_both, specialist, kind="село", name=" ", rural=True, **add)
