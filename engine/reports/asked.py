"""What a report is asked about: which days, which units, by whose clock; and who may ask.

A unit answers for itself and for what is below it, as in the monitor. What a case of another unit gave to be
done here counts there: a figure of two units together is the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, true

from engine.access.directory import Unit
from engine.access.policy import reach, require
from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.deadlines.counting import Office
from engine.errors import InvalidData, NotAllowed
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

LONGEST = timedelta(days=5 * 366)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both of them in it."""

    first: date
    last: date

    @property
    def month(self) -> str:
        """«2026-01»: of its first day."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Asked(Span):
    """`units`: None stands for all; `around` are those of the municipality, for what is everybody's there.
    `today` is the day by the clock of the office of whoever asks.
    """

    units: frozenset[int] | None
    around: frozenset[int]
    office: Office
    calendar: Calendar
    today: date

    def of(self, unit: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows of these units."""
        return true() if self.units is None else unit.in_(self.units)

    def on(self, day: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows of these days; the column holds ISO days."""
        return day.between(self.first.isoformat(), self.last.isoformat())

    def at(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows of these days by the clock of the office; the column holds seconds."""
        return (moment >= self.seconds(self.first)) & (moment < self.seconds(self.after))

    def seconds(self, day: date) -> int:
        """When the day begins."""
        return to_seconds(datetime.combine(day, datetime.min.time(), self.zone))

    def day_of(self, moment: int) -> date:
        """On which day a stored moment was."""
        return datetime.fromtimestamp(moment, self.zone).date()

    @property
    def after(self) -> date:
        """The first day after the period."""
        return self.last + _DAY

    @property
    def zone(self) -> tzinfo:
        return self.office.zone

    @property
    def months(self) -> list[Span]:
        """The months of the period in order; of the first and the last what lies in it."""
        return list(_months(self))


def _months(span: Span) -> Iterator[Span]:
    first = span.first
    while first <= span.last:
        after = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield Span(first, min(after - _DAY, span.last))
        first = after


def ask(
    rt: Runtime, actor: Actor, first: date | None, last: date | None, unit_id: int | None = None
) -> Asked:
    """The same as asked by somebody: InvalidData for a period that is none, NotAllowed for another's unit."""
    units = _watched(actor)
    if first is None or last is None:
        raise InvalidData("Отчёт не построен.", {"last": "Назовите первый и последний день периода."})
    if first > last:
        raise InvalidData("Отчёт не построен.", {"last": "Последний день раньше первого: поправьте период."})
    if last - first > LONGEST:
        raise InvalidData("Отчёт не построен.", {"last": "Период длиннее пяти лет: возьмите короче."})
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise InvalidData("Отчёт не построен.", {"last": "Проверьте годы периода: таких у нас не бывает."})
    tree = rt.directory.tree()
    if unit_id is not None:
        if unit_id not in tree.units or not (units is None or unit_id in units):
            raise NotAllowed("Этого подразделения в вашем отчёте нет.", "Выберите подразделение из списка.")
        parts = frozenset(tree.below(unit_id))
        units = parts if units is None else parts & units
    office = rt.calendars.office(actor.unit_id)
    return Asked(
        first=first,
        last=last,
        units=units,
        around=frozenset(tree.below(tree.municipality(actor.unit_id))),
        office=office,
        calendar=rt.calendars.calendar(actor.unit_id),
        today=rt.clock.now().astimezone(office.zone).date(),
    )


def offered_units(rt: Runtime, actor: Actor) -> list[Unit]:
    """Units whose figures somebody may ask for, each before its parts."""
    units = _watched(actor)
    tree = rt.directory.tree()
    found = [each for each in tree.units.values() if units is None or each.id in units]
    return sorted(found, key=lambda each: [above.id for above in reversed(list(tree.upwards(each.id)))])


def _watched(actor: Actor) -> frozenset[int] | None:
    """Units that somebody answers for; None: all of them."""
    require(actor, Permission.MONITOR_VIEW, Scope.TEAM)
    covered = reach(actor, Permission.MONITOR_VIEW)
    return None if covered.everything else covered.units
