"""Who is told of a term, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines.counting import Unit, due_moment, sitting_moment
from engine.deadlines.ladder import advance, plan
from engine.deadlines.norms import Norm, Step
from engine.model import Clock, Outcome, Term
from tests.engine.deadlines.factories import CALENDAR, OFFICE, SHIPPED, at, calendar_with, day, local, norm

HOURS_LADDER = [
    {"step": "half", "to": ["owner"]},
    {"step": "due", "to": ["owner", "R07"]},
    {"step": "plus_1", "to": ["R07"]},
]


def rungs(of: Norm, event: str) -> dict[str, str]:
    """Step → moment by a Moscow clock."""
    return rungs_at(of, at(event))


def rungs_at(of: Norm, event: datetime) -> dict[str, str]:
    due = due_moment(of.rule, event, CALENDAR, OFFICE)
    return {each.rung.step.value: local(each.at) for each in plan(of, event, due, CALENDAR, OFFICE)}


def running(of: Norm, event: str, *, rung: int = 0, clock: Clock = Clock.RUNNING) -> Term:
    """A term of a norm that was opened at its event."""
    moment = at(event)
    return Term(
        id=7, case_id=3, task_id=None, norm_id=of.id, key=of.key, event_at=moment,
        due_at=due_moment(of.rule, moment, CALENDAR, OFFICE), clock=clock, started_at=moment, ended_at=None,
        rung=rung, next_at=None, outcome=Outcome.OPEN,
    )  # fmt: skip


def test_five_rungs_of_ten_working_days_over_the_new_year_holidays():
    assert rungs(norm(10), "26.12.2025 10:00") == {
        "half": "14.01.2026 09:00",
        "day_before": "20.01.2026 09:00",
        "due": "21.01.2026 17:00:01",
        "plus_1": "22.01.2026 09:00",
        "plus_3": "26.01.2026 09:00",
    }


def test_the_day_before_may_lie_before_the_holidays():
    found = rungs(norm(3), "26.12.2025 10:00")
    assert found["day_before"] == "30.12.2025 09:00"
    assert found["due"] == "12.01.2026 17:00:01"


def test_after_a_friday_the_first_working_day_is_monday():
    found = rungs(norm(5), "09.10.2026 10:00")
    assert (found["due"], found["plus_1"], found["plus_3"]) == (
        "16.10.2026 17:00:01", "19.10.2026 09:00", "21.10.2026 09:00",
    )  # fmt: skip


def test_half_of_an_odd_term_is_the_later_day():
    assert rungs(norm(5), "12.10.2026 10:00")["half"] == "15.10.2026 09:00"


def test_half_of_a_calendar_term_waits_for_a_working_day():
    assert rungs(norm(30, "calendar"), "26.12.2025 10:00")["half"] == "12.01.2026 09:00"
    assert rungs(norm(3, "months"), "12.01.2026 10:00")["half"] == "27.02.2026 09:00"


def test_a_term_of_one_day_has_no_day_before():
    assert list(rungs(norm(1), "12.10.2026 10:00")) == ["half", "due", "plus_1", "plus_3"]
    assert rungs(norm(1), "12.10.2026 10:00")["half"] == "13.10.2026 09:00"


def test_a_term_of_the_same_day_is_told_only_when_it_has_passed():
    assert list(rungs(norm(0), "12.10.2026 10:00")) == ["due", "plus_1", "plus_3"]


def test_of_two_rungs_in_one_morning_the_later_one_is_told():
    assert list(rungs(norm(2), "12.10.2026 10:00")) == ["day_before", "due", "plus_1", "plus_3"]


def test_a_term_in_hours_has_its_half_in_the_middle():
    found = rungs(norm(24, "hours", ladder=HOURS_LADDER), "16.10.2026 10:00")
    assert found == {"half": "16.10.2026 22:00", "due": "17.10.2026 10:00:01", "plus_1": "19.10.2026 09:00"}


def test_a_norm_may_have_fewer_rungs_or_none():
    assert rungs(norm(5, ladder=[]), "12.10.2026 10:00") == {}
    only = norm(5, ladder=[{"step": "due", "to": ["owner"]}])
    assert list(rungs(only, "12.10.2026 10:00")) == ["due"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SHIPPED.keys())),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 1)),  # noqa: DTZ001 - the zone is added below
)
def test_moments_of_every_shipped_norm_rise_and_come_after_the_event(key, moment):
    event = moment.replace(tzinfo=OFFICE.zone)
    of = SHIPPED.find(key, event.date())
    if of.unit is Unit.SITTING:
        in_a_week = event.date() + timedelta(7)
        due = sitting_moment(of.rule, event, [in_a_week], CALENDAR, OFFICE)
        assert due is not None
    else:
        due = due_moment(of.rule, event, CALENDAR, OFFICE)
    found = [each.at for each in plan(of, event, due, CALENDAR, OFFICE)]
    assert found == sorted(set(found))
    assert all(each > event for each in found)


# --- advancing -------------------------------------------------------------------------------------


def test_nothing_is_told_before_its_moment():
    moved = advance(running(norm(10), "26.12.2025 10:00"), norm(10), at("14.01.2026 08:59"), CALENDAR, OFFICE)
    assert (moved.rung, moved.told) == (0, None)
    assert moved.next_at == at("14.01.2026 09:00")


def test_each_rung_is_told_once_to_its_people():
    of = norm(10)
    told = []
    rung, now = 0, at("26.12.2025 10:00")
    while now < at("01.02.2026 00:00"):
        moved = advance(running(of, "26.12.2025 10:00", rung=rung), of, now, CALENDAR, OFFICE)
        if moved.told:
            told.append((moved.told.step, moved.told.to, moved.told.red))
        rung = moved.rung
        now += timedelta(minutes=30)
    assert told == [
        (Step.HALF, ("owner",), False),
        (Step.DAY_BEFORE, ("owner",), False),
        (Step.DUE, ("owner", "R07"), False),
        (Step.PLUS_1, ("R07",), False),
        (Step.PLUS_3, ("R27",), True),
    ]


def test_at_the_due_second_nobody_is_told_and_a_second_later_the_supervisor_is():
    of, term = norm(10), running(norm(10), "26.12.2025 10:00", rung=2)
    assert advance(term, of, at("21.01.2026 17:00"), CALENDAR, OFFICE).told is None
    moved = advance(term, of, at("21.01.2026 17:00:01"), CALENDAR, OFFICE)
    assert moved.told is not None
    assert (moved.told.step, moved.told.to, moved.told.due_at) == (Step.DUE, ("owner", "R07"), term.due_at)


def test_after_a_stop_only_the_latest_rung_is_told_to_everybody_it_concerns():
    of = norm(10)
    moved = advance(running(of, "26.12.2025 10:00", rung=1), of, at("22.01.2026 11:00"), CALENDAR, OFFICE)
    assert moved.told is not None
    assert (moved.told.step, moved.told.number) == (Step.PLUS_1, 4)
    assert moved.told.to == ("owner", "R07")
    assert (moved.rung, moved.next_at) == (4, at("26.01.2026 09:00"))
    again = advance(running(of, "26.12.2025 10:00", rung=4), of, at("22.01.2026 11:00"), CALENDAR, OFFICE)
    assert (again.told, again.rung) == (None, 4)


def test_after_the_last_rung_there_is_none():
    of = norm(10)
    moved = advance(running(of, "26.12.2025 10:00"), of, at("01.03.2026 11:00"), CALENDAR, OFFICE)
    assert moved.told is not None
    assert (moved.rung, moved.next_at) == (5, None)
    assert moved.told.to == ("owner", "R07", "R27")
    assert moved.told.red


def test_a_paused_or_ended_term_tells_nobody():
    of = norm(10)
    for clock in (Clock.PAUSED, Clock.NONE):
        term = running(of, "26.12.2025 10:00", clock=clock)
        moved = advance(term, of, at("01.03.2026 11:00"), CALENDAR, OFFICE)
        assert (moved.rung, moved.next_at, moved.told) == (0, None, None)


def test_a_new_holiday_moves_the_rungs_still_to_come():
    of = norm(5)
    term = running(of, "09.10.2026 10:00", rung=3)
    region = calendar_with(("19.10.2026", "holiday"))
    moved = advance(term, of, at("19.10.2026 09:00"), region, OFFICE)
    assert (moved.told, moved.next_at) == (None, at("20.10.2026 09:00"))


@pytest.mark.parametrize("key", ["T14", "T72", "T85", "T16b", "T24"])
def test_every_kind_of_norm_ends_its_ladder(key):
    of = SHIPPED.find(key, day("12.10.2026"))
    term = running(of, "12.10.2026 10:00")
    assert advance(term, of, term.due_at + timedelta(days=30), CALENDAR, OFFICE).next_at is None
