"""A database and its store of keys belong together: neither is made anew while the other has memories.

A new store would give the numbers of lost keys to new ones, and the copy that still has the lost ones could
never be brought back.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, inspect, select

from engine.errors import StorageUnavailable
from engine.storage.database import Database
from engine.storage.keystore import KeyStore, key_store_meta
from engine.storage.metadata import marshrut_meta, metadata


def key_columns() -> list[Column[int]]:
    """The column of every table that names the key a row is sealed with."""
    return [table.c.key_id for table in metadata.sorted_tables if "key_id" in table.c]


def demand_pair(database: Database, store: KeyStore, *, opening: bool) -> None:
    """StorageUnavailable when one of the two is there and the other is lost.

    That neither is there is no fault. Unless `opening`, a database in which nothing was sealed yet may stand
    without a store: the making of the instance was cut off.
    """
    has_database, has_keys = _has(database, marshrut_meta), _has(store.database, key_store_meta)
    if has_keys and not has_database:
        raise StorageUnavailable(
            f"Хранилище ключей есть, а самой базы данных нет{_named(database)}.",
            "Верните базу из резервной копии: «marshrut restore КОПИЯ.zip», или выберите другую папку.",
        )
    if has_database and not has_keys and (opening or _holds_sealed(database)):
        raise StorageUnavailable(
            f"Хранилища ключей нет{_named(store.database)}, без него личные данные не открыть.",
            "Верните его и базу из резервной копии: «marshrut restore КОПИЯ.zip --keys КЛЮЧИ.db --force».",
        )


def _has(database: Database, table: Table) -> bool:
    if database.path is not None and not database.path.exists():
        return False
    with database.read() as conn:
        return inspect(conn).has_table(table.name)


def _holds_sealed(database: Database) -> bool:
    with database.read() as conn:
        there = set(inspect(conn).get_table_names())
        return any(
            conn.execute(select(column).where(column.is_not(None)).limit(1)).first() is not None
            for column in key_columns()
            if column.table.name in there
        )


def _named(database: Database) -> str:
    return "" if database.path is None else f" («{database.path}»)"
