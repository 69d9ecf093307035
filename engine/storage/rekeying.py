"""A new master key in the place of the present one, in an order that loses nothing when it is cut short.

Stop the server and the workers first: they would go on with the old key until their keys in memory are used
up, and then say that it does not fit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.errors import StorageUnavailable
from engine.settings import MASTER_KEY_FILE, Settings, new_master_key, read_master_key
from engine.storage.keystore import KeyStore

NEW_FILE = f"{MASTER_KEY_FILE}.new"


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What was done: how many keys of people and cases (0 when an earlier change had got that far).

    `new` is the file of the key that counts now. `old` is where the former one was put, None when it came
    from a variable: then a person has to put the content of `new` there.
    """

    keys: int
    new: Path
    old: Path | None


def change_master_key(settings: Settings, now: datetime) -> Rekeyed:
    """Make a new master key and wrap all keys with it; repeating a change that was cut short ends it."""
    new_file = settings.home / NEW_FILE
    if new_file.exists() and read_master_key(new_file) == settings.master_key:
        new_file.unlink()  # the end of an earlier change: a person has put it into the variable
    if not new_file.exists():
        _write_through(new_file, new_master_key())
    new = read_master_key(new_file)
    keys = 0
    if not _opens(settings.keys_url, new):
        keys = _rewrap(settings, new)
    return _take_its_place(settings, new_file, keys, now)


def _opens(keys_url: str, master_key: bytes) -> bool:
    store = KeyStore(keys_url, master_key)
    try:
        store.index_key()
    except StorageUnavailable:
        return False
    finally:
        store.database.close()
    return True


def _rewrap(settings: Settings, new: bytes) -> int:
    store = KeyStore(settings.keys_url, settings.master_key)
    try:
        return store.rewrap(new)
    finally:
        store.database.close()


def _take_its_place(settings: Settings, new_file: Path, keys: int, now: datetime) -> Rekeyed:
    """There is a file under the present name at every moment."""
    present = settings.home / MASTER_KEY_FILE
    if not present.exists() or read_master_key(present) != settings.master_key:
        return Rekeyed(keys, new_file, None)
    old = present.with_name(f"{MASTER_KEY_FILE}.until-{now:%Y-%m-%d-%H%M%S}")
    old.unlink(missing_ok=True)
    old.hardlink_to(present)
    new_file.replace(present)
    _settle(settings.home)
    return Rekeyed(keys, present, old)


def _write_through(path: Path, content: str) -> None:
    """The file has its name only once it is whole and on the disk."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """See the names of a folder safely on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
