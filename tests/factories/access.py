"""A running instance with one municipality, and colleagues to act in it. Everybody here is invented.

rt = make_runtime(tmp_path)
specialist = make_actor(rt, "R05")
"""

from __future__ import annotations

import base64
import functools
import itertools
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from engine.access.actors import load_actor
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY
from engine.access.units import NewUnit, create_unit
from engine.bootstrap import create_instance, open_runtime
from engine.clock import MovableClock
from engine.model import SYSTEM, Actor, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.settings import Settings

MONDAY = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)
"""10:00 in Moscow on a working Monday: where the clock of a test instance stands."""

MASTER_KEY = bytes(range(32))
PASSWORD = "ромашка в чистом поле"

_numbers = itertools.count(1)
_NAMES = itertools.cycle(
    [
        FullName("Белова", "Наталья", "Александровна"),
        FullName("Гаврилов", "Пётр", "Ильич"),
        FullName("Ёлкина", "Дарья", "Олеговна"),
        FullName("Савельев", "Игорь", "Петрович"),
    ]
)


@dataclass(frozen=True, slots=True)
class Town:
    """Units of the test municipality."""

    municipality: int
    centre: int
    """The social service centre, an agency with two departments."""
    families: int
    care: int
    administration: int
    """Another agency: guardianship, the commission on minors."""


_towns: WeakKeyDictionary[object, Town] = WeakKeyDictionary()


def make_settings(folder: Path, database_url: str | None = None, keys_url: str | None = None) -> Settings:
    """Settings of an instance in `folder`; databases are SQLite files there unless given."""
    return Settings(
        home=folder,
        database_url=database_url or f"sqlite:///{folder / 'marshrut.db'}",
        keys_url=keys_url or f"sqlite:///{folder / 'keys.db'}",
        master_key=MASTER_KEY,
        secret_key=base64.b64encode(MASTER_KEY).decode(),
    )


def make_runtime(folder: Path, database_url: str | None = None, *, at: datetime = MONDAY) -> Runtime:
    """A new instance with its tables and nobody in it; its clock is a MovableClock that stands at `at`.

    Its files are copies of a pattern, unless they are there already or the database is another one.
    """
    settings = make_settings(folder, database_url)
    if database_url is None and not (folder / "marshrut.db").exists():
        for name, content in empty_instance().items():
            (folder / name).write_bytes(content)
        return open_runtime(settings, MovableClock(at))
    return create_instance(settings, MovableClock(at))


@functools.cache
def empty_instance() -> dict[str, bytes]:
    """The files of an instance with nobody in it; made once, because making tables takes longest."""
    with tempfile.TemporaryDirectory() as name:
        rt = create_instance(make_settings(Path(name)), MovableClock(MONDAY))
        rt.database.close()
        rt.vault.store.database.close()
        return {path.name: path.read_bytes() for path in Path(name).iterdir()}


def town(rt: Runtime) -> Town:
    """The municipality of this instance, made at the first call."""
    found = _towns.get(rt.database)
    if found is None:
        municipality = make_unit(rt, "Приозёрский округ", MUNICIPALITY)
        centre = make_unit(rt, "КЦСОН", AGENCY, municipality)
        found = Town(
            municipality=municipality,
            centre=centre,
            families=make_unit(rt, "Отделение помощи семье", DEPARTMENT, centre),
            care=make_unit(rt, "Отделение надомной помощи", DEPARTMENT, centre),
            administration=make_unit(rt, "Администрация", AGENCY, municipality),
        )
        _towns[rt.database] = found
    return found


def make_unit(rt: Runtime, name: str, kind: str, parent_id: int | None = None) -> int:
    """A unit; its number."""
    return create_unit(rt, SYSTEM, NewUnit(name=name, kind=kind, parent_id=parent_id))


def make_account(
    rt: Runtime,
    *roles: str,
    unit_id: int | None = None,
    name: FullName | None = None,
    login: str = "",
    password: str | None = None,
    limit: Scope | None = None,
) -> int:
    """An account with `roles` in its unit (the family department unless told); its number.

    Without a password nobody can sign in with it, and it is quick to make; give PASSWORD where one signs in.
    """
    home = unit_id or town(rt).families
    new = NewAccount(
        login=login or f"demo{next(_numbers)}",
        name=name or next(_NAMES),
        unit_id=home,
        password=password,
        grants=[Grant(role, home, limit) for role in roles],
    )
    return create_account(rt, SYSTEM, new)


def make_actor(rt: Runtime, *roles: str, unit_id: int | None = None, name: FullName | None = None) -> Actor:
    """A colleague with these roles, loaded and ready to act."""
    return load_actor(rt, make_account(rt, *roles, unit_id=unit_id, name=name))
