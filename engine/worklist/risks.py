"""The chance that a step will be late, kept beside it so that no list has to work it out: the sweep's part.

Every process that sweeps goes through the running terms once an hour, a batch a round. What two of them find
is the same, and only what differs is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, bindparam, select, update

from engine.deadlines.forecast import Outlook
from engine.model import Clock
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.worklist.forecast import FRESH, Seen, outlooks_after
from engine.worklist.tables import OPEN, task

BATCH = 500
"""Terms of one round: about a tenth of a second."""

_OPEN_STEPS = select(task.c.id, task.c.case_id, task.c.norm_id, task.c.risk).where(
    task.c.case_id.in_(bindparam("cases", expanding=True)),
    task.c.status == OPEN,
    task.c.clock != int(Clock.PAUSED),
)
_FREE = (
    select(task.c.id)
    .where(task.c.id.in_(bindparam("numbers", expanding=True)))
    .order_by(task.c.id)
    .with_for_update(skip_locked=True)
)
_KEEP = update(task).where(task.c.id == bindparam("the_task")).values(risk=bindparam("the_risk"))


@dataclass
class _Walk:
    """How far this process has come: the last term, and when the next walk may begin."""

    after: int = 0
    next_at: datetime | None = None


_walks: WeakKeyDictionary[Database, _Walk] = WeakKeyDictionary()


def keep_risks(rt: Runtime, limit: int = BATCH) -> bool:
    """Look at the next terms, if an hour has passed; True while more of them wait."""
    now, walk = rt.clock.now(), _walks.setdefault(rt.database, _Walk())
    if not walk.after and walk.next_at is not None and now < walk.next_at:
        return False
    with rt.database.read() as conn:
        seen = outlooks_after(rt, conn, walk.after, now, limit)
        changed = _changed(conn, seen) if seen else {}
    if changed:
        with rt.database.write() as conn:
            free = conn.execute(_FREE, {"numbers": list(changed)}).scalars().all()
            rows = [{"the_task": number, "the_risk": changed[number]} for number in free]
            if rows:
                conn.execute(_KEEP, rows)
    more = len(seen) == limit
    walk.after, walk.next_at = (seen[-1].row.id, walk.next_at) if more else (0, now + FRESH)
    return more


def percent(outlook: Outlook) -> int | None:
    """What is kept of an outlook: None when the term will be met, 0 when too few cases stand behind it to
    name the chance.
    """
    if not outlook.likely:
        return None
    return round(100 * outlook.chance) if outlook.founded else 0


def _changed(conn: Connection, seen: Sequence[Seen]) -> dict[int, int | None]:
    """Steps of which something else is kept than these outlooks say."""
    own = {each.row.task_id: percent(each.outlook) for each in seen if each.row.task_id is not None}
    shared = {
        (each.row.case_id, each.row.norm_id): percent(each.outlook)
        for each in seen
        if each.row.task_id is None
    }
    found: dict[int, int | None] = {}
    for step in conn.execute(_OPEN_STEPS, {"cases": sorted({each.row.case_id for each in seen})}):
        key = (step.case_id, step.norm_id)
        if step.id in own or key in shared:
            risk = own[step.id] if step.id in own else shared[key]
            if risk != step.risk:
                found[step.id] = risk
    return found
