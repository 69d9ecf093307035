"""Trying small diagrams by small scenarios.

verdict = run(chain("small", user_task("a")), {"complete": "a"}, {"ended": True})
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from _pytest.mark import ParameterSet

from engine.definitions.files import Upload
from engine.scenarios.ground import DATABASE, Copier, FileCopier, TrialGround
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from engine.scenarios.steps import Scenario
from engine.scenarios.verdict import Verdict
from tests import services
from tests.conftest import install
from tests.factories.access import empty_instance

MONDAY = "2026-01-12T10:00+03:00"


def scenario(*steps: dict[str, Any], **head: Any) -> Scenario:
    """One scenario that begins on a working Monday; `with_` are its start variables."""
    item = {"name": "Проба", "at": MONDAY, "steps": list(steps), **head}
    if "with_" in item:
        item["with"] = item.pop("with_")
    (found,) = read_scenarios(orjson.dumps(item), "проба.json")
    return found


def run(files: Upload | Sequence[Upload], *steps: dict[str, Any], **head: Any) -> Verdict:
    """The verdict on one scenario of these files."""
    with ground(files) as found:
        return play(found, scenario(*steps, **head))


@contextmanager
def ground(files: Upload | Sequence[Upload], copier: Copier | None = None) -> Iterator[TrialGround]:
    """The ground for these files; the first one is tried."""
    with TrialGround([files] if isinstance(files, Upload) else list(files), copier or QuickCopier()) as found:
        yield found


class QuickCopier(FileCopier):
    """The tables of a ground are copied, not made."""

    def pattern(self, home: Path) -> str:
        (home / DATABASE).write_bytes(empty_instance()[DATABASE])
        return super().pattern(home)


class ServerCopier:
    """The databases of grounds on a PostgreSQL server; patterns are dropped with the one `with` of it all."""

    def __init__(self, patterns: ExitStack) -> None:
        self._patterns = patterns

    def pattern(self, home: Path) -> str:
        installed = services.template_database("marshrut_installed", install)
        return self._patterns.enter_context(services.fresh_database(installed))

    @contextmanager
    def copy(self, pattern: str, home: Path) -> Iterator[str]:
        with services.fresh_database(services.name_of(pattern)) as url:
            yield url


def on_both(paths: Sequence[Path], on_a_server: Collection[str]) -> list[ParameterSet]:
    """Every path with SQLite, and those of these names with PostgreSQL: values of (path, `copier`)."""
    assert set(on_a_server) <= {path.stem for path in paths}
    return [
        pytest.param(path, kind, id=f"{path.stem}-{kind}")
        for kind in ("sqlite", "postgresql")
        for path in paths
        if kind == "sqlite" or path.stem in on_a_server
    ]


def must_pass(verdict: Verdict) -> None:
    """Shows what failed when it did."""
    assert verdict.ok, f"{verdict.step} ({verdict.words}): {verdict.message} {verdict.expected} {verdict.got}"
