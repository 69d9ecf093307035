"""What a completion reads and writes, put into words once for each kind of database.

SQLAlchemy keeps a compiled statement too, but at every call it looks the statement up anew, turns the
parameters into those of the driver and dresses the answer; for short statements that is most of their time.
So these go to the driver as they are, on PostgreSQL inside a transaction even below it (`libpq`). Only while
somebody listens (`engine.storage.counting`) do they take the long way, which tells the listeners.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Statement = Insert | Update | Delete | Select[*tuple[Any, ...]]

_CURSOR, _PREPARED = "marshrut.cursor", "marshrut.prepared"
"""Where a connection of the pool keeps them; the pool forgets them together with the connection."""

_FEW = 3
"""Above that many rows of one statement psycopg, which sends them all before it waits, is the quicker."""


class Prepared:
    """A statement that is always run with parameters of the same names.

    An insert does not ask for the number of its row.
    """

    def __init__(self, statement: Insert | Update | Delete) -> None:
        self._wordings = _Wordings(statement.inline() if isinstance(statement, Insert) else statement)

    def run(self, conn: Connection, row: Row) -> int:
        """With the parameters of one row; how many rows were changed."""
        return int(_execute(conn, self._wordings.of(conn, row), [row]).rowcount)

    def run_all(self, conn: Connection, rows: Sequence[Row]) -> None:
        """With the parameters of several rows, at least one."""
        _execute(conn, self._wordings.of(conn, rows[0]), rows)


class PreparedSelect:
    """A select of numbers, texts and bytes, which drivers give as the tables mean them."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._wordings = _Wordings(statement)
        self._row: Any = namedtuple("Row", statement.selected_columns.keys())  # type: ignore[misc]

    def rows(self, conn: Connection, **row: Any) -> list[Any]:
        """All rows, columns by name."""
        found = _execute(conn, self._wordings.of(conn, row), [row]).fetchall()
        return [self._row._make(each) for each in found]


def _execute(conn: Connection, wording: _Wording, rows: Sequence[Row]) -> Any:
    """What the driver answers; its errors become those of SQLAlchemy, without the parameters."""
    values = [wording.values(row) for row in rows]
    if conn.engine.dispatch.before_cursor_execute:
        parameters = [wording.parameters(each) for each in values]
        return conn.exec_driver_sql(wording.text, parameters if len(rows) > 1 else parameters[0])
    driver: Any = conn.dialect.loaded_dbapi
    try:
        return _sent(conn.connection, wording, values)
    except driver.Error as error:
        raise DBAPIError.instance(
            wording.text, None, error, driver.Error, hide_parameters=True, dialect=conn.dialect
        ) from error


def _sent(held: Any, wording: _Wording, values: Sequence[Row]) -> Any:
    """What the connection of the pool answers to the last of these."""
    numbered = wording.numbered
    if numbered is not None and len(values) <= _FEW:
        from engine.storage import libpq  # needs a driver that is installed only where PostgreSQL is

        if libpq.can_execute(held.driver_connection):
            names = held.info.setdefault(_PREPARED, {})
            for each in values:
                answer = libpq.execute(held.driver_connection, names, numbered, wording.in_order(each))
            return answer
    cursor = _cursor(held)
    if len(values) == 1:
        cursor.execute(wording.text, wording.parameters(values[0]))
    else:
        cursor.executemany(wording.text, [wording.parameters(each) for each in values])
    return cursor


def _cursor(held: Any) -> Any:
    """The one cursor of this connection of the driver: every answer is read before the next statement."""
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
            found = self._known[conn.dialect.name] = self._worded(conn, list(row))
        return found

    def _worded(self, conn: Connection, names: list[str]) -> _Wording:
        compiled = self._statement.compile(dialect=conn.dialect, column_keys=names)
        by_place, numbered = compiled, None
        if compiled.positiontup is None:  # psycopg wants names, the server itself has numbers
            by_place = self._statement.compile(dialect=_NUMBERING, column_keys=names)
            numbered = str(by_place)
        places = by_place.positiontup or []
        return _Wording(
            text=str(compiled),
            names=frozenset(names),
            fixed={name: value for name, value in compiled.params.items() if name not in names},
            in_order=itemgetter(*places) if len(places) > 1 else lambda row: tuple(map(row.get, places)),
            numbered=numbered,
        )


_NUMBERING = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Wording:
    """The text for the driver and, where that wants parameters by name, another with `$1` for the server.

    `fixed` are values that the statement brings; `in_order` gives all values in the order of their places.
    """

    text: str
    names: frozenset[str]
    fixed: Row
    in_order: Callable[[Row], tuple[Any, ...]]
    numbered: str | None

    def values(self, row: Row) -> Row:
        """The values of one row by name, with those of the statement."""
        if row.keys() != self.names:
            raise ValueError(f"parameters differ from before: {sorted(self.names ^ row.keys())}")
        return {**self.fixed, **row} if self.fixed else row

    def parameters(self, values: Row) -> Any:
        """The values as the driver wants them."""
        return self.in_order(values) if self.numbered is None else values
