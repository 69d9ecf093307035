"""Terms: norms running in a case. Pure planning: rows to insert or update; whoever holds the transaction
writes them.

Hot: a completion opens and ends a few terms inside its own commit. The statements lie in
`engine.deadlines.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office, Unit, due_moment, sitting_moment
from engine.deadlines.ladder import Advance, Planned, next_rung, plan
from engine.deadlines.norms import Norm
from engine.model import FAR_FUTURE, Clock, Outcome
from engine.storage.moments import due_to_seconds, from_seconds, to_seconds


def open_term(
    norm: Norm,
    *,
    case_id: int,
    event: datetime,
    now: datetime,
    calendar: Calendar,
    office: Office,
    task_id: int | None = None,
    sittings: Iterable[date] = (),
) -> dict[str, Any]:
    """The row of a new running term, for `OPEN_TERM`; its `due_at` (seconds) is also the due moment of the
    step.

    `event` is what the norm is counted from, `now` the moment of opening. A term that is overdue already when
    it opens begins on the last rung that is behind: its first notice is the next one. `sittings`: days on
    which the commission of a norm in sittings sits; while none fits, the term has no last moment yet.
    """
    if norm.unit is Unit.SITTING:
        due = sitting_moment(norm.rule, event, sittings, calendar, office)
    else:
        due = due_moment(norm.rule, event, calendar, office)
    upcoming = _first_rung(norm, event, due, now, calendar, office)
    return {
        "case_id": case_id,
        "task_id": task_id,
        "norm_id": norm.id,
        "key": norm.key,
        "event_at": to_seconds(event),
        "due_at": due_to_seconds(due),
        "clock": int(Clock.RUNNING),
        "started_at": to_seconds(now),
        "ended_at": None,
        "rung": upcoming.number - 1 if upcoming else len(norm.ladder) if due else 0,
        "next_at": to_seconds(upcoming.at) if upcoming else None,
        "outcome": int(Outcome.OPEN),
        "paused_at": None,
        "remainder": None,
    }


def _first_rung(
    norm: Norm, event: datetime, due: datetime | None, now: datetime, calendar: Calendar, office: Office
) -> Planned | None:
    return None if due is None else next_rung(plan(norm, event, due, calendar, office), 0, now)


def sitting_row(
    row: Any, norm: Norm, due: datetime | None, now: datetime, calendar: Calendar, office: Office
) -> dict[str, Any]:
    """The columns of a running term in sittings whose day was set, moved or taken away."""
    if due is not None:
        return moved_row(row, norm, due, now, calendar, office)
    return {
        "the_term": row.id,
        "due_at": FAR_FUTURE,
        "clock": int(Clock.RUNNING),
        "rung": row.rung,
        "next_at": None,
    }


def end_term(
    term_id: int, due_at: int, now: datetime, *, cancelled: bool = False, paused: bool = False
) -> dict[str, Any]:
    """The row for `END_TERM`: met or breached by the moment, or cancelled when the work became needless.

    `due_at` is the stored due moment in seconds. A clock that stands still has not run out.
    """
    ended = to_seconds(now)
    late = ended > due_at and not paused
    outcome = Outcome.CANCELLED if cancelled else Outcome.BREACHED if late else Outcome.MET
    return {"the_term": term_id, "ended_at": ended, "outcome": int(outcome)}


def rung_row(term_id: int, moved: Advance) -> dict[str, Any]:
    """The row for `MOVE_RUNG` after the sweep told what was to be told."""
    return {"the_term": term_id, "rung": moved.rung, "next_at": to_seconds(moved.next_at)}


def moved_row(
    row: Any, norm: Norm, due: datetime, now: datetime, calendar: Calendar, office: Office
) -> dict[str, Any]:
    """The columns of a running term that ends at another moment now: for the term's new `due_at`.

    What has been told stays told, except that a term which had run out and goes on begins its ladder anew.
    Of one that has run out by this, its people are told at the next sweep.
    """
    planned = plan(norm, from_seconds(row.event_at), due, calendar, office)
    had_run_out = to_seconds(now) > row.due_at and row.clock != Clock.PAUSED
    behind = 0 if had_run_out and due >= now else row.rung
    upcoming = next_rung(planned, behind, min(now, due))
    return {
        "the_term": row.id,
        "due_at": to_seconds(due),
        "clock": int(Clock.RUNNING),
        "rung": upcoming.number - 1 if upcoming else len(norm.ladder),
        "next_at": to_seconds(upcoming.at) if upcoming else None,
    }
