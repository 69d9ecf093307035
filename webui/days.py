"""Days and months that are sent: «2026-01-12», «2026-01». None is of a year that no calendar has."""

from __future__ import annotations

from datetime import date, timedelta

from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR


def sent_day(text: str) -> date | None:
    """None for what is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR < day.year < LAST_YEAR else None


def chosen_month(asked: str, otherwise: date) -> date:
    """The first day of the month of an address; of the month of `otherwise` where it names none."""
    return sent_day(f"{asked}-01") or otherwise.replace(day=1)


def next_month(month: date) -> date:
    """Its first day."""
    return (month + timedelta(days=31)).replace(day=1)


def previous_month(month: date) -> date:
    """Its first day."""
    return (month - timedelta(days=1)).replace(day=1)
