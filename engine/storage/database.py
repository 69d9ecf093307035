"""The database as services see it: one transaction to write, one to read, and what runs after a commit."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, MetaData, text

from engine.errors import StorageUnavailable
from engine.storage.connections import Engines, Kind, open_engines
from engine.storage.faults import explained
from engine.storage.metadata import metadata
from engine.storage.turns import Turns

log = logging.getLogger(__name__)

Callback = Callable[[], None]


class Database:
    """One database. Making the object opens nothing; `engine.storage.schema.check` says whether it is fit."""

    def __init__(self, url: str, *, tables: MetaData = metadata, secure_delete: bool = False) -> None:
        self.engines: Engines = open_engines(url, secure_delete=secure_delete)
        self.tables = tables
        self._turns: AbstractContextManager[None] = Turns() if self.kind == "sqlite" else nullcontext()
        self._here = _Here()
        # Whoever drops the object, or ends the process, without `close` leaves no open connection behind.
        weakref.finalize(self, _close, self.engines)

    @property
    def kind(self) -> Kind:
        return self.engines.kind

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return self.engines.path

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error. Never nested."""
        if self._here.callbacks is not None:
            raise RuntimeError("write() inside write(): hand the connection on instead")
        callbacks: list[Callback] = []
        with explained(), self._turns, self.engines.writer.connect() as conn, conn.begin():
            self._here.callbacks = callbacks
            try:
                self._begin_to_write(conn)
                yield conn
            finally:
                self._here.callbacks = None
        for callback in callbacks:
            _run(callback)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that cannot write. SQLite shows all its reads one moment, PostgreSQL each its own."""
        with explained(), self.engines.reader.connect() as conn:
            if self.kind == "sqlite":
                conn.connection.cursor().execute("BEGIN")
            yield conn

    def after_commit(self, callback: Callback) -> None:
        """Inside `write`: run `callback` once when this transaction is committed, never after a roll-back.

        It runs when the lock is free again. Its errors are logged and go no further: the work is saved.
        """
        if self._here.callbacks is None:
            raise RuntimeError("after_commit() belongs inside write()")
        if callback not in self._here.callbacks:
            self._here.callbacks.append(callback)

    def create(self) -> None:
        """Create the file, if it is one, and the tables that are missing."""
        self.create_file()
        with self.write() as conn:
            self.tables.create_all(conn)

    def create_file(self) -> None:
        """Create the file of an SQLite database, for its owner alone; one that exists stays as it is."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)

    def faults(self) -> list[str]:
        """What a thorough look finds wrong, in words; empty when all is well. Reads the whole SQLite file."""
        try:
            with self.read() as conn:
                return _sqlite_faults(conn) if self.kind == "sqlite" else _postgresql_faults(conn)
        except StorageUnavailable as error:
            return [error.message]

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        _close(self.engines)

    def _begin_to_write(self, conn: Connection) -> None:
        """SQLite's driver is told to leave transactions alone; PostgreSQL's would begin one with the first
        statement, which then could not be a prepared one.
        """
        if self.kind == "sqlite":
            conn.connection.cursor().execute("BEGIN IMMEDIATE")
        else:
            from engine.storage import libpq  # needs a driver that is installed only where PostgreSQL is

            libpq.begin(conn.connection.driver_connection)


class _Here(threading.local):
    """What runs after the transaction of this thread; None when it has none open."""

    callbacks: list[Callback] | None = None


def _close(engines: Engines) -> None:
    engines.writer.dispose()
    engines.reader.dispose()


def _run(callback: Callback) -> None:
    try:
        callback()
    except Exception:
        log.exception("a callback after a commit failed; the commit itself is safe")


def _sqlite_faults(conn: Connection) -> list[str]:
    found = [row[0] for row in conn.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    orphans = conn.execute(text("PRAGMA foreign_key_check")).all()
    return [f"Повреждение: {words}" for words in found] + [
        f"Таблица {table}: строка {row} ссылается на пропавшую строку таблицы {parent}"
        for table, row, parent, _ in orphans
    ]


def _postgresql_faults(conn: Connection) -> list[str]:
    """The server looks after its own pages; here only whether it answers."""
    conn.execute(text("SELECT 1"))
    return []
