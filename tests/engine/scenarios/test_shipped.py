"""The scenarios that come with the pathways pass, and together they go every way there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.files import Upload
from engine.resources import processes_dir
from engine.scenarios.ground import Copier
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from tests.engine.scenarios.playing import ground, must_pass, on_both

PATHWAYS = sorted({path.parents[1] for path in processes_dir().glob("*/scenarios/*.yaml")})


ON_A_SERVER = ("p03_need_ippsu", "p04_commission", "p09_visit_plan")
"""Tried on PostgreSQL too, whose statements differ where rows are locked, inserted many at a time and
compared by time. These do all of it: terms that stop and move, a case that answers others, a year of rows at
once. What a pathway does is the same everywhere.
"""


@pytest.mark.parametrize(("folder", "copier"), on_both(PATHWAYS, ON_A_SERVER), indirect=["copier"])
def test_a_shipped_pathway_goes_as_its_scenarios_say_and_nothing_is_left_untried(
    folder: Path, copier: Copier
) -> None:
    diagram = folder / f"{folder.name}.bpmn"
    with ground(Upload(diagram.name, diagram.read_bytes()), copier) as tried:
        for path in sorted((folder / "scenarios").glob("*.yaml")):
            for scenario in read_scenarios(path.read_bytes(), path.name):
                verdict = play(tried, scenario)
                must_pass(verdict)
                assert verdict.warnings == ()
        assert tried.coverage().missing == ()
