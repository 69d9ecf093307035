from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.access.absences import (
    AbsenceKind,
    absences,
    add_absence,
    away_now,
    cancel_absence,
    led_by,
    substitutes_for,
)
from engine.access.actors import load_actor
from engine.access.journal import record_view
from engine.access.policy import Reach, reach
from engine.access.queries import journal
from engine.access.service import Grant, change_account, set_active, set_roles
from engine.access.standing_in import Period, acting_for, closes_circle
from engine.access.tables import absence
from engine.clock import MovableClock
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Permission, Scope
from engine.names import FullName
from engine.runtime import Runtime
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import chain, open_case, publish_files, user_task

FIRST, LAST = date(2026, 1, 12), date(2026, 1, 16)
MONTH = (date(2026, 1, 1), date(2026, 1, 31))


def leave(
    rt: Runtime, absent_id: int, substitute_id: int | None, first: date = FIRST, last: date = LAST
) -> int:
    return add_absence(
        rt, SYSTEM, absent_id=absent_id, substitute_id=substitute_id, first_day=first, last_day=last
    )


def acting(rt: Runtime, account_id: int) -> int | None:
    with rt.database.read() as conn:
        return away_now(conn, rt.directory.tree(), rt.clock.now())[account_id].acting_id


# --- chains ---


links = st.dictionaries(st.integers(0, 8), st.none() | st.integers(0, 8))


@given(links, st.integers(0, 8))
def test_the_end_of_a_chain_is_somebody_who_is_there_and_whom_the_chain_reaches(
    away: dict[int, int | None], absent: int
) -> None:
    found = acting_for(absent, away)
    reached, here = set[int](), away.get(absent)
    while here is not None and here not in reached:
        reached.add(here)
        here = away.get(here)
    there = {number for number in reached if number not in away}
    assert there == ({found} if found is not None else set())


@given(
    st.lists(
        st.builds(
            lambda who, by, first, days: Period(who, by, f"{first:02}", f"{first + days:02}"),
            st.integers(0, 5),
            st.none() | st.integers(0, 5),
            st.integers(10, 30),
            st.integers(0, 9),
        ),
        max_size=14,
    )
)
def test_periods_let_in_one_by_one_never_turn_in_a_circle_on_any_day(offered: list[Period]) -> None:
    kept: list[Period] = []
    for new in offered:
        overlaps = any(
            each.absent_id == new.absent_id
            and each.first_day <= new.last_day
            and new.first_day <= each.last_day
            for each in kept
        )
        circle = closes_circle(kept, new)
        assert circle == any(_circles_on(f"{day:02}", [*kept, new], new) for day in range(10, 40))
        if not overlaps and not circle:
            kept.append(new)


def _circles_on(day: str, periods: list[Period], new: Period) -> bool:
    """By hand, on one day: walking from the new period one comes back to whom it is for."""
    if not new.first_day <= day <= new.last_day:
        return False
    todo, seen = [new.substitute_id], set[int | None]()
    while todo:
        here = todo.pop()
        if here == new.absent_id:
            return True
        if here not in seen:
            seen.add(here)
            todo += [
                each.substitute_id
                for each in periods
                if each.absent_id == here and each.first_day <= day <= each.last_day
            ]
    return False


def test_when_the_substitute_is_away_too_theirs_acts_and_the_rights_go_with_it(rt_both: Runtime) -> None:
    first, second, third = (make_account(rt_both, "R05") for _ in range(3))
    leave(rt_both, first, second)
    leave(rt_both, second, third)
    assert acting(rt_both, first) == third
    assert set(load_actor(rt_both, third).stands_for) == {first, second}
    assert load_actor(rt_both, second).stands_for == {}


def test_nobody_acts_when_the_last_of_the_chain_is_away_or_closed(rt: Runtime) -> None:
    first, second, third = (make_account(rt, "R05") for _ in range(3))
    leave(rt, first, second)
    leave(rt, second, third)
    set_active(rt, SYSTEM, third, active=False)
    assert acting(rt, first) is None
    assert load_actor(rt, second).stands_for == {}


# --- what is lent ---


