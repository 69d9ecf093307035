"""Copies of an instance, and bringing one back.

A copy is two files. `….zip` holds the database with everything attached to cases, and the settings without
secrets. `….keys.db` holds the store of keys. They are apart so that what was destroyed stays destroyed: an
old database opens only what the store of keys still has a key for, so the store is restored only where it was
lost. The master key is in neither.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from engine.bootstrap import load_tables
from engine.errors import Conflict, StorageUnavailable
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage import backup, schema
from engine.storage.database import Database
from engine.storage.keystore import KeyStore

DATABASE: Final = "marshrut.db"
SETTINGS: Final = "settings.json"
FORMAT: Final = 1
SIDECARS: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a copy lies."""

    whole: Path
    keys: Path


def make_copy(rt: Runtime, to: Path) -> Copy:
    """Copy the instance while people work, into `to` (a new `.zip`) and the file of keys beside it."""
    copy = Copy(to, to.with_suffix(".keys.db"))
    for path in (copy.whole, copy.keys):
        if path.exists():
            raise Conflict(f"Файл «{path}» уже есть.", "Выберите другое имя: копии не переписываются.")
    copy.whole.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(copy.whole) as folder:
        backup.backup(rt.database, folder / DATABASE)
        # Keys after the rows that they open: one that was made meanwhile is too many, none is too few.
        backup.backup(rt.vault.store.database, folder / "keys.db")
        whole = folder / "whole.zip"
        whole.touch(mode=0o600)
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(folder / DATABASE, DATABASE)
            archive.writestr(SETTINGS, orjson.dumps(_plain_settings(rt), option=orjson.OPT_INDENT_2))
        (folder / "keys.db").replace(copy.keys)
        whole.replace(copy.whole)
    return copy


def _plain_settings(rt: Runtime) -> dict[str, object]:
    """What helps to set the instance up again; addresses may hold passwords and stay out."""
    settings = rt.settings
    return {
        "format": FORMAT,
        "made_at": rt.clock.now().isoformat(timespec="seconds"),
        "database": rt.database.kind,
        "redis": settings.redis_url is not None,
        "demo": settings.demo,
        "host": settings.host,
        "port": settings.port,
        "locale": settings.locale,
        "attachment_mb": settings.attachments.megabytes,
        "attachment_kinds": settings.attachments.kinds,
    }


def restore_copy(settings: Settings, whole: Path, keys: Path | None, *, force: bool) -> list[Path]:
    """Bring a copy back; the files that stood in its way and were laid aside (only with `force`).

    Everything is unpacked and checked beside the instance first: a copy that is damaged or belongs to other
    keys changes nothing. Raises StorageUnavailable, Conflict.
    """
    load_tables()
    target, store = Database(settings.database_url), KeyStore(settings.keys_url, settings.master_key)
    _refuse_to_overwrite(target, force)
    if keys is not None:
        _refuse_keys_that_are_there(store)
        _refuse_to_overwrite(store.database, force)
    elif store.database.path is not None and not store.database.path.exists():
        raise StorageUnavailable(
            f"Хранилища ключей «{store.database.path}» нет.", "Добавьте его копию: --keys КЛЮЧИ.db"
        )
    with _folder_beside(target.path or settings.home / DATABASE) as folder:
        fresh = _unpacked(whole, folder)
        mark = schema.check(fresh)
        fresh.close()
        fresh_keys = _checked_keys(settings, store, keys, mark, folder)
        for database in (target, store.database):
            database.close()
            _refuse_busy(database)
        aside = _put(fresh, target)
        return aside + (_put(fresh_keys, store.database) if fresh_keys is not None else [])


def _refuse_to_overwrite(target: Database, force: bool) -> None:
    if target.path is not None and target.path.exists() and not force:
        raise Conflict(
            f"Файл «{target.path}» уже есть.",
            "С --force он будет отложен в сторону, а на его место встанет копия.",
        )


def _refuse_keys_that_are_there(store: KeyStore) -> None:
    """A store that opens is newer than any copy of it: in the copy, destroyed keys would live again."""
    try:
        store.index_key()
    except StorageUnavailable:
        return
    finally:
        store.database.close()
    raise Conflict(
        "Хранилище ключей цело, заменять его копией нельзя: ожили бы уничтоженные ключи.",
        "Восстановите только базу, без --keys.",
    )


def _unpacked(whole: Path, folder: Path) -> Database:
    """The database of a copy, whole, of today's version, in a file of its own."""
    try:
        with (
            zipfile.ZipFile(whole) as archive,
            archive.open(DATABASE) as packed,
            (folder / "packed.db").open("wb") as plain,
        ):
            shutil.copyfileobj(packed, plain)
    except FileNotFoundError:
        raise StorageUnavailable(f"Файла «{whole}» нет.", "Проверьте путь к копии.") from None
    except (zipfile.BadZipFile, KeyError, OSError, EOFError):
        raise StorageUnavailable(
            f"«{whole}» не копия рабочего места или повреждён.", "Возьмите файл .zip от «marshrut backup»."
        ) from None
    fresh = Database(f"sqlite:///{folder / 'fresh.db'}")
    backup.restore(folder / "packed.db", fresh)
    return fresh


def _checked_keys(
    settings: Settings, store: KeyStore, keys: Path | None, mark: str, folder: Path
) -> Database | None:
    """The copied store of keys, or None when the one in place fits; StorageUnavailable when neither does."""
    if keys is None:
        store.check(mark)
        store.database.close()
        return None
    fresh = KeyStore(f"sqlite:///{folder / 'fresh-keys.db'}", settings.master_key)
    backup.restore(keys, fresh.database)
    fresh.check(mark)
    fresh.database.close()
    return fresh.database


def _put(fresh: Database, target: Database) -> list[Path]:
    """Let the fresh file take the place of the target at once; what stood there is laid aside."""
    assert fresh.path is not None, "a copy is unpacked into a file"
    if target.path is None:
        backup.restore(fresh.path, target)
        return []
    aside = _lay_aside(target.path)
    fresh.path.replace(target.path)
    return aside


def _lay_aside(path: Path) -> list[Path]:
    """Give a database file a second name beside; its own name goes over to the fresh file in one move."""
    if not path.exists():
        return []
    number = 1
    while (aside := path.with_name(f"{path.name}.before-restore-{number}")).exists():
        number += 1
    os.link(path, aside)
    for ending in SIDECARS:  # left by a crash; they belong to the old file and would spoil the fresh one
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return [aside]


def _refuse_busy(database: Database) -> None:
    """Nobody may have the file open; one that is damaged is nobody's."""
    if database.path is None or not database.path.exists():
        return
    try:
        with closing(sqlite3.connect(database.path, timeout=1)) as connection:
            alone = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
    except sqlite3.OperationalError:
        alone = False
    except sqlite3.DatabaseError:
        return
    if not alone:
        raise StorageUnavailable(
            f"База «{database.path}» сейчас открыта.", "Остановите сервер и worker, затем повторите."
        )


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    """A folder on the same disk, so that a file moves out of it in one step; gone at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".marshrut-copy-", dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
