"""Visits of the schedule that lie ahead of a family when something changes: called off with the reason
when it leaves, put back when it returns, taken along when it moves house. Day, crew and car are free then.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from engine.records.registers import Subject
from engine.records.tables import CALLED_OFF, PLANNED, visit
from engine.records.visits import Visit, by_ids

LEFT_REGISTER = "семья снята с профилактического учёта"
MOVED_AWAY = "семья выехала в другой муниципалитет"


def call_off(conn: Connection, subject: Subject, today: date, reason: str, *, case_id: int) -> list[Visit]:
    """Those of the schedule that no case has taken, and those that this case has appointed itself; visits of
    other cases are theirs to decide. What was called off, by day.
    """
    of_this_case = visit.c.case_id == case_id
    wanted = (
        (visit.c.status == PLANNED) & (visit.c.day >= today.isoformat()) & (_untaken(subject) | of_this_case)
    )
    found = conn.execute(
        update(visit).where(wanted).values(status=CALLED_OFF, reason=reason).returning(visit.c.id)
    )
    return by_ids(conn, found.scalars().all())


def put_back(conn: Connection, subject: Subject, today: date) -> list[Visit]:
    """What was called off of the schedule and still lies ahead; without its car where that goes elsewhere
    that day by now. What was put back, by day.
    """
    wanted = _untaken(subject) & (visit.c.status == CALLED_OFF) & (visit.c.day > today.isoformat())
    rows = conn.execute(select(visit).where(wanted).order_by(visit.c.day, visit.c.id)).all()
    for row in rows:
        values = {"status": PLANNED, "reason": "", "car_id": _car_still_free(conn, row, row.settlement_id)}
        conn.execute(update(visit).where(visit.c.id == row.id).values(values))
    return by_ids(conn, [row.id for row in rows])


def take_along(
    conn: Connection, subject: Subject, today: date, *, settlement_id: int, unit_id: int
) -> list[Visit]:
    """The family lives elsewhere in the municipality: visits ahead go there, with their car where it goes
    there that day already. Those whose place has changed, by day.
    """
    wanted = _untaken(subject) & (visit.c.status == PLANNED) & (visit.c.day > today.isoformat())
    elsewhere = visit.c.settlement_id.is_distinct_from(settlement_id)
    rows = conn.execute(select(visit).where(wanted, elsewhere).order_by(visit.c.day, visit.c.id)).all()
    for row in rows:
        goes = {
            "settlement_id": settlement_id,
            "unit_id": unit_id,
            "car_id": _car_still_free(conn, row, settlement_id),
        }
        conn.execute(update(visit).where(visit.c.id == row.id).values(goes))
    return by_ids(conn, [row.id for row in rows])


def _untaken(subject: Subject) -> ColumnElement[bool]:
    """Visits of a schedule that no case has taken."""
    return subject.condition(visit) & visit.c.plan_id.is_not(None) & visit.c.case_id.is_(None)


def _car_still_free(conn: Connection, row: Row[Any], settlement_id: int | None) -> int | None:
    """The car of a visit, where nobody takes it to another place on that day."""
    if row.car_id is None:
        return None
    others = select(visit.c.id).where(
        visit.c.car_id == row.car_id,
        visit.c.day == row.day,
        visit.c.status == PLANNED,
        visit.c.id != row.id,
        visit.c.settlement_id.is_distinct_from(settlement_id),
    )
    return None if conn.execute(others.limit(1)).scalar() is not None else int(row.car_id)
