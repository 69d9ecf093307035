"""The two kinds of duration of FEEL, which never mix: so much time, and so many months."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import total_ordering
from typing import Final

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_DAYS_TIME: Final = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,12})D)?(?:T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?"
    r"(?:([0-9]{1,12})(?:\.([0-9]{1,30}))?S)?)?",
    re.ASCII,
)
_YEARS_MONTHS: Final = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,12})Y)?(?:([0-9]{1,12})M)?", re.ASCII)


@total_ordering
@dataclass(frozen=True, slots=True)
class DaysTimeDuration:
    """An exact span of time, in nanoseconds. `str()` is its FEEL text: `P2DT1H`."""

    nanoseconds: int

    @classmethod
    def of(cls, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> DaysTimeDuration:
        return cls(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND)

    @classmethod
    def from_timedelta(cls, delta: timedelta) -> DaysTimeDuration:
        return cls(delta.days * DAY + delta.seconds * SECOND + delta.microseconds * 1000)

    def to_timedelta(self) -> timedelta:
        """The same span to the microsecond; OverflowError beyond what timedelta can hold."""
        return timedelta(microseconds=self.nanoseconds // 1000)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, DaysTimeDuration):
            return NotImplemented
        return self.nanoseconds < other.nanoseconds

    def __str__(self) -> str:
        total = abs(self.nanoseconds)
        if total == 0:
            return "PT0S"
        days, rest = divmod(total, DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds, fraction = divmod(rest, SECOND)
        date_part = f"{days}D" if days else ""
        time_part = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if fraction:
            time_part += f"{seconds}.{fraction:09d}".rstrip("0") + "S"
        elif seconds:
            time_part += f"{seconds}S"
        sign = "-" if self.nanoseconds < 0 else ""
        return f"{sign}P{date_part}" + (f"T{time_part}" if time_part else "")


@total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonthsDuration:
    """A number of months, which is no exact span of time. `str()` is its FEEL text: `P2Y1M`."""

    months: int

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, YearsMonthsDuration):
            return NotImplemented
        return self.months < other.months

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        if not years and not months:
            return "P0M"
        return f"{sign}P" + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    """The duration that `text` writes in the notation of ISO 8601, or None. Fractions below 1 ns are cut."""
    if match := _YEARS_MONTHS.fullmatch(text):
        sign, years, months = match.groups()
        return YearsMonthsDuration((-1 if sign else 1) * (int(years or 0) * 12 + int(months or 0)))
    if match := _DAYS_TIME.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = match.groups()
        total = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE
        total += int(seconds or 0) * SECOND + int((fraction or "")[:9].ljust(9, "0"))
        return DaysTimeDuration(-total if sign else total)
    return None
