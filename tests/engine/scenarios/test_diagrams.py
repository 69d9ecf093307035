"""A diagram for each family of elements, tried by the scenarios beside it until nothing in it is left that
no case came to.

The steps go through the services of a real instance: open, complete, deliver, let time pass.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import bpmn
from engine.definitions.files import Upload
from engine.scenarios.ground import Copier
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from tests.engine.scenarios.diagrams import FOLDER, shown
from tests.engine.scenarios.playing import ground, must_pass, on_both

CONFORMANCE = Path(__file__).parents[3] / "docs" / "conformance" / "README.md"
NEEDS_MORE_THAN_ONE_PUBLISHING = {"callActivity / version"}
"""A trial publishes its files once, so no version can be called by a number that was published before."""

DIAGRAMS = sorted(FOLDER.glob("*.bpmn"))
ON_A_SERVER = ("calls_in_each", "latest", "shared_events", "starts_timer", "timers", "undo_each")
"""Tried on PostgreSQL too: between them they write every kind of row that a running case has. What an element
does is the same everywhere.
"""


@pytest.mark.parametrize(("diagram", "copier"), on_both(DIAGRAMS, ON_A_SERVER), indirect=["copier"])
def test_scenarios_come_to_every_element_of_the_diagram(diagram: Path, copier: Copier) -> None:
    script = diagram.with_suffix(".yaml")
    with ground(Upload(diagram.name, diagram.read_bytes()), copier) as tried:
        for scenario in read_scenarios(script.read_bytes(), script.name):
            verdict = play(tried, scenario)
            must_pass(verdict)
            assert verdict.warnings == ()
        coverage = tried.coverage()
    assert (coverage.elements, coverage.flows, coverage.missing) == (1.0, 1.0, ())


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: path.stem)
def test_a_diagram_stands_in_the_folder_only_when_it_runs_and_has_scenarios(diagram: Path) -> None:
    assert bpmn.read(diagram.read_bytes()).processes
    assert diagram.with_suffix(".yaml").exists()


def test_every_scenario_belongs_to_a_diagram() -> None:
    scripts = {path.stem for path in FOLDER.iterdir() if path.suffix != ".bpmn"}
    assert scripts <= {path.stem for path in FOLDER.glob("*.bpmn")}


def test_everything_that_runs_is_tried_by_a_scenario() -> None:
    """What the page of conformance says runs stands in one of the diagrams."""
    runs = set(re.findall(r"^\| (.+?) \| runs \|", CONFORMANCE.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(runs) > 100
    tried = {name for path in FOLDER.glob("*.bpmn") for name in shown(path.read_bytes())}
    assert runs - tried == NEEDS_MORE_THAN_ONE_PUBLISHING
