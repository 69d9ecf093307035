from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from engine.access.queries import case_journal, journal
from engine.access.tables import MUNICIPALITY
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotAllowed, NotFound
from engine.model import ERASED, SYSTEM, Actor, StartCase
from engine.names import FullName
from engine.records.queries import duplicates, find_people, person_brief, person_view, similar_people
from engine.records.search import find_case_ids, similar_case_ids
from engine.records.service import add_settlement, change_person, create_person, erase_person
from engine.records.tables import person, person_token
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.factories.access import make_actor, make_unit, town
from tests.factories.cases import chain, publish_files, user_task
from tests.factories.records import LAPSHINA, make_family, make_person


def found(rt: Runtime, actor: Actor, text: str) -> list[int]:
    with rt.database.read() as conn:
        return [brief.id for brief in find_people(rt, conn, actor, text)]


def make_case(
    rt: Runtime, *, owner_id: int | None, unit_id: int, number: str = "СС-1/2026", **about: object
) -> int:
    """A bare case row: what makes a person a matter of somebody's work."""
    row = {
        "number": number,
        "process": "p03_need_ippsu",
        "release_id": 1,
        "version": 1,
        "status": 0,
        "key_id": 1,
        "label": b"",
        "owner_id": owner_id,
        "unit_id": unit_id,
        "agency_id": unit_id,
        "filed_at": 0,
        "started_at": 0,
        **about,
    }
    with rt.database.write() as conn:
        return int(conn.execute(insert(case_).returning(case_.c.id), row).scalar_one())


# --- a card ---


def test_a_card_shows_what_was_registered_and_journals_who_looked(rt_both: Runtime) -> None:
    specialist, officer = make_actor(rt_both, "R05"), make_actor(rt_both, "R28")
    number = make_person(rt_both, specialist)
    case = make_case(rt_both, owner_id=None, unit_id=specialist.unit_id)
    view = person_view(rt_both, specialist, number, case_id=case)
    assert view.data == LAPSHINA
    assert (view.age_words, view.unit_id, view.version) == ("35\u00a0лет", specialist.unit_id, 1)
    (entry,) = journal(rt_both, officer, kind="person", object_id=number, action="view")
    assert entry.actor_id == specialist.user_id
    assert [entry.object_id for entry in case_journal(rt_both, officer, case)] == [number]


def test_a_card_that_may_not_be_seen_is_as_good_as_absent_and_leaves_no_trace(rt: Runtime) -> None:
    number = make_person(rt, make_actor(rt, "R05"))
    stranger, officer = make_actor(rt, "R05", unit_id=town(rt).care), make_actor(rt, "R28")
    for wanted in (number, 4711):
        with pytest.raises(NotFound) as caught:
            person_view(rt, stranger, wanted)
        assert "Лапшина" not in str(caught.value)
    assert journal(rt, officer, action="view") == []
    with pytest.raises(NotAllowed):
        person_view(rt, make_actor(rt, "R15"), number)


def test_nothing_personal_lies_open_in_the_database_files(rt: Runtime, tmp_path: Path) -> None:
    specialist = make_actor(rt, "R05")
    make_family(rt, specialist)
    secrets = ["Лапшин", "Сергеевна", "1990-03-14", "000-00-01", "Лесная", "000001"]
    rt.database.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [word for word in secrets if word.encode() in content] == []


def test_a_change_is_kept_with_the_names_of_the_fields_only(rt_both: Runtime) -> None:
    specialist, officer = make_actor(rt_both, "R05"), make_actor(rt_both, "R28")
    number = make_person(rt_both, specialist)
    changed = replace(LAPSHINA, name=FullName("Белова", "Ольга", "Сергеевна"), phone="")
    change_person(rt_both, specialist, number, changed, version=1)
    view = person_view(rt_both, specialist, number)
    assert (view.data, view.version) == (changed, 2)
    assert found(rt_both, specialist, "белова") == [number]
    assert found(rt_both, specialist, "лапшина") == []
    (entry,) = journal(rt_both, officer, kind="person", action="changed")
    assert entry.details == {"fields": ["name", "phone"]}


def test_who_saves_over_somebody_elses_change_is_told(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist)
    change_person(rt, specialist, number, replace(LAPSHINA, address="дом 5"), version=1)
    with pytest.raises(Conflict, match="изменил кто-то ещё"):
        change_person(rt, specialist, number, replace(LAPSHINA, address="дом 6"), version=1)
    view = person_view(rt, specialist, number)
    assert view.data is not None
    assert view.data.address == "дом 5"


def test_a_wrong_change_changes_nothing(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist)
    with pytest.raises(InvalidData):
        change_person(rt, specialist, number, replace(LAPSHINA, phone="нет"), version=1)
    assert person_view(rt, specialist, number).version == 1


