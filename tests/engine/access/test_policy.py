from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, exists, insert, select

from engine.access.policy import (
    COLUMNS,
    EVERYONE,
    GRANTS,
    PERMISSION_NAMES,
    ROLES,
    Reach,
    covers_case,
    grants_of,
    reach,
    require,
    require_case,
    require_opening,
    require_start,
)
from engine.errors import NotAllowed
from engine.model import SYSTEM, Actor, Permission, Scope


def actor(*roles: str, unit: int = 1, team: set[int] | None = None, agency: set[int] | None = None) -> Actor:
    return Actor(
        user_id=7,
        name="Белова Н. А.",
        agency_id=1,
        unit_id=unit,
        roles=frozenset(roles),
        grants=grants_of([(role, None) for role in roles]),
        own_queue=70,
        queues=frozenset({70, 71}),
        team_units=frozenset(team or {unit}),
        agency_units=frozenset(agency or {unit}),
    )


@dataclass(frozen=True)
class Case:
    unit_id: int
    owner_id: int | None = None


# --- the table ---


def test_the_table_has_every_role_and_every_permission() -> None:
    assert set(GRANTS) == set(ROLES) == {f"R{number:02}" for number in range(32)}
    assert set(COLUMNS) == set(PERMISSION_NAMES) == set(Permission)


def test_the_administrator_manages_accounts_but_sees_nobodys_data() -> None:
    granted = GRANTS["R29"]
    assert granted[Permission.ACCOUNT_MANAGE] is Scope.MUNICIPALITY
    assert Permission.RECORD_VIEW not in granted
    assert granted.get(Permission.CASE_VIEW) is Scope.OWN


def test_only_the_data_protection_officer_may_erase() -> None:
    assert [role for role, granted in GRANTS.items() if Permission.DATA_ERASE in granted] == ["R28"]


def test_only_the_methodologist_publishes_and_edits_norms() -> None:
    for permission in (Permission.DEFINITION_PUBLISH, Permission.NORM_EDIT):
        assert [role for role, granted in GRANTS.items() if permission in granted] == ["R25"]


def test_outside_bodies_see_only_what_was_handed_to_them() -> None:
    for role in ("R12", "R15", "R16", "R17", "R20"):
        assert GRANTS[role][Permission.CASE_VIEW] is Scope.OWN
        assert Permission.RECORD_VIEW not in GRANTS[role]


def test_a_citizen_has_no_right_inside() -> None:
    assert GRANTS["R30"] == {}


# --- from roles to rights ---


def test_the_widest_scope_of_several_roles_counts() -> None:
    assert grants_of([("R05", None), ("R01", None)])[Permission.CASE_VIEW] is Scope.AGENCY
    assert grants_of([("R01", None), ("R05", None)])[Permission.CASE_VIEW] is Scope.AGENCY


def test_a_limit_narrows_its_own_role_only() -> None:
    granted = grants_of([("R01", Scope.OWN), ("R05", None)])
    assert granted[Permission.CASE_VIEW] is Scope.TEAM
    assert granted[Permission.TASK_WORK] is Scope.OWN


def test_a_limit_never_widens() -> None:
    assert grants_of([("R08", Scope.MUNICIPALITY)])[Permission.CASE_VIEW] is Scope.OWN


def test_an_unknown_role_gives_nothing() -> None:
    assert grants_of([("R99", None)]) == {}


def test_a_refusal_names_the_right_in_words() -> None:
    with pytest.raises(NotAllowed, match="публиковать пути"):
        require(actor("R05"), Permission.DEFINITION_PUBLISH)
    require(actor("R25"), Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)


# --- how far ---


def test_a_specialist_sees_the_cases_of_their_department() -> None:
    person = actor("R05", unit=3, team={3}, agency={2, 3, 4})
    assert covers_case(person, Permission.CASE_VIEW, Case(unit_id=3))
    assert not covers_case(person, Permission.CASE_VIEW, Case(unit_id=4))


def test_a_registrar_sees_the_cases_of_their_agency_but_not_of_another() -> None:
    person = actor("R01", unit=3, team={3}, agency={2, 3, 4})
    assert covers_case(person, Permission.CASE_VIEW, Case(unit_id=4))
    assert not covers_case(person, Permission.CASE_VIEW, Case(unit_id=9))


def test_an_owner_sees_their_case_wherever_it_lies() -> None:
    assert covers_case(actor("R08"), Permission.CASE_VIEW, Case(unit_id=9, owner_id=7))


