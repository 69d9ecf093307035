"""One demonstration for all tests of this folder; each that changes something works on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.bootstrap import open_runtime
from engine.clock import MovableClock
from engine.commands.demo import demo as demo_command
from engine.runtime import Runtime
from engine.settings import Settings, load, prepare_home

MONDAY = date(2026, 1, 19)
"""The first terms that cross the New Year holidays end about now."""

NOW = datetime.fromisoformat("2026-01-19T10:00+03:00")


def settings_of(home: Path) -> Settings:
    """Settings of the instance in that folder."""
    prepare_home(home)
    return load({"MARSHRUT_HOME": str(home)})


@dataclass(frozen=True, slots=True)
class Built:
    """What `marshrut demo` made, and what it said."""

    home: Path
    output: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A demonstration without documents; nobody writes into its folder."""
    home = tmp_path_factory.mktemp("demo") / "instance"
    ran = CliRunner().invoke(
        demo_command, ["--fast", "--at", MONDAY.isoformat()], env={"MARSHRUT_HOME": str(home)}
    )
    assert ran.exception is None, ran.output
    return Built(home, ran.stdout)


@pytest.fixture(scope="session")
def demo_home(built: Built) -> Path:
    """Its folder."""
    return built.home


@pytest.fixture
def demo(demo_home: Path, tmp_path: Path) -> Iterator[Runtime]:
    """A copy of the demonstration; its clock stands at the moment at which it was made."""
    home = tmp_path / "instance"
    shutil.copytree(demo_home, home)
    rt = open_runtime(settings_of(home), MovableClock(NOW))
    yield rt
    rt.database.close()
    rt.vault.store.database.close()
