"""The waybill of a visit: numbered by the dispatcher who has lent the car, whichever unit leads the visit.

The newest waybill of a case belongs to its newest visit that was made ready; older ones are past.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from engine.documents.tables import DISCARDED, document
from engine.model import Actor
from engine.records.tables import car, visit

WAYBILL: Final = "D85"
DISPATCHER: Final = "R18"


def lends_the_car(conn: Connection, actor: Actor, row: Row[Any]) -> bool:
    """Whether a row of `document` is the waybill of a visit with a car of the dispatcher's organisation."""
    return row.template == WAYBILL and row.id in newest_waybills(conn, actor, [row.case_id]).values()


def newest_waybills(conn: Connection, actor: Actor, case_ids: Collection[int]) -> dict[int, int]:
    """Case → its newest waybill, where a dispatcher's organisation has lent the car; nothing to others."""
    units = {part.unit_id for part in (actor.parts or (actor,)) if DISPATCHER in part.roles}
    if not units or not case_ids:
        return {}
    cars = (
        select(visit.c.case_id, car.c.unit_id)
        .outerjoin_from(visit, car, car.c.id == visit.c.car_id)
        .where(visit.c.case_id.in_(case_ids), visit.c.full_crew.is_not(None))
        .order_by(visit.c.id)
    )
    lent_by = {row.case_id: row.unit_id for row in conn.execute(cars)}
    papers = (
        select(document.c.case_id, document.c.id)
        .where(document.c.case_id.in_(case_ids), document.c.template == WAYBILL)
        .where(document.c.status != DISCARDED)
        .order_by(document.c.id)
    )
    newest = {row.case_id: row.id for row in conn.execute(papers)}
    return {case: number for case, number in newest.items() if lent_by.get(case) in units}
