"""Lengths of time as scenarios write them: `P5D`, `PT2H`, `5 рабочих дней`, `10 working days`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from engine.bpmn.timers import Duration, read_value
from engine.model import Value

_WORKING_DAYS: Final = re.compile(
    r"(\d{1,4})\s+(?:рабоч(?:ий|их)\s+(?:день|дня|дней)|раб\.\s*(?:день|дня|дней|дн\.?)|working\s+days?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days of the agency's calendar; the hour of the day stays."""

    count: int


Length = Duration | WorkingDays


def read_length(value: Value) -> Length | None:
    """The length that a text or a FEEL duration means; None when it is none, or not longer than nothing."""
    if isinstance(value, str):
        match = _WORKING_DAYS.fullmatch(value.strip())
        if match is not None:
            return WorkingDays(int(match[1])) if int(match[1]) else None
    found = read_value(value)
    return found if isinstance(found, Duration) and found.is_positive else None


def after(
    moment: datetime, length: Length, zone: tzinfo, add_working_days: Callable[[date, int], date]
) -> datetime:
    """The moment so much later, by the clock of `zone`."""
    if isinstance(length, Duration):
        return length.after(moment, zone)
    local = moment.astimezone(zone)
    day = add_working_days(local.date(), length.count)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)
