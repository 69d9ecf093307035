"""Where the baseline keeps its workflows: one table with the whole state as JSON, on the database measured.

The driver's own cursors, without SQLAlchemy; one statement to read, one to write, one commit.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import sql

from engine.storage.database import Database

_TABLE: Final = "(id INTEGER PRIMARY KEY, queue_id INT, assignee_id INT, state TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class Row:
    """A stored workflow."""

    queue_id: int
    assignee_id: int | None
    state: str


class Store(ABC):
    """Workflows by number, from 1."""

    def __init__(self) -> None:
        self._last = 0

    def add(self, queue_id: int, state: str) -> int:
        """Keep a new workflow; its number."""
        self._last += 1
        self._insert(self._last, queue_id, state)
        return self._last

    @abstractmethod
    def lock(self, number: int) -> Row:
        """Begin a transaction and read the workflow in it."""

    @abstractmethod
    def save(self, number: int, state: str) -> None:
        """Write the workflow and commit."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    @abstractmethod
    def _insert(self, number: int, queue_id: int, state: str) -> None: ...


class SqliteStore(Store):
    """A file of its own, set up as the engine sets up its own."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._conn = sqlite3.connect(path, isolation_level=None)
        self._conn.execute("PRAGMA journal_mode=WAL")
        self._conn.execute("PRAGMA synchronous=FULL")
        self._conn.execute(f"CREATE TABLE workflow {_TABLE}")

    def lock(self, number: int) -> Row:
        self._conn.execute("BEGIN IMMEDIATE")
        read = "SELECT queue_id, assignee_id, state FROM workflow WHERE id = ?"
        return Row(*self._conn.execute(read, (number,)).fetchone())

    def save(self, number: int, state: str) -> None:
        self._conn.execute("UPDATE workflow SET state = ? WHERE id = ?", (state, number))
        self._conn.execute("COMMIT")

    def close(self) -> None:
        self._conn.close()

    def _insert(self, number: int, queue_id: int, state: str) -> None:
        self._conn.execute(
            "INSERT INTO workflow (id, queue_id, state) VALUES (?, ?, ?)", (number, queue_id, state)
        )


class PostgresqlStore(Store):
    """A schema of its own beside the engine's, so that its bytes are not taken for the engine's."""

    def __init__(self, database: Database, schema: str) -> None:
        super().__init__()
        self._schema = sql.Identifier(schema)
        self._held = database.engines.writer.raw_connection()
        conn: Any = self._held.driver_connection
        self._conn = conn
        conn.prepare_threshold = 5  # as psycopg itself has it
        self._conn.execute(sql.SQL("CREATE SCHEMA {}").format(self._schema))
        self._conn.execute("SELECT set_config('search_path', %s, false)", (schema,))
        self._conn.execute(f"CREATE TABLE workflow {_TABLE}")
        self._conn.commit()

    def lock(self, number: int) -> Row:
        read = "SELECT queue_id, assignee_id, state FROM workflow WHERE id = %s FOR UPDATE"
        return Row(*self._conn.execute(read, (number,)).fetchone())

    def save(self, number: int, state: str) -> None:
        self._conn.execute("UPDATE workflow SET state = %s WHERE id = %s", (state, number))
        self._conn.commit()

    def close(self) -> None:
        self._conn.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(self._schema))
        self._conn.commit()
        self._held.invalidate()  # its path of search is not the engine's

    def _insert(self, number: int, queue_id: int, state: str) -> None:
        self._conn.execute(
            "INSERT INTO workflow (id, queue_id, state) VALUES (%s, %s, %s)", (number, queue_id, state)
        )
        self._conn.commit()
