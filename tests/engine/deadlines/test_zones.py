"""Clocks on the wall: eleven zones, clocks that were put forward and back, the end of a year, 29 February."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deadlines.counting import Office, Unit, due_moment
from engine.deadlines.due import day_bounds, words
from engine.deadlines.interruptions import Longer, Stop, counted_due, resumed_due, time_left
from engine.deadlines.seed import country_calendar
from tests.engine.deadlines.factories import CALENDAR, at, day, due, norm, rule

RUSSIA = {
    "Europe/Kaliningrad": 2, "Europe/Moscow": 3, "Europe/Samara": 4, "Asia/Yekaterinburg": 5, "Asia/Omsk": 6,
    "Asia/Krasnoyarsk": 7, "Asia/Irkutsk": 8, "Asia/Yakutsk": 9, "Asia/Vladivostok": 10, "Asia/Magadan": 11,
    "Asia/Kamchatka": 12,
}  # fmt: skip
"""Zone → hours before Greenwich, from Kaliningrad to Kamchatka."""

MOVED_CLOCKS = [
    ("Europe/Moscow", "26.10.2014"),
    ("Asia/Kamchatka", "31.10.2010"),
    ("Europe/Volgograd", "28.10.2018"),
    ("Europe/Saratov", "04.12.2016"),
    ("Asia/Novosibirsk", "24.07.2016"),
    ("Europe/Helsinki", "29.03.2026"),
    ("Europe/Helsinki", "25.10.2026"),
]
"""Forward and back, in Russia's past and where it is done still."""


def wall(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"


@pytest.mark.parametrize(("zone", "ahead"), RUSSIA.items())
def test_a_term_ends_at_the_closing_hour_of_each_zone_of_russia(zone, ahead):
    office = Office(ZoneInfo(zone))
    event = datetime(2026, 1, 12, 10, tzinfo=office.zone)
    assert due_moment(rule(3), event, CALENDAR, office) == datetime(2026, 1, 15, 17 - ahead, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "ahead"), RUSSIA.items())
def test_the_day_of_an_event_is_that_of_the_office(zone, ahead):
    """At 14:30 in Greenwich it is the next day already in Magadan and Kamchatka, and nowhere else."""
    office = Office(ZoneInfo(zone))
    event = datetime(2026, 1, 12, 13, 30, tzinfo=UTC)
    first = 13 if ahead >= 11 else 12
    assert wall(due_moment(rule(1), event, CALENDAR, office), office.zone) == f"{first + 1}.01.2026 17:00"


@pytest.mark.parametrize(("zone", "night"), MOVED_CLOCKS)
def test_days_end_at_the_same_hour_before_and_after_a_clock_is_moved(zone, night):
    office = Office(ZoneInfo(zone))
    moved = day(night)
    event = datetime.combine(moved - timedelta(7), time(10), office.zone)
    ends = due_moment(rule(14, "calendar"), event, country_calendar(), office).astimezone(office.zone)
    assert event.utcoffset() != ends.utcoffset()
    assert (ends.hour, ends.minute) in {(17, 0), (16, 0)}
    assert ends.date() >= moved + timedelta(7)


@pytest.mark.parametrize(("zone", "night"), MOVED_CLOCKS)
def test_hours_are_real_hours_when_a_clock_is_moved(zone, night):
    office = Office(ZoneInfo(zone))
    event = datetime.combine(day(night) - timedelta(1), time(20), office.zone)
    assert due_moment(rule(24, "hours"), event, CALENDAR, office) - event.astimezone(UTC) == timedelta(
        hours=24
    )


@pytest.mark.parametrize(("zone", "night"), MOVED_CLOCKS)
def test_a_day_that_is_longer_or_shorter_begins_and_ends_at_midnight(zone, night):
    place = ZoneInfo(zone)
    here = day(night)
    noon = datetime.combine(here, time(12), place)
    now, tomorrow, monday = day_bounds(noon, place)
    assert wall(datetime.fromtimestamp(tomorrow, UTC), place) == f"{here + timedelta(1):%d.%m.%Y} 00:00"
    assert now < tomorrow <= monday


@pytest.mark.parametrize(("zone", "night"), MOVED_CLOCKS)
def test_a_pause_over_a_moved_clock_gives_back_the_same_working_time(zone, night):
    office = Office(ZoneInfo(zone))
    calendar = country_calendar()
    moved = day(night)
    event = datetime.combine(calendar.add_working_days(moved, -3), time(10), office.zone)
    ends = due_moment(rule(10), event, calendar, office)
    since = datetime.combine(calendar.add_working_days(moved, -1), time(11, 30), office.zone)
    until = datetime.combine(calendar.add_working_days(moved, 2), time(11, 30), office.zone)
    left = time_left(rule(10), ends, since, calendar, office)
    again = resumed_due(rule(10), left, until, calendar, office)
    assert time_left(rule(10), again, until, calendar, office) == left
    assert counted_due(rule(10), event, [Stop(since, until)], calendar, office).due == again


