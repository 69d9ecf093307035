"""The database of keys: one row for each person, family and case. Nothing else lies in it.

It is apart from the main database so that a copy of the one without the other opens nothing, and so that a
destroyed key is gone from a small file that can be rewritten as a whole (decision 0003).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    insert,
    inspect,
    select,
    text,
    update,
)

from engine.errors import KeyDestroyed, StorageUnavailable
from engine.storage.database import Database
from engine.storage.faults import explained
from engine.storage.metadata import BIG_ID, NAMING

FORMAT = "1"

key_metadata = MetaData(naming_convention=NAMING)

key_store_meta = Table(
    "key_store_meta",
    key_metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
subject_key = Table(
    "subject_key",
    key_metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("wrapped", LargeBinary),
    Column("destroyed_at", BigInteger),
    sqlite_autoincrement=True,  # the number of a key is never given out twice
)
"""`wrapped`: the key under the master key (RFC 3394), NULL once destroyed: the row stays as a tombstone."""

_READ = select(subject_key.c.id, subject_key.c.wrapped, subject_key.c.destroyed_at).where(
    subject_key.c.id.in_(bindparam("ids", expanding=True))
)
_ADD = insert(subject_key).returning(subject_key.c.id, sort_by_parameter_order=True)
_INDEX_KEY = select(key_store_meta.c.value).where(key_store_meta.c.key == "index_key")
_LIVE = select(subject_key.c.id, subject_key.c.wrapped).where(subject_key.c.destroyed_at.is_(None))
_REWRAP = update(subject_key).where(subject_key.c.id == bindparam("key")).values(wrapped=bindparam("new"))
_OVERWRITE = (
    update(subject_key)
    .where(subject_key.c.id == bindparam("key"))
    .values(wrapped=bindparam("noise"), destroyed_at=bindparam("at"))
)
_BURY = update(subject_key).where(subject_key.c.id == bindparam("key")).values(wrapped=None)


class KeyStore:
    """Keys wrapped by the master key. Unwrapped keys leave it only as return values."""

    def __init__(self, url: str, master_key: bytes) -> None:
        self.database = Database(url, tables=key_metadata, secure_delete=True)
        self._master = master_key

    def create(self, instance: str) -> None:
        """Make an empty store for the database of that `instance`. One that exists stays as it is."""
        self.database.create()
        with self.database.write() as conn:
            if conn.execute(select(key_store_meta.c.key)).first() is None:
                index_key = aes_key_wrap(self._master, secrets.token_bytes(32)).hex()
                facts = {"format": FORMAT, "instance": instance, "index_key": index_key}
                conn.execute(insert(key_store_meta), [{"key": k, "value": v} for k, v in facts.items()])

    def check(self, instance: str) -> None:
        """StorageUnavailable when the store is absent, of another database, or under another master key."""
        with self.database.read() as conn:
            if not inspect(conn).has_table(key_store_meta.name):
                raise StorageUnavailable(
                    "Хранилище ключей пусто.",
                    "Верните файл ключей из резервной копии; для новой базы выполните «marshrut init».",
                )
        facts = self._facts()
        if facts.get("format") != FORMAT:
            raise StorageUnavailable(
                "Хранилище ключей создано другой версией «Маршрута».",
                "Установите версию, которая его создала.",
            )
        if facts["instance"] != instance:
            raise StorageUnavailable(
                "Хранилище ключей от другой базы данных.",
                "Верните базу и ключи из одной и той же резервной копии.",
            )
        self.index_key()

    def index_key(self) -> bytes:
        """The key of the search index: random, so that a new master key leaves the index valid."""
        return self._unwrap_index_key(self._facts()["index_key"])

    def _unwrap_index_key(self, wrapped: str) -> bytes:
        return _unwrap(self._master, bytes.fromhex(wrapped))

    def add(self, kind: str, number: int) -> list[tuple[int, bytes]]:
        """Make and commit `number` new keys; (id, key) of each."""
        keys = [secrets.token_bytes(32) for _ in range(number)]
        rows = [{"kind": kind, "wrapped": aes_key_wrap(self._master, key)} for key in keys]
        with self.database.write() as conn:
            # Whoever has missed a change of the master key must not add what nobody could open.
            self._unwrap_index_key(conn.execute(_INDEX_KEY.with_for_update(read=True)).scalar_one())
            ids = conn.execute(_ADD, rows).scalars().all()
        return list(zip(ids, keys, strict=True))

    def read(self, ids: Iterable[int]) -> dict[int, bytes | None]:
        """The keys that exist, in one statement; None for a destroyed one, unknown ids are left out."""
        with self.database.read() as conn:
            rows = conn.execute(_READ, {"ids": list(ids)}).all()
        return {
            row.id: None if row.destroyed_at is not None else _unwrap(self._master, row.wrapped)
            for row in rows
        }

    def destroy(self, key_id: int) -> None:
        """Overwrite the key, forget it, rewrite the file. Nothing but an old copy of it brings it back."""
        noise = {"key": key_id, "noise": secrets.token_bytes(40), "at": int(time.time())}
        with self.database.write() as conn:
            if conn.execute(_OVERWRITE, noise).rowcount == 0:
                raise KeyDestroyed("Ключа с таким номером нет: уничтожать нечего.")
        with self.database.write() as conn:
            conn.execute(_BURY, {"key": key_id})
        self._rewrite_file()

    def rewrap(self, new_master: bytes) -> int:
        """Put every key under a new master key in one transaction; how many there were."""
        with self.database.write() as conn:
            # Waits for those who add keys; those who destroy one wait for the rows.
            index_key = self._unwrap_index_key(conn.execute(_INDEX_KEY.with_for_update()).scalar_one())
            fresh = [
                {"key": row.id, "new": aes_key_wrap(new_master, _unwrap(self._master, row.wrapped))}
                for row in conn.execute(_LIVE.with_for_update())
            ]
            if fresh:
                conn.execute(_REWRAP, fresh)
            conn.execute(
                update(key_store_meta).where(key_store_meta.c.key == "index_key"),
                {"value": aes_key_wrap(new_master, index_key).hex()},
            )
        self._master = new_master
        self._rewrite_file()
        return len(fresh)

    def _facts(self) -> dict[str, str]:
        with self.database.read() as conn:
            return {row.key: row.value for row in conn.execute(select(key_store_meta))}

    def _rewrite_file(self) -> None:
        """Leave no trace of old keys in the file, its journal or its free space."""
        writer = self.database.engines.writer
        with explained():
            if self.database.kind == "postgresql":
                with writer.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
                    conn.execute(text(f"VACUUM FULL {subject_key.name}"))
                return
            with writer.connect() as conn:
                for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    conn.connection.cursor().execute(statement)


def _unwrap(master: bytes, wrapped: bytes) -> bytes:
    try:
        return aes_key_unwrap(master, wrapped)
    except InvalidUnwrap:
        raise StorageUnavailable(
            "Главный ключ не подходит к хранилищу ключей.",
            "Верните файл главного ключа, с которым работал «Маршрут»: без него личные данные не открыть. "
            "Если прервалась смена ключа, повторите её: «marshrut rekey».",
        ) from None
