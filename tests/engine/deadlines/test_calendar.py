"""Days and counting along them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.deadlines.calendar import Calendar, DayKind, Year, YearStatus
from engine.deadlines.seed import plain_year
from engine.errors import MarshrutError
from tests.engine.deadlines.factories import CALENDAR, calendar_with, day


def test_a_weekday_is_worked_and_a_weekend_is_not():
    assert CALENDAR.is_working(day("14.01.2026"))
    assert not CALENDAR.is_working(day("17.01.2026"))
    assert CALENDAR.day(day("17.01.2026")).note == "суббота"


def test_a_saturday_may_be_worked():
    found = CALENDAR.day(day("01.11.2025"))
    assert found.kind is DayKind.SHORT
    assert found.note == "рабочий вместо 3\u00a0ноября"
    assert CALENDAR.is_working(day("01.11.2025"))


def test_every_day_off_says_why_and_by_which_act():
    found = CALENDAR.day(day("09.01.2026"))
    assert (found.kind, found.note) == (DayKind.DAY_OFF, "выходной перенесён с 3\u00a0января")
    assert found.source == "постановление Правительства РФ от 24.09.2025"
    assert CALENDAR.day(day("23.02.2026")).note == "День защитника Отечества"
    assert CALENDAR.day(day("23.02.2026")).source == "ТК РФ, ст. 112"


def test_no_working_days_is_the_day_itself_even_when_it_is_off():
    assert CALENDAR.add_working_days(day("03.01.2026"), 0) == day("03.01.2026")


@pytest.mark.parametrize("count", [1, 2, 5, 30, 260, 1000])
def test_going_back_undoes_going_forward_from_a_working_day(count):
    start = day("24.12.2025")
    there = CALENDAR.add_working_days(start, count)
    assert CALENDAR.add_working_days(there, -count) == start
    assert CALENDAR.working_days_between(start, there) == count
    assert CALENDAR.working_days_between(there, start) == -count


def test_going_back_from_a_day_off_starts_at_the_last_working_day_before_it():
    assert CALENDAR.add_working_days(day("05.01.2026"), -1) == day("30.12.2025")
    assert CALENDAR.previous_working(day("05.01.2026")) == day("30.12.2025")
    assert CALENDAR.next_working(day("05.01.2026")) == day("12.01.2026")


def test_days_between_leave_out_the_first_day_and_count_the_last():
    assert CALENDAR.working_days_between(day("19.01.2026"), day("21.01.2026")) == 2
    assert CALENDAR.working_days_between(day("16.01.2026"), day("18.01.2026")) == 0
    assert CALENDAR.working_days_between(day("30.12.2025"), day("12.01.2026")) == 1


def test_every_answer_agrees_with_counting_on_the_fingers():
    for start in (day("20.12.2025"), day("27.02.2024"), day("31.12.2026")):
        here, counted = start, 0
        for _ in range(200):
            here += timedelta(1)
            counted += CALENDAR.is_working(here)
            assert CALENDAR.working_days_between(start, here) == counted
            if CALENDAR.is_working(here):
                assert CALENDAR.add_working_days(start, counted) == here


def test_the_table_grows_over_year_ends_to_both_sides():
    calendar = Calendar(plain_year)
    assert calendar.add_working_days(day("15.06.2026"), 2000).year == 2034
    assert calendar.add_working_days(day("15.06.2026"), -2000).year == 2018
    assert calendar.working_days_between(day("01.01.2010"), day("31.12.2040")) > 7000


def test_a_year_is_loaded_once():
    asked: list[int] = []

    def load(number: int) -> Year:
        asked.append(number)
        return plain_year(number)

    calendar = Calendar(load)
    for _ in range(3):
        calendar.add_working_days(day("26.12.2025"), 10)
        calendar.day(day("12.01.2026"))
    assert sorted(asked) == [2025, 2026]


def test_a_date_of_another_age_is_refused_in_words():
    with pytest.raises(MarshrutError, match="с 1950 по 2200 год"):
        CALENDAR.add_working_days(day("26.12.2025"), 1_000_000)
    with pytest.raises(MarshrutError):
        CALENDAR.is_working(date(9999, 12, 31))


def test_the_status_of_a_span_is_that_of_its_weakest_year():
    assert CALENDAR.status(day("01.02.2024"), day("31.12.2026")) is YearStatus.CONFIRMED
    assert CALENDAR.status(day("26.12.2026"), day("12.01.2027")) is YearStatus.UNCONFIRMED
    assert CALENDAR.status(day("26.12.2026"), day("26.12.2029")) is YearStatus.PROVISIONAL


def test_days_of_a_region_lie_on_top_of_the_countrys():
    region = calendar_with(("28.08.2026", "holiday"))
    assert not region.is_working(day("28.08.2026"))
    assert region.add_working_days(day("27.08.2026"), 1) == day("31.08.2026")
    assert CALENDAR.add_working_days(day("27.08.2026"), 1) == day("28.08.2026")
