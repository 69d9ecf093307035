"""Telling supervisors of steps that lie with somebody who is away: the sweep's part, once a minute.

When an absence begins over open steps there is one notice of them all; a step that a diagram gives to
somebody who is away already has one of its own. Each is told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select

from engine.access.absences import Away, away_now
from engine.access.queries import holders
from engine.access.tables import absence, account
from engine.cases.tables import case_
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.notices import AWAY
from engine.worklist.tables import OPEN, notice, task

SUPERVISORS = ("R07", "R27")
"""Roles that are told, the nearest first: the next one where nobody but the absent holds the one before."""

_STEPS = (
    select(task.c.id, task.c.case_id, task.c.assignee_id, task.c.opened_at, case_.c.unit_id)
    .join_from(task, case_, case_.c.id == task.c.case_id)
    .where(task.c.status == OPEN, task.c.assignee_id.in_(bindparam("people", expanding=True)))
    .order_by(task.c.id)
)
_PERIODS = (
    select(absence.c.id, absence.c.absent_id, account.c.unit_id)
    .join_from(absence, account, account.c.id == absence.c.absent_id)
    .where(absence.c.id.in_(bindparam("periods", expanding=True)))
    .order_by(absence.c.id)
    .with_for_update(of=absence, skip_locked=True)
)
_TOLD = select(notice.c.absence_id, notice.c.task_id, notice.c.at).where(
    notice.c.absence_id.in_(bindparam("periods", expanding=True))
)

_ALL_TOLD, _STEP_TOLD = notice.alias(), notice.alias()
_OF_ALL = (_ALL_TOLD.c.absence_id == absence.c.id) & _ALL_TOLD.c.task_id.is_(None)
STEPS_OF_AWAY = (
    select(absence.c.id)
    .join_from(absence, task, task.c.assignee_id == absence.c.absent_id)
    .where(
        task.c.status == OPEN,
        absence.c.first_day <= bindparam("latest"),
        absence.c.last_day >= bindparam("earliest"),
        ~exists().where(_OF_ALL, _ALL_TOLD.c.at >= task.c.opened_at),
        ~exists().where(_OF_ALL)
        | ~exists().where(_STEP_TOLD.c.absence_id == absence.c.id, _STEP_TOLD.c.task_id == task.c.id),
    )
    .exists()
)
"""Somebody is away between these days and has steps that nobody was told of."""


def tell_away(rt: Runtime) -> int:
    """Write the notices that are missing, in one commit; returns how many were written."""
    now = rt.clock.now()
    with rt.database.read() as conn:
        away = away_now(conn, rt.directory.tree(), now)
        steps = conn.execute(_STEPS, {"people": list(away)}).all() if away else []
        if not steps:
            return 0
        periods = [away[each].absence_id for each in {step.assignee_id for step in steps}]
        if not _missing(steps, _told(conn, periods), away):
            return 0
    with rt.database.write() as conn:
        locked = conn.execute(_PERIODS, {"periods": periods}).all()
        told = _told(conn, [period.id for period in locked])
        rows = []
        for period in locked:
            own = [step for step in steps if step.assignee_id == period.absent_id]
            for step in _untold(own, told[period.id]):
                unit_id = period.unit_id if step is None else step.unit_id
                people = _supervisors(rt, unit_id, period.absent_id, away)
                rows += [_notice(person, period.id, step, now) for person in people]
        if rows:
            conn.execute(insert(notice), rows)
        return len(rows)


_Told = Mapping[int, dict[int | None, int]]
"""By period: what has been told (a step, None: of them all), and when."""


def _told(conn: Connection, periods: Iterable[int]) -> _Told:
    told: dict[int, dict[int | None, int]] = defaultdict(dict)
    for row in conn.execute(_TOLD, {"periods": list(periods)}):
        told[row.absence_id][row.task_id] = row.at
    return told


def _missing(steps: Iterable[AnyRow], told: _Told, away: Mapping[int, Away]) -> bool:
    return any(_untold([step], told[away[step.assignee_id].absence_id]) for step in steps)


def _untold(steps: Iterable[AnyRow], told: Mapping[int | None, int]) -> list[AnyRow | None]:
    """What is to be told of one period: None for all its steps at once, later the steps opened since."""
    if None not in told:
        return [None] if steps else []
    return [step for step in steps if step.opened_at > told[None] and step.id not in told]


def _supervisors(rt: Runtime, unit_id: int, absent_id: int, away: Mapping[int, Away]) -> list[int]:
    """Who leads there, and who acts for those of them who are away themselves."""
    for role in SUPERVISORS:
        place = rt.directory.tree().place_of((role,), unit_id)
        people = {person.id for person in holders(rt, [role], [place])} - {absent_id}
        if people:
            acting = {away[each].acting_id for each in people if each in away}
            return sorted(people | {each for each in acting if each is not None})
    return []


def _notice(person: int, absence_id: int, step: AnyRow | None, now: datetime) -> dict[str, Any]:
    return {
        "account_id": person,
        "at": to_seconds(now),
        "kind": AWAY,
        "rung": 0,
        "absence_id": absence_id,
        "case_id": None if step is None else step.case_id,
        "task_id": None if step is None else step.id,
    }
