"""Where calendar years come from: article 112 of the Labour Code, the yearly decrees, the `holidays` library.

The Code names the holidays and moves a day off that falls on a holiday to the next working day, except in the
January holidays; the Government's yearly decree moves two of those and may move other days. 2024-2026 were
checked against the published decrees. Later transfers are only what the library knows, until a person
confirms them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.deadlines.calendar import Calendar, Day, DayKind, Year, YearStatus
from engine.deadlines.russian import day_month

LABOUR_CODE = "ТК РФ, ст. 112"

_NEW_YEAR = "Новогодние каникулы"
HOLIDAYS = {
    **{(1, day): _NEW_YEAR for day in (1, 2, 3, 4, 5, 6, 8)},
    (1, 7): "Рождество Христово",
    (2, 23): "День защитника Отечества",
    (3, 8): "Международный женский день",
    (5, 1): "Праздник Весны и Труда",
    (5, 9): "День Победы",
    (6, 12): "День России",
    (11, 4): "День народного единства",
}
"""(month, day) → name."""

Transfer = tuple[date, date]
"""A day off moved from one day to another."""


@dataclass(frozen=True, slots=True)
class Decree:
    """The transfers of one year and where they come from."""

    source: str
    status: YearStatus
    transfers: tuple[Transfer, ...]


def _moves(year: int, *pairs: tuple[int, int, int, int]) -> tuple[Transfer, ...]:
    """From (day, month, day, month): read as "from 3.01 to 9.01"."""
    return tuple((date(year, m1, d1), date(year, m2, d2)) for d1, m1, d2, m2 in pairs)


DECREES = {
    2024: Decree(
        "постановление Правительства РФ от 10.08.2023 № 1314",
        YearStatus.CONFIRMED,
        _moves(2024, (6, 1, 10, 5), (7, 1, 31, 12), (27, 4, 29, 4), (2, 11, 30, 4), (28, 12, 30, 12)),
    ),
    2025: Decree(
        "постановление Правительства РФ от 04.10.2024 № 1335",
        YearStatus.CONFIRMED,
        _moves(2025, (4, 1, 2, 5), (5, 1, 31, 12), (23, 2, 8, 5), (8, 3, 13, 6), (1, 11, 3, 11)),
    ),
    2026: Decree(
        "постановление Правительства РФ от 24.09.2025",
        YearStatus.CONFIRMED,
        _moves(2026, (3, 1, 9, 1), (4, 1, 31, 12)),
    ),
    2027: Decree(
        "по библиотеке календарей, с постановлением не сверено",
        YearStatus.UNCONFIRMED,
        _moves(2027, (2, 1, 5, 11), (3, 1, 31, 12), (20, 2, 22, 2)),
    ),
}


def country_calendar() -> Calendar:
    """The country's calendar as shipped, for what runs without a database."""
    return Calendar(usual_year)


def usual_year(number: int) -> Year:
    """The year without anybody's edits: years to come that no decree is known of follow the plain rule.

    The library is asked for past years alone: it takes half a second to import, and a term of three years,
    counted at every programme, would wait for it to learn nothing.
    """
    return plain_year(number) if number > max(DECREES) else shipped_year(number)


def shipped_year(number: int) -> Year:
    """The year as far as the product knows it: by its decree, else by the library, else by the plain rule."""
    decree = DECREES.get(number) or _from_library(number)
    if decree is None:
        return plain_year(number)
    return _year(number, decree.status, decree.source, decree.transfers)


def plain_year(number: int) -> Year:
    """A year by the Labour Code alone, before its decree."""
    return _year(number, YearStatus.PROVISIONAL, LABOUR_CODE, ())


def _year(number: int, status: YearStatus, source: str, transfers: Iterable[Transfer]) -> Year:
    holidays = {date(number, month, day): name for (month, day), name in HOLIDAYS.items()}
    days = {day: Day(day, DayKind.HOLIDAY, name, LABOUR_CODE) for day, name in holidays.items()}
    moved = {origin: (target, source) for origin, target in transfers}
    taken = {target for target, _ in moved.values()}
    for holiday in sorted(holidays):
        if holiday.month > 1 and holiday.weekday() >= 5 and holiday not in moved:
            target = _first_worked_after(holiday, holidays.keys() | taken)
            moved[holiday] = (target, LABOUR_CODE)
            taken.add(target)
    eves = {day - timedelta(1) for day in [*holidays, date(number + 1, 1, 1)]}
    for origin, (target, act) in moved.items():
        days[target] = Day(target, DayKind.DAY_OFF, f"выходной перенесён с {day_month(origin)}", act)
        if origin not in holidays:
            # A day worked in exchange is as long as the day it stands for.
            kind = DayKind.SHORT if target in eves else DayKind.WORKING
            days[origin] = Day(origin, kind, f"рабочий вместо {day_month(target)}", act)
    for eve in eves:
        if eve.year == number and eve.weekday() < 5 and eve not in days:
            days[eve] = Day(eve, DayKind.SHORT, "накануне праздника, короче на час", "ТК РФ, ст. 95")
    return Year(number, status, dict(sorted(days.items())), source)


def _first_worked_after(day: date, free: Iterable[date]) -> date:
    busy = set(free)
    day += timedelta(1)
    while day.weekday() >= 5 or day in busy:
        day += timedelta(1)
    return day


def _from_library(number: int) -> Decree | None:
    """The year's transfers by the `holidays` library, or None when it knows no more than the Labour Code."""
    import holidays  # half a second: only for years that we have not typed in ourselves

    known = holidays.country_holidays("RU", years=number, language="ru")
    transfers = []
    for target, name in known.items():
        origin = re.search(r"перенесено с (\d\d)\.(\d\d)\.(\d{4})", name)
        if origin:
            day, month, year = map(int, origin.groups())
            transfers.append((date(year, month, day), target))
    if not transfers:
        return None
    source = "по библиотеке календарей, с постановлением не сверено"
    return Decree(source, YearStatus.UNCONFIRMED, tuple(sorted(transfers)))
