"""Prepared statements on PostgreSQL, handed to libpq itself.

psycopg asks of every statement and every parameter anew how to send it, which for the short statements of a
completion is most of their time. Here that is known beforehand: values are whole numbers, texts, bytes and
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

_TEXT, _BINARY = 0, 1

_DONE: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


def _number(sent: bytes) -> int:
    return int.from_bytes(sent, "big", signed=True)


_READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    16: lambda sent: sent == b"\x01",  # boolean
    17: bytes,
    20: _number,
    21: _number,
    23: _number,
    25: bytes.decode,  # text
    1043: bytes.decode,  # varchar
}
"""By the number that PostgreSQL gives to the type."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: rows that are read when asked for, and how many rows were changed."""

    result: Any

    @property
    def rowcount(self) -> int:
        return int(self.result.command_tuples or 0)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows. A column of another type than those above is a mistake of whoever wrote the statement."""
        result = self.result
        readers = [_READERS[result.ftype(column)] for column in range(result.nfields)]
        rows = []
        for row in range(result.ntuples):
            sent = [result.get_value(row, column) for column in range(len(readers))]
            rows.append(
                tuple([None if v is None else read(v) for v, read in zip(sent, readers, strict=True)])
            )
        return rows


def begin(connection: Any) -> None:
    """Begin a transaction on this connection of psycopg, which ends it as if it had begun it itself.

    Raises psycopg.Error.
    """
    server = connection.pgconn
    _checked(server, server.exec_(b"BEGIN ISOLATION LEVEL READ COMMITTED"))


def can_execute(connection: Any) -> bool:
    """Whether a transaction is open on this connection of psycopg: outside one, psycopg has to begin it."""
    return bool(connection.pgconn.transaction_status == TransactionStatus.INTRANS)


def execute(connection: Any, names: dict[str, bytes], text: str, values: Sequence[Any]) -> Answer:
    """Carry out one statement with parameters `$1`, `$2`; `names` are those known to the connection.

    Raises psycopg.Error.
    """
    server = connection.pgconn
    name = names.get(text)
    if name is None:
        name = f"marshrut_{len(names)}".encode()
        _checked(server, server.prepare(name, text.encode()))
        names[text] = name
    formats = [_BINARY if isinstance(value, str | bytes) else _TEXT for value in values]
    sent = [_sent(value) for value in values]
    return Answer(_checked(server, server.exec_prepared(name, sent, formats, _BINARY)))


def _sent(value: Any) -> bytes | None:
    """A text goes as a binary value too, with its length: it may hold anything that UTF-8 can."""
    if value is None or type(value) is bytes:
        return value
    return value.encode() if isinstance(value, str) else b"%d" % value


def _checked(server: Any, result: Any) -> Any:
    if result.status in _DONE:
        return result
    if server.status == ConnStatus.BAD:
        raise psycopg.OperationalError(server.error_message.decode(errors="replace"))
    raise error_from_result(result)
