"""Pathways that open by the calendar: a timer start event opens a case at each of its moments.

Nothing is planned ahead: whoever sweeps asks for the last moment since the diagram was published, and opens
the case of that moment unless it has been opened. So what was slept through is made up for once, whoever
sweeps first, and however often.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import bindparam, select

from engine.bpmn import timers
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.definitions.library import Release, TimedStart
from engine.errors import MarshrutError
from engine.model import SYSTEM, StartCase
from engine.runtime import Runtime

log = structlog.get_logger(__name__)

_OPENED = select(case_.c.id).where(case_.c.request_key == bindparam("request_key"))


def open_due(rt: Runtime) -> int:
    """Open what the calendar asks for, one commit a case; returns how many cases were opened."""
    now = rt.clock.now()
    with rt.database.read() as conn:
        release = rt.library.newest(conn)
        starts = () if release is None else release.timed_starts(conn)
        if release is None or not starts:
            return 0
        due = [
            command
            for command in _commands(rt, release, starts, now)
            if conn.execute(_OPENED, {"request_key": command.request_key}).scalar() is None
        ]
    return sum(_opened(rt, command) for command in due)


def _opened(rt: Runtime, command: StartCase) -> bool:
    try:
        start_case(rt, command, check_form=False)
    except MarshrutError as error:
        log.warning("start.failed", process=command.process, reason=type(error).__name__)
        return False
    return True


def _commands(
    rt: Runtime, release: Release, starts: tuple[TimedStart, ...], now: datetime
) -> Iterator[StartCase]:
    """For each start whose moment has come the case of its last moment."""
    for start in starts:
        unit_id = _unit_of(rt, release, start)
        schedule = timers.read_text(start.timer)
        if unit_id is None or schedule is None:
            continue
        zone = rt.calendars.office(unit_id).zone
        moment = timers.last_moment(schedule, start.since, now, zone)
        if moment is not None:
            key = f"{start.process} {start.node} {int(moment.timestamp())}"
            yield StartCase(
                SYSTEM,
                start.process,
                label=release.process(start.process).name,
                filed_at=moment,
                unit_id=unit_id,
                start_event=start.node,
                request_key=hashlib.sha256(key.encode()).hexdigest(),
            )


def _unit_of(rt: Runtime, release: Release, start: TimedStart) -> int | None:
    """The first unit where somebody holds the role that owns the pathway, else the topmost one."""
    tree = rt.directory.tree()
    role = release.process(start.process).properties.get("owner")
    holding = sorted(unit for held, unit in tree.holders if held == role)
    return holding[0] if holding else min(tree.units, default=None)
