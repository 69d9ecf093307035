"""How connections to SQLite and PostgreSQL are made, so that both keep the same promises."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import Engine, QueuePool, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import StorageUnavailable

Kind = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT_MS = 10_000
"""How long a write waits for another process; inside one process `Turns` keeps the order."""

POSTGRESQL_OPTIONS = "-c timezone=UTC -c lock_timeout=15s -c idle_in_transaction_session_timeout=120s"
"""A forgotten transaction or a lock must not stop everybody for ever."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Two ways into one database: one connection at a time writes (SQLite), many read and cannot write."""

    kind: Kind
    path: Path | None
    writer: Engine
    reader: Engine


def open_engines(url: str, *, secure_delete: bool = False) -> Engines:
    """Engines for `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        writer = _sqlite(path, readonly=False, secure_delete=secure_delete)
        return Engines("sqlite", path, writer, _sqlite(path, readonly=True, secure_delete=secure_delete))
    engine = _postgresql(parsed)
    return Engines("postgresql", None, engine, engine.execution_options(postgresql_readonly=True))


def parse_url(url: str) -> URL:
    """A checked address; StorageUnavailable says what is wrong with it, without repeating a password."""
    hint = "Примеры: sqlite:////var/lib/marshrut/marshrut.db, postgresql://имя:пароль@сервер/база"
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise StorageUnavailable("Адрес базы данных написан с ошибкой.", hint) from None
    kind = parsed.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise StorageUnavailable(f"База данных вида «{kind}» не поддерживается.", hint)
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StorageUnavailable("База SQLite должна быть файлом: в памяти ничего не сохранится.", hint)
    return parsed.set(drivername="postgresql+psycopg") if kind == "postgresql" else parsed


def _sqlite(path: Path, *, readonly: bool, secure_delete: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            # Never creates a file: a wrong path must not look like an empty database.
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        if secure_delete:
            connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA query_only=ON" if readonly else "PRAGMA journal_mode=WAL")
        return connection

    return create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=16 if readonly else 1,
        max_overflow=16 if readonly else 1,
        hide_parameters=True,  # values may be personal: they must not reach a log through an error's text
    )


def _postgresql(url: URL) -> Engine:
    # At every rollback, with which reading ends, psycopg would make the server forget all that is prepared.
    # What is worth preparing is prepared by `engine.storage.libpq`.
    options: dict[str, Any] = {"prepare_threshold": None}
    if "options" not in url.query:
        options["options"] = POSTGRESQL_OPTIONS
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        connect_args=options,
        pool_size=10,
        max_overflow=20,
        # A server restarted at night must not cost the first person in the morning an error.
        pool_pre_ping=True,
        hide_parameters=True,
    )
