"""The tables of the product: made, brought up to date, and checked before work begins."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from engine.errors import StorageUnavailable
from engine.storage.database import Database
from engine.storage.faults import explained
from engine.storage.metadata import marshrut_meta


class OutdatedDatabase(StorageUnavailable):
    """The database is ours and sound, but waits for migrations."""


MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
INSTANCE = "instance"


def install(database: Database) -> str:
    """Make all tables in an empty database, in one transaction; the mark that pairs it with its keys.

    One that is not empty is checked and left as it is: see `check` for what is raised.
    """
    database.create_file()
    with database.write() as conn:
        if not inspect(conn).get_table_names():
            database.tables.create_all(conn)
            stamp(conn)
            conn.execute(insert(marshrut_meta), {"key": INSTANCE, "value": uuid.uuid4().hex})
    return check(database)


def stamp(conn: Connection) -> None:
    """Mark the tables as those of this version of the product."""
    command.stamp(config(conn), "head")


def version(conn: Connection) -> str:
    """The migration that the database has come to; "base" when it has had none."""
    return MigrationContext.configure(conn).get_current_revision() or "base"


def upgrade(database: Database, to: str = "head") -> None:
    """Run the migrations that the database has not had: all of them or none. Back up first.

    SQLite changes a table by rebuilding it, which references to it would forbid: they are not watched
    meanwhile and checked as a whole before the commit.
    """
    with _refused_in_words(), explained(), database.engines.writer.connect() as conn:
        sqlite = conn.connection.cursor() if database.kind == "sqlite" else None
        if sqlite is not None:
            sqlite.execute("PRAGMA foreign_keys=OFF")
        try:
            with conn.begin():
                if sqlite is not None:
                    sqlite.execute("BEGIN IMMEDIATE")
                command.upgrade(config(conn), to)
                if sqlite is not None and sqlite.execute("PRAGMA foreign_key_check").fetchall():
                    raise StorageUnavailable(
                        "Обновление базы данных остановлено: в ней есть ссылки на пропавшие строки.",
                        "Ничего не изменено. Выполните «marshrut doctor» и восстановите резервную копию.",
                    )
        finally:
            if sqlite is not None:
                sqlite.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _refused_in_words() -> Iterator[None]:
    """A migration that the database itself refuses: its tables are not what the migrations before it made."""
    try:
        yield
    except DBAPIError as error:
        raise StorageUnavailable(
            "Обновить базу данных не удалось: таблицы в ней не те, что сделала бы прежняя версия «Маршрута».",
            "Ничего не изменено. Верните базу из резервной копии («marshrut restore») или начните с новой "
            "папкой: MARSHRUT_HOME=…",
        ) from error


def check(database: Database) -> str:
    """The mark of the database, or StorageUnavailable with what to do: absent, foreign, older or newer."""
    if database.path is not None and not database.path.exists():
        raise StorageUnavailable(
            f"Базы данных «{database.path}» ещё нет.",
            "Создайте её командой «marshrut init» или исправьте путь.",
        )
    with database.read() as conn:
        tables = inspect(conn).get_table_names()
        if not tables:
            raise StorageUnavailable("База данных пуста.", "Создайте таблицы командой «marshrut init».")
        if marshrut_meta.name not in tables or (found := _instance(conn)) is None:
            raise StorageUnavailable(
                "Это база данных другой программы.", "Исправьте адрес базы: «Маршруту» нужна своя, отдельная."
            )
        _check_version(conn)
    return found


def _check_version(conn: Connection) -> None:
    known, newest = _revisions(
        MIGRATIONS, frozenset(path.name for path in (MIGRATIONS / "versions").iterdir())
    )
    standing = set(MigrationContext.configure(conn).get_current_heads())
    if not standing <= known:
        raise StorageUnavailable(
            "База данных создана более новой версией «Маршрута».",
            "Установите эту версию или восстановите резервную копию, сделанную до обновления.",
        )
    if standing != newest:
        raise OutdatedDatabase(
            "База данных от прежней версии «Маршрута».",
            "Сделайте резервную копию и выполните «marshrut init».",
        )


@cache
def _revisions(folder: Path, _files: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """All revisions of the migrations in these files of the folder, and the last of them.

    Kept: reading the files takes most of the time of opening a database, and a trial opens many.
    """
    script = ScriptDirectory.from_config(_config_of(folder))
    return frozenset(found.revision for found in script.walk_revisions()), frozenset(script.get_heads())


def _instance(conn: Connection) -> str | None:
    return conn.execute(select(marshrut_meta.c.value).where(marshrut_meta.c.key == INSTANCE)).scalar()


def config(conn: Connection) -> Config:
    """How Alembic finds the migrations and works inside the transaction of this connection."""
    made = _config_of(MIGRATIONS)
    made.attributes["connection"] = conn
    return made


def _config_of(folder: Path) -> Config:
    made = Config()
    made.set_main_option("script_location", str(folder).replace("%", "%%"))
    return made
