"""What a step of the engine is told about the world: the moment, the case's terms, the case itself,
decisions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime

from engine.bpmn import Context, Decision
from engine.cases.locking import LockedCase
from engine.definitions.library import Release
from engine.dmn import DASH, TableTrace
from engine.model import Clock, Value
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds

STEP_SECONDS = 10.0
"""Processor time of one step. It is taken inside the transaction that holds the case, on SQLite all cases:
whatever a diagram computes, the others go on."""


def step_context(rt: Runtime, release: Release, case: LockedCase, now: datetime) -> Context:
    """The context of one step; a paused term has no moment, so its timers stand still."""
    zone = rt.calendars.office(case.unit_id).zone
    return Context(
        now=now,
        zone=zone,
        terms={
            row.key: due_from_seconds(row.due_at) if row.clock == Clock.RUNNING else None
            for row in case.terms
            if row.task_id is None
        },
        case={
            "номер": case.number,
            "заявление": case.filed_at.astimezone(zone),
            "владелец": case.owner_id,
            "организация": case.agency_id,
        },
        decide=_decider(release, now.astimezone(zone)),
        working_days=rt.calendars.calendar(case.unit_id).add_working_days,
        require_norm=_register(rt, now.astimezone(zone).date()),
        tired=_tired_after(STEP_SECONDS),
    )


def _tired_after(seconds: float) -> Callable[[], bool]:
    """Whether this thread has worked for so long since now; time in which others work does not count."""
    end = time.thread_time() + seconds
    return lambda: time.thread_time() > end


def _register(rt: Runtime, today: date) -> Callable[[str, Mapping[str, Value]], None]:
    def require(key: str, variables: Mapping[str, Value]) -> None:
        rt.calendars.norm(key, today, variables)

    return require


def _decider(release: Release, now: datetime) -> Callable[[str, Mapping[str, Value]], Decision]:
    def decide(key: str, inputs: Mapping[str, Value]) -> Decision:
        explained = release.decision(key).explain(key, inputs, now=now)
        return Decision(explained.value, {"tables": [told(table) for table in explained.tables]})

    return decide


NEAR = 1
"""Rows kept before and after one that matched: enough to see why that one and not its neighbour."""

MOST_ROWS = 12
"""Rows kept of one table; the sentence names all that matched."""


def told(table: TableTrace) -> dict[str, Value]:
    """What the history keeps of one table: in words, the rows near the match, of them the columns that say
    something there. A cell that asks for nothing is an empty text.
    """
    near = {number + step for number in table.matched for step in range(-NEAR, NEAR + 1)}
    rows = [row for row in table.rows if row.number in near or not near][:MOST_ROWS]
    cells = [["" if words == DASH else words for words in row.cells] for row in rows]
    kept = [place for place in range(len(table.columns)) if any(line[place] for line in cells)]
    return {
        "decision": table.decision,
        "columns": [table.columns[place] for place in kept],
        "rows": [
            {
                "number": row.number,
                "cells": [line[place] for place in kept],
                "matched": row.matched,
                "note": row.note,
            }
            for row, line in zip(rows, cells, strict=True)
        ],
        "sentence": table.sentence,
    }
