from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.clock import MovableClock, ShiftedClock, SystemClock

NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_shifted_clock_goes_on_from_another_day() -> None:
    before = datetime.now(UTC)
    told = ShiftedClock(timedelta(days=-300)).now()
    assert before <= told + timedelta(days=300) <= datetime.now(UTC)


def test_a_movable_clock_stands_until_it_is_moved() -> None:
    clock = MovableClock(NOON)
    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(days=5)) == NOON + timedelta(days=5)
    clock.set(NOON)
    assert clock.now() == NOON


def test_a_movable_clock_tells_utc_whatever_zone_it_was_set_in() -> None:
    clock = MovableClock(NOON.astimezone(timezone(timedelta(hours=7))))
    assert clock.now().tzinfo is UTC


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        MovableClock(datetime(2026, 1, 12))  # noqa: DTZ001
