"""Pauses and extensions: what was left is given back, nothing is lost and nothing gained."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.deadlines.counting import Rule, Unit, due_moment
from engine.deadlines.interruptions import (
    Longer,
    Stop,
    counted_due,
    left_in_days,
    lengthened,
    resumed_due,
    time_left,
)
from tests.engine.deadlines.factories import CALENDAR, OFFICE, at, calendar_with, local, rule

DAY = 8 * 3600
SLACK = 2
"""Seconds: a short day is scaled to a whole one, and moments are whole seconds."""

TEN = rule(10)
STRETCHES = ("15.12.2025 00:00", "20.04.2026 00:00")
"""Before the long holidays, and before short days and those of May."""
stretch = st.shared(st.sampled_from(STRETCHES), key="stretch")
minutes = st.tuples(stretch, st.integers(0, 60 * 24 * 40)).map(
    lambda pair: at(pair[0]) + timedelta(minutes=pair[1])
)
day_off = st.tuples(stretch, st.integers(1, 85)).map(lambda pair: (at(pair[0]) + timedelta(pair[1])).date())
working = st.integers(1, 30).map(lambda n: Rule(n, Unit.WORKING_DAYS))
any_rule = st.builds(
    Rule,
    st.integers(1, 30),
    st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.HOURS]),
)


def left(of: Rule, due: str, now: str) -> int:
    return time_left(of, at(due), at(now), CALENDAR, OFFICE)


def resumed(of: Rule, kept: int, now: str) -> str:
    return local(resumed_due(of, kept, at(now), CALENDAR, OFFICE))


def test_what_is_left_of_a_term_in_working_days_is_working_time():
    assert left(TEN, "21.01.2026 17:00", "21.01.2026 15:30") == 90 * 60
    assert left(TEN, "21.01.2026 17:00", "19.01.2026 17:00") == 2 * DAY
    assert left(TEN, "21.01.2026 17:00", "17.01.2026 12:00") == 3 * DAY  # Saturday
    assert left(TEN, "21.01.2026 17:00", "21.01.2026 17:00") == 0
    assert left(TEN, "21.01.2026 17:00", "22.01.2026 10:00") == 0


def test_a_term_goes_on_with_what_was_left():
    assert resumed(TEN, 2 * DAY, "26.01.2026 17:00") == "28.01.2026 17:00"
    assert resumed(TEN, 2 * DAY, "26.01.2026 12:00") == "28.01.2026 12:00"
    assert resumed(TEN, 90 * 60, "24.01.2026 12:00") == "26.01.2026 10:30"  # from Saturday


def test_a_short_day_counts_as_a_whole_one():
    assert resumed(TEN, DAY, "29.04.2026 17:00") == "30.04.2026 16:00"
    assert resumed(TEN, 2 * DAY, "29.04.2026 17:00") == "04.05.2026 17:00"
    assert left(TEN, "30.04.2026 16:00", "29.04.2026 17:00") == DAY


def test_a_term_in_calendar_days_keeps_whole_days_and_gives_way_to_a_working_day():
    thirty = rule(30, "calendar")
    assert left(thirty, "26.01.2026 17:00", "16.01.2026 11:00") == 10
    assert resumed(thirty, 10, "20.01.2026 15:00") == "30.01.2026 17:00"
    assert resumed(thirty, 10, "21.01.2026 09:00") == "02.02.2026 17:00"  # 31 January is a Saturday


def test_a_term_in_hours_keeps_hours_through_the_night():
    day_long = rule(24, "hours")
    kept = left(day_long, "16.01.2026 10:00", "15.01.2026 22:00")
    assert resumed(day_long, kept, "17.01.2026 08:00") == "17.01.2026 20:00"


def test_what_may_be_posted_goes_on_ending_at_midnight():
    posted = rule(5, until="midnight")
    kept = left(posted, "21.01.2026 23:59:59", "20.01.2026 23:59:59")
    assert resumed(posted, kept, "22.01.2026 23:59:59") == "23.01.2026 23:59:59"


@pytest.mark.parametrize(
    ("value", "unit", "due"),
    [
        (20, Unit.WORKING_DAYS, "18.02.2026 17:00"),
        (30, Unit.CALENDAR_DAYS, "20.02.2026 17:00"),
        (1, Unit.MONTHS, "24.02.2026 17:00"),
        (5, Unit.HOURS, "21.01.2026 22:00"),
    ],
)
def test_an_extension_is_counted_from_the_last_day(value, unit, due):
    longer = Longer(at("20.01.2026 10:00"), value, unit)
    assert local(lengthened(TEN, at("21.01.2026 17:00"), longer, CALENDAR, OFFICE)) == due


def test_days_left_are_whole_days():
    assert left_in_days(TEN, 2 * DAY + 3600, OFFICE) == 2
    assert left_in_days(rule(30, "calendar"), 12, OFFICE) == 12
    assert left_in_days(rule(3, "hours"), 3600, OFFICE) is None


def test_a_term_is_counted_anew_through_all_that_happened_to_it():
    changes: list[Stop | Longer] = [
        Stop(at("29.12.2025 17:00"), at("14.01.2026 17:00")),
        Longer(at("15.01.2026 10:00"), 20, Unit.WORKING_DAYS),
        Stop(at("20.01.2026 17:00")),
    ]
    found = counted_due(TEN, at("26.12.2025 10:00"), changes, CALENDAR, OFFICE)
    # Nine working days from 14 January end on the 27th, twenty more on 25 February.
    assert local(found.due) == "25.02.2026 17:00"
    assert found.left == 25 * DAY


@pytest.mark.parametrize(
    ("seconds", "due"), [(0, "05.02.2026 17:00"), (59, "05.02.2026 17:00"), (60, "06.02.2026 09:01")]
)
def test_a_pause_that_is_over_within_a_minute_costs_nothing(seconds: int, due: str):
    since = at("22.01.2026 10:00")
    slip = Stop(since, since + timedelta(seconds=seconds))
    assert local(counted_due(TEN, since, [slip], CALENDAR, OFFICE).due) == due


def test_a_pause_on_the_day_of_the_event_gives_back_the_hours_of_that_day():
    one = Rule(1, Unit.WORKING_DAYS)
    morning = Stop(at("16.12.2025 00:00"), at("16.12.2025 10:00"))
    assert local(counted_due(one, morning.since, [morning], CALENDAR, OFFICE).due) == "18.12.2025 10:00"
    holiday = calendar_with(("16.12.2025", "holiday"))
    assert local(counted_due(one, morning.since, [morning], holiday, OFFICE).due) == "17.12.2025 17:00"


@given(working, minutes, minutes, minutes)
def test_pause_and_resume_neither_lose_nor_gain_a_working_minute(of, event, since, until):
    due = due_moment(of, event, CALENDAR, OFFICE)
    assume(event <= since < due and since <= until)
    kept = time_left(of, due, since, CALENDAR, OFFICE)
    again = resumed_due(of, kept, until, CALENDAR, OFFICE)
    assert abs(time_left(of, again, until, CALENDAR, OFFICE) - kept) <= SLACK
    assert again >= due - timedelta(seconds=SLACK)


@given(any_rule, minutes, minutes)
def test_a_pause_of_no_length_changes_nothing(of, event, since):
    due = due_moment(of, event, CALENDAR, OFFICE)
    assume(event <= since < due)
    kept = time_left(of, due, since, CALENDAR, OFFICE)
    again = resumed_due(of, kept, since, CALENDAR, OFFICE)
    assert kept == 0 or abs(again - due) <= timedelta(seconds=SLACK)


@given(any_rule, minutes, minutes, minutes, minutes)
def test_the_later_a_term_begins_or_goes_on_the_later_it_ends(of, one, other, since, until):
    assume(one <= other <= since <= until)

    def due(event, resumed_at):
        return counted_due(of, event, [Stop(since, resumed_at)], CALENDAR, OFFICE).due

    assert due(one, until) <= due(other, until)
    assert due(one, until) <= due(one, until + timedelta(hours=5))


@given(any_rule, minutes, minutes, minutes, day_off)
def test_one_more_day_off_never_makes_a_paused_term_earlier(of, event, since, until, free):
    plain = due_moment(of, event, CALENDAR, OFFICE)
    assume(event <= since < plain and since <= until)
    # The day of the event counts for nothing in the term, so its being free adds nothing; but a pause during
    # it gives back the hours of that day that were worked, and a day off has none.
    assume(free != event.astimezone(OFFICE.zone).date())
    changed = calendar_with((f"{free:%d.%m.%Y}", "holiday"))
    changes = [Stop(since, until)]
    before = counted_due(of, event, changes, CALENDAR, OFFICE).due
    after = counted_due(of, event, changes, changed, OFFICE).due
    assert after >= before - timedelta(seconds=SLACK)
