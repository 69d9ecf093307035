"""What a completion reads and writes, put into words once for each kind of database.

SQLAlchemy keeps a compiled statement too, but at every call it looks the statement up anew, turns the
parameters into those of the driver and dresses the answer; for short statements that is most of their time.
So these go to the driver as they are. Only while somebody listens (`engine.storage.counting`) do they take
the long way, which tells the listeners.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Statement = Insert | Update | Delete | Select[*tuple[Any, ...]]

_CURSOR = "marshrut.cursor"
"""Where a connection of the pool keeps it; the pool forgets it together with the connection."""


class Prepared:
    """A statement that is always run with parameters of the same names.

    An insert does not ask for the number of its row.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._wordings = _Wordings(statement.inline() if isinstance(statement, Insert) else statement)

    def run(self, conn: Connection, row: Row) -> int:
        """With the parameters of one row; how many rows were changed."""
        wording = self._wordings.of(conn, row)
        return int(_execute(conn, wording.text, wording.parameters(row)).rowcount)

    def run_all(self, conn: Connection, rows: Sequence[Row]) -> None:
        """With the parameters of several rows, at least one."""
        if len(rows) == 1:
            self.run(conn, rows[0])
            return
        wording = self._wordings.of(conn, rows[0])
        _execute(conn, wording.text, [wording.parameters(row) for row in rows])


class PreparedSelect:
    """A select of numbers, texts and bytes, which drivers give as the tables mean them."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._wordings = _Wordings(statement)
        self._row: Any = namedtuple("Row", statement.selected_columns.keys())  # type: ignore[misc]

    def rows(self, conn: Connection, **row: Any) -> list[Any]:
        """All rows, columns by name."""
        wording = self._wordings.of(conn, row)
        found = _execute(conn, wording.text, wording.parameters(row)).fetchall()
        return [self._row._make(each) for each in found]


def _execute(conn: Connection, text: str, parameters: Any) -> Any:
    """What the driver answers; its errors become those of SQLAlchemy, without the parameters."""
    if conn.engine.dispatch.before_cursor_execute:
        return conn.exec_driver_sql(text, parameters)
    cursor = _cursor(conn)
    driver: Any = conn.dialect.loaded_dbapi
    try:
        if isinstance(parameters, list):
            cursor.executemany(text, parameters)
        else:
            cursor.execute(text, parameters)
    except driver.Error as error:
        raise DBAPIError.instance(
            text, None, error, driver.Error, hide_parameters=True, dialect=conn.dialect
        ) from error
    return cursor


def _cursor(conn: Connection) -> Any:
    """The one cursor of this connection of the driver: every answer is read before the next statement."""
    held = conn.connection
    found = held.info.get(_CURSOR)
    if found is None:
        found = held.info[_CURSOR] = held.cursor()
    return found


class _Wordings:
    """The texts of one statement, for each kind of database that has asked."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._known: dict[str, _Wording] = {}

    def of(self, conn: Connection, row: Row) -> _Wording:
        found = self._known.get(conn.dialect.name)
        if found is None:
            compiled = self._statement.compile(dialect=conn.dialect, column_keys=list(row))
            found = self._known[conn.dialect.name] = _Wording(
                text=str(compiled),
                names=frozenset(row),
                fixed={name: value for name, value in compiled.params.items() if name not in row},
                in_order=_in_order(compiled.positiontup),
            )
        return found


@dataclass(frozen=True, slots=True)
class _Wording:
    """`fixed` are values that the statement brings; `in_order` is None where the driver wants names."""

    text: str
    names: frozenset[str]
    fixed: Row
    in_order: Callable[[Row], tuple[Any, ...]] | None

    def parameters(self, row: Row) -> Any:
        if row.keys() != self.names:
            raise ValueError(f"parameters differ from before: {sorted(self.names ^ row.keys())}")
        values = {**self.fixed, **row} if self.fixed else row
        return values if self.in_order is None else self.in_order(values)


def _in_order(names: Sequence[str] | None) -> Callable[[Row], tuple[Any, ...]] | None:
    """What takes parameters out of a row for a driver that wants them one after the other."""
    if names is None:
        return None
    return itemgetter(*names) if len(names) > 1 else lambda row: tuple(row[name] for name in names)
