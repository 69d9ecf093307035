from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.access.directory import Directory
from engine.access.queues import queue_for, queue_of, roles_of_queue
from engine.access.tables import AGENCY, queue
from engine.access.units import name_fillers
from engine.errors import NotFound
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.factories.access import make_account, make_unit, town


def find_queue(rt: Runtime, roles: tuple[str, ...], unit_id: int) -> int:
    with rt.database.write() as conn:
        return queue_for(rt, conn, roles, unit_id)


def test_a_role_in_a_department_has_one_queue(rt_both: Runtime) -> None:
    here = town(rt_both)
    make_account(rt_both, "R05", unit_id=here.families)
    first = find_queue(rt_both, ("R05",), here.families)
    assert find_queue(rt_both, ("R05",), here.families) == first
    assert first in load_actor(rt_both, make_account(rt_both, "R05", unit_id=here.families)).queues


def test_a_known_queue_costs_no_statement(rt_both: Runtime) -> None:
    here = town(rt_both)
    find_queue(rt_both, ("R05",), here.families)
    rt_both.directory.tree()
    with rt_both.database.write() as conn, count_statements(rt_both.database) as count:
        queue_for(rt_both, conn, ("R05",), here.families)
    assert count.statements == 0


def test_a_made_queue_costs_two_statements_and_asks_for_no_calendar_again(rt_both: Runtime) -> None:
    here = town(rt_both)
    rt_both.directory.tree()
    calendar = rt_both.calendars.country()
    with rt_both.database.write() as conn, count_statements(rt_both.database) as count:
        queue_for(rt_both, conn, ("R05",), here.families)
    assert count.statements == 2
    rt_both.calendars.forget()
    assert rt_both.calendars.country() is calendar


def test_a_queue_made_in_a_transaction_that_failed_is_made_again(rt_both: Runtime) -> None:
    here = town(rt_both)
    lost = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError), rt_both.database.write() as conn:
        _make_and_fail(rt_both, conn, here.families, lost)
    made = find_queue(rt_both, ("R05",), here.families)
    with rt_both.database.read() as conn:
        assert conn.execute(select(func.count()).where(queue.c.id == made)).scalar_one() == 1


def _make_and_fail(rt: Runtime, conn: object, unit_id: int, error: Exception) -> None:
    queue_for(rt, conn, ("R05",), unit_id)  # type: ignore[arg-type]
    raise error


def test_a_process_that_does_not_know_a_queue_yet_finds_it_instead_of_making_another(rt: Runtime) -> None:
    here = town(rt)
    rt.directory.tree()
    stale = rt.directory
    rt.directory = Directory(rt.database)
    made = find_queue(rt, ("R05",), here.families)
    rt.directory = stale
    assert find_queue(rt, ("R05",), here.families) == made


def test_colleagues_of_another_department_do_not_see_the_queue(rt: Runtime) -> None:
    here = town(rt)
    make_account(rt, "R05", unit_id=here.families)
    other = make_account(rt, "R05", unit_id=here.care)
    assert find_queue(rt, ("R05",), here.families) not in load_actor(rt, other).queues


def test_where_nobody_in_the_department_has_the_role_the_agency_does_it(rt: Runtime) -> None:
    here = town(rt)
    registrar = make_account(rt, "R01", unit_id=here.centre)
    found = find_queue(rt, ("R01",), here.families)
    assert found == find_queue(rt, ("R01",), here.centre)
    assert found in load_actor(rt, registrar).queues


def test_a_step_for_a_role_held_only_in_sister_departments_reaches_all_of_them(rt: Runtime) -> None:
    here = town(rt)
    psychologist = make_account(rt, "R21", unit_id=here.care)
    assert find_queue(rt, ("R21",), here.families) in load_actor(rt, psychologist).queues


def test_who_holds_a_role_in_the_agency_sees_the_queues_of_its_departments(rt: Runtime) -> None:
    here = town(rt)
    head = make_account(rt, "R07", unit_id=here.centre)
    make_account(rt, "R07", unit_id=here.families)
    assert find_queue(rt, ("R07",), here.families) in load_actor(rt, head).queues


def test_a_role_that_the_municipality_gave_to_an_agency_is_done_there(rt: Runtime) -> None:
    here = town(rt)
    police = make_unit(rt, "Отдел полиции", AGENCY, here.municipality)
    name_fillers(rt, SYSTEM, here.municipality, {"R15": [police]})
    inspector = make_account(rt, "R15", unit_id=police)
    for unit_id in (here.families, here.administration):
        assert find_queue(rt, ("R15",), unit_id) in load_actor(rt, inspector).queues


