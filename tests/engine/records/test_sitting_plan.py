"""The calendar of sittings: filled by the rule of a commission, moved and called off by its secretary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.errors import Conflict, InvalidData, NotAllowed
from engine.model import SYSTEM, Actor
from engine.records.commissions import (
    CommissionMember,
    NewCommission,
    change_commission,
    create_commission,
    set_members,
)
from engine.records.sitting_plan import (
    Sitting,
    add_sitting,
    cancel_sitting,
    move_sitting,
    next_days,
    plan_by_rule,
    replan,
    rule_days,
    sittings_between,
)
from engine.records.sittings import plan_sitting
from engine.records.tables import sitting
from engine.runtime import Runtime
from tests.factories.access import make_actor, town

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 31)


@pytest.fixture
def secretary(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    return make_actor(rt, "R10")


def weekly(rt: Runtime, weekday: int = 1, *weeks: int) -> int:
    new = NewCommission("family", town(rt).centre, weekday=weekday, weeks=weeks)
    return create_commission(rt, SYSTEM, new)


def calendar(rt: Runtime, commission: int) -> list[Sitting]:
    with rt.database.read() as conn:
        return sittings_between(conn, commission, JANUARY, MARCH)


def days(rt: Runtime, commission: int) -> list[date]:
    return [each.day for each in calendar(rt, commission) if each.planned]


def test_a_rule_names_days_of_the_week_or_of_some_weeks_of_a_month() -> None:
    tuesdays = rule_days(1, (), JANUARY, date(2026, 1, 31))
    assert [day.day for day in tuesdays] == [6, 13, 20, 27]
    assert rule_days(1, (1, 3), JANUARY, date(2026, 2, 28)) == [
        date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 17),
    ]  # fmt: skip


def test_the_calendar_is_filled_two_months_ahead_and_a_day_off_gives_way(
    rt: Runtime, secretary: Actor
) -> None:
    commission = weekly(rt, 0)
    added = plan_by_rule(rt)
    found = calendar(rt, commission)
    assert added == len(found) == 8
    assert (found[0].day, found[0].moved) == (date(2026, 1, 19), False)
    assert {each.rule_day: each.day for each in found if each.moved} == {
        date(2026, 2, 23): date(2026, 2, 24),
        date(2026, 3, 9): date(2026, 3, 10),
    }
    assert plan_by_rule(rt) == 0
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(days=8))
    assert plan_by_rule(rt) == 1


def test_after_long_holidays_nobody_sits_two_days_running(rt: Runtime, secretary: Actor) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(datetime(2026, 12, 21, 9, tzinfo=UTC))
    commission = weekly(rt, 1)
    plan_by_rule(rt)
    with rt.database.read() as conn:
        found = sittings_between(conn, commission, date(2026, 12, 22), date(2027, 1, 20))
    assert [each.day for each in found] == [
        date(2026, 12, 22), date(2026, 12, 29), date(2027, 1, 12), date(2027, 1, 19),
    ]  # fmt: skip


def test_another_rule_replaces_what_nobody_has_touched(rt: Runtime, secretary: Actor) -> None:
    commission = weekly(rt)
    plan_by_rule(rt)
    first, second = calendar(rt, commission)[:2]
    move_sitting(rt, secretary, first.id, date(2026, 1, 14), "Председатель в отъезде")
    with rt.database.write() as conn:
        plan_sitting(conn, commission, 900, second.day)
    rule = NewCommission("family", town(rt).centre, weekday=3)
    assert change_commission(rt, SYSTEM, commission, rule)
    with rt.database.write() as conn:
        replan(conn, commission)
    plan_by_rule(rt)
    kept = {date(2026, 1, 14), second.day}
    assert kept < set(days(rt, commission))
    assert {day.weekday() for day in days(rt, commission) if day not in kept} == {3}


def test_the_secretary_moves_calls_off_and_calls_besides(rt: Runtime, secretary: Actor) -> None:
    commission = weekly(rt)
    plan_by_rule(rt)
    first, second = calendar(rt, commission)[:2]
    move_sitting(rt, secretary, first.id, date(2026, 1, 14), "Председатель в отъезде")
    cancel_sitting(rt, secretary, second.id, "Нет вопросов")
    add_sitting(rt, secretary, commission, date(2026, 1, 16), "Срочный вопрос")
    found = calendar(rt, commission)[:3]
    assert [(each.day.day, each.moved, each.extra, each.cancelled) for each in found] == [
        (14, True, False, False), (16, False, True, False), (20, False, False, True),
    ]  # fmt: skip
    with rt.database.read() as conn:
        assert next_days(conn, [commission], date(2026, 1, 15)) == {commission: date(2026, 1, 16)}


def test_what_can_not_be_is_refused_in_words(rt: Runtime, secretary: Actor) -> None:
    commission = weekly(rt)
    plan_by_rule(rt)
    first, second = calendar(rt, commission)[:2]
    for day, why in (
        (date(2026, 1, 17), "Перенос"),  # a Saturday
        (date(2026, 1, 9), "Перенос"),  # past
        (second.day, "Перенос"),
        (first.day, "Перенос"),
        (date(2026, 1, 14), "  "),
    ):
        with pytest.raises(InvalidData):
            move_sitting(rt, secretary, first.id, day, why)
    with pytest.raises(NotAllowed):
        move_sitting(rt, make_actor(rt, "R05"), first.id, date(2026, 1, 14), "Перенос")
    with rt.database.write() as conn:
        plan_sitting(conn, commission, 900, first.day)
    with pytest.raises(Conflict):
        cancel_sitting(rt, secretary, first.id, "Передумали")


def test_the_secretary_named_in_the_commission_keeps_its_calendar(rt: Runtime, secretary: Actor) -> None:
    commission = weekly(rt)
    named = make_actor(rt, "R05")
    set_members(
        rt, SYSTEM, commission, [CommissionMember("Белова Н. А.", "КЦСОН", "secretary", False, named.user_id)]
    )
    assert add_sitting(rt, named, commission, date(2026, 1, 16), "Срочный вопрос")
    with rt.database.read() as conn:
        row = conn.execute(select(sitting)).one()
    assert row.opens_at < int(rt.clock.now().timestamp()) + 4 * 86400
