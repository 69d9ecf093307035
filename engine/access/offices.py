"""Where and when an organisation works: its zone and its hours. All its terms hang on them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from zoneinfo import available_timezones

from sqlalchemy import update

from engine.access.directory import rights_changed
from engine.access.journal import record_action
from engine.access.policy import require
from engine.access.tables import unit
from engine.deadlines.calendars import calendar_moved, deadlines_changed
from engine.deadlines.changes import ChangeKind, note_change
from engine.errors import InvalidData
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime

DEFAULT_ZONE, DEFAULT_OPENING, DEFAULT_CLOSING = "Europe/Moscow", "09:00", "17:00"
SHORTEST_DAY = 120
"""Minutes: before a holiday the office closes an hour earlier, and must have been open by then."""

_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def change_office(
    rt: Runtime,
    actor: Actor,
    unit_id: int,
    *,
    zone: str,
    closing: str,
    opening: str = DEFAULT_OPENING,
    closings: Mapping[int, str] | None = None,
) -> None:
    """Set the zone and the hours of one unit; its open terms are counted anew afterwards.

    `closings`: days of the week (Monday is 1) that close at another hour. NotFound, or InvalidData by field.
    """
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    others = {day: hour for day, hour in sorted((closings or {}).items()) if hour and hour != closing}
    check_office(zone, closing, opening, others)
    becomes = {"zone": zone, "closing": closing, "opening": opening, "closings": json.dumps(others)}
    here = rt.directory.tree().unit(unit_id)
    was = {name: getattr(here, name) for name in becomes}
    with rt.database.write() as conn:
        conn.execute(update(unit).where(unit.c.id == unit_id).values(becomes))
        record_action(rt, conn, actor, "office_changed", "unit", unit_id, details={**becomes, "was": was})
        note_change(conn, actor, rt.clock.now(), str(unit_id), ChangeKind.HOURS, was=was, becomes=becomes)
        rights_changed(rt.database, rt.directory, conn)
        deadlines_changed(rt.database, rt.calendars, conn)
        calendar_moved(rt.database, rt.calendars, rt.wake)


def check_office(
    zone: str, closing: str, opening: str = DEFAULT_OPENING, closings: Mapping[int, str] | None = None
) -> None:
    """InvalidData for a zone that is not there or hours that no clock shows."""
    errors = {}
    if zone not in available_timezones():
        errors["zone"] = f"Часового пояса «{zone}» нет."
    if not _HOUR.fullmatch(closing):
        errors["closing"] = "Время закрытия пишется так: 17:00."
    if not _HOUR.fullmatch(opening):
        errors["opening"] = "Время открытия пишется так: 09:00."
    for day, hour in (closings or {}).items():
        if not _HOUR.fullmatch(hour):
            errors[f"closing_{day}"] = "Время закрытия пишется так: 16:00."
    if not errors:
        late = {"closing": closing, **{f"closing_{day}": hour for day, hour in (closings or {}).items()}}
        errors = {
            field: f"Закрытие должно быть позже открытия ({opening}) хотя бы на два часа."
            for field, hour in late.items()
            if _minutes(hour) < _minutes(opening) + SHORTEST_DAY
        }
    if errors:
        raise InvalidData("Подразделение не сохранено.", errors)


def _minutes(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])