def test_an_agency_that_fills_the_role_itself_keeps_its_own_steps(rt: Runtime) -> None:
    here = town(rt)
    name_fillers(rt, SYSTEM, here.municipality, {"R13": [here.administration, here.centre]})
    make_account(rt, "R13", unit_id=here.families)
    other = make_account(rt, "R13", unit_id=here.administration)
    assert find_queue(rt, ("R13",), here.families) not in load_actor(rt, other).queues
    assert find_queue(rt, ("R13",), here.administration) in load_actor(rt, other).queues
    name_fillers(rt, SYSTEM, here.municipality, {"R13": []})
    assert find_queue(rt, ("R13",), here.administration) in load_actor(rt, other).queues


def test_a_step_for_roles_of_two_agencies_reaches_both(rt: Runtime) -> None:
    here = town(rt)
    name_fillers(rt, SYSTEM, here.municipality, {"R13": [here.administration]})
    chief = make_account(rt, "R13", unit_id=here.administration)
    assert find_queue(rt, ("R13", "R05"), here.families) in load_actor(rt, chief).queues
    specialist = make_account(rt, "R05", unit_id=here.families)
    at_home = find_queue(rt, ("R13", "R05"), here.families)
    assert at_home in load_actor(rt, specialist).queues & load_actor(rt, chief).queues
    assert roles_of(rt, at_home, chief) == {"R13"}
    stranger = make_account(rt, "R05", unit_id=here.administration)
    assert at_home not in load_actor(rt, stranger).queues


def test_a_step_for_roles_that_two_other_agencies_fill_reaches_both(rt: Runtime) -> None:
    here = town(rt)
    police, school = (make_unit(rt, name, AGENCY, here.municipality) for name in ("Полиция", "Школа"))
    for role, agency in (("R15", police), ("R17", school)):
        name_fillers(rt, SYSTEM, here.municipality, {role: [agency]})
    inspector, teacher = (
        make_account(rt, role, unit_id=unit) for role, unit in (("R15", police), ("R17", school))
    )
    asked = find_queue(rt, ("R15", "R17"), here.families)
    assert asked in load_actor(rt, inspector).queues & load_actor(rt, teacher).queues
    assert roles_of(rt, asked, teacher) == {"R17"}


def test_an_agency_that_fills_a_role_itself_shares_its_step_with_nobody(rt: Runtime) -> None:
    here = town(rt)
    name_fillers(rt, SYSTEM, here.municipality, {"R13": [here.administration, here.centre]})
    make_account(rt, "R13", unit_id=here.families)
    other = make_account(rt, "R13", unit_id=here.administration)
    assert find_queue(rt, ("R05", "R13"), here.families) not in load_actor(rt, other).queues


def roles_of(rt: Runtime, queue_id: int, account_id: int) -> frozenset[str]:
    with rt.database.read() as conn:
        return roles_of_queue(rt, conn, queue_id, account_id)


def test_a_step_for_any_of_several_roles_is_one_queue_open_to_each(rt: Runtime) -> None:
    here = town(rt)
    emergency, specialist, driver = (make_account(rt, role) for role in ("R04", "R05", "R18"))
    found = find_queue(rt, ("R05", "R04"), here.families)
    assert found == find_queue(rt, ("R04", "R05", "R04"), here.families)
    assert found in load_actor(rt, emergency).queues & load_actor(rt, specialist).queues
    assert found not in load_actor(rt, driver).queues


def test_a_step_without_a_role_waits_for_anybody_of_the_unit(rt: Runtime) -> None:
    here = town(rt)
    colleague, stranger = make_account(rt), make_account(rt, unit_id=here.care)
    found = find_queue(rt, (), here.families)
    assert found in load_actor(rt, colleague).queues
    assert found not in load_actor(rt, stranger).queues


def test_an_unknown_role_is_refused_by_its_name(rt: Runtime) -> None:
    with pytest.raises(NotFound, match="R77"):
        find_queue(rt, ("R77",), town(rt).families)


def test_a_persons_own_queue_is_found_also_when_the_account_is_new(rt: Runtime) -> None:
    rt.directory.tree()
    account = make_account(rt)
    with rt.database.read() as conn:
        assert queue_of(rt, conn, account) == load_actor(rt, account).own_queue
        with pytest.raises(NotFound, match="4711"):
            queue_of(rt, conn, 4711)


def test_by_which_role_a_queue_is_open_to_somebody(rt: Runtime) -> None:
    here = town(rt)
    both, neither = make_account(rt, "R04", "R05", "R18"), make_account(rt, "R18")
    found = find_queue(rt, ("R04", "R05"), here.families)
    with rt.database.read() as conn:
        assert roles_of_queue(rt, conn, found, both) == {"R04", "R05"}
        assert roles_of_queue(rt, conn, found, neither) == frozenset()
        assert roles_of_queue(rt, conn, load_actor(rt, both).own_queue, both) == frozenset()
