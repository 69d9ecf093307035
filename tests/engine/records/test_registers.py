"""Registers: who stands on which list, and how long nobody has spoken with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from engine.errors import Conflict, InvalidData, NotAllowed
from engine.model import Actor
from engine.records import contacts, registers
from engine.records.registers import Entry, Standing, Subject
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.records import make_family, make_person

TODAY = date(2026, 1, 12)
T = TypeVar("T")


@pytest.fixture
def clerk(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R13")


@pytest.fixture
def family(rt_both: Runtime, clerk: Actor) -> Subject:
    return Subject(make_family(rt_both, clerk)[0], None)


def write(rt: Runtime, deed: Callable[[Connection], T]) -> T:
    with rt.database.write() as conn:
        return deed(conn)


def enter(
    rt: Runtime, subject: Subject, register: str = "prevention", *, since: date = TODAY, **says: object
) -> int:
    standing = Standing(**{"state": "СОП", **says})  # type: ignore[arg-type]
    return write(
        rt,
        lambda conn: registers.enter(
            rt, conn, register, subject, standing, case_id=1, unit_id=town(rt).families, since=since
        ),
    )


def leave(rt: Runtime, subject: Subject, register: str = "prevention") -> int:
    return write(
        rt,
        lambda conn: registers.leave(
            rt, conn, register, subject, until=TODAY, left_for="причины устранены", case_id=2
        ),
    )


def listed(rt: Runtime, actor: Actor, register: str = "prevention", *, ended: bool = False) -> list[Entry]:
    with rt.database.read() as conn:
        return registers.entries(conn, actor, register, ended=ended)


def test_a_family_is_put_on_a_register(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    enter(rt_both, family, ground="постановление", contact_days=7)
    [entry] = listed(rt_both, clerk)
    assert (entry.family_id, entry.state, entry.ground) == (family.family_id, "СОП", "постановление")
    assert (entry.since, entry.until, entry.contact_days) == (TODAY, None, 7)


def test_a_family_stands_on_a_register_once(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    first = enter(rt_both, family, state="ТЖС", ground="акт")
    assert enter(rt_both, family, state="СОП", since=date(2026, 2, 1)) == first
    [entry] = listed(rt_both, clerk)
    assert (entry.state, entry.ground, entry.since) == ("СОП", "акт", TODAY)


def test_a_family_may_stand_on_several_registers(rt_both: Runtime, family: Subject) -> None:
    enter(rt_both, family, "prevention")
    enter(rt_both, family, "red_zone")
    with rt_both.database.read() as conn:
        found = registers.entries_of(conn, family)
    assert [entry.title for entry in found] == ["Профилактический учёт", "«Красная зона»"]


def test_an_entry_that_is_over_stays_with_its_ground(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    enter(rt_both, family)
    leave(rt_both, family)
    assert listed(rt_both, clerk) == []
    [entry] = listed(rt_both, clerk, ended=True)
    assert (entry.until, entry.left_for) == (TODAY, "причины устранены")


def test_who_was_taken_off_can_be_entered_again(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    first = enter(rt_both, family)
    leave(rt_both, family)
    assert enter(rt_both, family) != first
    assert len(listed(rt_both, clerk)) == 1


def test_only_what_is_given_is_changed(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    enter(rt_both, family, ground="акт", contact_days=7)
    write(
        rt_both,
        lambda conn: registers.change(
            rt_both, conn, "prevention", family, Standing(state="группа риска", contact_days=14), case_id=1
        ),
    )
    [entry] = listed(rt_both, clerk)
    assert (entry.state, entry.ground, entry.contact_days) == ("группа риска", "акт", 14)


def test_what_happened_to_an_entry_stays(rt_both: Runtime, family: Subject) -> None:
    enter(rt_both, family, ground="акт")
    enter(rt_both, family, state="группа риска")
    leave(rt_both, family)
    enter(rt_both, family, "red_zone", ground="решение")
    with rt_both.database.read() as conn:
        found = registers.history_of(conn, family, "prevention")
        everywhere = registers.history_of(conn, family)
    assert [(each.words, each.state, each.ground, each.case_id) for each in found] == [
        ("снята", "группа риска", "причины устранены", 2),
        ("запись изменена", "группа риска", "акт", 1),
        ("внесена", "СОП", "акт", 1),
    ]
    assert [each.register for each in everywhere] == ["red_zone", *["prevention"] * 3]


def test_nobody_is_taken_off_a_register_where_they_are_not(rt_both: Runtime, family: Subject) -> None:
    with pytest.raises(Conflict, match="семьи там нет"):
        leave(rt_both, family)


def test_a_register_nobody_keeps_is_refused(rt_both: Runtime, family: Subject) -> None:
    with pytest.raises(InvalidData, match="Такого регистра нет"):
        enter(rt_both, family, "wanted")


def test_a_person_without_a_family_stands_for_themselves(rt_both: Runtime, clerk: Actor) -> None:
    alone = Subject(None, make_person(rt_both, clerk))
    enter(rt_both, alone, "income50", state="ТЖС")
    [entry] = listed(rt_both, clerk, "income50")
    assert (entry.family_id, entry.person_id) == (None, alone.person_id)


def test_a_register_shows_only_families_within_reach(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    enter(rt_both, family)
    stranger = make_actor(rt_both, "R14", unit_id=town(rt_both).administration)
    assert listed(rt_both, stranger) == []


def test_a_register_is_for_those_who_may_look_at_records(rt_both: Runtime) -> None:
    with pytest.raises(NotAllowed):
        listed(rt_both, make_actor(rt_both, "R18"))


# --- days since the last contact ------------------------------------------------------------------


def silence(rt: Runtime, subject: Subject, today: date) -> contacts.Silence:
    number = subject.family_id or 0
    with rt.database.read() as conn:
        return contacts.silences(conn, [number], today)[number]


def spoke(rt: Runtime, subject: Subject, day: date, kind: str = "visit") -> None:
    write(rt, lambda conn: contacts.note(conn, subject, case_id=1, day=day, kind=kind))


def test_days_count_from_the_last_contact_of_any_kind(rt_both: Runtime, family: Subject) -> None:
    spoke(rt_both, family, date(2026, 1, 2))
    spoke(rt_both, family, date(2026, 1, 9), "call")
    spoke(rt_both, family, date(2026, 1, 5), "office")
    found = silence(rt_both, family, TODAY)
    assert (found.last, found.days) == (date(2026, 1, 9), 3)


def test_before_the_first_contact_days_count_from_the_register(rt_both: Runtime, family: Subject) -> None:
    enter(rt_both, family, contact_days=7)
    found = silence(rt_both, family, TODAY + timedelta(days=4))
    assert (found.last, found.days, found.allowed) == (None, 4, 7)


def test_nothing_is_said_of_a_family_that_nobody_had_to_contact(rt_both: Runtime, family: Subject) -> None:
    found = silence(rt_both, family, TODAY)
    assert (found.days, found.late) == (None, False)


@pytest.mark.parametrize(("days", "late"), [(7, False), (10, False), (11, True), (40, True)])
def test_a_silence_by_half_longer_than_the_period_is_too_long(
    rt_both: Runtime, family: Subject, days: int, late: bool
) -> None:
    enter(rt_both, family, contact_days=7)
    spoke(rt_both, family, TODAY)
    assert silence(rt_both, family, TODAY + timedelta(days=days)).late is late


def test_the_strictest_of_several_registers_counts(rt_both: Runtime, family: Subject) -> None:
    enter(rt_both, family, "red_zone", contact_days=30)
    enter(rt_both, family, "sop", contact_days=7)
    assert silence(rt_both, family, TODAY).allowed == 7


def test_who_left_the_register_is_not_late(rt_both: Runtime, family: Subject) -> None:
    enter(rt_both, family, contact_days=7)
    spoke(rt_both, family, TODAY)
    leave(rt_both, family)
    found = silence(rt_both, family, TODAY + timedelta(days=40))
    assert (found.days, found.allowed, found.late) == (40, None, False)


def test_an_unknown_kind_of_contact_is_refused(rt_both: Runtime, family: Subject) -> None:
    with pytest.raises(InvalidData):
        spoke(rt_both, family, TODAY, "telepathy")
