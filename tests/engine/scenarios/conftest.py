"""Databases of both kinds to try scenarios on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from engine.scenarios.ground import Copier, FileCopier
from tests import services
from tests.engine.scenarios.playing import ServerCopier


@pytest.fixture(params=["sqlite", "postgresql"])
def copier(request: pytest.FixtureRequest) -> Iterator[Copier]:
    """Where a ground takes its databases from; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield FileCopier()
        return
    try:
        services.postgres()
    except services.ServiceMissing as missing:
        pytest.skip(str(missing))
    with ExitStack() as patterns:
        yield ServerCopier(patterns)
