"""What the product knows of the years."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import holidays
import pytest

from engine.deadlines.calendar import DayKind, Year, YearStatus
from engine.deadlines.seed import DECREES, country_calendar, plain_year, shipped_year
from tests.engine.deadlines.factories import day


def days_of(number: int) -> list[date]:
    start = date(number, 1, 1)
    return [start + timedelta(offset) for offset in range((date(number + 1, 1, 1) - start).days)]


def worked(year: Year) -> list[date]:
    return [each for each in days_of(year.number) if year.day(each).kind.works]


def short(year: Year) -> list[date]:
    return [each for each in days_of(year.number) if year.day(each).kind is DayKind.SHORT]


@pytest.mark.parametrize(
    ("number", "days", "hours"), [(2024, 248, 1979), (2025, 247, 1972), (2026, 247, 1972)]
)
def test_working_days_and_hours_of_the_year_are_the_official_ones(number, days, hours):
    """A week of forty hours; a short day is an hour shorter."""
    year = shipped_year(number)
    assert len(worked(year)) == days
    assert len(worked(year)) * 8 - len(short(year)) == hours


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("29.12.2024", "08.01.2025"), ("01.05.2025", "04.05.2025"), ("08.05.2025", "11.05.2025"),
        ("12.06.2025", "15.06.2025"), ("02.11.2025", "04.11.2025"),
        ("31.12.2025", "11.01.2026"), ("21.02.2026", "23.02.2026"), ("07.03.2026", "09.03.2026"),
        ("01.05.2026", "03.05.2026"), ("09.05.2026", "11.05.2026"), ("12.06.2026", "14.06.2026"),
        ("04.11.2026", "04.11.2026"),
    ],
)  # fmt: skip
def test_the_published_holidays_are_off_and_the_days_around_them_are_worked(first, last):
    start, end = day(first), day(last)
    off = [start + timedelta(offset) for offset in range((end - start).days + 1)]
    assert not any(shipped_year(each.year).day(each).kind.works for each in off)
    around = [start - timedelta(1), end + timedelta(1)]
    assert all(shipped_year(each.year).day(each).kind.works for each in around)


@pytest.mark.parametrize(
    ("number", "days"),
    [
        (2024, "22.02 07.03 08.05 11.06 02.11"),
        (2025, "07.03 30.04 11.06 01.11"),
        (2026, "30.04 08.05 11.06 03.11"),
        (2027, "20.02 30.04 11.06 03.11"),
    ],
)
def test_days_before_holidays_are_short_unless_they_are_off(number, days):
    assert " ".join(f"{each:%d.%m}" for each in short(shipped_year(number))) == days


@pytest.mark.parametrize("number", sorted(DECREES))
def test_our_own_facts_agree_with_the_library(number):
    known = holidays.country_holidays("RU", years=number)
    year = shipped_year(number)
    assert [each for each in days_of(number) if known.is_working_day(each)] == worked(year)


def test_only_years_checked_against_the_decree_are_confirmed():
    status = {number: shipped_year(number).status for number in range(2023, 2030)}
    assert [number for number, found in status.items() if found is YearStatus.CONFIRMED] == [2024, 2025, 2026]
    assert status[2023] is status[2027] is YearStatus.UNCONFIRMED
    assert status[2028] is status[2029] is YearStatus.PROVISIONAL


def test_a_year_that_only_the_library_knows_has_its_transfers():
    year = shipped_year(2023)
    assert year.day(day("24.02.2023")).note == "выходной перенесён с 1\u00a0января"
    assert not year.day(day("08.05.2023")).kind.works
    assert len(worked(year)) == 247


def test_terms_of_past_years_are_counted_with_their_transfers():
    assert country_calendar().add_working_days(day("28.04.2023"), 5) == day("10.05.2023")


def test_a_holiday_on_a_weekend_moves_the_day_off_even_before_the_decree():
    """4 November 2028 is a Saturday: the Labour Code gives Monday the 6th."""
    assert not plain_year(2028).day(day("06.11.2028")).kind.works
    assert plain_year(2028).day(day("06.11.2028")).source == "ТК РФ, ст. 112"


def test_days_off_of_the_january_holidays_wait_for_the_decree():
    """1 January 2028 is a Saturday, 8 January too; where they go only the Government says."""
    assert plain_year(2028).day(day("10.01.2028")).kind.works


def test_the_command_line_starts_without_the_library():
    code = (
        "import sys; from engine.deadlines.seed import country_calendar; "
        "[country_calendar().year(y) for y in range(2024, 2031)]; "
        "print('holidays' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
