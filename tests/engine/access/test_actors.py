from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.access.directory import Directory
from engine.access.queues import queue_of
from engine.access.service import Grant, set_active, set_roles
from engine.access.tables import DEPARTMENT
from engine.clock import MovableClock
from engine.errors import NotAllowed
from engine.model import SYSTEM, Permission, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.factories.access import make_account, make_actor, make_unit, town


def test_an_actor_has_name_place_roles_rights_and_queue(rt_both: Runtime) -> None:
    here = town(rt_both)
    actor = make_actor(rt_both, "R05", name=FullName("Белова", "Наталья", "Александровна"))
    assert actor.name == "Белова\u00a0Н.\u00a0А."
    assert (actor.unit_id, actor.agency_id) == (here.families, here.centre)
    assert actor.roles == {"R00", "R05"}
    assert actor.may(Permission.CASE_VIEW, Scope.TEAM)
    assert not actor.may(Permission.CASE_VIEW, Scope.AGENCY)
    assert actor.own_queue in actor.queues
    assert actor.team_units == {here.families}
    assert actor.agency_units == {here.centre, here.families, here.care}


def test_an_account_without_roles_can_still_do_what_everybody_can(rt: Runtime) -> None:
    actor = make_actor(rt)
    assert actor.roles == {"R00"}
    assert actor.may(Permission.TASK_WORK)
    assert not actor.may(Permission.CASE_START)


def test_a_head_of_an_agency_reaches_all_its_departments(rt: Runtime) -> None:
    here = town(rt)
    make_unit(rt, "Сектор патронажа", DEPARTMENT, here.families)
    actor = make_actor(rt, "R07", unit_id=here.centre)
    assert {here.centre, here.families, here.care} < actor.team_units
    assert actor.team_units == actor.agency_units


def test_loading_costs_two_statements_once_and_one_afterwards(rt_both: Runtime) -> None:
    account, other = make_account(rt_both, "R05"), make_account(rt_both, "R05")
    load_actor(rt_both, other)  # who is away today is read once for everybody
    with count_statements(rt_both.database) as first:
        load_actor(rt_both, account)
    with count_statements(rt_both.database) as again:
        load_actor(rt_both, account)
    assert (first.statements, again.statements) == (2, 1)


def test_new_roles_count_at_the_next_click_also_in_another_process(rt: Runtime) -> None:
    account = make_account(rt, "R05")
    assert not load_actor(rt, account).may(Permission.DEFINITION_PUBLISH)
    mine, rt.directory = rt.directory, Directory(rt.database)  # the change is made elsewhere
    set_roles(rt, SYSTEM, account, [Grant("R25", town(rt).families)])
    rt.directory = mine
    assert load_actor(rt, account).may(Permission.DEFINITION_PUBLISH)


def test_a_closed_account_and_an_old_session_are_turned_away(rt: Runtime) -> None:
    account = make_account(rt, "R05")
    with pytest.raises(NotAllowed, match="больше не действует"):
        load_actor(rt, account, stamp="an older one")
    set_active(rt, SYSTEM, account, active=False)
    with pytest.raises(NotAllowed, match="больше не действует"):
        load_actor(rt, account)


def test_an_unknown_account_is_turned_away(rt: Runtime) -> None:
    town(rt)
    with pytest.raises(NotAllowed):
        load_actor(rt, 4711)


# --- substitution ---


@pytest.fixture
def absent(rt: Runtime) -> int:
    return make_account(rt, "R19", unit_id=town(rt).care)


def stand_in(rt: Runtime, absent: int, substitute_id: int, first: date, last: date) -> None:
    add_absence(rt, SYSTEM, absent_id=absent, substitute_id=substitute_id, first_day=first, last_day=last)


def test_a_substitute_gets_queues_roles_and_reach_for_those_days_only(rt: Runtime, absent: int) -> None:
    account = make_account(rt, "R05")
    stand_in(rt, absent, account, date(2026, 1, 13), date(2026, 1, 14))
    clock = rt.clock
    assert isinstance(clock, MovableClock)
    with rt.database.read() as conn:
        other_queue = queue_of(rt, conn, absent)
    seen = []
    for _ in range(4):  # 12 to 15 January
        actor = load_actor(rt, account)
        seen.append((other_queue in actor.queues, "R19" in actor.roles, town(rt).care in actor.team_units))
        clock.advance(timedelta(days=1))
    assert seen == [(False,) * 3, (True,) * 3, (True,) * 3, (False,) * 3]


def test_the_day_of_a_substitution_begins_at_midnight_of_the_office(rt: Runtime, absent: int) -> None:
    account = make_account(rt, "R05")
    stand_in(rt, absent, account, date(2026, 1, 13), date(2026, 1, 13))
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(hours=13, minutes=59))  # 23:59 in Moscow, 20:59 in UTC
    assert "R19" not in load_actor(rt, account).roles
    rt.clock.advance(timedelta(minutes=1))
    assert "R19" in load_actor(rt, account).roles


def test_nobody_becomes_administrator_by_standing_in(rt: Runtime) -> None:
    administrator = make_account(rt, "R29", "R28", "R05")
    account = make_account(rt)
    stand_in(rt, administrator, account, date(2026, 1, 12), date(2026, 1, 12))
    actor = load_actor(rt, account)
    assert actor.roles == {"R00", "R05"}
    assert not actor.may(Permission.ACCOUNT_MANAGE)
    assert not actor.may(Permission.DATA_ERASE)
