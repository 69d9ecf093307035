"""A small instance with two organisations, for the tests that need tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import insert

from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY, unit
from engine.bootstrap import create_instance
from engine.clock import MovableClock
from engine.deadlines import service
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.settings import Settings
from tests.engine.deadlines.factories import at

TOWN, CENTRE, OFFICE_OF_CARE, FAR_CENTRE = 1, 2, 3, 4
_UNITS = [
    (TOWN, None, TOWN, MUNICIPALITY, "Europe/Moscow", "17:00"),
    (CENTRE, TOWN, CENTRE, AGENCY, "Europe/Moscow", "17:00"),
    (OFFICE_OF_CARE, CENTRE, CENTRE, DEPARTMENT, "Europe/Moscow", "17:00"),
    (FAR_CENTRE, TOWN, FAR_CENTRE, AGENCY, "Asia/Yekaterinburg", "18:00"),
]


def instance(database_url: str, folder: Path, now: str = "21.11.2026 12:00") -> Runtime:
    """Tables, four units, the shipped norms and calendars; the clock stands at `now`."""
    settings = Settings(
        home=folder,
        database_url=database_url,
        keys_url=f"sqlite:///{folder / 'keys.db'}",
        master_key=bytes(32),
        secret_key="no sessions here",
    )
    rt = create_instance(settings, MovableClock(at(now)))
    with rt.database.write() as conn:
        names = ("id", "parent_id", "agency_id", "kind", "zone", "closing")
        rows = [dict(zip(names, values, strict=True)) for values in _UNITS]
        conn.execute(insert(unit), [{**row, "name": "Центр", "short_name": "Центр"} for row in rows])
        service.seed(conn, rt.clock.now())
    rt.calendars.forget()
    return rt


def methodologist(*grants: Permission) -> Actor:
    """Somebody who may edit norms and calendars, or only what is given."""
    may = grants or (Permission.NORM_EDIT, Permission.CALENDAR_EDIT)
    return Actor(
        user_id=25,
        name="Вымышленная М. В.",
        agency_id=TOWN,
        unit_id=TOWN,
        roles=frozenset({"R25"}),
        grants=dict.fromkeys(may, Scope.MUNICIPALITY),
        own_queue=1,
        queues=frozenset({1}),
    )


TODAY = date(2026, 11, 21)
