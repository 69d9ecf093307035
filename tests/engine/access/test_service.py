from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.access.actors import load_actor
from engine.access.journal import record_action, record_view
from engine.access.offices import change_office
from engine.access.queries import (
    case_journal,
    colleague,
    colleagues,
    holders,
    journal,
    names_of,
)
from engine.access.service import (
    Grant,
    NewAccount,
    change_account,
    create_account,
    reset_password,
    set_active,
    set_roles,
)
from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Scope
from engine.names import FullName
from engine.runtime import Runtime
from tests.factories.access import MONDAY, PASSWORD, make_account, make_actor, town
from tests.factories.cases import chain, open_case, publish_files, user_task

OLGA = FullName("Ольгина", "Ольга")


@pytest.fixture
def administrator(rt: Runtime) -> Actor:
    return make_actor(rt, "R29")


def test_a_colleague_is_renamed_and_moved(rt_both: Runtime) -> None:
    here, account = town(rt_both), make_account(rt_both, "R05")
    change_account(rt_both, SYSTEM, account, name=OLGA, position="специалист", unit_id=here.administration)
    actor = load_actor(rt_both, account)
    assert (actor.name, actor.unit_id, actor.agency_id) == (
        "Ольгина\u00a0О.",
        here.administration,
        here.administration,
    )
    assert here.families in actor.team_units
    for name, unit_id in ((FullName("Ольгина"), here.care), (OLGA, 4711)):
        with pytest.raises(InvalidData):
            change_account(rt_both, SYSTEM, account, name=name, position="", unit_id=unit_id)


def test_a_login_is_taken_only_once_whatever_its_case(rt_both: Runtime) -> None:
    make_account(rt_both, login="Olga")
    with pytest.raises(Conflict, match="olga"):
        make_account(rt_both, login="OLGA")


