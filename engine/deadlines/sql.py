"""`is_overdue` as a condition of SQL, for lists and counters; a test walks both over the same steps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement

from engine.model import Clock
from engine.storage.moments import to_seconds


def overdue_condition(due_at: Column[int], clock: Column[int], now: datetime) -> ColumnElement[bool]:
    """Open rows whose due moment has passed while their clock runs. `due_at` holds whole seconds, FAR_FUTURE
    for none.
    """
    return (due_at < to_seconds(now)) & (clock != Clock.PAUSED)