def test_an_inspector_sees_a_case_while_a_step_waits_for_them() -> None:
    person = actor("R15", unit=5)
    assert covers_case(person, Permission.CASE_VIEW, Case(unit_id=3), queues=[71])
    assert not covers_case(person, Permission.CASE_VIEW, Case(unit_id=3), queues=[72])
    assert not covers_case(person, Permission.CASE_VIEW, Case(unit_id=5))


def test_a_case_without_an_owner_belongs_to_nobody_not_to_the_product_alone() -> None:
    assert not covers_case(actor("R08"), Permission.CASE_VIEW, Case(unit_id=9, owner_id=None))


def test_the_product_itself_reaches_everything() -> None:
    assert covers_case(SYSTEM, Permission.CASE_REPAIR, Case(unit_id=9))


def test_a_refused_case_says_whom_to_ask() -> None:
    with pytest.raises(NotAllowed) as caught:
        require_case(actor("R05"), Permission.CASE_VIEW, Case(unit_id=9))
    assert "ответственного за дело" in caught.value.hint
    with pytest.raises(NotAllowed, match="исправлять"):
        require_case(actor("R05"), Permission.CASE_REPAIR, Case(unit_id=1))


def test_cases_are_opened_where_the_right_reaches() -> None:
    person = actor("R01", unit=3, team={3}, agency={2, 3, 4})
    require_start(person, "p01")
    require_start(person, "p01", unit_id=4)
    with pytest.raises(NotAllowed, match="в этом подразделении"):
        require_start(person, "p01", unit_id=9)
    with pytest.raises(NotAllowed, match="открывать дела"):
        require_start(actor("R15"), "p01")


def test_a_pathway_may_be_left_to_some_roles() -> None:
    require_opening(actor("R10"), "Заседание", ("R10", "R11"))
    require_opening(actor("R01"), "Заявление", ())
    require_opening(SYSTEM, "Заседание", ("R10",))
    with pytest.raises(NotAllowed, match="открываете не вы") as refused:
        require_opening(actor("R05"), "Заседание", ("R10",))
    assert "секретарь комиссии" in str(refused.value.hint)


# --- one definition for Python and SQL ---

tables = MetaData()
thing = Table(
    "thing",
    tables,
    Column("id", Integer, primary_key=True),
    Column("unit", Integer),
    Column("owner", Integer),
)
step = Table("step", tables, Column("thing", Integer), Column("queue", Integer))
engine = create_engine("sqlite://")
tables.create_all(engine)

numbers = st.integers(1, 4)
reaches = st.builds(
    Reach,
    everything=st.booleans(),
    units=st.frozensets(numbers),
    owners=st.frozensets(numbers),
    queues=st.frozensets(numbers),
)
things = st.lists(st.tuples(numbers, st.none() | numbers, st.frozensets(numbers)), max_size=6)


@settings(max_examples=200, deadline=None)
@given(reached=reaches, rows=things)
def test_a_list_shows_exactly_what_the_check_allows(
    reached: Reach, rows: list[tuple[int, int | None, frozenset[int]]]
) -> None:
    in_queues = lambda queues: exists().where(step.c.thing == thing.c.id, step.c.queue.in_(queues))  # noqa: E731
    condition = reached.condition(unit=thing.c.unit, owner=thing.c.owner, in_queues=in_queues)
    with engine.connect() as conn:
        for number, (unit, owner, queues) in enumerate(rows):
            conn.execute(insert(thing), {"id": number, "unit": unit, "owner": owner})
            for queue in queues:
                conn.execute(insert(step), {"thing": number, "queue": queue})
        shown = set(conn.execute(select(thing.c.id).where(condition)).scalars())
        conn.rollback()
    allowed = {
        number
        for number, (unit, owner, queues) in enumerate(rows)
        if reached.covers(unit_id=unit, owner_id=owner, queues=queues)
    }
    assert shown == allowed


@given(role=st.sampled_from(sorted(ROLES)), permission=st.sampled_from(list(Permission)))
def test_no_grant_no_reach(role: str, permission: Permission) -> None:
    person = actor(role)
    reached = reach(person, permission)
    assert (reached == Reach()) == (not person.may(permission))


def test_everyone_is_a_pseudo_role_with_work_only() -> None:
    assert set(GRANTS[EVERYONE]) == {Permission.TASK_WORK, Permission.CASE_VIEW, Permission.DEFINITION_VIEW}