def test_a_right_reaches_only_where_whoever_has_it_reaches(rt: Runtime) -> None:
    """The head of one department and the specialist of another: neither right spreads over the other unit."""
    here = town(rt)
    absent = make_account(rt, "R07", unit_id=here.care)
    substitute = make_account(rt, "R05")
    leave(rt, absent, substitute)
    actor = load_actor(rt, substitute)
    assert reach(actor, Permission.CASE_REPAIR).units == {here.care}
    assert reach(actor, Permission.CASE_VIEW).units == {here.care, here.families}
    assert reach(actor, Permission.DOCUMENT_ISSUE).owners == {absent, substitute}


def test_what_spans_the_municipality_or_lies_in_another_agency_is_not_lent(rt: Runtime) -> None:
    here = town(rt)
    absent = make_account(rt, "R05", "R25", "R29")
    set_roles(
        rt,
        SYSTEM,
        absent,
        [
            Grant("R05", here.families),
            Grant("R25", here.families),
            Grant("R29", here.families),
            Grant("R13", here.administration),
        ],
    )
    substitute = make_account(rt, "R05")
    leave(rt, absent, substitute)
    actor = load_actor(rt, substitute)
    for permission in (Permission.DEFINITION_PUBLISH, Permission.NORM_EDIT, Permission.ACCOUNT_MANAGE):
        assert not actor.may(permission)
        assert reach(actor, permission) == Reach()
    assert actor.grants[Permission.MONITOR_VIEW] == Scope.AGENCY
    assert here.administration not in reach(actor, Permission.CASE_VIEW).units
    assert "R13" not in actor.roles


def test_nothing_is_lent_across_agencies(rt: Runtime) -> None:
    absent, substitute = make_account(rt, "R05"), make_account(rt, "R05")
    leave(rt, absent, substitute)
    assert load_actor(rt, substitute).stands_for
    name = FullName("Белова", "Наталья", "Александровна")
    change_account(rt, SYSTEM, substitute, name=name, position="", unit_id=town(rt).administration)
    assert load_actor(rt, substitute).stands_for == {}


# --- who is offered ---


def test_others_are_listed_with_the_reason_why_not(rt: Runtime) -> None:
    here = town(rt)
    me = make_actor(rt, "R05")
    equal, narrower, head = (make_account(rt, role) for role in ("R05", "R08", "R07"))
    away, circle = make_account(rt, "R05"), make_account(rt, "R05")
    elsewhere = make_account(rt, "R05", unit_id=here.administration)
    leave(rt, away, None)
    leave(rt, circle, me.user_id)
    offered = {each.account_id: each.obstacle for each in substitutes_for(rt, me, me.user_id, FIRST, LAST)}
    assert offered[equal] == offered[narrower] == ""
    assert offered[head] == (
        "права шире: переназначать шаги, исправлять остановившиеся дела, выпускать документы, "
        "смотреть монитор, смотреть журнал"
    )
    assert offered[away] == "тоже отсутствует с 12\u00a0января по 16\u00a0января, и никто не замещает"
    assert offered[circle] == "получится круг: в эти дни замещение уже ведёт обратно"
    assert elsewhere not in offered
    assert me.user_id not in offered


def test_whom_the_list_does_not_offer_the_service_refuses_in_the_same_words(rt: Runtime) -> None:
    me, head = make_account(rt, "R05"), make_account(rt, "R07")
    with pytest.raises(InvalidData) as refused:
        leave(rt, me, head)
    assert "права шире" in refused.value.errors["substitute_id"]
    for stranger in (make_account(rt, "R05", unit_id=town(rt).administration), 4711, me):
        with pytest.raises(InvalidData):
            leave(rt, me, stranger)


# --- putting in and taking out ---


def test_everybody_puts_in_their_own_period_and_a_head_that_of_others(rt_both: Runtime) -> None:
    rt = rt_both
    specialist, head, other = make_actor(rt, "R05"), make_actor(rt, "R07"), make_account(rt, "R05")
    days: dict[str, Any] = {"first_day": FIRST, "last_day": LAST}
    made = add_absence(rt, specialist, absent_id=specialist.user_id, substitute_id=other, **days)
    with pytest.raises(NotAllowed):
        add_absence(rt, specialist, absent_id=other, **days)
    add_absence(rt, head, absent_id=other, **days)
    stranger = make_actor(rt, "R07", unit_id=town(rt).administration)
    with pytest.raises(NotAllowed):
        cancel_absence(rt, stranger, made)
    cancel_absence(rt, specialist, made)
    with pytest.raises(NotFound):
        cancel_absence(rt, specialist, made)


