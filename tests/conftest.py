"""What every test can ask for: servers, databases, an empty instance folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import inner_queries, services
from tests.skips import pytest_make_collect_report, pytest_runtest_makereport
from tests.together import pytest_xdist_make_scheduler

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport", "pytest_xdist_make_scheduler"]

REDIS_DATABASES = 64


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # Else each of the servers that tests start would compile the whole product anew.
        sys.dont_write_bytecode = False
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        services.work_in_memory()
        folder = contextlib.ExitStack()
        folder.enter_context(services.folder_of_run())
        config.add_cleanup(folder.close)


@pytest.fixture(scope="session", autouse=True)
def quickly() -> Iterator[None]:
    """What takes long on purpose or by nature, made quick: tests that are about it bring it back.

    Real argon2 with other parameters: the hash of a password in a millisecond instead of 150. Documents are
    printed by our own printer even where there is a LibreOffice, which takes seconds.
    """
    from argon2 import PasswordHasher

    from engine.access import passwords
    from engine.documents import office

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(office, "NAMES", ())
        yield


@pytest.fixture(scope="session", autouse=True)
def inner_queries_watched() -> Iterator[None]:
    """Every statement that is compiled is looked at."""
    with pytest.MonkeyPatch.context() as patch:
        inner_queries.watch(patch)
        yield


@pytest.fixture(autouse=True)
def inner_queries_joined(inner_queries_watched: None) -> Iterator[None]:
    """A query inside another that takes a table anew may let everybody see everything: it fails the test."""
    yield
    assert inner_queries.taken() == []


@pytest.fixture
def tmp_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty instance folder, the one that MARSHRUT_HOME names during the test."""
    home = tmp_path / "instance"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("MARSHRUT_") and name != services.FOLDER]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MARSHRUT_HOME", str(home))
    return home


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    try:
        with services.fresh_database() as url:
            yield url
    except services.ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def redis_url() -> str:
    """An empty Redis database that no other worker of this run uses."""
    import redis

    try:
        address = services.redis()
    except services.ServiceMissing as missing:
        pytest.skip(str(missing))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = f"{address}?db={worker % REDIS_DATABASES}"
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database; the test runs once on SQLite and once on PostgreSQL.

    A test that wants the tables in it asks for `installed_database_url`, which is quicker.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'marshrut.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def installed_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables and no rows, copied from a pattern; on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        copy = tmp_path / "marshrut.db"
        shutil.copy(request.getfixturevalue("installed_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    try:
        with services.fresh_database(services.template_database("marshrut_installed", install)) as url:
            yield url
    except services.ServiceMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def installed_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pattern of which SQLite databases are copied; closed, so that the file holds everything."""
    path = tmp_path_factory.mktemp("installed") / "marshrut.db"
    install(f"sqlite:///{path}")
    return path


def install(url: str) -> None:
    """Make all tables of the product in the database."""
    from engine.bootstrap import load_tables
    from engine.storage import schema
    from engine.storage.database import Database

    load_tables()
    database = Database(url)
    schema.install(database)
    database.close()
