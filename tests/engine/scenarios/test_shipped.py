"""The scenarios that come with the pathways pass, and together they go every way there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.files import Upload
from engine.resources import processes_dir
from engine.scenarios.ground import Copier
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from tests.engine.scenarios.playing import ground, must_pass

PATHWAYS = sorted({path.parents[1] for path in processes_dir().glob("*/scenarios/*.yaml")})


@pytest.mark.parametrize("folder", PATHWAYS, ids=lambda folder: folder.name)
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
