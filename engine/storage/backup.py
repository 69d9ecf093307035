"""Copies of a database: one SQLite file, whatever the database itself is, made while people work.

The same copying moves an instance from SQLite to PostgreSQL and back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, func, insert, inspect, select, text

from engine.errors import StorageUnavailable
from engine.storage import schema
from engine.storage.database import Database
from engine.storage.faults import explained
from engine.storage.metadata import metadata

ROWS_AT_ONCE = 1_000


def backup(database: Database, to: Path) -> None:
    """Write a copy of one moment of the database to a new file, for its owner alone, and check the copy."""
    if to.exists():
        raise StorageUnavailable(f"Файл «{to}» уже есть.", "Выберите другое имя: копии не переписываются.")
    with _part(to) as part:
        if database.path is not None:
            _copy_file(database, part)
        else:
            copy = Database(f"sqlite:///{part}", tables=database.tables)
            _copy_rows(database, copy, _tables_as_they_stand(database, copy))
            copy.close()
        _settle(part)
        _must_be_sound(part, database.tables)


def restore(copy: Path, database: Database) -> None:
    """Fill a database that is empty or not there from a copy made by this version or an older one."""
    if not copy.is_file():
        raise StorageUnavailable(f"Файла «{copy}» нет.", "Проверьте путь к резервной копии.")
    _must_be_empty(database)
    _must_be_sound(copy, database.tables)
    target = database.path or copy
    with _part(target.with_name(f"{target.name}.restored"), keep=False) as part:
        shutil.copyfile(copy, part)
        source = Database(f"sqlite:///{part}", tables=database.tables)
        if database.tables is metadata:
            schema.upgrade(source)
        if database.path is None:
            database.create()
            _copy_rows(source, database, database.tables)
        source.close()
        if database.path is not None:
            _settle(part)
            part.replace(database.path)


def _copy_file(database: Database, part: Path) -> None:
    with explained(), contextlib.closing(sqlite3.connect(part)) as target:
        raw = database.engines.reader.raw_connection()
        try:
            source = raw.driver_connection
            if not isinstance(source, sqlite3.Connection):
                raise TypeError("not an SQLite database")
            source.backup(target)
        finally:
            raw.close()


def _tables_as_they_stand(database: Database, copy: Database) -> MetaData:
    """Make the tables in the copy as the database has them: it may be one that waits for migrations."""
    if database.tables is not metadata:
        copy.create()
        return database.tables
    with database.read() as conn:
        version = schema.version(conn)
    schema.upgrade(copy, version)
    standing = MetaData()
    with copy.read() as conn:
        standing.reflect(conn)
    standing.remove(standing.tables[schema.VERSION_TABLE])
    return standing


def _copy_rows(source: Database, target: Database, tables: MetaData) -> None:
    """All rows of these tables, as they were at one moment, in one transaction."""
    with explained(), _snapshot(source).connect() as reading, target.write() as writing:
        if target.kind == "sqlite":
            writing.execute(text("PRAGMA defer_foreign_keys=ON"))  # a unit may stand before the one above it
        for table in tables.sorted_tables:
            rows = reading.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
            for batch in rows.partitions():
                writing.execute(insert(table), [dict(row) for row in batch])
        if target.kind == "postgresql":
            _set_sequences(writing, tables)
            if tables is metadata:
                schema.stamp(writing)


def _snapshot(source: Database) -> Engine:
    if source.kind == "sqlite":
        return source.engines.reader
    return source.engines.reader.execution_options(isolation_level="REPEATABLE READ")


def _set_sequences(conn: Connection, tables: MetaData) -> None:
    """PostgreSQL must go on numbering after the rows that came with their numbers."""
    for table in tables.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            top = func.max(column)
            conn.execute(select(func.setval(sequence, func.coalesce(top, 1), top.is_not(None))))


def _must_be_empty(database: Database) -> None:
    if database.path is not None and not database.path.exists():
        _must_be_alone(database.path)
        return
    with database.read() as conn:
        if inspect(conn).get_table_names():
            raise StorageUnavailable(
                "В базе данных уже что-то есть.",
                "Восстанавливают в пустую базу: отложите нынешний файл или создайте новую базу на сервере.",
            )


def _must_be_alone(path: Path) -> None:
    """A write-ahead log left by the database that was there before would be poured into the restored one."""
    for ending in ("-wal", "-journal"):
        left = path.with_name(path.name + ending)
        if left.exists():
            raise StorageUnavailable(
                f"Рядом остался файл «{left}» от прежней базы.", "Отложите его туда же, куда прежнюю базу."
            )


def _must_be_sound(copy: Path, tables: MetaData) -> None:
    database = Database(f"sqlite:///{copy}", tables=tables)
    try:
        faults = database.faults()
    finally:
        database.close()
    if faults:
        raise StorageUnavailable(
            f"Резервная копия «{copy}» повреждена: {faults[0]}.", "Возьмите другую копию."
        )


def _settle(part: Path) -> None:
    """Make one whole file of it, without a write-ahead log beside it, and see it safely on the disk."""
    with contextlib.closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with part.open("rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _part(whole: Path, *, keep: bool = True) -> Iterator[Path]:
    """A file to fill beside the place of the whole one; it takes that place only when all went well."""
    whole.parent.mkdir(parents=True, exist_ok=True)
    part = whole.with_name(f"{whole.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        yield part
        if keep:
            part.replace(whole)
    finally:
        for leftover in (
            part,
            *(part.with_name(part.name + ending) for ending in ("-wal", "-shm", "-journal")),
        ):
            leftover.unlink(missing_ok=True)