@settings(deadline=None)
@given(
    st.sampled_from(sorted(RUSSIA)),
    st.integers(0, 20 * 365 * 24),
    st.integers(0, 40),
    st.sampled_from(["working", "calendar"]),
)
def test_whatever_the_zone_and_its_past_a_term_ends_when_the_office_closes(zone, hours, value, unit):
    office, calendar = Office(ZoneInfo(zone)), country_calendar()
    event = datetime(2008, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ends = due_moment(rule(value, unit), event, calendar, office)
    local = ends.astimezone(office.zone)
    assert local == office.closes(local.date(), calendar.day(local.date()).kind)
    assert calendar.is_working(local.date())


# The end of a year


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        ("30.12.2025 10:00", "12.01.2026 17:00"),  # 31 December is a day off by transfer
        ("30.12.2025 23:59", "12.01.2026 17:00"),
        ("31.12.2025 23:59", "12.01.2026 17:00"),
        ("01.01.2026 00:00", "12.01.2026 17:00"),
        ("11.01.2026 23:59", "12.01.2026 17:00"),
        ("12.01.2026 00:00", "13.01.2026 17:00"),
    ],
)
def test_a_working_day_from_the_last_days_of_a_year_is_the_first_one_after_the_holidays(event, ends):
    office = Office(ZoneInfo("Europe/Moscow"))
    assert wall(due_moment(rule(1), at(event), CALENDAR, office), office.zone) == ends


def test_months_and_extensions_cross_the_end_of_a_year():
    office = Office(ZoneInfo("Asia/Kamchatka"))
    event = at("30.11.2026 10:00", office.zone)
    assert wall(due_moment(rule(1, "months"), event, CALENDAR, office), office.zone) == "30.12.2026 17:00"
    longer = [Longer(event + timedelta(1), 5, Unit.WORKING_DAYS)]
    ends = counted_due(rule(1, "months"), event, longer, CALENDAR, office).due
    assert ends.astimezone(office.zone).date() == CALENDAR.add_working_days(date(2026, 12, 30), 5)
    assert ends.astimezone(office.zone).year == 2027


def test_the_words_of_a_date_over_the_new_year_name_the_year_and_what_is_provisional():
    office = Office(ZoneInfo("Asia/Irkutsk"))
    ends = due("12.01.2027 12:00")
    said = words(ends, at("31.12.2026 12:00"), CALENDAR, office, norm())
    assert "января\u00a02027" in said.date_words
    assert "2027" in said.provisional


# 29 February


@pytest.mark.parametrize(
    ("event", "value", "unit", "ends"),
    [
        ("28.02.2028 10:00", 1, "working", "29.02.2028 17:00"),
        ("28.02.2028 10:00", 1, "calendar", "29.02.2028 17:00"),
        ("29.02.2028 10:00", 1, "working", "01.03.2028 17:00"),
        ("29.02.2028 10:00", 1, "months", "29.03.2028 17:00"),
        ("29.02.2028 10:00", 12, "months", "28.02.2029 17:00"),
        ("28.02.2027 10:00", 12, "months", "28.02.2028 17:00"),
    ],
)
def test_29_february_is_a_day_like_any_other(event, value, unit, ends):
    office = Office(ZoneInfo("Europe/Moscow"))
    found = due_moment(rule(value, unit), at(event), country_calendar(), office)
    assert wall(found, office.zone) == ends


# Days of the week that close at another hour

WEEK = (*(time(17),) * 4, time(16), time(17), time(17))
FRIDAYS = Office(ZoneInfo("Europe/Moscow"), time(17), time(8), WEEK)


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        ("22.01.2026 10:00", "23.01.2026 16:00"),  # a Friday
        ("23.01.2026 10:00", "26.01.2026 17:00"),
        ("29.04.2026 10:00", "30.04.2026 16:00"),  # the eve of a holiday: an hour earlier
        ("07.05.2026 10:00", "08.05.2026 15:00"),  # both
    ],
)
def test_a_day_of_the_week_may_close_earlier(event, ends):
    assert wall(due_moment(rule(1), at(event), CALENDAR, FRIDAYS), FRIDAYS.zone) == ends


@settings(deadline=None)
@given(st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20), st.integers(1, 12))
def test_a_pause_gives_back_the_same_time_where_fridays_are_short(first, second, value):
    event = at("12.01.2026 09:00")
    since, until = (event + timedelta(minutes=each) for each in sorted((first, first + second)))
    ends = due_moment(rule(value), event, CALENDAR, FRIDAYS)
    left = time_left(rule(value), ends, since, CALENDAR, FRIDAYS)
    if left:
        again = resumed_due(rule(value), left, until, CALENDAR, FRIDAYS)
        assert abs(time_left(rule(value), again, until, CALENDAR, FRIDAYS) - left) <= 1
