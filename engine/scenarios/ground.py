"""The ground that scenarios are played on: throwaway instances, all copied from one pattern.

The pattern has the shipped norms and calendars, one organisation with a person for each role, and the given
files published. Nothing in it is worth keeping, so SQLite does not wait for the disk.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import event

from engine.access.policy import EVERYONE, ROLES
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.bootstrap import create_instance, open_runtime
from engine.clock import MovableClock, SystemClock
from engine.deadlines.service import seed
from engine.definitions.files import ReadFile, Upload
from engine.definitions.service import add_release
from engine.errors import MarshrutError
from engine.model import SYSTEM, Actor
from engine.names import FullName
from engine.runtime import Runtime
from engine.scenarios.catalogue import event_names, read_definitions, with_shipped
from engine.scenarios.coverage import Coverage, Track
from engine.settings import Settings
from engine.storage.database import Database

DATABASE, KEYS = "marshrut.db", "keys.db"


class Copier(Protocol):
    """Where the main databases of a ground come from. The keys always lie in a file beside the instance."""

    def pattern(self, home: Path) -> str:
        """The address of a new database for the pattern, whose folder is `home`."""

    def copy(self, pattern: str, home: Path) -> AbstractContextManager[str]:
        """The address of a copy of the pattern, which nobody uses meanwhile; the copy ends with the block."""


class FileCopier:
    """Databases that are files: they come and go with the folder of their instance."""

    def pattern(self, home: Path) -> str:
        return f"sqlite:///{home / DATABASE}"

    @contextmanager
    def copy(self, pattern: str, home: Path) -> Iterator[str]:
        shutil.copyfile(pattern.removeprefix("sqlite:///"), home / DATABASE)
        yield f"sqlite:///{home / DATABASE}"


class TrialGround:
    """Given files ready to be tried. Use with `with`: the folder is removed at the end.

    The first file is the one that is tried; the others are what it calls. What nobody gave comes from the
    product. Raises DefinitionRefused when a file can't be read, MarshrutError when the first is no diagram.
    """

    def __init__(self, uploads: Sequence[Upload], copier: Copier | None = None) -> None:
        given = read_definitions(uploads)
        if given[0].kind != "bpmn":
            raise MarshrutError(f"«{given[0].upload.name}» не схема.", "Первой назовите схему .bpmn.")
        self.main = given[0]
        self.track = Track(file.upload.content for file in given if file.kind == "bpmn")
        self._folder = Path(tempfile.mkdtemp(prefix="marshrut-trial-"))
        self._copier = copier or FileCopier()
        self._copies = 0
        try:
            home = self._folder / "pattern"
            home.mkdir()
            self._pattern = create_instance(_settings(home, self._copier.pattern(home)), SystemClock())
            files = with_shipped(given)
            self.messages, self.signals = event_names(files)
            self.actor = self._furnish(files)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def __enter__(self) -> TrialGround:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything."""
        _close(self._pattern)
        shutil.rmtree(self._folder, ignore_errors=True)

    def coverage(self) -> Coverage:
        """What all scenarios so far have passed of the given diagrams."""
        return self.track.coverage()

    @contextmanager
    def instance(self, at: datetime) -> Iterator[Runtime]:
        """A fresh instance whose clock stands at that moment; it ends with the block."""
        self._copies += 1
        folder = self._folder / str(self._copies)
        folder.mkdir()
        pattern = self._pattern.settings
        _close(self._pattern)  # the last connection to close leaves a whole database to copy
        shutil.copyfile(pattern.home / KEYS, folder / KEYS)
        with self._copier.copy(pattern.database_url, folder) as address:
            rt = open_runtime(_settings(folder, address), MovableClock(at))
            _hurry(rt)
            # Definitions, norms and calendars are those of the pattern, so they are read once for all copies.
            rt.library, rt.calendars = self._pattern.library, self._pattern.calendars
            rt.trial, rt.watch = True, self.track.note
            try:
                yield rt
            finally:
                _close(rt)
                shutil.rmtree(folder, ignore_errors=True)

    def _furnish(self, files: Iterable[ReadFile]) -> Actor:
        """Norms, the organisation, its people, the files; gives the actor who may do everything."""
        rt = self._pattern
        _hurry(rt)
        with rt.database.write() as conn:
            seed(conn, rt.clock.now())
        place = create_unit(rt, SYSTEM, NewUnit(name="Учреждение для проб", kind=AGENCY))
        owner = _person(rt, place, "proba", ())
        for role in ROLES:
            if role != EVERYONE:
                _person(rt, place, role.lower(), (Grant(role, place),))
        with rt.database.write() as conn:
            add_release(rt, conn, SYSTEM, list(files))
        roles = frozenset(ROLES)  # whoever holds the role that owns a pathway owns its cases
        return replace(SYSTEM, user_id=owner, name="Проба", unit_id=place, agency_id=place, roles=roles)


def _person(rt: Runtime, place: int, login: str, grants: Sequence[Grant]) -> int:
    name = FullName("Пробный", "Сотрудник")
    return create_account(rt, SYSTEM, NewAccount(login=login, name=name, unit_id=place, grants=grants))


def _settings(home: Path, database_url: str) -> Settings:
    """Nothing personal is ever in a trial, so its master key is no secret."""
    return Settings(
        home=home,
        database_url=database_url,
        keys_url=f"sqlite:///{home / KEYS}",
        master_key=bytes(32),
        secret_key="",
    )


def _databases(rt: Runtime) -> tuple[Database, Database]:
    return rt.database, rt.vault.store.database


def _close(rt: Runtime) -> None:
    for database in _databases(rt):
        database.close()


def _hurry(rt: Runtime) -> None:
    """Connections that SQLite makes from now on do not wait until the disk has what they wrote."""
    for database in _databases(rt):
        if database.kind == "sqlite":
            database.close()
            event.listen(database.engines.writer, "connect", _never_wait)


def _never_wait(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
