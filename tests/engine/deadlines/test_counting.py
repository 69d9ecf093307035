"""When terms end: Civil Code, articles 190-194."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office, Rule, add_months, due_moment, last_day
from tests.engine.deadlines.factories import (
    CALENDAR,
    MOSCOW,
    OFFICE,
    at,
    calendar_with,
    day,
    office,
    rule,
)

VECTORS = """
26.12.2025 14.01.2026 21.01.2026 04.02.2026 18.02.2026 12.01.2026 26.01.2026
31.12.2025 16.01.2026 23.01.2026 06.02.2026 20.02.2026 12.01.2026 30.01.2026
25.04.2025 06.05.2025 15.05.2025 29.05.2025 16.06.2025 05.05.2025 26.05.2025
01.11.2025 11.11.2025 18.11.2025 02.12.2025 16.12.2025 11.11.2025 01.12.2025
17.02.2026 25.02.2026 04.03.2026 19.03.2026 02.04.2026 27.02.2026 19.03.2026
29.04.2026 07.05.2026 15.05.2026 29.05.2026 15.06.2026 12.05.2026 29.05.2026
"""
RULES = [rule(5), rule(10), rule(20), rule(30), rule(10, "calendar"), rule(30, "calendar")]


def ends(of: Rule, event: datetime, *, calendar: Calendar = CALENDAR, where: Office = OFFICE) -> str:
    """The due moment of a rule by the clock of the office."""
    return f"{due_moment(of, event, calendar, where).astimezone(where.zone):%d.%m.%Y %H:%M:%S}".removesuffix(
        ":00"
    )


@pytest.mark.parametrize(
    ("event", "expected"), [(line.split()[0], line.split()[1:]) for line in VECTORS.strip().splitlines()]
)
def test_known_terms_end_on_their_known_days(event, expected):
    assert [f"{last_day(each, day(event), CALENDAR):%d.%m.%Y}" for each in RULES] == expected


def test_a_term_ends_at_the_closing_hour_of_its_last_day():
    assert ends(rule(10), at("26.12.2025 10:00")) == "21.01.2026 17:00"


def test_what_may_be_posted_is_in_time_until_midnight():
    assert ends(rule(30, "calendar", until="midnight"), at("26.12.2025 10:00")) == "26.01.2026 23:59:59"


def test_a_short_day_ends_an_hour_earlier():
    assert ends(rule(1), at("29.04.2026 10:00")) == "30.04.2026 16:00"
    assert ends(rule(1), at("29.04.2026 10:00"), where=office("Europe/Moscow", "17:45")) == "30.04.2026 16:45"


def test_the_hour_of_the_event_does_not_matter_for_days():
    assert (
        ends(rule(5), at("26.12.2025 00:00")) == ends(rule(5), at("26.12.2025 23:59")) == "14.01.2026 17:00"
    )


def test_the_day_of_the_event_is_that_of_the_offices_own_clock():
    """23:30 in Moscow is half past one of the next day in Yekaterinburg."""
    event = at("13.01.2026 23:30")
    ural = office("Asia/Yekaterinburg", "18:00")
    assert ends(rule(1), event) == "14.01.2026 17:00"
    assert ends(rule(1), event, where=ural) == "15.01.2026 18:00"


@pytest.mark.parametrize(
    "zone", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Novosibirsk", "Asia/Kamchatka"]
)
def test_the_closing_hour_is_local_in_every_zone(zone):
    where = office(zone, "17:00")
    event = at("26.12.2025 10:00", where.zone)
    assert ends(rule(10), event, where=where) == "21.01.2026 17:00"


def test_moments_are_given_in_utc_and_whole_seconds():
    moment = due_moment(rule(24, "hours"), at("26.12.2025 10:00").replace(microsecond=5), CALENDAR, OFFICE)
    assert moment.tzinfo is UTC
    assert moment.microsecond == 0


# --- months ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "months", "expected"),
    [
        ("31.01.2026", 1, "28.02.2026"), ("31.01.2028", 1, "29.02.2028"), ("29.02.2024", 12, "28.02.2025"),
        ("29.02.2024", 48, "29.02.2028"), ("31.08.2026", 6, "28.02.2027"), ("30.11.2025", 3, "28.02.2026"),
        ("15.12.2025", 1, "15.01.2026"), ("31.03.2026", -1, "28.02.2026"), ("15.01.2026", -1, "15.12.2025"),
    ],
)  # fmt: skip
def test_months_end_on_the_same_date_or_the_last_day_of_a_shorter_month(event, months, expected):
    assert add_months(day(event), months) == day(expected)


def test_a_month_that_ends_on_a_day_off_moves_to_the_next_working_day():
    assert ends(rule(6, "months"), at("12.01.2026 10:00")) == "13.07.2026 17:00"
    assert ends(rule(1, "months"), at("05.12.2025 10:00")) == "12.01.2026 17:00"


def test_three_years_end_in_a_year_whose_decree_nobody_knows():
    assert ends(rule(36, "months"), at("29.02.2024 10:00")) == "01.03.2027 17:00"


def test_calendar_days_count_over_29_february():
    assert ends(rule(2, "calendar"), at("27.02.2024 10:00")) == "29.02.2024 17:00"


# --- the same day, hours, backwards, days of a month ----------------------------------------------


def test_the_same_day_means_today_until_the_office_closes():
    assert ends(rule(0), at("14.01.2026 09:30")) == "14.01.2026 17:00"
    assert ends(rule(0), at("14.01.2026 16:59")) == "14.01.2026 17:00"


def test_the_same_day_after_closing_means_the_next_working_day():
    assert ends(rule(0), at("14.01.2026 17:00")) == "15.01.2026 17:00"
    assert ends(rule(0), at("16.01.2026 18:10")) == "19.01.2026 17:00"
    assert ends(rule(0), at("30.04.2026 16:20")) == "04.05.2026 17:00"


def test_the_same_day_on_a_day_off_means_the_next_working_day():
    assert ends(rule(0), at("03.01.2026 12:00")) == "12.01.2026 17:00"
    assert ends(rule(0), at("17.01.2026 23:00")) == "19.01.2026 17:00"


def test_the_same_day_through_the_portal_lasts_until_midnight():
    assert ends(rule(0, until="midnight"), at("14.01.2026 18:00")) == "14.01.2026 23:59:59"


def test_hours_run_through_nights_and_holidays():
    assert ends(rule(24, "hours"), at("31.12.2025 16:40")) == "01.01.2026 16:40"
    assert ends(rule(72, "hours"), at("28.02.2028 10:00")) == "02.03.2028 10:00"
    assert ends(rule(15, "minutes"), at("31.12.2025 23:50")) == "01.01.2026 00:05"


def test_counting_back_lands_on_the_working_day_before():
    assert ends(rule(-1), at("20.01.2026 10:00")) == "19.01.2026 17:00"
    assert ends(rule(-1), at("12.01.2026 10:00")) == "30.12.2025 17:00"
    assert ends(rule(-1, "months"), at("11.04.2026 10:00")) == "11.03.2026 17:00"
    assert ends(rule(-1, "months"), at("21.02.2026 10:00")) == "21.01.2026 17:00"
    assert ends(rule(-30, "calendar"), at("10.04.2026 10:00")) == "11.03.2026 17:00"
    assert ends(rule(-30, "calendar"), at("07.04.2026 10:00")) == "06.03.2026 17:00"


def test_a_lead_begins_the_work_so_many_days_before_the_last_one():
    assert ends(rule(12, "months", lead=30), at("12.01.2026 10:00")) == "11.12.2026 17:00"


def test_by_a_day_of_the_month_is_the_first_such_day_after_the_event():
    assert ends(rule(5, "month_day"), at("30.06.2026 12:00")) == "06.07.2026 17:00"
    assert ends(rule(5, "month_day"), at("01.06.2026 12:00")) == "05.06.2026 17:00"
    assert ends(rule(5, "month_day"), at("05.06.2026 12:00")) == "06.07.2026 17:00"
    assert ends(rule(20, "month_day"), at("31.12.2025 12:00")) == "20.01.2026 17:00"


def test_the_30th_of_february_is_its_last_day():
    assert ends(rule(30, "month_day"), at("01.02.2027 12:00")) == "01.03.2027 17:00"  # 28.02.2027 is a Sunday
    assert ends(rule(30, "month_day"), at("01.02.2029 12:00")) == "28.02.2029 17:00"


def test_a_report_in_the_fifth_month_is_due_by_the_end_of_that_month():
    assert ends(rule(5, "month_end"), at("10.02.2026 12:00")) == "31.07.2026 17:00"
    assert ends(rule(5, "month_end"), at("31.08.2026 12:00")) == "01.02.2027 17:00"


# --- changed calendars ----------------------------------------------------------------------------


def test_a_holiday_of_the_region_moves_the_last_day():
    region = calendar_with(("28.08.2026", "holiday"))
    assert ends(rule(5), at("21.08.2026 10:00")) == "28.08.2026 17:00"
    assert ends(rule(5), at("21.08.2026 10:00"), calendar=region) == "31.08.2026 17:00"
    assert ends(rule(7, "calendar"), at("21.08.2026 10:00"), calendar=region) == "31.08.2026 17:00"


def test_a_saturday_made_worked_brings_the_last_day_nearer():
    worked = calendar_with(("22.08.2026", "working"))
    assert ends(rule(5), at("21.08.2026 10:00"), calendar=worked) == "27.08.2026 17:00"


def test_the_event_may_be_told_in_any_zone():
    assert ends(rule(10), at("26.12.2025 10:00").astimezone(UTC)) == ends(
        rule(10), at("26.12.2025 10:00", MOSCOW)
    )
