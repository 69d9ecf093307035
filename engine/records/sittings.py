"""Sittings of the commissions as terms see them: on which days, and which of them terms do not know of yet.

`sitting_plan` keeps the calendar itself: what the rule of a commission gives, and what people move.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, case, insert, or_, select, update

from engine.cases.tables import ACTIVE, case_
from engine.errors import NotFound
from engine.records.commissions import commission_for
from engine.records.tables import commission, sitting
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

PLANNED, HELD, CANCELLED = range(3)
"""`sitting.status`. A sitting whose case is over and was not held is cancelled."""

POLL = "письменный опрос"
"""How the diagrams call a sitting for which nobody meets: each member answers in writing until its day."""

ASKED = "asked"
"""Kind of a commission in a norm: whichever the case has put its question to."""

_LOCK = select(commission.c.id).where(commission.c.id == bindparam("commission_id")).with_for_update()
_OF_CASE = sitting.c.case_id == bindparam("the_case")
_THIS = sitting.c.id == bindparam("the_sitting")
_KNOWN = select(sitting.c.id, sitting.c.day, sitting.c.status).where(_OF_CASE)
_FREE = (
    select(sitting.c.id)
    .where(
        sitting.c.commission_id == bindparam("commission_id"),
        sitting.c.day == bindparam("the_day"),
        sitting.c.status == PLANNED,
        sitting.c.case_id.is_(None),
        sitting.c.poll == bindparam("is_poll"),
    )
    .order_by(sitting.c.id)
    .limit(1)
)
_ADD = insert(sitting)
_TAKE = update(sitting).where(_THIS).values(case_id=bindparam("the_case"))
_MOVE = (
    update(sitting)
    .where(_THIS)
    .values(day=bindparam("the_day"), status=PLANNED, followed=False, reason=bindparam("the_reason"))
)
_CLOSE = (
    update(sitting)
    .where(_OF_CASE)
    .values(
        closed_at=bindparam("at"),
        followed=case((sitting.c.closed_at.is_(None), sitting.c.followed), else_=False),
    )
)
_HOLD = update(sitting).where(_OF_CASE).values(status=HELD, followed=True, heard=bindparam("the_count"))
_CALL_OFF = (
    update(sitting).where(_OF_CASE).values(status=CANCELLED, followed=False, reason=bindparam("the_reason"))
)
_END = update(sitting).where(_THIS).values(status=CANCELLED, followed=True)
_FOLLOWED = update(sitting).where(_THIS, sitting.c.day == bindparam("the_day")).values(followed=True)
_DAYS = select(sitting.c.day).where(
    sitting.c.commission_id == bindparam("commission_id"),
    sitting.c.status != CANCELLED,
    sitting.c.id != bindparam("without"),
    or_(sitting.c.closed_at.is_(None), sitting.c.closed_at > bindparam("asked")),
)
_CHANGED = (
    select(
        sitting.c.id,
        sitting.c.case_id,
        sitting.c.commission_id,
        sitting.c.day,
        commission.c.kind,
        or_(sitting.c.status == CANCELLED, case_.c.status != ACTIVE).label("over"),
    )
    .join_from(sitting, commission, commission.c.id == sitting.c.commission_id)
    .join(case_, case_.c.id == sitting.c.case_id, isouter=True)
    .where(
        or_(
            sitting.c.followed.is_(False) & (sitting.c.status != HELD),
            (sitting.c.status == PLANNED) & (case_.c.status != ACTIVE),
        )
    )
    .order_by(sitting.c.id)
)
SITTINGS_CHANGED = _CHANGED.order_by(None).exists()


def plan_sitting(
    conn: Connection, commission_id: int, case_id: int, day: date, reason: str = "", *, poll: bool = False
) -> None:
    """The sitting of a case is to be on that day, or is moved to it. Terms follow within a minute.

    The case takes the sitting that the calendar has planned for the day; without one it was called besides. A
    poll never takes the place of a sitting.
    """
    conn.execute(_LOCK, {"commission_id": commission_id})
    known = conn.execute(_KNOWN, {"the_case": case_id}).one_or_none()
    where = {"commission_id": commission_id, "the_day": day.isoformat()}
    if known is not None:
        if (known.day, known.status) != (day.isoformat(), PLANNED):
            moved = {"the_sitting": known.id, "the_day": day.isoformat(), "the_reason": reason}
            conn.execute(_MOVE, moved)
        return
    free = conn.execute(_FREE, {**where, "is_poll": poll}).scalar()
    if free is not None:
        conn.execute(_TAKE, {"the_sitting": free, "the_case": case_id})
        return
    row = {"case_id": case_id, "commission_id": commission_id, "day": day.isoformat(), "reason": reason}
    conn.execute(_ADD, {**row, "poll": poll, "status": PLANNED, "followed": False})


def take_sitting(conn: Connection, sitting_id: int, case_id: int) -> None:
    """The case that will hold it has been opened."""
    conn.execute(_TAKE, {"the_sitting": sitting_id, "the_case": case_id})


def agenda_closed(conn: Connection, case_id: int, now: datetime) -> None:
    """It has taken what waited: what is asked later is for the next one. Closed again after another look for
    questions, it is followed anew: what was asked meanwhile waits for this one.
    """
    conn.execute(_CLOSE, {"the_case": case_id, "at": to_seconds(now)})


def sitting_held(conn: Connection, case_id: int, heard: int | None = None) -> None:
    """It has been: its day moves no more. `heard`: on how many questions its minutes decide."""
    conn.execute(_HOLD, {"the_case": case_id, "the_count": heard})


def sitting_cancelled(conn: Connection, case_id: int, reason: str) -> None:
    """It will not be: what waited for its day waits for the next one."""
    conn.execute(_CALL_OFF, {"the_case": case_id, "the_reason": reason})


def sitting_days(
    conn: Connection, commission_id: int, asked: datetime, without: int | None = None
) -> list[date]:
    """Days on which the commission sits or sat and may hear what was asked at that moment, but for the
    sitting `without`, which will not be.
    """
    wanted = {"commission_id": commission_id, "without": without or 0, "asked": to_seconds(asked)}
    return sorted(date.fromisoformat(day) for day in conn.execute(_DAYS, wanted).scalars())


def sitting_days_for(rt: Runtime, conn: Connection, kind: str, unit_id: int, asked: datetime) -> list[date]:
    """Days of the commission that serves the unit; none while there is no such commission.

    The commission stays locked, so that a sitting planned in the same moment finds the term that asks here.
    """
    try:
        commission_id = commission_for(rt, conn, kind, unit_id)
    except NotFound:
        return []
    conn.execute(_LOCK, {"commission_id": commission_id})
    return sitting_days(conn, commission_id, asked)


def changed_sittings(conn: Connection) -> Sequence[AnyRow]:
    """Sittings that were planned, moved or given up since terms were counted by them: rows with `id`,
    `commission_id`, `day`, `kind`, and `over` for one that will not be.
    """
    return conn.execute(_CHANGED).all()


def sitting_followed(conn: Connection, sitting_id: int, day: str, *, over: bool) -> None:
    """The terms know of it; one that was moved once more meanwhile stays to be followed."""
    if over:
        conn.execute(_END, {"the_sitting": sitting_id})
    else:
        conn.execute(_FOLLOWED, {"the_sitting": sitting_id, "the_day": day})
