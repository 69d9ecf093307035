"""Pathways that open by the calendar: a timer start event opens a case at each of its moments.

Nothing is planned ahead: whoever sweeps asks for the last moment since the diagram was published, and opens
the case of that moment unless it has been opened. So what was slept through is made up for once, whoever
sweeps first, and however often. A municipality has one case a moment, however many units have people in the
role that owns the pathway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, bindparam, insert, select

from engine.access.queries import holders
from engine.bpmn import timers
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.definitions.library import Release, TimedStart
from engine.errors import MarshrutError
from engine.model import SYSTEM, StartCase
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.storage.moments import to_seconds
from engine.worklist.notices import NOBODY
from engine.worklist.tables import notice

SUPERVISORS = ("R27", "R07")
"""Roles that are told, the nearest to the municipality first."""

log = structlog.get_logger(__name__)

_OPENED = select(case_.c.request_key).where(
    case_.c.request_key.in_(bindparam("request_keys", expanding=True))
)
_known: WeakKeyDictionary[Database, frozenset[str]] = WeakKeyDictionary()
"""Requests of the last moments that have their case: what this process need not ask for again."""


def open_due(rt: Runtime, release_id: int) -> int:
    """Open what the calendar asks for by this release, one commit a case; returns how many cases were opened.

    Costs no statement while the last moments are known to have been opened.
    """
    release, now = rt.library.release(release_id), rt.clock.now()
    with rt.database.read() as conn:
        last = dict(_commands(rt, release, conn, now))
        if _known.get(rt.database, frozenset()) >= last.keys():
            return 0
        opened = frozenset(conn.execute(_OPENED, {"request_keys": list(last)}).scalars())
    _known[rt.database] = opened
    return sum(_opened(rt, release, command) for key, command in last.items() if key not in opened)


def _opened(rt: Runtime, release: Release, command: StartCase) -> bool:
    try:
        case = start_case(rt, command, check_form=False)
    except MarshrutError as error:
        log.warning("start.failed", process=command.process, reason=type(error).__name__)
        return False
    owners = release.process(command.process).owners
    if owners and not _holding(rt, owners):
        _tell_supervisors(rt, case.id)
    return True


def _tell_supervisors(rt: Runtime, case_id: int) -> None:
    """Nobody holds the role that owns the pathway: heads of the body are told, without them heads of
    departments. The case waits in the queue of the role for whoever gets it.
    """
    everywhere = list(rt.directory.tree().units)
    heads = next(filter(None, (holders(rt, [role], everywhere) for role in SUPERVISORS)), [])
    told = {"at": to_seconds(rt.clock.now()), "kind": NOBODY, "rung": 0, "case_id": case_id}
    if heads:
        with rt.database.write() as conn:
            conn.execute(insert(notice), [{"account_id": each.id, **told} for each in heads])


def _commands(
    rt: Runtime, release: Release, conn: Connection, now: datetime
) -> Iterator[tuple[str, StartCase]]:
    """For each start whose moment has come the case of its last moment, after the key of its request."""
    for start in release.timed_starts(conn):
        unit_id = _unit_of(rt, release, start)
        schedule = timers.read_text(start.timer)
        if unit_id is None or schedule is None:
            continue
        zone = rt.calendars.office(unit_id).zone
        moment = timers.last_moment(schedule, start.since, now, zone)
        if moment is not None:
            words = f"{start.process} {start.node} {int(moment.timestamp())}"
            key = hashlib.sha256(words.encode()).hexdigest()
            yield (
                key,
                StartCase(
                    SYSTEM,
                    start.process,
                    filed_at=moment,
                    unit_id=unit_id,
                    start_event=start.node,
                    request_key=key,
                ),
            )


def _unit_of(rt: Runtime, release: Release, start: TimedStart) -> int | None:
    """The first unit where somebody holds the role that owns the pathway, else the topmost one."""
    holding = _holding(rt, release.process(start.process).owners)
    return holding[0] if holding else min(rt.directory.tree().units, default=None)


def _holding(rt: Runtime, roles: tuple[str, ...]) -> list[int]:
    """Units where somebody holds one of the roles, the oldest first."""
    return sorted(unit for held, unit in rt.directory.tree().holders if held in roles)
