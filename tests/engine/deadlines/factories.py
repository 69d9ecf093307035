"""What the tests of deadlines are about: the shipped calendar, an office in Moscow, norms, moments."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office, Rule, Unit, Until
from engine.deadlines.norm_file import norm_of, shipped_norms
from engine.deadlines.norms import Norm, Norms
from engine.deadlines.seed import country_calendar
from engine.model import Clock, Due

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE = Office(MOSCOW)
CALENDAR = country_calendar()
SHIPPED = Norms(shipped_norms())

STANDARD = [
    {"step": "half", "to": ["owner"]},
    {"step": "day_before", "to": ["owner"]},
    {"step": "due", "to": ["owner", "R07"]},
    {"step": "plus_1", "to": ["R07"]},
    {"step": "plus_3", "to": ["R27"], "red": True},
]


def day(text: str) -> date:
    """«26.12.2025»."""
    return datetime.strptime(text, "%d.%m.%Y").replace(tzinfo=MOSCOW).date()


def at(text: str, zone: tzinfo = MOSCOW) -> datetime:
    """«26.12.2025 10:00» or with seconds, by a clock in that zone."""
    form = "%d.%m.%Y %H:%M:%S" if text.count(":") == 2 else "%d.%m.%Y %H:%M"
    return datetime.strptime(text, form).replace(tzinfo=zone)


def local(moment: datetime, zone: tzinfo = MOSCOW) -> str:
    """The moment as `at` reads it."""
    shown = moment.astimezone(zone)
    return f"{shown:%d.%m.%Y %H:%M:%S}" if shown.second else f"{shown:%d.%m.%Y %H:%M}"


def rule(value: int, unit: str = "working", *, until: str = "closing", lead: int = 0) -> Rule:
    return Rule(value, Unit(unit), Until(until), lead)


def norm(value: int = 10, unit: str = "working", number: int = 1, **more: object) -> Norm:
    """A norm with what a test says of it; the rest is of no matter."""
    entry = {
        "key": "T15",
        "title": "Оформить ИППСУ",
        "value": value,
        "unit": unit,
        "start": "application",
        "act": "442-ФЗ",
        "article": "ст. 16",
        "mark": "V",
        "ladder": STANDARD,
    }
    return norm_of({**entry, **more}, number)


def due(text: str, *, paused: bool = False, closed: str | None = None) -> Due:
    """A due date by a Moscow clock."""
    clock = Clock.PAUSED if paused else Clock.RUNNING
    return Due(at(text), Clock.NONE if closed else clock, at(closed) if closed else None)


def office(zone: str, closing: str = "17:00") -> Office:
    return Office(ZoneInfo(zone), time.fromisoformat(closing))


def calendar_with(*changed: tuple[str, str]) -> Calendar:
    """The shipped calendar with other kinds for some days: ("28.08.2026", "holiday")."""
    from engine.deadlines.calendar import Day, DayKind

    days = [Day(day(text), DayKind(kind), "правка") for text, kind in changed]
    return Calendar(
        lambda number: CALENDAR.year(number).changed(each for each in days if each.date.year == number)
    )
