"""Opening and ending terms: the rows that a completion writes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.deadlines.norms import Norm
from engine.deadlines.terms import end_term, open_term
from engine.model import Clock, Outcome
from engine.storage.moments import to_seconds
from tests.engine.deadlines.factories import CALENDAR, OFFICE, SHIPPED, at, day, norm


def opened(of: Norm, event: str, now: str, task_id: int | None = None) -> dict[str, Any]:
    return open_term(
        of, case_id=3, event=at(event), now=at(now), calendar=CALENDAR, office=OFFICE, task_id=task_id
    )


def test_a_term_is_counted_from_its_event_and_remembers_when_it_was_opened():
    row = opened(norm(10), "26.12.2025 10:00", "29.12.2025 12:00")
    assert row["due_at"] == to_seconds(at("21.01.2026 17:00"))
    assert row["event_at"] == to_seconds(at("26.12.2025 10:00"))
    assert row["started_at"] == to_seconds(at("29.12.2025 12:00"))
    assert (row["clock"], row["outcome"], row["ended_at"]) == (Clock.RUNNING, Outcome.OPEN, None)


def test_a_new_term_waits_for_its_first_rung():
    row = opened(norm(10), "26.12.2025 10:00", "26.12.2025 10:00")
    assert (row["rung"], row["next_at"]) == (0, to_seconds(at("14.01.2026 09:00")))


def test_a_term_opened_late_does_not_tell_what_is_past():
    row = opened(norm(10), "26.12.2025 10:00", "20.01.2026 12:00")
    assert (row["rung"], row["next_at"]) == (2, to_seconds(at("21.01.2026 17:00:01")))
    row = opened(norm(10), "26.12.2025 10:00", "01.03.2026 12:00")
    assert (row["rung"], row["next_at"]) == (5, None)


def test_a_variant_runs_under_the_key_that_the_diagram_says():
    palliative = SHIPPED.find("T14", day("12.10.2026"), {"паллиативный": True})
    row = opened(palliative, "12.10.2026 10:00", "12.10.2026 10:00", task_id=99)
    assert (row["key"], row["norm_id"], row["task_id"]) == ("T14", palliative.id, 99)
    assert row["due_at"] == to_seconds(at("14.10.2026 17:00"))


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [("21.01.2026 17:00", Outcome.MET), ("21.01.2026 17:00:01", Outcome.BREACHED)],
)
def test_a_term_is_met_until_its_very_second(ended, outcome):
    due = to_seconds(at("21.01.2026 17:00"))
    assert end_term(5, due, at(ended)) == {
        "the_term": 5,
        "ended_at": to_seconds(at(ended)),
        "outcome": int(outcome),
    }


def test_needless_work_cancels_its_term_even_when_it_is_late():
    due = to_seconds(at("21.01.2026 17:00"))
    assert end_term(5, due, at("25.01.2026 17:00"), cancelled=True)["outcome"] == Outcome.CANCELLED
