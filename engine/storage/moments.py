"""Moments as the tables keep them: whole seconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload

from engine.model import FAR_FUTURE


@overload
def to_seconds(moment: datetime) -> int: ...
@overload
def to_seconds(moment: None) -> None: ...
def to_seconds(moment: datetime | None) -> int | None:
    """Whole seconds of an aware moment, fractions cut off; None stays None."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone cannot be stored")
    return int(moment.timestamp() // 1)


@overload
def from_seconds(seconds: int) -> datetime: ...
@overload
def from_seconds(seconds: None) -> None: ...
def from_seconds(seconds: int | None) -> datetime | None:
    """The moment in UTC; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def due_to_seconds(moment: datetime | None) -> int:
    """A due moment as a column that is never empty keeps it: what has none is due in the far future."""
    return FAR_FUTURE if moment is None else to_seconds(moment)


def due_from_seconds(seconds: int) -> datetime | None:
    """The due moment, or None for the far future."""
    return None if seconds == FAR_FUTURE else from_seconds(seconds)
