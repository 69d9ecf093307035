"""Dates, times, durations: reading, writing, counting."""

from __future__ import annotations

import pytest

from engine import feel
from tests.engine.feel.asking import means, value


@pytest.mark.parametrize(
    "text",
    [
        'date("2026-01-14")', 'date("-2026-01-14")', 'date("99999-12-31")', 'date("-999999999-01-01")',
        'time("10:30:00")', 'time("10:30:00.123456789")', 'time("10:30:00Z")', 'time("10:30:00-05:00")',
        'time("10:30:00+05:30:15")', 'time("10:30:00@Europe/Moscow")',
        'date and time("2026-01-14T10:30:00")', 'date and time("2026-01-14T10:30:00.5+03:00")',
        'date and time("2026-01-14T10:30:00@Asia/Yekaterinburg")',
        'date and time("999999999-12-31T23:59:59.999999999Z")',
        'duration("P1Y2M")', 'duration("-P1M")', 'duration("P1DT2H3M4.5S")', 'duration("-PT0.001S")',
    ],
)  # fmt: skip
def test_what_is_read_is_written_the_same(text: str):
    assert f'"{value(f"string({text})")}"' in text


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ('time("10:30")', "10:30:00"),
        ('time("10:30:00z")', "10:30:00Z"),
        ('time("10:30:00+00:00")', "10:30:00Z"),
        ('time("10:30:00.500")', "10:30:00.5"),
        ('date and time("2026-01-14")', "2026-01-14T00:00:00"),
        ('date and time("2026-01-14T10:30")', "2026-01-14T10:30:00"),
        ('date and time("2026-12-31T24:00:00")', "2027-01-01T00:00:00"),
        ('duration("P0D")', "PT0S"),
        ('duration("P0Y")', "P0M"),
        ('duration("PT90M")', "PT1H30M"),
        ('duration("P25M")', "P2Y1M"),
        ('duration("PT0.000000001S")', "PT0.000000001S"),
    ],
)
def test_one_value_has_one_text(text: str, string: str):
    assert value(f"string({text})") == string


