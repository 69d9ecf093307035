"""Reading norms, calendars and terms from the tables."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine.deadlines.calendar import Day, DayKind, Year, YearStatus
from engine.deadlines.counting import Unit
from engine.deadlines.interruptions import Longer, Stop
from engine.deadlines.norm_file import norm_of
from engine.deadlines.norms import Norm
from engine.deadlines.seed import usual_year
from engine.deadlines.tables import (
    OPEN_TERMS,
    calendar_day,
    calendar_year,
    norm,
    term,
    term_extension,
    term_of,
    term_pause,
)
from engine.model import Term
from engine.storage.moments import from_seconds

COUNTRY = "ru"
"""Key of the country's calendar. A unit's own days lie under the number of the unit."""

_CASE_TERMS = select(term).where(term.c.case_id == bindparam("case_id")).order_by(term.c.id)


def all_norms(conn: Connection) -> list[Norm]:
    """Every edition of every norm."""
    return [_norm(row) for row in conn.execute(select(norm).order_by(norm.c.id))]


def norm_editions(conn: Connection, key: str) -> list[Norm]:
    """The editions of one norm and of its variants, the newest first."""
    found = select(norm).where(norm.c.key == key).order_by(norm.c.valid_from.desc(), norm.c.id.desc())
    return [_norm(row) for row in conn.execute(found)]


def country_years(conn: Connection) -> dict[int, Year]:
    """Years of the country's calendar that the instance knows more of than the Labour Code says."""
    days = days_by_year(conn, COUNTRY)
    statement = select(calendar_year).where(calendar_year.c.calendar == COUNTRY)
    years = {
        row.year: Year(row.year, YearStatus(row.status), days.pop(row.year, {}), row.source)
        for row in conn.execute(statement)
    }
    # Days edited in a year that nobody has loaded yet lie on top of the usual one.
    years |= {number: usual_year(number).changed(edited.values()) for number, edited in days.items()}
    return years


def year_confirmation(conn: Connection, number: int) -> tuple[datetime, int | None] | None:
    """When a year of the country's calendar was confirmed and by whom; None when nobody did it here."""
    mine = (calendar_year.c.calendar == COUNTRY) & (calendar_year.c.year == number)
    row = conn.execute(
        select(calendar_year.c.confirmed_at, calendar_year.c.confirmed_by).where(
            mine, calendar_year.c.confirmed_at.is_not(None)
        )
    ).one_or_none()
    return (from_seconds(row.confirmed_at), row.confirmed_by) if row else None


def days_by_year(conn: Connection, key: str) -> dict[int, dict[date, Day]]:
    """The listed days of one calendar."""
    found: dict[int, dict[date, Day]] = defaultdict(dict)
    statement = select(calendar_day).where(calendar_day.c.calendar == key).order_by(calendar_day.c.day)
    for row in conn.execute(statement):
        day = date.fromisoformat(row.day)
        found[day.year][day] = Day(day, DayKind(row.kind), row.note, row.source)
    return dict(found)


def calendar_keys(conn: Connection) -> set[str]:
    """Keys of the calendars that have days of their own."""
    return set(conn.execute(select(calendar_day.c.calendar).distinct()).scalars())


def open_terms(conn: Connection, case_id: int) -> list[Term]:
    """The terms that run in a case or are paused."""
    return [term_of(row) for row in conn.execute(OPEN_TERMS, {"case_id": case_id})]


def case_terms(conn: Connection, case_id: int) -> list[Term]:
    """All terms of a case, ended ones too, in the order they were opened."""
    return [term_of(row) for row in conn.execute(_CASE_TERMS, {"case_id": case_id})]


def changes_of_terms(conn: Connection, term_ids: Sequence[int]) -> dict[int, list[Stop | Longer]]:
    """What has happened to these terms, in its order, for `interruptions.counted_due`."""
    found: dict[int, list[tuple[int, Stop | Longer]]] = defaultdict(list)
    pauses = select(term_pause).where(term_pause.c.term_id.in_(term_ids)).order_by(term_pause.c.id)
    for row in conn.execute(pauses):
        stop = Stop(from_seconds(row.started_at), from_seconds(row.ended_at))
        found[row.term_id].append((row.started_at, stop))
    extensions = select(term_extension).where(term_extension.c.term_id.in_(term_ids))
    for row in conn.execute(extensions.order_by(term_extension.c.id)):
        longer = Longer(from_seconds(row.at), row.value, Unit(row.unit))
        found[row.term_id].append((row.at, longer))
    return {
        number: [change for _, change in sorted(of, key=lambda pair: pair[0])] for number, of in found.items()
    }


def _norm(row: Row[Any]) -> Norm:
    entry = dict(row._mapping)
    for name in ("added_at", "added_by"):
        del entry[name]
    entry["pause"] = json.loads(row.pause)
    entry["ladder"] = json.loads(row.ladder)
    entry["extension"] = json.loads(row.extension) if row.extension else None
    return norm_of(entry, entry.pop("id"))
