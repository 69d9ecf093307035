"""A running instance for the tests of rooms with tables: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runtime import Runtime
from tests.factories.access import make_runtime


@pytest.fixture
def rt(tmp_path: Path, installed_database_url: str) -> Iterator[Runtime]:
    """A new instance; its connections are closed at the end."""
    made = make_runtime(tmp_path, installed_database_url)
    yield made
    made.database.close()
    made.vault.store.database.close()
