"""Which tests one worker runs, so that what they share is made once; the others go to whoever is free."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

TOGETHER = (
    "tests/engine/demo/",  # a demonstration
    "tests/house/test_run.py",  # installed packages
    "tests/journeys/test_every_page.py",  # a demonstration with documents, its server, windows
    "tests/journeys/test_kit.py",
    "tests/journeys/test_pathway.py",  # a town
    "tests/processes/test_handing_over.py",
)


class ByWhatIsShared(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """Largest groups first, then test by test with all its values: these even out what groups left uneven."""

    def _split_scope(self, nodeid: str) -> str:
        test, _, _values = nodeid.partition("[")
        return next((prefix for prefix in TOGETHER if test.startswith(prefix)), test)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Unless another way was asked for."""
    return ByWhatIsShared(config, log) if config.getoption("dist") == "load" else None
