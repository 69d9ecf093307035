"""Two cards of one person become one, and are parted again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from engine.access.queries import journal
from engine.cases.openings import keep_opening, kept_opening
from engine.cases.tables import case_
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotFound
from engine.jobs.sweep import sweep
from engine.model import Actor
from engine.names import FullName
from engine.records import contacts, registers
from engine.records.cells import answered, refreshed
from engine.records.marking import mark_old_cards
from engine.records.merging import MOVED, Merge, Wanted, merge_people, merges_of, part_people
from engine.records.pairs import Pair, compare, count_pairs, pairs, say_different
from engine.records.queries import family_view, find_people, person_view
from engine.records.registers import Standing, Subject, entries_of
from engine.records.service import Member, add_member, change_person, create_family, erase_person
from engine.records.sheets import keep_sheet, sheets_of_month
from engine.records.tables import PLANNED, contact, merge, person, person_pair, person_token, visit
from engine.runtime import Runtime
from engine.storage.metadata import metadata
from tests.engine.records.test_people import make_case
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, publish_files, user_task
from tests.factories.records import LAPSHINA, make_family, make_person

TWIN: dict[str, Any] = {"name": FullName("Лопшина", "Ольга"), "phone": "+7 900 000-00-77", "document": None}
DAY = date(2026, 1, 12)


def twins(rt: Runtime, actor: Actor) -> tuple[int, int]:
    """Two cards of one person: the older one and the one with a mistake in the name."""
    return make_person(rt, actor), make_person(rt, actor, **TWIN)


def join(rt: Runtime, actor: Actor, kept: int, gone: int, *from_gone: str) -> None:
    found = compare(rt, actor, kept, gone)
    merge_people(rt, actor, Wanted(kept, gone, found.kept.version, found.gone.version, frozenset(from_gone)))


def known(rt: Runtime, actor: Actor, *, of: int | None = None) -> list[Pair]:
    with rt.database.read() as conn:
        return pairs(rt, conn, actor, person_id=of)


def merges(rt: Runtime, actor: Actor, number: int) -> list[Merge]:
    with rt.database.read() as conn:
        return merges_of(rt, conn, actor, number)


# --- pairs ---


def test_cards_that_are_alike_are_a_pair_until_somebody_looks(rt_both: Runtime) -> None:
    specialist, officer = make_actor(rt_both, "R05"), make_actor(rt_both, "R28")
    older, newer = twins(rt_both, specialist)
    make_person(rt_both, specialist, name=FullName("Белова", "Анна"), birth=date(1980, 1, 1), document=None)
    (pair,) = known(rt_both, specialist)
    assert (pair.first_id, pair.second_id, pair.grounds_words) == (
        older,
        newer,
        "дата рождения, фамилия, имя",
    )
    say_different(rt_both, specialist, newer, older)
    change_person(rt_both, specialist, newer, replace(LAPSHINA, **TWIN), version=1)
    assert known(rt_both, specialist) == []
    assert journal(rt_both, officer, action="told_apart")[0].details == {"card": newer}


def test_a_pair_goes_when_the_mistake_is_corrected(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    _, newer = twins(rt, specialist)
    change_person(rt, specialist, newer, replace(LAPSHINA, **{**TWIN, "birth": date(1991, 3, 14)}), version=1)
    assert known(rt, specialist) == []


def test_cards_of_before_the_pairs_are_looked_at_by_the_sweep(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    twins(rt, specialist)
    with rt.database.write() as conn:
        conn.execute(update(person).values(marked=False))
        conn.execute(delete(person_pair))
        conn.execute(delete(person_token))
    assert sweep(rt).marked == 2
    assert [pair.grounds_words for pair in known(rt, specialist)] == ["дата рождения, фамилия, имя"]
    assert mark_old_cards(rt) == 0


def test_a_card_of_another_department_is_not_named_in_a_pair(rt: Runtime) -> None:
    here, other = make_actor(rt, "R05"), make_actor(rt, "R05", unit_id=town(rt).care)
    mine, theirs = make_person(rt, here), make_person(rt, other, **TWIN)
    (pair,) = known(rt, here)
    assert (pair.first is not None, pair.second, pair.units) == (True, None, (here.unit_id, other.unit_id))
    with rt.database.read() as conn:
        assert count_pairs(conn, here) == count_pairs(conn, other) == 1
        assert count_pairs(conn, make_actor(rt, "R14", unit_id=town(rt).administration)) == 0
    for attempt in (compare, say_different):
        with pytest.raises(NotFound):
            attempt(rt, here, mine, theirs)


# --- merging ---


def test_everything_about_the_person_hangs_on_the_card_that_stays(rt_both: Runtime) -> None:
    rt, specialist, officer = rt_both, make_actor(rt_both, "R05"), make_actor(rt_both, "R28")
    family, mother, _ = make_family(rt, specialist)
    twin = make_person(rt, specialist, **TWIN)
    add_member(rt, specialist, family, Member(twin, "other"), DAY)
    case = make_case(rt, owner_id=None, unit_id=specialist.unit_id, person_id=twin)
    with rt.database.write() as conn:
        contacts.note(conn, Subject(None, twin), case_id=case, day=DAY, kind="call")
        for each in (mother, twin):
            registers.enter(
                rt,
                conn,
                "prevention",
                Subject(None, each),
                Standing("СОП"),
                case_id=case,
                unit_id=1,
                since=DAY,
            )
    join(rt, specialist, mother, twin, "phone")
    view = person_view(rt, specialist, mother)
    assert view.data == replace(LAPSHINA, phone="+7 900 000-00-77")
    with rt.database.read() as conn:
        assert conn.execute(select(case_.c.person_id).where(case_.c.id == case)).scalar_one() == mother
        assert conn.execute(select(contact.c.person_id)).scalars().all() == [mother]
        entries = entries_of(conn, Subject(None, mother))
        found = [brief.id for brief in find_people(rt, conn, specialist, "лопшина")]
    assert [(each.until is None, each.left_for) for each in entries] == [
        (True, ""),
        (False, "карточки объединены"),
    ]
    assert found == []
    assert [each.person.id for each in family_view(rt, specialist, family).members].count(mother) == 1
    assert person_view(rt, specialist, twin).merged_into == mother
    assert known(rt, specialist) == []
    assert [entry.details for entry in journal(rt, officer, action="merged")] == [
        {"into": mother},
        {"card": twin},
    ]


def test_the_key_of_the_card_that_goes_is_destroyed(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    older, newer = twins(rt_both, specialist)
    with rt_both.database.read() as conn:
        before = conn.execute(select(person).where(person.c.id == newer)).one()
    join(rt_both, specialist, older, newer)
    with pytest.raises(KeyDestroyed):
        rt_both.vault.open(before.key_id, before.data, f"person:{newer}")
    with pytest.raises(Conflict, match=f"№ {older}"):
        change_person(rt_both, specialist, newer, LAPSHINA, version=before.version)


def test_a_merge_whose_end_was_interrupted_can_be_finished(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    specialist = make_actor(rt, "R05")
    older, newer = twins(rt, specialist)
    wanted = Wanted(older, newer, 1, 1)
    with monkeypatch.context() as patch:
        patch.setattr(rt.vault.store, "destroy", _power_cut)
        with pytest.raises(OSError, match="power"):
            merge_people(rt, specialist, wanted)
    with rt.database.read() as conn:
        key_id = conn.execute(select(person.c.key_id).where(person.c.id == newer)).scalar_one()
    erase_person(rt, make_actor(rt, "R28"), older, "акт")
    with pytest.raises(KeyDestroyed):
        rt.vault.seal(key_id, b"x", "p")


def _power_cut(_key_id: int) -> None:
    raise OSError("power cut")


def test_of_two_who_merge_the_same_cards_in_both_directions_one_succeeds(rt_both: Runtime) -> None:
    specialist = make_actor(rt_both, "R05")
    older, newer = twins(rt_both, specialist)
    start = Barrier(2)

    def run(wanted: Wanted) -> str:
        start.wait()
        try:
            merge_people(rt_both, specialist, wanted)
        except (Conflict, NotFound) as refused:
            return type(refused).__name__
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(run, [Wanted(older, newer, 1, 1), Wanted(newer, older, 1, 1)]))
    assert sorted(told) == ["Conflict", "merged"]
    left = [person_view(rt_both, specialist, number).data is None for number in (older, newer)]
    assert sorted(left) == [False, True]


def test_who_compared_an_older_card_is_told(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    older, newer = twins(rt, specialist)
    change_person(rt, specialist, newer, replace(LAPSHINA, **TWIN, address="дом 5"), version=1)
    with pytest.raises(Conflict, match="изменили"):
        merge_people(rt, specialist, Wanted(older, newer, 1, 1))
    with pytest.raises(InvalidData):
        merge_people(rt, specialist, Wanted(older, older, 1, 1))
    assert person_view(rt, specialist, newer).data is not None


def test_every_table_that_names_a_person_is_thought_of() -> None:
    naming = {table.name for table in metadata.sorted_tables if "person_id" in table.c}
    assert naming == {*MOVED, "case_", "monitoring_sheet", "opening", "person_token", "zone_refusal"}


def test_a_case_that_was_begun_about_the_one_who_goes_is_about_the_one_who_stays(rt_both: Runtime) -> None:
    rt, specialist, colleague = rt_both, make_actor(rt_both, "R05"), make_actor(rt_both, "R05")
    publish_files(rt, chain("small", user_task("a")))
    older, newer = twins(rt, specialist)
    keep_opening(rt, specialist, "small", newer, {"повод": "нет жилья"})
    for card, words in ((older, "долг"), (newer, "ссора")):
        keep_opening(rt, colleague, "small", card, {"повод": words})
    join(rt, specialist, older, newer)
    with rt.database.read() as conn:
        assert kept_opening(rt, conn, specialist, "small", newer) is None
        found = [kept_opening(rt, conn, each, "small", older) for each in (specialist, colleague)]
    assert [each and each[0] for each in found] == [{"повод": "нет жилья"}, {"повод": "долг"}]


# --- parting ---


def test_sheets_of_monitoring_follow_the_person_and_come_back(rt_both: Runtime) -> None:
    rt, specialist = rt_both, make_actor(rt_both, "R05")
    first, second = twins(rt, specialist)
    third = make_person(rt, specialist, **TWIN)
    january, february = date(2026, 1, 12), date(2026, 2, 2)
    for number, day in ((first, january), (second, january), (second, february), (third, february)):
        note_debts(rt, number, day)
    join(rt, specialist, second, third)
    join(rt, specialist, first, second)
    assert monitored(rt, first) == {"2026-01": first, "2026-02": second}
    part_people(
        rt, specialist, next(each.id for each in merges(rt, specialist, first) if each.gone_id == second)
    )
    part_people(rt, specialist, merges(rt, specialist, second)[0].id)
    assert monitored(rt, first) == {"2026-01": first}
    assert monitored(rt, second) == {"2026-01": second, "2026-02": second}
    assert monitored(rt, third) == {"2026-02": third}


def note_debts(rt: Runtime, number: int, day: date) -> None:
    """A sheet of the person that says by its number whose it is."""
    cells = answered(refreshed({}, {"семья": {"возраст": []}, "учёт": {}}, day), {"детей": number}, 7, day)
    with rt.database.write() as conn:
        keep_sheet(rt, conn, Subject(None, number), cells, unit_id=town(rt).families, today=day)


def monitored(rt: Runtime, number: int) -> dict[str, Any]:
    """Month → whose sheet the person has of it."""
    with rt.database.read() as conn:
        found = {
            month: sheets_of_month(rt, conn, [Subject(None, number)], month)
            for month in ("2026-01", "2026-02")
        }
    return {month: sheet.cells["детей"].value for month, by in found.items() for sheet in by.values()}


def test_parted_cards_are_as_they_were(rt_both: Runtime) -> None:
    rt, specialist = rt_both, make_actor(rt_both, "R05")
    family, mother, _ = make_family(rt, specialist)
    twin = make_person(rt, specialist, **TWIN)
    add_member(rt, specialist, family, Member(twin, "other"), DAY)
    case = make_case(rt, owner_id=None, unit_id=specialist.unit_id, person_id=twin)
    kept_case = make_case(rt, owner_id=None, unit_id=specialist.unit_id, person_id=mother, number="Б-1")
    join(rt, specialist, mother, twin, "phone", "name")
    (done,) = merges(rt, specialist, mother)
    assert (done.gone_id, done.name) == (twin, "Лопшина Ольга")
    assert part_people(rt, specialist, done.id) == twin
    assert person_view(rt, specialist, mother).data == LAPSHINA
    assert person_view(rt, specialist, twin).data == replace(LAPSHINA, **TWIN)
    with rt.database.read() as conn:
        about = {row.id: row.person_id for row in conn.execute(select(case_))}
    assert about == {case: twin, kept_case: mother}
    members = [(each.person.id, each.relation) for each in family_view(rt, specialist, family).members]
    assert max(members) == (twin, "other")
    assert [(pair.first_id, pair.second_id) for pair in known(rt, specialist)] == [(mother, twin)]
    with pytest.raises(NotFound):
        part_people(rt, specialist, done.id)


def test_what_was_written_since_a_merge_stays_when_cards_are_parted(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    older, newer = twins(rt, specialist)
    join(rt, specialist, older, newer, "phone")
    changed = replace(LAPSHINA, address="дом 9")
    change_person(rt, specialist, older, changed, version=person_view(rt, specialist, older).version)
    part_people(rt, specialist, merges(rt, specialist, older)[0].id)
    assert person_view(rt, specialist, older).data == changed
    assert person_view(rt, specialist, newer).data == replace(LAPSHINA, **TWIN)


def test_a_card_that_took_others_over_may_go_too_and_come_back_with_them(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    first, second = twins(rt, specialist)
    third = make_person(rt, specialist, **TWIN)
    join(rt, specialist, second, third)
    join(rt, specialist, first, second)
    assert {each.gone_id for each in merges(rt, specialist, first)} == {second, third}
    assert person_view(rt, specialist, third).merged_into == first
    latest = next(each for each in merges(rt, specialist, first) if each.gone_id == second)
    part_people(rt, specialist, latest.id)
    assert [each.gone_id for each in merges(rt, specialist, second)] == [third]
    part_people(rt, specialist, merges(rt, specialist, second)[0].id)
    assert person_view(rt, specialist, third).data == replace(LAPSHINA, **TWIN)


def test_erasing_the_card_that_stayed_erases_what_it_took_over(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    older, newer = twins(rt, specialist)
    join(rt, specialist, older, newer)
    number = merges(rt, specialist, older)[0].id
    erase_person(rt, make_actor(rt, "R28"), older, "акт")
    with rt.database.read() as conn:
        assert conn.execute(select(merge.c.data)).scalar_one() is None
    with pytest.raises(NotFound):
        part_people(rt, specialist, number)


def test_a_membership_comes_back_though_another_row_has_taken_its_number(rt_both: Runtime) -> None:
    rt, specialist = rt_both, make_actor(rt_both, "R05")
    family, mother, _ = make_family(rt, specialist)
    twin, uncle = make_person(rt, specialist, **TWIN), make_person(rt, specialist, name=FullName("Ким"))
    add_member(rt, specialist, family, Member(twin, "other"), DAY)
    join(rt, specialist, mother, twin)
    add_member(rt, specialist, family, Member(uncle, "other"), DAY)
    part_people(rt, specialist, merges(rt, specialist, mother)[0].id)
    members = {each.person.id for each in family_view(rt, specialist, family).members}
    assert {mother, twin, uncle} <= members


def test_merge_after_merge_and_undone_in_any_order_everything_is_where_it_was(rt_both: Runtime) -> None:
    rt, specialist = rt_both, make_actor(rt_both, "R05")
    first, second = twins(rt, specialist)
    third = make_person(rt, specialist, **TWIN)
    people = (first, second, third)
    for number in people:
        everything_about(rt, specialist, number)
    before = {number: what_hangs_on(rt, number) for number in people}
    join(rt, specialist, second, third)
    join(rt, specialist, first, second)
    whole = what_hangs_on(rt, first)
    assert whole["case_"] == {row for number in people for row in before[number]["case_"]}
    assert not any(what_hangs_on(rt, second).values())
    earlier = next(each for each in merges(rt, specialist, first) if each.gone_id == third)
    part_people(rt, specialist, earlier.id)
    assert what_hangs_on(rt, third) == before[third]
    part_people(rt, specialist, merges(rt, specialist, first)[0].id)
    assert {number: what_hangs_on(rt, number) for number in people} == before
    assert [merges(rt, specialist, number) for number in people] == [[], [], []]


def test_a_representative_of_another_family_joined_and_parted_leaves_what_was_done_meanwhile(
    rt_both: Runtime,
) -> None:
    """Three cards of one woman: a mother, a guardian in a second family, and one that is in none."""
    rt, specialist = rt_both, make_actor(rt_both, "R05")
    home, mother, _child = make_family(rt, specialist)
    guardian, third = (make_person(rt, specialist, **TWIN) for _ in range(2))
    other = create_family(rt, specialist, [Member(guardian, "guardian")])
    join(rt, specialist, guardian, third)
    join(rt, specialist, mother, guardian)
    assert set(person_view(rt, specialist, mother).families) == {
        (home, family_view(rt, specialist, home).label),
        (other, family_view(rt, specialist, other).label),
    }
    unit = town(rt).families
    since = make_case(rt, owner_id=None, unit_id=unit, person_id=mother, family_id=other, number="А-1")
    latest = next(each for each in merges(rt, specialist, mother) if each.gone_id == guardian)
    part_people(rt, specialist, latest.id)
    assert [number for number, _ in person_view(rt, specialist, mother).families] == [home]
    assert [number for number, _ in person_view(rt, specialist, guardian).families] == [other]
    assert what_hangs_on(rt, mother)["case_"] == {since}, "it was opened about her card"
    assert {each.person.id for each in family_view(rt, specialist, other).members} == {guardian}
    part_people(rt, specialist, merges(rt, specialist, guardian)[0].id)
    assert person_view(rt, specialist, third).merged_into is None


def everything_about(rt: Runtime, actor: Actor, number: int) -> None:
    """A case, a register entry, a contact, a visit and a refusal about somebody who is in no family."""
    unit, subject = town(rt).families, Subject(None, number)
    case = make_case(rt, owner_id=None, unit_id=unit, person_id=number, number=f"А-{number}")
    with rt.database.write() as conn:
        registers.enter(
            rt, conn, "sop", subject, Standing(state="СОП"), case_id=case, unit_id=unit, since=DAY
        )
        contacts.note(conn, subject, case_id=case, day=DAY, kind="call")
        planned = {"person_id": number, "unit_id": unit, "day": DAY.isoformat(), "status": PLANNED}
        conn.execute(insert(visit), planned)


def what_hangs_on(rt: Runtime, number: int) -> dict[str, set[Any]]:
    """Numbers of the rows about a person; of a register only those entries that last."""
    with rt.database.read() as conn:
        found = {
            table.name: set(conn.execute(select(table.c.id).where(table.c.person_id == number)).scalars())
            for table in (case_, contact, visit)
        }
        lasting = {each.id for each in entries_of(conn, Subject(None, number)) if each.until is None}
    return {**found, "register_entry": lasting}
