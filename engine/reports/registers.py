"""Registers over time: how many families stood at the end of each month, how many came and how many left, and
how many people were in those families on that day.

A family taken off on a day does not stand at the end of that day. One that left and came back counts as one
that left and one that came: what stood before, and came, less what left, is what stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Label, and_, case, func, or_, select

from engine.cases.tables import case_
from engine.records.registers import REGISTERS
from engine.records.tables import family_member, register_entry
from engine.reports.asked import Asked, Span
from engine.reports.facts import Facts

_BEFORE = ""
"""Stands for all that was before the period."""


@dataclass(frozen=True, slots=True)
class Month:
    """`stood` at its beginning + `came` - `left` = `stands` at its end, in families. `people_came` and
    `people_left`: members of those families on the day.
    """

    span: Span
    stood: int
    came: int
    left: int
    people_came: int
    people_left: int

    @property
    def stands(self) -> int:
        return self.stood + self.came - self.left


@dataclass(frozen=True, slots=True)
class Course:
    """A register month by month."""

    register: str
    months: tuple[Month, ...]

    @property
    def title(self) -> str:
        return REGISTERS[self.register]

    @property
    def stood(self) -> int:
        """At the beginning of the period."""
        return self.months[0].stood

    @property
    def came(self) -> int:
        return sum(each.came for each in self.months)

    @property
    def left(self) -> int:
        return sum(each.left for each in self.months)

    @property
    def people_came(self) -> int:
        return sum(each.people_came for each in self.months)

    @property
    def people_left(self) -> int:
        return sum(each.people_left for each in self.months)

    @property
    def stands(self) -> int:
        """At the end of the period."""
        return self.months[-1].stands


def courses(conn: Connection, asked: Asked) -> list[Course]:
    """Every register in the order of REGISTERS. Months that have not begun are left out."""
    came = _by_month(conn, asked, register_entry.c.since)
    left = _by_month(conn, asked, register_entry.c.until)
    return [_course(key, asked, came, left) for key in REGISTERS]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Entries of a month, and the people behind them."""

    entries: int
    people: int


_NOBODY = _Counted(0, 0)


def _course(
    register: str,
    asked: Asked,
    came: Mapping[tuple[str, str], _Counted],
    left: Mapping[tuple[str, str], _Counted],
) -> Course:
    before = (register, _BEFORE)
    stood = came.get(before, _NOBODY).entries - left.get(before, _NOBODY).entries
    months: list[Month] = []
    for span in asked.months:
        if months and span.first > asked.today:
            break
        key = (register, span.month)
        those, these = came.get(key, _NOBODY), left.get(key, _NOBODY)
        month = Month(span, stood, those.entries, these.entries, those.people, these.people)
        months.append(month)
        stood = month.stands
    return Course(register, tuple(months))


def _by_month(conn: Connection, asked: Asked, day: ColumnElement[str]) -> dict[tuple[str, str], _Counted]:
    """(register, month) → entries with that day in it; everything before the period under _BEFORE."""
    month = _month(asked, day)
    wanted = (
        select(
            register_entry.c.register,
            month,
            func.count().label("entries"),
            func.sum(_people_on(day)).label("people"),
        )
        .where(asked.of(register_entry.c.unit_id), day <= asked.last.isoformat())
        .group_by(register_entry.c.register, month)
    )
    return {(row.register, row.month): _Counted(row.entries, int(row.people)) for row in conn.execute(wanted)}


def _people_on(day: ColumnElement[str]) -> ColumnElement[int]:
    """How many people an entry speaks of: who was in the family on that day, or the person alone. Of a family
    that was written down later than it came, those who were written down first.
    """
    others = family_member.alias("others")
    began = (
        select(func.min(others.c.first_day))
        .where(others.c.family_id == register_entry.c.family_id)
        .correlate(register_entry)
        .scalar_subquery()
    )
    members = (
        select(func.count())
        .select_from(family_member)
        .where(
            family_member.c.family_id == register_entry.c.family_id,
            or_(family_member.c.first_day <= day, family_member.c.first_day == began),
            or_(family_member.c.last_day.is_(None), family_member.c.last_day >= day),
        )
        .correlate(register_entry)
        .scalar_subquery()
    )
    return case((register_entry.c.family_id.is_(None), 1), else_=members)


def _month(asked: Asked, day: ColumnElement[str]) -> Label[str]:
    return case((day < asked.first.isoformat(), _BEFORE), else_=func.substr(day, 1, 7)).label("month")


def facts(asked: Asked, figure: str) -> Facts:
    """Entries that `came` or `left` in the period, or that `stand` at its end, register by register."""
    last = asked.last.isoformat()
    since, until = register_entry.c.since, register_entry.c.until
    return Facts(
        source=register_entry.outerjoin(case_, case_.c.id == register_entry.c.case_id),
        where=asked.of(register_entry.c.unit_id),
        figures={
            "came": asked.on(since),
            "left": asked.on(until),
            "stands": and_(since <= last, or_(until.is_(None), until > last)),
        },
        part=register_entry.c.register,
        case_id=register_entry.c.case_id,
        number=case_.c.number,
        day=until if figure == "left" else since,
        note=register_entry.c.left_for if figure == "left" else register_entry.c.state,
        words=lambda note: note or "",
    )
