"""One demonstration for all tests of this folder; each that changes something works on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.bootstrap import open_runtime
from engine.clock import MovableClock
from engine.demo.home import fill_home
from engine.runtime import Runtime
from engine.settings import Settings, load, prepare_home

MONDAY = date(2026, 1, 19)
"""The first terms that cross the New Year holidays end about now."""

NOW = datetime.fromisoformat("2026-01-19T10:00+03:00")


def settings_of(home: Path) -> Settings:
    """Settings of the instance in that folder."""
    prepare_home(home)
    return load({"MARSHRUT_HOME": str(home)})


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration without documents; nobody writes into it."""
    home = tmp_path_factory.mktemp("demo") / "instance"
    fill_home(settings_of(home), lambda _: None, at=MONDAY, documents=False)
    return home


@pytest.fixture
def demo(demo_home: Path, tmp_path: Path) -> Iterator[Runtime]:
    """A copy of the demonstration; its clock stands at the moment at which it was made."""
    home = tmp_path / "instance"
    shutil.copytree(demo_home, home)
    rt = open_runtime(settings_of(home), MovableClock(NOW))
    yield rt
    rt.database.close()
    rt.vault.store.database.close()
