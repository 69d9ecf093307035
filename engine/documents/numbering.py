"""Numbers of issued documents: `{agency}-{mark}-{year}-{sequence}`, without gaps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, text

from engine.documents.tables import document_counter

_LAST = select(document_counter.c.value).where(document_counter.c.name == bindparam("name"))
_RAISE = text(
    "INSERT INTO document_counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = document_counter.value + 1 RETURNING value"
)


@dataclass(frozen=True, slots=True)
class Series:
    """Documents that are numbered together. `agency` is the short name of the agency."""

    agency_id: int
    agency: str
    mark: str
    year: int

    @property
    def name(self) -> str:
        """Of the counter; by the agency's number, because agencies are renamed."""
        return f"{self.agency_id}:{self.mark}:{self.year}"

    def number(self, value: int) -> str:
        """«КЦСОН-РЕШ-2026-0007»."""
        return f"{self.agency}-{self.mark}-{self.year}-{value:04}"


def expected(conn: Connection, series: Series) -> int:
    """The value that the next document will get, unless somebody else takes it first."""
    return (conn.execute(_LAST, {"name": series.name}).scalar_one_or_none() or 0) + 1


def take(conn: Connection, series: Series) -> int:
    """Take the next value; the counter stays locked until the transaction ends, so none is lost."""
    return int(conn.execute(_RAISE, {"name": series.name}).scalar_one())
