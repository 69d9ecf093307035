"""What holds for every term, whatever its length and start."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.deadlines.calendar import Calendar, Day, DayKind
from engine.deadlines.counting import Rule, Unit, Until, due_moment
from tests.engine.deadlines.factories import CALENDAR, OFFICE

FIRST, LAST = datetime(2024, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 - the zone is added below

moments = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(tzinfo=OFFICE.zone))
soon = st.timedeltas(timedelta(), timedelta(days=10))
"""Between two events: far apart nothing could come in the wrong order."""
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
rules = st.builds(
    Rule,
    value=st.integers(0, 60),
    unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.HOURS]),
    until=st.sampled_from(Until),
)
monthly = st.builds(
    Rule,
    value=st.integers(1, 31),
    unit=st.sampled_from([Unit.MONTH_DAY, Unit.MONTH_END]),
    until=st.sampled_from(Until),
)
all_rules = rules | monthly
calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def off(*dates: date) -> Calendar:
    """The shipped calendar with these days made days off."""
    changed = [Day(each, DayKind.DAY_OFF, "выходной") for each in dates]
    return Calendar(
        lambda number: CALENDAR.year(number).changed(each for each in changed if each.date.year == number)
    )


@calm
@given(all_rules, moments, soon)
def test_a_later_event_never_ends_earlier(rule, earlier, gap):
    later = earlier + gap
    assert due_moment(rule, earlier, CALENDAR, OFFICE) <= due_moment(rule, later, CALENDAR, OFFICE)


@calm
@given(rules, moments)
def test_a_longer_term_never_ends_earlier(rule, event):
    longer = Rule(rule.value + 1, rule.unit, rule.until)
    assert due_moment(rule, event, CALENDAR, OFFICE) <= due_moment(longer, event, CALENDAR, OFFICE)


@calm
@given(all_rules, moments, st.lists(st.integers(-12, 3), min_size=1, max_size=4))
def test_one_more_day_off_never_makes_a_term_shorter(rule, event, more):
    """Days off around the last day: only those can move it much."""
    before = due_moment(rule, event, CALENDAR, OFFICE)
    last = before.astimezone(OFFICE.zone).date()
    after = due_moment(rule, event, off(*(last + timedelta(shift) for shift in more)), OFFICE)
    # A day off may only take the hour that a short day was short of.
    assert after >= before


@calm
@given(rules.filter(lambda rule: rule.unit is not Unit.HOURS), moments)
def test_a_term_in_days_ends_on_a_working_day_at_its_closing_or_at_midnight(rule, event):
    due = due_moment(rule, event, CALENDAR, OFFICE).astimezone(OFFICE.zone)
    kind = CALENDAR.day(due.date()).kind
    assert kind.works
    if rule.until is Until.MIDNIGHT:
        assert (due.hour, due.minute, due.second) == (23, 59, 59)
    else:
        assert due == OFFICE.closes(due.date(), kind)


@calm
@given(all_rules, moments)
@example(Rule(15, Unit.MONTH_DAY), datetime(2026, 1, 15, 20, tzinfo=OFFICE.zone))  # after closing
def test_a_term_never_ends_before_it_begins(rule, event):
    assert due_moment(rule, event, CALENDAR, OFFICE) >= event.replace(microsecond=0)


@calm
@given(moments, st.integers(1, 300))
def test_working_days_of_a_term_are_as_many_as_the_norm_says(event, count):
    due = due_moment(Rule(count, Unit.WORKING_DAYS), event, CALENDAR, OFFICE)
    first, last = event.date(), due.astimezone(OFFICE.zone).date()
    assert CALENDAR.working_days_between(first, last) == count
    assert CALENDAR.is_working(last)
    assert last > first


@calm
@given(days, st.integers(-400, 400))
def test_adding_agrees_with_walking(start, count):
    here, left = start, abs(count)
    step = timedelta(1 if count > 0 else -1)
    while left:
        here += step
        left -= CALENDAR.is_working(here)
    assert CALENDAR.add_working_days(start, count) == here
