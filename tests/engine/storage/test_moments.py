from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.model import FAR_FUTURE
from engine.storage.moments import due_from_seconds, due_to_seconds, from_seconds, to_seconds

MOSCOW = timezone(timedelta(hours=3))


def test_a_moment_comes_back_as_the_same_moment_in_utc() -> None:
    moment = datetime(2026, 1, 21, 17, 0, tzinfo=MOSCOW)
    assert from_seconds(to_seconds(moment)) == moment
    assert from_seconds(to_seconds(moment)).tzinfo is UTC


def test_fractions_of_a_second_are_cut_off_also_before_1970() -> None:
    assert to_seconds(datetime(1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC)) == 1
    assert to_seconds(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -1


def test_nothing_stays_nothing() -> None:
    assert to_seconds(None) is None
    assert from_seconds(None) is None


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_seconds(datetime(2026, 1, 21))  # noqa: DTZ001


def test_what_has_no_due_moment_is_due_in_the_far_future() -> None:
    assert due_to_seconds(None) == FAR_FUTURE
    assert due_from_seconds(FAR_FUTURE) is None
    moment = datetime(2026, 1, 21, tzinfo=UTC)
    assert due_from_seconds(due_to_seconds(moment)) == moment