def test_records_are_kept_where_the_right_reaches(rt: Runtime) -> None:
    here = town(rt)
    registrar, specialist = make_actor(rt, "R01"), make_actor(rt, "R05")
    number = create_person(rt, registrar, LAPSHINA, unit_id=here.care)
    assert person_view(rt, registrar, number).unit_id == here.care
    with pytest.raises(NotAllowed):
        create_person(rt, specialist, LAPSHINA, unit_id=here.administration)
    with pytest.raises(NotAllowed):
        create_person(rt, make_actor(rt, "R15"), LAPSHINA)


# --- search ---


def test_people_are_found_by_beginnings_of_names_sorted_by_name(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    second = make_person(rt_both, specialist)
    first = make_person(rt_both, specialist, name=FullName("Лапшин", "Егор"))
    make_person(rt_both, specialist, name=FullName("Белова", "Ольга"))
    assert found(rt_both, specialist, "лапш") == [first, second]
    assert found(rt_both, specialist, "ольга ЛАПШ") == [second]
    assert found(rt_both, specialist, "") == []
    assert found(rt_both, specialist, "апшина") == []


def test_search_shows_only_people_within_reach(rt: Runtime) -> None:
    here = town(rt)
    number = make_person(rt, make_actor(rt, "R05"))
    assert found(rt, make_actor(rt, "R05", unit_id=here.care), "лапшина") == []
    assert found(rt, make_actor(rt, "R01", unit_id=here.care), "лапшина") == [number]
    assert found(rt, make_actor(rt, "R14", unit_id=here.administration), "лапшина") == []
    with pytest.raises(NotAllowed):
        found(rt, make_actor(rt, "R15"), "лапшина")


def test_the_commission_on_minors_opens_a_case_about_a_family_of_another_agency(rt: Runtime) -> None:
    family, mother, _ = make_family(rt, make_actor(rt, "R05"))
    chief = make_actor(rt, "R13", unit_id=town(rt).administration)
    publish_files(rt, chain("signal", user_task("a", "R13")))
    assert mother in found(rt, chief, "лапшина")
    with pytest.raises(NotFound):
        change_person(rt, chief, mother, LAPSHINA, version=1)
    opened = start_case(rt, StartCase(chief, "signal", {}, person_id=mother, family_id=family, label="семья"))
    assert person_view(rt, chief, mother, case_id=opened.id).data == LAPSHINA


def test_a_case_brings_its_person_within_reach(rt: Runtime) -> None:
    here = town(rt)
    number = make_person(rt, make_actor(rt, "R05"))
    other = make_actor(rt, "R05", unit_id=here.care)
    make_case(rt, owner_id=None, unit_id=here.care, person_id=number)
    assert found(rt, other, "лапшина") == [number]
    assert person_view(rt, other, number).data == LAPSHINA


def test_a_case_of_a_family_brings_its_members_within_reach(rt: Runtime) -> None:
    here = town(rt)
    family, mother, child = make_family(rt, make_actor(rt, "R05"))
    curator = make_actor(rt, "R03", unit_id=here.administration)
    make_case(rt, owner_id=curator.user_id, unit_id=here.families, family_id=family)
    assert set(found(rt, curator, "лапш")) == {mother, child}


def test_a_case_of_one_family_brings_nobody_else_within_reach(rt: Runtime) -> None:
    here = town(rt)
    make_person(rt, make_actor(rt, "R05"), name=FullName("Ромашкина", "Анна"))
    family, mother, _ = make_family(rt, make_actor(rt, "R05"))
    curator = make_actor(rt, "R03", unit_id=here.administration)
    make_case(rt, owner_id=curator.user_id, unit_id=here.families, family_id=family)
    assert mother in found(rt, curator, "лапш")
    assert found(rt, curator, "ромашк") == []


def test_a_page_of_people_costs_as_many_statements_as_one(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    counts = []
    for _ in range(2):
        for _ in range(5):
            make_person(rt, specialist)
        found(rt, specialist, "лапшина")
        with count_statements(rt.database) as count:
            found(rt, specialist, "лапшина")
        counts.append(count.statements)
    assert counts == [2, 2]


def test_cases_are_found_by_number_person_or_family(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    family, mother, _ = make_family(rt, specialist)
    of_person = make_case(rt, owner_id=None, unit_id=specialist.unit_id, person_id=mother)
    of_family = make_case(
        rt, owner_id=None, unit_id=specialist.unit_id, family_id=family, number="СОП-2/2026"
    )
    elsewhere = make_case(rt, owner_id=None, unit_id=town(rt).care, person_id=mother, number="СОП-3/2026")
    with rt.database.read() as conn:
        assert find_case_ids(rt, conn, specialist, "лапшина") == [of_family, of_person]
        assert find_case_ids(rt, conn, specialist, " соп-2") == [of_family]
        assert find_case_ids(rt, conn, specialist, "СОП-3") == []
        assert find_case_ids(rt, conn, make_actor(rt, "R15"), "лапшина") == []
    assert elsewhere


def test_a_mistyped_name_finds_those_who_may_be_meant_and_only_within_reach(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    person = make_person(rt, specialist)
    case = make_case(rt, owner_id=None, unit_id=specialist.unit_id, person_id=person)
    assert found(rt, specialist, "Лапшна") == []
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with rt.database.read() as conn:
        for typed in ("Лапшна", "лпашина ольга", "Лопшин"):
            assert [brief.id for brief in similar_people(rt, conn, specialist, typed)] == [person]
            assert similar_case_ids(rt, conn, specialist, typed) == [case]
            assert similar_people(rt, conn, stranger, typed) == []
        assert similar_people(rt, conn, specialist, "Крылова") == []
        assert similar_case_ids(rt, conn, specialist, "") == []


# --- the header of a case ---


def test_a_header_names_the_person_and_their_family(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    family, mother, _ = make_family(rt, specialist)
    with rt.database.read() as conn:
        brief = person_brief(rt, conn, specialist, mother)
    assert (brief.name, brief.label, brief.family_ids) == (
        "Лапшина Ольга Сергеевна",
        "семья Лапшиных",
        (family,),
    )
    assert brief.phone == LAPSHINA.phone


def test_without_a_family_the_case_is_called_by_the_person(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist)
    with rt.database.read() as conn:
        assert person_brief(rt, conn, specialist, number).label == "Лапшина\u00a0О.\u00a0С."


def test_who_may_not_see_records_gets_the_name_and_only_in_a_case_of_theirs(rt: Runtime) -> None:
    number = make_person(rt, make_actor(rt, "R05"))
    inspector = make_actor(rt, "R15", unit_id=town(rt).administration)
    with rt.database.read() as conn, pytest.raises(NotFound):
        person_brief(rt, conn, inspector, number)
    make_case(rt, owner_id=inspector.user_id, unit_id=town(rt).families, person_id=number)
    with rt.database.read() as conn:
        brief = person_brief(rt, conn, inspector, number)
    assert brief.name == "Лапшина Ольга Сергеевна"
    assert (brief.phone, brief.address, brief.age_words) == ("", "", "")


# --- duplicates ---


def alike(rt: Runtime, actor: Actor, **changes: object) -> list[tuple[int, str]]:
    """Who is like Lapshina with these changes, by her name and birthday alone unless they give more."""
    with rt.database.read() as conn:
        data = replace(LAPSHINA, **{"phone": "", "document": None, **changes})  # type: ignore[arg-type]
        return [(each.person_id, each.grounds_words) for each in duplicates(rt, conn, actor, data)]


def test_the_same_birthday_and_a_name_that_sounds_the_same_is_a_duplicate(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    number = make_person(rt_both, specialist)
    assert alike(rt_both, specialist, name=FullName("Лопшина", "Оля")) == [(number, "дата рождения, фамилия")]
    assert alike(rt_both, specialist, name=FullName("Белова", "Ольга")) == [(number, "дата рождения, имя")]
    assert alike(rt_both, specialist, name=FullName("Белова", "Анна")) == []
    assert alike(rt_both, specialist, birth=date(1990, 3, 15)) == []


def test_without_a_birth_date_the_whole_name_decides(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist, birth=None)
    assert alike(rt, specialist) == [(number, "фамилия, имя")]
    assert alike(rt, specialist, birth=None) == [(number, "фамилия, имя")]
    assert alike(rt, specialist, name=FullName("Лапшина", "Ольга", "Ивановна")) == []


def test_a_paper_or_a_telephone_tells_whatever_the_name_says(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    number = make_person(rt_both, specialist, snils="112-233-445 95")
    other = {"name": FullName("Белова", "Анна"), "birth": None}
    assert alike(rt_both, specialist, **other, snils="11223344595") == [(number, "СНИЛС")]
    assert alike(rt_both, specialist, **other, document=LAPSHINA.document) == [(number, "документ")]
    assert alike(rt_both, specialist, **other, phone=LAPSHINA.phone) == [], "a family has one telephone"
    called = {"name": FullName("Белова", "Ольга"), "birth": None, "phone": LAPSHINA.phone}
    assert alike(rt_both, specialist, **called) == [(number, "телефон и имя, имя")]


def test_a_duplicate_kept_elsewhere_is_told_without_its_data(rt: Runtime) -> None:
    here = town(rt)
    number = make_person(rt, make_actor(rt, "R05"))
    stranger = make_actor(rt, "R14", unit_id=here.administration)
    with rt.database.read() as conn:
        (match,) = duplicates(rt, conn, stranger, LAPSHINA)
    assert (match.person_id, match.unit_id, match.brief) == (number, here.families, None)


# --- erasing ---


def test_what_is_erased_is_gone_for_good_and_the_row_stays(rt_both: Runtime) -> None:
    specialist, officer = make_actor(rt_both, "R05"), make_actor(rt_both, "R28")
    number = make_person(rt_both, specialist)
    with rt_both.database.read() as conn:
        before = conn.execute(select(person).where(person.c.id == number)).one()
    erase_person(rt_both, officer, number, "акт № 3 от 12.01.2026")
    with pytest.raises(KeyDestroyed):
        rt_both.vault.open(before.key_id, before.data, f"person:{number}")
    with rt_both.database.read() as conn:
        row = conn.execute(select(person).where(person.c.id == number)).one()
        assert conn.execute(select(person_token).where(person_token.c.person_id == number)).first() is None
    assert (row.data, row.birth_token, row.unit_id) == (None, None, before.unit_id)
    assert found(rt_both, specialist, "лапшина") == []
    view = person_view(rt_both, specialist, number)
    assert view.data is None
    assert view.erased_at is not None
    (entry,) = journal(rt_both, officer, action="erased")
    assert entry.details == {"ground": "акт № 3 от 12.01.2026"}


def test_an_erased_person_is_still_a_name_in_lists_of_cases(rt: Runtime) -> None:
    specialist, officer = make_actor(rt, "R05"), make_actor(rt, "R28")
    number = make_person(rt, specialist)
    erase_person(rt, officer, number, "акт")
    with rt.database.read() as conn:
        brief = person_brief(rt, conn, specialist, number)
    assert (brief.name, brief.label, brief.phone) == (ERASED, ERASED, "")


def test_a_destruction_that_was_interrupted_can_be_finished(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist, officer = make_actor(rt, "R05"), make_actor(rt, "R28")
    number = make_person(rt, specialist)
    with rt.database.read() as conn:
        key_id = conn.execute(select(person.c.key_id).where(person.c.id == number)).scalar_one()
    with monkeypatch.context() as patch:
        patch.setattr(rt.vault.store, "destroy", _power_cut)
        with pytest.raises(OSError, match="power"):
            erase_person(rt, officer, number, "акт")
    erase_person(rt, officer, number, "акт")
    with pytest.raises(KeyDestroyed):
        rt.vault.seal(key_id, b"x", "p")
    assert len(journal(rt, officer, action="erased")) == 1


def _power_cut(_key_id: int) -> None:
    raise OSError("power cut")


def test_a_card_is_not_erased_while_a_case_still_tells_of_the_person(rt: Runtime) -> None:
    specialist, officer = make_actor(rt, "R05"), make_actor(rt, "R28")
    number = make_person(rt, specialist)
    make_case(
        rt, owner_id=None, unit_id=specialist.unit_id, number="ИП-2026-0009", person_id=number, state=b"x"
    )
    with pytest.raises(Conflict, match="ИП-2026-0009"):
        erase_person(rt, officer, number, "акт")
    assert person_view(rt, specialist, number).data is not None


def test_only_the_data_protection_officer_erases(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist)
    with pytest.raises(NotAllowed):
        erase_person(rt, specialist, number, "акт")
    with pytest.raises(NotFound):
        erase_person(rt, make_actor(rt, "R28"), 4711, "акт")
    assert person_view(rt, specialist, number).data == LAPSHINA


def test_an_erased_card_is_not_filled_again(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    number = make_person(rt, specialist)
    erase_person(rt, make_actor(rt, "R28"), number, "акт")
    with pytest.raises(Conflict, match="уничтожены"):
        change_person(rt, specialist, number, LAPSHINA, version=1)


@pytest.mark.parametrize("somewhere", ["nowhere", "in another municipality"])
def test_a_card_names_a_settlement_of_the_municipality_or_none(rt_both: Runtime, somewhere: str) -> None:
    clerk = make_actor(rt_both, "R05")
    home = town(rt_both).municipality
    elsewhere = make_unit(rt_both, "Соседний округ", MUNICIPALITY)
    here, there = (
        add_settlement(rt_both, SYSTEM, municipality_id=unit, kind="село", name="Горка", rural=True)
        for unit in (home, elsewhere)
    )
    wrong = there if somewhere == "in another municipality" else 777
    number = create_person(rt_both, clerk, LAPSHINA, settlement_id=here)
    with pytest.raises(InvalidData) as refused:
        create_person(rt_both, clerk, LAPSHINA, settlement_id=wrong)
    assert list(refused.value.errors) == ["settlement"]
    with pytest.raises(InvalidData):
        change_person(rt_both, clerk, number, LAPSHINA, version=1, settlement_id=wrong)
    change_person(rt_both, clerk, number, LAPSHINA, version=1, settlement_id=None)