@pytest.mark.parametrize(
    "text",
    [
        'date("2026-02-29")', 'date("2026-13-01")', 'date("26-01-14")', 'date("012026-01-14")',
        'date("2026-1-14")', 'date("14.01.2026")', 'date("2026-01-14T10:00:00")', 'date("+2026-01-14")',
        'date("1000000000-01-01")', "date(2026, 2, 30)", "date(2026.5, 1, 1)", "date(null)",
        'time("24:00:01")', 'time("25:00:00")', 'time("10:60:00")', 'time("10:30:60")', 'time("1:30:00")',
        'time("10:30:00+19:00")', 'time("10:30:00+5:00")', 'time("10:30:00@Нет/Такого")',
        'time("10:30:00@../etc/passwd")', 'time("10:30:00Z@Etc/UTC")', "time(24, 0, 0)",
        'time(10, 0, 0, @"PT20H")', 'date and time("2026-01-14 10:00:00")',
        'date and time("2026-01-14T24:00:01")', 'date and time("10:00:00")', 'duration("P")',
        'duration("P1DT")', 'duration("P1Y1D")', 'duration("1D")', 'duration("P1W")', 'duration("P-1D")',
        'duration("PT1.S")', 'duration("")',
    ],
)  # fmt: skip
def test_what_is_no_date_time_or_duration_is_null(text: str):
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date(2026, 1, 14)", '@"2026-01-14"'),
        ('date(@"2026-01-14T10:00:00Z")', '@"2026-01-14"'),
        ("time(10, 30, 0)", '@"10:30:00"'),
        ("time(10, 30, 0, null)", '@"10:30:00"'),
        ('time(10, 30, 0.5, @"PT3H")', '@"10:30:00.5+03:00"'),
        ('time(@"2026-01-14T10:00:00@Europe/Moscow")', '@"10:00:00@Europe/Moscow"'),
        ('time(@"2026-01-14")', '@"00:00:00Z"'),
        ('date and time(@"2026-01-14", @"10:00:00Z")', '@"2026-01-14T10:00:00Z"'),
        ('date and time(@"2026-01-14T23:00:00+01:00", @"10:00:00")', '@"2026-01-14T10:00:00"'),
        ('date and time(@"2026-01-14")', '@"2026-01-14T00:00:00Z"'),
        ('duration(@"P1D")', '@"P1D"'),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', '@"P1Y8M"'),
        ('years and months duration(@"2013-08-24", @"2011-12-22")', '@"-P1Y8M"'),
        ('years and months duration(@"2026-01-31", @"2026-02-28")', '@"P0M"'),
        ('years and months duration(@"2026-01-14", @"2027-01-13T23:00:00")', '@"P11M"'),
    ],
)
def test_dates_and_times_are_made_of_parts(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-01-14".year', "2026"),
        ('@"2026-01-14".month', "1"),
        ('@"2026-01-14".day', "14"),
        ('@"2026-01-14".weekday', "3"),
        ('@"2026-01-14".hour', "null"),
        ('@"10:30:05.5".second', "5.5"),
        ('@"2026-01-14T10:30:05Z".hour', "10"),
        ('@"10:30:05+03:00".time offset', '@"PT3H"'),
        ('@"10:30:05".time offset', "null"),
        ('@"2026-01-14T10:00:00@Europe/Moscow".timezone', '"Europe/Moscow"'),
        ('@"2026-07-14T10:00:00@Europe/Paris".time offset', '@"PT2H"'),
        ('@"10:30:05".timezone', "null"),
        ('@"10:30:05+03:00".timezone', "null"),
        ('@"P1DT2H3M4S".days', "1"),
        ('@"P1DT2H3M4S".hours', "2"),
        ('@"P1DT2H3M4S".minutes', "3"),
        ('@"P1DT2H3M4.5S".seconds', "4.5"),
        ('@"-P1DT2H".hours', "-2"),
        ('@"P1Y2M".years', "1"),
        ('@"P1Y2M".months', "2"),
        ('@"P1D".years', "null"),
        ('day of week(@"2026-01-14")', '"Wednesday"'),
        ('day of year(@"2026-02-01")', "32"),
        ('month of year(@"2026-02-01")', '"February"'),
        ('week of year(@"2027-01-01")', "53"),
        ('week of year(@"2026-12-31T10:00:00")', "53"),
    ],
)
def test_dates_and_durations_have_parts(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-01-31" + @"P1M"', '@"2026-02-28"'),
        ('@"2024-02-29" + @"P1Y"', '@"2025-02-28"'),
        ('@"2026-03-31" - @"P1M"', '@"2026-02-28"'),
        ('@"P1M" + @"2026-01-31"', '@"2026-02-28"'),
        ('@"2026-01-14" + @"P10D"', '@"2026-01-24"'),
        ('@"2026-01-14" - @"PT1H"', '@"2026-01-13"'),
        ('@"2026-01-14" - @"2025-12-31"', '@"P14D"'),
        ('@"2026-01-14T10:00:00Z" + @"PT36H"', '@"2026-01-15T22:00:00Z"'),
        ('@"2026-01-14T10:00:00Z" - @"2026-01-14T10:00:00+03:00"', '@"PT3H"'),
        ('@"2026-01-14T10:00:00" - @"2026-01-13"', '@"P1DT10H"'),
        ('@"2026-01-14T10:00:00+03:00" - @"2026-01-14"', '@"PT7H"'),
        ('@"2026-01-14T10:00:00" - @"2026-01-13T00:00:00Z"', "null"),
        ('@"23:30:00" + @"PT1H"', '@"00:30:00"'),
        ('@"23:30:00Z" - @"22:00:00+03:00"', '@"PT4H30M"'),
        ('@"10:00:00" - @"10:00:00Z"', "null"),
        ('@"P1D" + @"PT1H"', '@"P1DT1H"'),
        ('@"P1Y" - @"P1M"', '@"P11M"'),
        ('@"P1Y" + @"P1D"', "null"),
        ('@"P1D" * 1.5', '@"P1DT12H"'),
        ('2 * @"P1M"', '@"P2M"'),
        ('@"P1Y" / 2', '@"P6M"'),
        ('@"P1D" / @"PT1H"', "24"),
        ('@"P1Y" / @"P1M"', "12"),
        ('@"P1D" / 0', "null"),
        ('@"P1D" / @"PT0S"', "null"),
        ('-@"P1D"', '@"-P1D"'),
        ('@"2026-01-14" + 1', "null"),
        ('@"2026-01-14" + @"2026-01-14"', "null"),
        ('date("9999-12-31") + @"P1D"', 'date("10000-01-01")'),
        ('date("999999999-12-31") + @"P1D"', "null"),
        ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', '@"2026-03-29T03:30:00@Europe/Paris"'),
        ('@"2026-10-25T02:30:00@Europe/Paris" - @"2026-10-24T02:30:00@Europe/Paris"', '@"P1D"'),
        ('@"2026-01-14T10:00:00@Europe/Moscow" + @"P6M"', '@"2026-07-14T10:00:00@Europe/Moscow"'),
        ('@"0001-01-01" - @"-0001-01-01"', '@"P731D"'),
        ('@"12026-07-14T10:00:00@Europe/Paris" + @"PT24H"', '@"12026-07-15T10:00:00@Europe/Paris"'),
        ('@"12026-07-14T10:00:00+03:00" + @"PT24H"', '@"12026-07-15T10:00:00+03:00"'),
        ('@"9999-12-31T23:00:00Z" + @"PT2H"', '@"10000-01-01T01:00:00Z"'),
        ('@"23:59:59.999999999" + @"PT0.000000001S"', '@"00:00:00"'),
    ],
)
def test_counting_with_dates_and_durations(text: str, expected: str):
    means(text, expected)


def test_far_and_fine_values_compare_like_any_others():
    assert value('date("99999-12-31") > @"2026-01-14"') is True
    assert value('time("10:00:00.000000001") > @"10:00:00"') is True
    assert value('@"99999-01-01T00:00:00Z" = @"99999-01-01T03:00:00+03:00"') is True
    assert value('@"12026-07-14T10:00:00@Europe/Paris".time offset') == feel.DaysTimeDuration.of(hours=2)
    assert value('date("12026-01-14") + @"P1M"') == value('date("12026-02-14")')


def test_durations_go_to_and_from_timedelta():
    duration = feel.evaluate('@"P1DT2H"', {})
    assert feel.DaysTimeDuration.from_timedelta(duration.to_timedelta()) == duration
    assert str(feel.DaysTimeDuration.of(days=1, hours=2)) == "P1DT2H"
