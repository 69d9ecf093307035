"""The folder of a demonstration: built beside, moved into place when it is whole.

Whatever interrupts the building, a half demonstration is never taken for a ready one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.demo.building import Told, build_demo
from engine.errors import Conflict, StorageUnavailable
from engine.settings import DEMO_FILE, Settings
from engine.storage.database import Database

UNFINISHED = ".demo-"
"""How the folder begins in which a demonstration is being built."""

_MARK = "Показ: люди, дела и организации вымышлены.\n"


def has_instance(settings: Settings) -> bool:
    """Whether the folder holds a database already.

    Conflict on a server, where no demonstration can be built; StorageUnavailable when the database of the
    folder is lost.
    """
    files = _files(settings)
    if files is None:
        raise Conflict(
            "Показ строится в файлах, а здесь указана база на сервере.",
            "Уберите MARSHRUT_DATABASE и MARSHRUT_KEYS или создайте рабочее место: marshrut init",
        )
    database, keys = files
    if keys.exists() and not database.exists():
        raise StorageUnavailable(
            f"В папке «{settings.home}» есть ключи, а базы нет.",
            "Верните базу из резервной копии («marshrut restore КОПИЯ.zip») или выберите другую папку: "
            "MARSHRUT_HOME=…",
        )
    return database.exists()


def demand_empty(settings: Settings) -> None:
    """Conflict when the folder holds a database already, or can't hold a demonstration."""
    if has_instance(settings):
        raise Conflict(
            f"В папке «{settings.home}» уже есть рабочее место.",
            "Для показа выберите другую папку: MARSHRUT_HOME=…",
        )


def fill_home(settings: Settings, told: Told, *, at: date | None = None, documents: bool = True) -> None:
    """Build a demonstration in the instance folder; see `build_demo`."""
    demand_empty(settings)
    for left in settings.home.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=settings.home))
    try:
        beside = replace(
            settings,
            database_url=f"sqlite:///{folder / 'marshrut.db'}",
            keys_url=f"sqlite:///{folder / 'keys.db'}",
        )
        build_demo(beside, told, at=at, documents=documents)
        _move_in(folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move_in(folder: Path, settings: Settings) -> None:
    """The database comes last: where it is, everything is."""
    database, keys = _files(settings) or (Path(), Path())
    (settings.home / DEMO_FILE).write_text(_MARK, encoding="utf-8")
    for made in folder.glob("*.db"):
        with made.open("rb") as file:
            os.fsync(file.fileno())
    (folder / "keys.db").replace(keys)
    (folder / "marshrut.db").replace(database)


def _files(settings: Settings) -> tuple[Path, Path] | None:
    """(database, keys) where both are files."""
    database, keys = Database(settings.database_url).path, Database(settings.keys_url).path
    return (database, keys) if database is not None and keys is not None else None
