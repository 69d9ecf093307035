"""The quick clock of an office runs as the one of the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest

from engine.deadlines.counting import Rule, Unit
from engine.deadlines.interruptions import time_left
from engine.reports.working_time import WorkingTime
from engine.storage.moments import from_seconds
from tests.engine.reports.rows import at, year

EIGHT_TO_FRIDAY = (time(17), time(17), time(17), time(17), time(16), time(17), time(17))


@pytest.mark.parametrize("week", [(), EIGHT_TO_FRIDAY])
def test_it_says_what_the_terms_say_at_any_moment(rt, analyst, week):
    """Days off, the holidays of New Year and short days before them are among these."""
    asked = year(rt, analyst)
    office = replace(asked.office, week=week)
    clock = WorkingTime(asked.calendar, office)
    dice = Random(3)
    for _ in range(2_000):
        since = at("2025-12-20 00:00") + dice.randrange(40 * 86400)
        until = since + dice.randrange(10 * 86400)
        moments = from_seconds(until), from_seconds(since)
        wanted = time_left(Rule(1, Unit.WORKING_DAYS), *moments, asked.calendar, office)
        assert clock.between(since, until) == wanted, moments
        assert clock.between(until, since) == 0
        assert clock.day_of(since) == asked.day_of(since)


def test_a_day_begins_with_the_clock_of_the_office(rt, analyst):
    clock = WorkingTime(year(rt, analyst).calendar, year(rt, analyst).office)
    midnight = int(datetime(2026, 1, 31, 21, tzinfo=UTC).timestamp())
    assert clock.day_of(midnight) - clock.day_of(midnight - 1) == timedelta(1)
