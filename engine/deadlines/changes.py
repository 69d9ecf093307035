"""Who changed which calendar: noted in the transaction of the change, read by the page and by whoever counts
the open terms anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine.deadlines.tables import NOTHING_TO_COUNT, calendar_change
from engine.model import Actor
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow


class ChangeKind(StrEnum):
    """What was changed. `details` of each are named beside it."""

    DAY = "day"
    """`day`, `was` and `becomes` (a `DayKind` each), `note`, `source`."""
    RESTORED = "restored"
    """A day is again what it is without this layer: `day`, `was`."""
    LOADED = "loaded"
    """Transfers that the product knows: `year`, `source`."""
    IMPORTED = "imported"
    """Days from a file: `days` (how many), `first`, `last`."""
    CONFIRMED = "confirmed"
    """`year`, `act`."""
    HOURS = "hours"
    """Zone or hours of a unit: `was`, `becomes`, each with `zone`, `opening`, `closing`, `closings`."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a calendar: of `ru`, or of a unit by its number. `recalculation_id`: what followed it;
    None while that is still to come, 0 when there is nothing to count.
    """

    id: int
    at: datetime
    by_id: int
    calendar: str
    kind: ChangeKind
    details: Mapping[str, Any]
    recalculation_id: int | None


_ADD = insert(calendar_change)
_LATEST = select(calendar_change).order_by(calendar_change.c.id.desc()).limit(bindparam("limit"))
_OF = (
    select(calendar_change)
    .where(calendar_change.c.recalculation_id == bindparam("recalculation_id"))
    .order_by(calendar_change.c.id)
)


def note_change(
    conn: Connection, actor: Actor, now: datetime, calendar: str, kind: ChangeKind, **details: Any
) -> None:
    """Note a change in the transaction that makes it; open terms are counted anew afterwards."""
    conn.execute(
        _ADD,
        {
            "at": to_seconds(now),
            "by_id": actor.user_id,
            "calendar": calendar,
            "kind": kind.value,
            "details": json.dumps(details, ensure_ascii=False),
            "recalculation_id": NOTHING_TO_COUNT if kind is ChangeKind.CONFIRMED else None,
        },
    )


def latest_changes(conn: Connection, limit: int = 20) -> list[Change]:
    """The newest changes of all calendars, the last one first."""
    return [_change(row) for row in conn.execute(_LATEST, {"limit": limit})]


def changes_of(conn: Connection, recalculation_id: int) -> list[Change]:
    """The changes that a recalculation follows, in their order."""
    return [_change(row) for row in conn.execute(_OF, {"recalculation_id": recalculation_id})]


def _change(row: AnyRow) -> Change:
    return Change(
        id=row.id,
        at=from_seconds(row.at),
        by_id=row.by_id,
        calendar=row.calendar,
        kind=ChangeKind(row.kind),
        details=json.loads(row.details),
        recalculation_id=row.recalculation_id,
    )
