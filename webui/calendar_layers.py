"""Layers of the calendar as its keeper sees them: the country's days, and those of each unit on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine.access.directory import Unit
from engine.deadlines.calendar import Calendar, Day
from engine.deadlines.queries import COUNTRY, days_by_year
from engine.deadlines.seed import usual_year
from webui.calendar_words import DAY_KINDS, layer_words
from webui.guards import runtime
from webui.ui import date_digits, date_words

Days = Mapping[date, Day]


@dataclass(frozen=True, slots=True)
class Layer:
    """The layer that is looked at: `unit` is None for the country's. `own`: what it says of this year."""

    unit: Unit | None
    calendar: Calendar
    own: Days

    @property
    def key(self) -> str:
        """As the address of the page names it."""
        return str(self.unit.id) if self.unit else ""

    @property
    def unit_id(self) -> int | None:
        return self.unit.id if self.unit else None


def layer_of(asked: str, year: int) -> Layer:
    """The layer that an address names; the country's when it names none."""
    rt = runtime()
    unit = rt.directory.tree().unit(int(asked)) if asked.isdecimal() else None
    calendar = rt.calendars.calendar(unit.id) if unit else rt.calendars.country()
    with rt.database.read() as conn:
        own = days_by_year(conn, str(unit.id) if unit else COUNTRY).get(year, {})
    if unit is None:
        usual = usual_year(year).days
        own = {day: said for day, said in own.items() if said != usual.get(day)}
    return Layer(unit, calendar, own)


def layer_choices() -> list[dict[str, str]]:
    """Every layer there is, from the country down the tree of units."""
    tree = runtime().directory.tree()
    found = [{"value": "", "words": _("Вся страна")}]
    todo = [(unit, 0) for unit in reversed(_below(tree.units, None))]
    while todo:
        unit, depth = todo.pop()
        found.append({"value": str(unit.id), "words": f"{'— ' * depth}{unit.short_name}"})
        todo += [(child, depth + 1) for child in reversed(_below(tree.units, unit.id))]
    return found


def _below(units: Mapping[int, Unit], parent: int | None) -> list[Unit]:
    return [unit for unit in units.values() if unit.parent_id == parent and unit.active]


def own_rows(layer: Layer) -> list[dict[str, Any]]:
    """The days that this layer changes, for the list under the year."""
    return [
        {
            "day": date_digits(day),
            "iso": day.isoformat(),
            "kind": DAY_KINDS[said.kind],
            "note": said.note,
            "source": said.source,
        }
        for day, said in sorted(layer.own.items())
    ]


def chosen_day(layer: Layer, asked: str, year: int) -> dict[str, Any] | None:
    """The day that is being changed: what it is now, and what each layer above says of it."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    if day.year != year:
        return None
    now = layer.calendar.day(day)
    return {
        "iso": asked,
        "words": date_words(day),
        "kind": now.kind.value,
        "note": now.note,
        "source": now.source,
        "own": day in layer.own,
        "layers": _said_of(layer, day),
    }


def _said_of(layer: Layer, day: date) -> list[dict[str, str]]:
    """The country's word, then that of every unit from above that has one."""
    rt = runtime()
    country = rt.calendars.country().day(day)
    said = [(COUNTRY, country)]
    if layer.unit is not None:
        above = [unit.id for unit in rt.directory.tree().upwards(layer.unit.id)]
        with rt.database.read() as conn:
            for number in reversed(above):
                own = days_by_year(conn, str(number)).get(day.year, {}).get(day)
                if own is not None:
                    said.append((str(number), own))
    return [
        {
            "name": layer_words(key).capitalize() if key == COUNTRY else layer_words(key),
            "value": str(DAY_KINDS[each.kind]),
            "note": ", ".join(filter(None, (each.note, each.source))),
        }
        for key, each in said
    ]


def day_href(layer: Layer, day: date) -> str:
    """The page with this day open for a change."""
    return url_for(
        "calendar.show",
        year=day.year,
        layer=layer.key or None,
        day=day.isoformat(),
        _anchor="change",
    )
