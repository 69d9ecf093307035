"""What a completion writes, put into words once for each kind of database.

SQLAlchemy keeps a compiled statement too, but at every call it looks the statement up anew and turns the
parameters into those of the driver; for short statements that is half of their time. Nothing is gained where
rows are read: their columns would have to be told apart anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Update

Row = Mapping[str, Any]


class Prepared:
    """A statement that is always run with parameters of the same names.

    An insert does not ask for the number of its row.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._wordings: dict[str, _Wording] = {}

    def run(self, conn: Connection, row: Row) -> int:
        """With the parameters of one row; how many rows were changed."""
        wording = self._wording(conn, row)
        return conn.exec_driver_sql(wording.text, wording.parameters(row)).rowcount

    def run_all(self, conn: Connection, rows: list[dict[str, Any]]) -> None:
        """With the parameters of several rows, at least one."""
        wording = self._wording(conn, rows[0])
        conn.exec_driver_sql(wording.text, [wording.parameters(row) for row in rows])

    def _wording(self, conn: Connection, row: Row) -> _Wording:
        found = self._wordings.get(conn.dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=conn.dialect, column_keys=list(row))
            found = self._wordings[conn.dialect.name] = _Wording(
                text=str(compiled),
                names=frozenset(row),
                fixed={name: value for name, value in compiled.params.items() if name not in row},
                order=tuple(compiled.positiontup) if compiled.positiontup is not None else None,
            )
        return found


@dataclass(frozen=True, slots=True)
class _Wording:
    """`fixed` are values that the statement brings itself; `order` is None for a driver that wants names."""

    text: str
    names: frozenset[str]
    fixed: Row
    order: tuple[str, ...] | None

    def parameters(self, row: Row) -> Any:
        if row.keys() != self.names:
            raise ValueError(f"parameters differ from before: {sorted(self.names ^ row.keys())}")
        values = {**self.fixed, **row}
        return values if self.order is None else tuple([values[name] for name in self.order])
