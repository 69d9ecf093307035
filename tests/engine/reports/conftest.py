"""A municipality, and the heads who ask for its figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.deadlines.service import seed
from engine.model import Actor
from engine.runtime import Runtime
from tests.factories.access import Town, make_actor, make_runtime
from tests.factories.access import town as town_of


@pytest.fixture
def rt(tmp_path: Path) -> Iterator[Runtime]:
    """On SQLite: what the statements say is the same on both."""
    made = make_runtime(tmp_path)
    with made.database.write() as conn:
        seed(conn, made.clock.now())
    made.calendars.forget()
    yield made
    made.database.close()
    made.vault.store.database.close()


@pytest.fixture
def town(rt: Runtime) -> Town:
    return town_of(rt)


@pytest.fixture
def analyst(rt: Runtime, town: Town) -> Actor:
    """Sees the whole municipality."""
    return make_actor(rt, "R26", unit_id=town.administration)


@pytest.fixture
def head(rt: Runtime, town: Town) -> Actor:
    """Of the family department."""
    return make_actor(rt, "R07", unit_id=town.families)