def test_periods_of_one_person_do_not_overlap(rt: Runtime) -> None:
    me = make_account(rt, "R05")
    leave(rt, me, None)
    with pytest.raises(InvalidData) as refused:
        leave(rt, me, None, LAST, LAST + timedelta(days=3))
    assert "с 12\u00a0января по 16\u00a0января" in refused.value.errors["first_day"]
    leave(rt, me, None, LAST + timedelta(days=1), LAST + timedelta(days=3))


@pytest.mark.parametrize("last", [FIRST - timedelta(days=1), FIRST + timedelta(days=366)])
def test_a_period_that_ends_before_it_begins_or_lasts_for_years_is_refused(rt: Runtime, last: date) -> None:
    with pytest.raises(InvalidData):
        leave(rt, make_account(rt, "R05"), None, FIRST, last)


def test_two_who_put_each_other_in_at_once_do_not_close_a_circle(rt_both: Runtime) -> None:
    one, two = make_account(rt_both, "R05"), make_account(rt_both, "R05")

    def put_in(pair: tuple[int, int]) -> bool:
        try:
            leave(rt_both, *pair)
        except InvalidData:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(put_in, [(one, two), (two, one)]))
    assert sorted(done) == [False, True]
    with rt_both.database.read() as conn:
        assert len(conn.execute(select(absence)).all()) == 1


def test_why_somebody_is_away_is_for_them_and_their_head(rt: Runtime) -> None:
    sick, head, substitute = make_account(rt, "R05"), make_actor(rt, "R07"), make_account(rt, "R05")
    days: dict[str, Any] = {"first_day": FIRST, "last_day": LAST}
    add_absence(rt, head, absent_id=sick, substitute_id=substitute, kind=AbsenceKind.SICK, **days)
    kinds = [
        [each.kind for each in absences(rt, load_actor(rt, who), *MONTH)]
        for who in (sick, head.user_id, substitute)
    ]
    assert kinds == [[AbsenceKind.SICK], [AbsenceKind.SICK], [None]]
    assert absences(rt, make_actor(rt, "R05"), *MONTH) == []


def test_one_puts_in_periods_for_oneself_and_whom_one_leads(rt: Runtime) -> None:
    specialist, head = make_actor(rt, "R05"), make_actor(rt, "R07")
    make_account(rt, "R05", unit_id=town(rt).administration)
    assert [each.id for each in led_by(rt, specialist)] == [specialist.user_id]
    assert {each.id for each in led_by(rt, head)} == {specialist.user_id, head.user_id}


# --- what the journal says ---


def test_the_journal_says_for_whom_in_cases_of_the_absent_and_not_in_ones_own(rt: Runtime) -> None:
    publish_files(rt, chain("small", user_task("a")))
    absent, mine = make_actor(rt, "R05"), make_actor(rt, "R05")
    theirs, own = open_case(rt, absent, "small").id, open_case(rt, mine, "small").id
    leave(rt, absent.user_id, mine.user_id)
    actor = load_actor(rt, mine.user_id)
    with rt.database.write() as conn:
        for case_id in (theirs, own):
            record_view(rt, conn, actor, "case", case_id, case_id=case_id)
    said = {each.case_id: each.details for each in journal(rt, make_actor(rt, "R28"), action="view")}
    assert said == {theirs: {"for": [absent.user_id]}, own: {}}


def test_the_period_ends_at_midnight_of_the_office_and_rights_with_it(rt: Runtime) -> None:
    absent, substitute = make_account(rt, "R05"), make_account(rt, "R05")
    leave(rt, absent, substitute, FIRST, FIRST)
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(hours=13, minutes=59))
    assert load_actor(rt, substitute).stands_for
    rt.clock.advance(timedelta(minutes=1))
    assert load_actor(rt, substitute).stands_for == {}
