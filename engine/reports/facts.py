"""Rows that a report counts, and the same rows as a list: a figure and its list come of one condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from engine.errors import NotFound

LISTED = 500
"""So many rows of a list are shown."""

Figures = dict[str, int]


@dataclass(frozen=True, slots=True)
class Behind:
    """A row that a figure counts. `case_id` and `number` are None where no case has taken it up."""

    case_id: int | None
    number: str | None
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`figures`: name of each figure and which of the rows `where` it counts. `part`: by what the rows are
    divided. `words` says in words what the column `note` holds; `day_of` reads the column `day`.
    """

    source: FromClause
    where: ColumnElement[bool]
    figures: Mapping[str, ColumnElement[bool]]
    part: ColumnElement[Any]
    case_id: ColumnElement[Any]
    number: ColumnElement[Any]
    day: ColumnElement[Any]
    note: ColumnElement[Any]
    words: Callable[[Any], str] = str
    day_of: Callable[[Any], date] = date.fromisoformat

    def counted(self, conn: Connection) -> dict[Any, Figures]:
        """Part → its figures; a part without rows is not there."""
        counts = [func.count().filter(which).label(name) for name, which in self.figures.items()]
        wanted = select(self.part.label("part"), *counts).select_from(self.source).where(self.where)
        return {
            row.part: {name: row._mapping[name] for name in self.figures}
            for row in conn.execute(wanted.group_by(self.part))
        }

    def listed(self, conn: Connection, figure: str, part: Any = None) -> list[Behind]:
        """The rows of a figure by their days, of one part or of all; LISTED of them and one more at the most,
        which tells that there are more.
        """
        if figure not in self.figures:
            raise NotFound("Такого числа в отчёте нет.", "Откройте список из отчёта.")
        wanted = (
            select(
                self.case_id.label("case_id"),
                self.number.label("number"),
                self.day.label("day"),
                self.note.label("note"),
            )
            .select_from(self.source)
            .where(self.where, self.figures[figure])
            .order_by(self.day, self.case_id)
            .limit(LISTED + 1)
        )
        if part is not None:
            wanted = wanted.where(self.part == part)
        return [
            Behind(row.case_id, row.number, self.day_of(row.day), self.words(row.note))
            for row in conn.execute(wanted)
        ]


def total(parts: Mapping[Any, Figures], names: Mapping[str, Any]) -> Figures:
    """All parts together."""
    return {name: sum(each[name] for each in parts.values()) for name in names}
