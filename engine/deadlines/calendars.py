"""The calendars, office hours and norms of an instance, in memory: asked at every step, changed a few times a
year.

`marshrut_meta.deadlines` counts changes made through `service`, and those of the organisations. Changes of
rights alone do not count: they are many, and each would cost somebody's step the statements that read all of
this again. Another process is believed for a few seconds before it is asked again.
"""

from __future__ import annotations

import json
import time as clock
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, String, column, insert, select, table, update

from engine.deadlines.calendar import Calendar, Day, Year
from engine.deadlines.counting import Office
from engine.deadlines.norms import Norm, Norms
from engine.deadlines.queries import COUNTRY, all_norms, calendar_keys, country_years, days_by_year
from engine.deadlines.seed import usual_year
from engine.errors import NotFound
from engine.model import Value
from engine.storage.database import Database
from engine.storage.metadata import marshrut_meta

CHANGES = "deadlines"
TRUSTED_SECONDS = 5.0

_unit = table(
    "unit",
    column("id", BigInteger),
    column("parent_id", BigInteger),
    column("zone", String),
    column("closing", String),
    column("opening", String),
    column("closings", String),
)
"""What this room reads of the organisations, which belong to the room `access` above it."""

_VERSION = select(marshrut_meta.c.value).where(marshrut_meta.c.key == CHANGES)

Found = TypeVar("Found")


@dataclass(frozen=True)
class _Known:
    version: str | None
    norms: Norms
    country: Calendar
    calendars: Mapping[int, Calendar]
    offices: Mapping[int, Office]


class Calendars:
    """Norms, calendars and hours of one instance. Threads may share it: what is known is replaced whole."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: _Known | None = None
        self._trusted_until = 0.0
        self._forgotten = 0
        self.moved = False
        """Whether a calendar was changed here and terms may still wait to be counted anew: the sweep asks at
        every round then, otherwise once a minute."""

    def norm(self, key: str, on: date, variables: Mapping[str, Value] | None = None) -> Norm:
        """The edition of a norm in force on that day; NotFound when there is none.

        `variables` of the case choose a variant by its flag; `T14:palliative` names one outright.
        """
        return self._now().norms.find(key, on, variables)

    def norm_by_id(self, number: int) -> Norm:
        """The edition with this number, whether or not it is still in force."""
        return self._now().norms.by_id(number)

    def norm_keys(self) -> frozenset[str]:
        """Keys that a diagram may name."""
        return self._now().norms.keys()

    def norms(self) -> Norms:
        """All norms in all editions."""
        return self._now().norms

    def country(self) -> Calendar:
        """The country's calendar, without days of any unit's own."""
        return self._now().country

    def calendar(self, unit_id: int) -> Calendar:
        """The calendar of a unit: the country's, with the own days of the units above it and of itself."""
        return self._of_unit(lambda known: known.calendars, unit_id)

    def office(self, unit_id: int) -> Office:
        """Zone and hours of a unit."""
        return self._of_unit(lambda known: known.offices, unit_id)

    def forget(self) -> None:
        """Ask the database at the next use."""
        self._forgotten += 1
        self._trusted_until = 0.0

    def _of_unit(self, choose: Callable[[_Known], Mapping[int, Found]], unit_id: int) -> Found:
        """What is known of a unit; one that is younger than what is in memory is asked for once more."""
        found = choose(self._now()).get(unit_id)
        if found is None:
            self.forget()
            found = choose(self._now()).get(unit_id)
        if found is None:
            raise NotFound(f"Подразделения № {unit_id} нет.", "Проверьте список организаций.")
        return found

    def _now(self) -> _Known:
        known, forgotten = self._known, self._forgotten
        if known is not None and clock.monotonic() < self._trusted_until:
            return known
        with self._database.read() as conn:
            version = conn.execute(_VERSION).scalar_one_or_none()
            if known is None or known.version != version:
                known = _load(conn, version)
        self._known = known
        if (
            forgotten == self._forgotten
        ):  # or else a change was made meanwhile, and this may be from before it
            self._trusted_until = clock.monotonic() + TRUSTED_SECONDS
        return known


def deadlines_changed(database: Database, calendars: Calendars, conn: Connection) -> None:
    """To be called in every transaction that changes norms, calendars, or organisations."""
    count_change(conn)
    database.after_commit(calendars.forget)


def calendar_moved(database: Database, calendars: Calendars, wake: Callable[[], None]) -> None:
    """To be called in every transaction that notes a `calendar_change` which moves dates."""

    def tell() -> None:
        calendars.moved = True
        wake()

    database.after_commit(tell)


def count_change(conn: Connection) -> None:
    """Let the other processes notice."""
    mine = marshrut_meta.c.key == CHANGES
    value = conn.execute(select(marshrut_meta.c.value).where(mine).with_for_update()).scalar_one_or_none()
    if value is None:
        conn.execute(insert(marshrut_meta), {"key": CHANGES, "value": "1"})
    else:
        conn.execute(update(marshrut_meta).where(mine), {"value": str(int(value) + 1)})


def _load(conn: Connection, version: str | None) -> _Known:
    years = country_years(conn)
    country = Calendar(lambda number: years.get(number) or usual_year(number), COUNTRY)
    own = {key: days_by_year(conn, key) for key in calendar_keys(conn) - {COUNTRY}}
    units = {row.id: row for row in conn.execute(select(_unit))}
    parents = {number: row.parent_id for number, row in units.items()}
    calendars: dict[str, Calendar] = {"": country}
    for_unit = {}
    for number in units:
        keys = [key for key in map(str, _downwards(parents, number)) if key in own]
        name = "/".join(keys)
        if name not in calendars:
            calendars[name] = _on_top(country, [own[key] for key in keys], keys[-1])
        for_unit[number] = calendars[name]
    offices = {number: office_of(row) for number, row in units.items()}
    return _Known(version, Norms(all_norms(conn)), country, for_unit, offices)


def office_of(row: Any) -> Office:
    """The hours of a row of `unit`, or of the unit that was made of one."""
    closing, closings = time.fromisoformat(row.closing), json.loads(row.closings)
    week = tuple(time.fromisoformat(closings.get(str(day), row.closing)) for day in range(1, 8))
    plain = all(hour == closing for hour in week)
    return Office(ZoneInfo(row.zone), closing, time.fromisoformat(row.opening), () if plain else week)


def _downwards(parents: Mapping[int, int | None], number: int) -> Iterator[int]:
    """The units above one and itself, from the root down, so that the nearer unit has the last word."""
    chain = []
    here: int | None = number
    while here is not None and here not in chain:
        chain.append(here)
        here = parents.get(here)
    return reversed(chain)


def _on_top(country: Calendar, layers: list[dict[int, dict[date, Day]]], key: str) -> Calendar:
    def load(number: int) -> Year:
        year = country.year(number)
        for layer in layers:
            year = year.changed(layer.get(number, {}).values())
        return year

    return Calendar(load, key)
