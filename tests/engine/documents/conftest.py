from __future__ import annotations

from pathlib import Path

import pytest

from engine.runtime import Runtime
from tests.factories.access import make_runtime


@pytest.fixture
def rt(tmp_path: Path) -> Runtime:
    """An instance on SQLite with nobody in it."""
    return make_runtime(tmp_path)


@pytest.fixture
def rt_both(tmp_path: Path, installed_database_url: str) -> Runtime:
    """The same, once on SQLite and once on PostgreSQL."""
    return make_runtime(tmp_path, installed_database_url)