@pytest.mark.parametrize(
    ("login", "name", "field"),
    [
        ("", OLGA, "login"),
        ("a b", OLGA, "login"),
        ("olga", FullName("Ольгина"), "name"),
        ("x" * 61, OLGA, "login"),
    ],
)
def test_a_wrong_account_is_refused_by_the_name_of_the_field(
    rt: Runtime, login: str, name: FullName, field: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        create_account(rt, SYSTEM, NewAccount(login, name, town(rt).families))
    assert list(caught.value.errors) == [field]


def test_a_role_that_does_not_exist_is_refused(rt: Runtime) -> None:
    account = make_account(rt, "R05")
    for role in ("R99", "R00"):
        with pytest.raises(InvalidData):
            set_roles(rt, SYSTEM, account, [Grant(role, town(rt).families)])
    assert "R05" in load_actor(rt, account).roles


def test_nobody_closes_their_own_account(rt: Runtime, administrator: Actor) -> None:
    with pytest.raises(Conflict):
        set_active(rt, administrator, administrator.user_id, active=False)


def test_what_an_administrator_does_a_specialist_may_not(rt: Runtime) -> None:
    specialist, other = make_actor(rt, "R05"), make_account(rt)
    deeds: list[Callable[[], object]] = [
        lambda: create_unit(rt, specialist, NewUnit("Центр", AGENCY)),
        lambda: create_account(rt, specialist, NewAccount("new", OLGA, town(rt).families)),
        lambda: set_roles(rt, specialist, other, []),
        lambda: set_active(rt, specialist, other, active=False),
        lambda: reset_password(rt, specialist, other, PASSWORD),
        lambda: change_office(rt, specialist, town(rt).centre, zone="UTC", closing="17:00"),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()


def test_deeds_upon_an_account_that_is_not_there(rt: Runtime, administrator: Actor) -> None:
    deeds: list[Callable[[], object]] = [
        lambda: set_roles(rt, administrator, 4711, []),
        lambda: set_active(rt, administrator, 4711, active=False),
        lambda: reset_password(rt, administrator, 4711, PASSWORD),
        lambda: colleague(rt, 4711),
    ]
    for deed in deeds:
        with pytest.raises(NotFound):
            deed()


def test_colleagues_are_listed_by_surname_with_yo_in_its_place(rt: Runtime) -> None:
    for family in ("Жукова", "Ёлкина", "Ежова"):
        make_account(rt, name=FullName(family, "Анна"))
    closed = make_account(rt, name=FullName("Аверина", "Анна"))
    set_active(rt, SYSTEM, closed, active=False)
    assert [person.name.family for person in colleagues(rt)] == ["Ежова", "Ёлкина", "Жукова"]
    assert len(colleagues(rt, active=False)) == 4
    assert colleagues(rt, unit_ids=[town(rt).care]) == []


def test_who_holds_a_role_in_some_units(rt: Runtime) -> None:
    here = town(rt)
    wanted = make_account(rt, "R05", "R04")
    make_account(rt, "R05", unit_id=here.care)
    make_account(rt, "R18")
    assert [person.id for person in holders(rt, ["R05"], [here.families])] == [wanted]
    assert colleague(rt, wanted).roles == (("R04", here.families), ("R05", here.families))


def test_names_come_in_one_list_without_strangers(rt: Runtime) -> None:
    olga = make_account(rt, name=OLGA)
    with rt.database.read() as conn:
        assert names_of(conn, [olga, 0, 4711, olga]) == {olga: "Ольгина\u00a0О."}
        assert names_of(conn, []) == {}


# --- the journal ---


def look(rt: Runtime, actor: Actor, case_id: int) -> None:
    with rt.database.write() as conn:
        record_view(rt, conn, actor, "case", case_id, case_id=case_id)


def test_the_journal_of_a_case_says_who_looked_when(rt_both: Runtime) -> None:
    specialist, officer = make_actor(rt_both, "R05", name=OLGA), make_actor(rt_both, "R28")
    publish_files(rt_both, chain("small", user_task("a")))
    first, second = (open_case(rt_both, specialist, "small").id for _ in range(2))
    look(rt_both, specialist, first)
    look(rt_both, specialist, second)
    (entry,) = case_journal(rt_both, officer, first)
    assert (entry.actor, entry.action, entry.kind, entry.object_id) == (
        "Ольгина\u00a0О.",
        "view",
        "case",
        first,
    )
    assert entry.at == MONDAY


def test_the_journal_is_for_those_who_may_see_it(rt: Runtime) -> None:
    specialist = make_actor(rt, "R05")
    with pytest.raises(NotAllowed):
        journal(rt, specialist)
    with pytest.raises(NotAllowed):
        case_journal(rt, specialist, 12)


def test_a_head_sees_what_their_own_people_did(rt: Runtime) -> None:
    mine, other = make_actor(rt, "R05"), make_actor(rt, "R05", unit_id=town(rt).care)
    head, officer = make_actor(rt, "R07"), make_actor(rt, "R28")
    look(rt, mine, 12)
    look(rt, other, 13)
    assert [entry.case_id for entry in journal(rt, head, action="view")] == [12]
    assert [entry.case_id for entry in journal(rt, officer, action="view")] == [13, 12]


def test_the_journal_is_sifted_and_turned_page_by_page(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.access.queries.PAGE", 2)
    officer, other = make_actor(rt, "R28"), make_actor(rt, "R05")
    for case_id in (1, 2, 3):
        look(rt, other, case_id)
    with rt.database.write() as conn:
        record_action(rt, conn, officer, "changed", "person", 5, details={"fields": ["phone"]})
    first = journal(rt, officer, actor_id=other.user_id)
    assert [entry.object_id for entry in first] == [3, 2]
    assert [
        entry.object_id for entry in journal(rt, officer, actor_id=other.user_id, before=first[-1].id)
    ] == [1]
    (changed,) = journal(rt, officer, kind="person", object_id=5)
    assert changed.details == {"fields": ["phone"]}
    assert journal(rt, officer, until=MONDAY) == []
    assert journal(rt, officer, since=MONDAY, kind="person") == [changed]


def test_every_change_of_rights_is_in_the_journal(rt: Runtime, administrator: Actor) -> None:
    officer = make_actor(rt, "R28")
    account = create_account(rt, administrator, NewAccount("new", OLGA, town(rt).families))
    set_roles(rt, administrator, account, [Grant("R05", town(rt).families, Scope.OWN)])
    set_active(rt, administrator, account, active=False)
    deeds = [entry.action for entry in journal(rt, officer, kind="account", object_id=account)]
    assert deeds == ["closed", "roles_changed", "created"]
