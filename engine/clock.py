"""Where the present moment comes from. Only services ask it; the pure rooms get moments as arguments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The clock of the machine set forward or back: the instance lives on another day, and time goes on."""

    def __init__(self, shift: timedelta) -> None:
        self.shift = shift

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


class MovableClock:
    """Stands still until somebody moves it: scenarios, the demonstration and tests live by it."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to `moment`, which must have a zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        self._now = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Let `by` pass; gives the new moment."""
        self._now += by
        return self._now
