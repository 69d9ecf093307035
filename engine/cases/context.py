"""What a step of the engine is told about the world: the moment, the case's terms, the case itself,
decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.bpmn import Context, Decision
from engine.cases.locking import LockedCase
from engine.definitions.library import Release
from engine.dmn import TableTrace
from engine.model import Clock, Value
from engine.runtime import Runtime
from engine.storage.moments import from_seconds


def step_context(rt: Runtime, release: Release, case: LockedCase, now: datetime) -> Context:
    """The context of one step; a paused term has no moment, so its timers stand still."""
    zone = rt.calendars.office(case.unit_id).zone
    return Context(
        now=now,
        zone=zone,
        terms={
            row.key: from_seconds(row.due_at) if row.clock == Clock.RUNNING else None
            for row in case.terms
            if row.task_id is None
        },
        case={
            "номер": case.number,
            "заявление": case.filed_at.astimezone(zone),
            "владелец": case.owner_id,
            "организация": case.agency_id,
        },
        decide=_decider(release, now),
        working_days=rt.calendars.calendar(case.unit_id).add_working_days,
    )


def _decider(release: Release, now: datetime) -> Callable[[str, Mapping[str, Value]], Decision]:
    def decide(key: str, inputs: Mapping[str, Value]) -> Decision:
        explained = release.decision(key).explain(key, inputs, now=now)
        return Decision(explained.value, {"tables": [_told(table) for table in explained.tables]})

    return decide


NEAR = 1
"""Rows kept before and after one that matched: enough to see why that one and not its neighbour."""


def _told(table: TableTrace) -> dict[str, Value]:
    """What the history keeps of one table: the facts, the rows near the match, which matched."""
    near = {number + step for number in table.matched for step in range(-NEAR, NEAR + 1)}
    return {
        "decision": table.decision,
        "inputs": [{"name": name, "value": value} for name, value in table.inputs],
        "rows": [
            {"number": row.number, "text": row.text, "matched": row.matched, "note": row.note}
            for row in table.rows
            if row.number in near or not near
        ],
    }
