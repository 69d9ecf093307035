"""Schedules in the form of cron."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.cron import read_cron
from tests.engine.bpmn.drawing import (
    boundary,
    catch,
    diagram,
    end,
    every,
    handler,
    path,
    start,
    user,
)
from tests.engine.bpmn.playing import MORNING, MOSCOW, Play

BERLIN = ZoneInfo("Europe/Berlin")


def following(text: str, moment: datetime, zone: ZoneInfo = MOSCOW, count: int = 1) -> list[str]:
    """The next moments of a schedule, as the wall clock shows them."""
    cron = read_cron(text)
    assert cron is not None
    found = []
    for _ in range(count):
        after = cron.after(moment, zone)
        assert after is not None
        assert after > moment
        moment = after
        found.append(moment.astimezone(zone).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30 9 * * *", "2026-01-12 09:30"),
        ("0 9 * * *", "2026-01-13 09:00"),
        ("*/15 * * * *", "2026-01-12 09:15"),
        ("5/20 9 * * *", "2026-01-12 09:05"),
        ("0 22-2 * * *", "2026-01-12 22:00"),
        ("0 9 * * SUN", "2026-01-18 09:00"),
        ("0 9 * * 0", "2026-01-18 09:00"),
        ("0 9 * * 7", "2026-01-18 09:00"),
        ("0 9 * * sat-mon", "2026-01-17 09:00"),
        ("0 9 20 * FRI", "2026-01-16 09:00"),
        ("0 9 13 * FRI", "2026-01-13 09:00"),
        ("0 9 1 3,6 *", "2026-03-01 09:00"),
        ("0 9 29 2 *", "2028-02-29 09:00"),
        ("0 0 9 ? * MON-FRI", "2026-01-13 09:00"),
        ("0 0 9 ? * 2", "2026-01-19 09:00"),
        ("0 0 9 ? * L", "2026-01-17 09:00"),
        ("0 0 9 ? * FRI#3", "2026-01-16 09:00"),
        ("0 0 9 ? * 6L", "2026-01-30 09:00"),
        ("0 0 9 L * ?", "2026-01-31 09:00"),
        ("0 0 9 LW * ?", "2026-01-30 09:00"),
        ("0 0 9 17W * ?", "2026-01-16 09:00"),
        ("0 0 9 18W * ?", "2026-01-19 09:00"),
        ("0 0 9 1W 2 ?", "2026-02-02 09:00"),
        ("0 0 9 31W 5 ?", "2026-05-29 09:00"),
        ("0 0 9 1 1 ? 2030-2032", "2030-01-01 09:00"),
        ("@hourly", "2026-01-12 10:00"),
        ("@monthly", "2026-02-01 00:00"),
    ],
)
def test_the_next_moment_of_a_schedule(text, moment):
    assert following(text, MORNING) == [moment]


@pytest.mark.parametrize(
    "text",
    [
        "* * *",
        "60 * * * *",
        "0 24 * * *",
        "0 9 0 * *",
        "0 9 * 13 *",
        "0 9 * * 8",
        "0 0 9 ? * 0",
        "0 9 30 2 *",
        "0 0 9 1 * MON",
        "0 9 1 * ?",
        "*/0 * * * *",
        "0 9 * * ПН",
        "0 9 , * *",
        "0 0 9 99W * ?",
        "0 0 9 ? * MON#6",
        "0 0 9 1 1 ? 1900",
        "@sometimes",
    ],
)
def test_texts_that_are_no_schedule_or_a_day_that_never_comes(text):
    assert read_cron(text) is None


def test_a_time_that_the_clocks_leave_out_comes_once_and_later():
    night = datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN)
    assert following("30 2 * * *", night, BERLIN, 2) == ["2026-03-29 03:30", "2026-03-30 02:30"]


def test_a_time_that_comes_twice_counts_once():
    night = datetime(2026, 10, 24, 12, 0, tzinfo=BERLIN)
    assert following("30 2 * * *", night, BERLIN, 2) == ["2026-10-25 02:30", "2026-10-26 02:30"]


def test_a_schedule_may_come_to_its_end():
    cron = read_cron("0 0 9 1 1 ? 2026")
    assert cron is not None
    assert cron.after(MORNING, MOSCOW) is None


@settings(max_examples=100, deadline=None)
@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    moment=st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2040-01-01")),
)
def test_the_next_moment_is_the_one_that_trying_every_minute_finds(minute, hour, weekdays, moment):
    cron = read_cron(f"{minute} {hour} * * {','.join(map(str, sorted(weekdays)))}")
    assert cron is not None
    clock = moment.replace(second=0, microsecond=0, tzinfo=UTC) + timedelta(minutes=1)
    day = clock.replace(hour=hour, minute=minute)
    tried = (day + timedelta(days=number) for number in range(9))
    expected = next(one for one in tried if one >= clock and one.isoweekday() % 7 in weekdays)
    assert cron.after(moment.replace(tzinfo=UTC), UTC) == expected


# --- in a diagram


def test_an_event_waits_for_the_next_moment_of_its_schedule():
    play = Play(diagram(start(), catch("t", every("0 9 * * FRI")), end(), path("s t e")))
    assert play.due("t") == datetime(2026, 1, 16, 9, 0, tzinfo=MOSCOW)
    assert play.until("t").ended


def test_a_schedule_at_an_edge_comes_again_and_what_slept_fires_once():
    edge = boundary("b", "a", every("0 9 * * MON-FRI"), interrupting=False)
    play = Play(diagram(start(), user("a"), edge, user("c"), end(), path("s a e", "b c")))
    assert play.until("b").open == ["a", "c"]
    assert play.due("b") == datetime(2026, 1, 14, 9, 0, tzinfo=MOSCOW)
    assert play.wait(days=30).open == ["a", "c", "c"]
    assert play.due("b") == datetime(2026, 2, 13, 9, 0, tzinfo=MOSCOW)


def test_an_event_sub_process_may_begin_by_a_schedule():
    again = handler("h", every("0 0 9 ? * MON-FRI"), user("c"), path("h_s c"), interrupting=False)
    play = Play(diagram(start(), user("a"), again, path("s a")))
    assert play.until("h_s").open == ["a", "c"]
    assert play.until("h_s").open == ["a", "c", "c"]


def test_a_schedule_that_has_ended_is_an_incident():
    play = Play(diagram(start(), catch("t", every("0 0 9 1 1 ? 2020")), end(), path("s t e")))
    assert play.incidents == ["t"]
    assert "расписание" in play.message("t")


def test_a_schedule_may_be_computed():
    play = Play(diagram(start(), catch("t", every("=когда")), path("s t")), {"когда": "0 12 * * *"})
    assert play.due("t") == datetime(2026, 1, 12, 12, 0, tzinfo=MOSCOW)
