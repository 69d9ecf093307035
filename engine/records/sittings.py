"""Planned sittings of the commissions: on which days, and which of them terms do not know of yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, update

from engine.cases.tables import ACTIVE, case_
from engine.errors import NotFound
from engine.records.commissions import commission_for
from engine.records.tables import commission, sitting
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

PLANNED, HELD, CANCELLED = range(3)
"""`sitting.status`. A sitting whose case is over and was not held is cancelled."""

_LOCK = select(commission.c.id).where(commission.c.id == bindparam("commission_id")).with_for_update()
_MINE = sitting.c.case_id == bindparam("the_case")
_KNOWN = select(sitting.c.day, sitting.c.status).where(sitting.c.case_id == bindparam("the_case"))
_ADD = insert(sitting)
_MOVE = update(sitting).where(_MINE).values(day=bindparam("the_day"), status=PLANNED, followed=False)
_END = update(sitting).where(_MINE).values(status=bindparam("the_status"), followed=bindparam("the_followed"))
_DAYS = select(sitting.c.day).where(
    sitting.c.commission_id == bindparam("commission_id"),
    sitting.c.status != CANCELLED,
    sitting.c.case_id != bindparam("without"),
)
_CHANGED = (
    select(sitting.c.case_id, sitting.c.commission_id, sitting.c.day, commission.c.kind, case_.c.status)
    .join_from(sitting, commission, commission.c.id == sitting.c.commission_id)
    .join(case_, case_.c.id == sitting.c.case_id)
    .where(sitting.c.status == PLANNED, sitting.c.followed.is_(False) | (case_.c.status != ACTIVE))
    .order_by(sitting.c.case_id)
)
_FOLLOWED = update(sitting).where(_MINE, sitting.c.day == bindparam("the_day")).values(followed=True)


def plan_sitting(conn: Connection, commission_id: int, case_id: int, day: date) -> None:
    """A sitting is to be on that day, or is moved to it. Terms follow within a minute."""
    conn.execute(_LOCK, {"commission_id": commission_id})
    known = conn.execute(_KNOWN, {"the_case": case_id}).one_or_none()
    if known is None:
        row = {"case_id": case_id, "commission_id": commission_id, "day": day.isoformat()}
        conn.execute(_ADD, {**row, "status": PLANNED, "followed": False})
    elif (known.day, known.status) != (day.isoformat(), PLANNED):
        conn.execute(_MOVE, {"the_case": case_id, "the_day": day.isoformat()})


def sitting_held(conn: Connection, case_id: int) -> None:
    """It has been: its day moves no more."""
    conn.execute(_END, {"the_case": case_id, "the_status": HELD, "the_followed": True})


def sitting_days(conn: Connection, commission_id: int, without: int | None = None) -> list[date]:
    """Days on which the commission sits or sat, but for the sitting `without`, which will not be."""
    found = conn.execute(_DAYS, {"commission_id": commission_id, "without": without or 0}).scalars()
    return sorted(date.fromisoformat(day) for day in found)


def sitting_days_for(rt: Runtime, conn: Connection, kind: str, unit_id: int) -> list[date]:
    """Days of the commission that serves the unit; none while there is no such commission.

    The commission stays locked, so that a sitting planned in the same moment finds the term that asks here.
    """
    try:
        commission_id = commission_for(rt, conn, kind, unit_id)
    except NotFound:
        return []
    conn.execute(_LOCK, {"commission_id": commission_id})
    return sitting_days(conn, commission_id)


def changed_sittings(conn: Connection) -> Sequence[AnyRow]:
    """Sittings that were planned, moved or given up since terms were counted by them: rows with `case_id`,
    `commission_id`, `day`, `kind` and the `status` of the case.
    """
    return conn.execute(_CHANGED).all()


def sitting_followed(conn: Connection, case_id: int, day: str, *, over: bool) -> None:
    """The terms know of it; one that was moved once more meanwhile stays to be followed."""
    if over:
        conn.execute(_END, {"the_case": case_id, "the_status": CANCELLED, "the_followed": True})
    else:
        conn.execute(_FOLLOWED, {"the_case": case_id, "the_day": day})
