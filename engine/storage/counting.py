"""How many statements and commits a piece of work costs: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from engine.storage.database import Database


@dataclass
class Count:
    """`texts`: the statements sent, in order; an executemany is one, beginning a transaction none."""

    texts: list[str] = field(default_factory=list)
    commits: int = 0

    @property
    def statements(self) -> int:
        return len(self.texts)


@contextmanager
def count_statements(database: Database) -> Iterator[Count]:
    """Count what all threads do with the database inside the block."""
    count = Count()

    def executed(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count.texts.append(statement)

    def committed(_conn: Any) -> None:
        count.commits += 1

    writer, reader = database.engines.writer, database.engines.reader
    watched: list[tuple[Engine, str, Callable[..., None]]] = [
        (writer, "before_cursor_execute", executed),
        (writer, "commit", committed),
    ]
    if reader.pool is not writer.pool:  # on PostgreSQL both are one engine, whose events would count twice
        watched.append((reader, "before_cursor_execute", executed))
    for engine, name, listener in watched:
        event.listen(engine, name, listener)
    try:
        yield count
    finally:
        for engine, name, listener in watched:
            event.remove(engine, name, listener)
