"""An instance for the commands: made by `marshrut init` once, every test has a copy of its folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.commands.calling import call

ORGANISATION = "КЦСОН"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody works in this folder."""
    folder = tmp_path_factory.mktemp("made") / "instance"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARSHRUT_HOME", str(folder))
        assert call("init", "--organisation", ORGANISATION).code == 0
    return folder


@pytest.fixture
def ready_home(tmp_home: Path, made: Path) -> Path:
    """The folder of this test's instance, which `marshrut init` has made."""
    shutil.copytree(made, tmp_home, dirs_exist_ok=True)
    return tmp_home
