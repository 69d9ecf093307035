"""`engine.deadlines.due.is_overdue` in SQL, for lists and counters. The tests hold the two together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_

from engine.model import Clock
from engine.storage.moments import to_seconds


def overdue_condition(
    due_at: ColumnElement[int], clock: ColumnElement[int], now: datetime
) -> ColumnElement[bool]:
    """True for rows of open things whose due moment has passed and whose clock isn't paused."""
    return and_(due_at < to_seconds(now), clock != int(Clock.PAUSED))
