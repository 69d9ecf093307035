"""How much a case stores while it waits: the promise that a thousand bytes are enough."""

from __future__ import annotations

import pytest

from engine.cases.locking import LockedCase
from engine.definitions.files import Upload
from engine.model import StepResult
from engine.scenarios.coverage import Track
from engine.scenarios.ground import TrialGround
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from engine.storage.vault import OVERHEAD
from tests.processes.shipped import PROCESSES

PATHWAY = PROCESSES / "p03_need_ippsu"
SCENARIOS = sorted((PATHWAY / "scenarios").glob("*.yaml"))


class _Weighing(Track):
    """Notes how many bytes each state of a waiting case takes, sealed."""

    def note(self, case: LockedCase, result: StepResult) -> None:
        super().note(case, result)
        if case.process == PATHWAY.name and not result.ended:
            self.weights.append(len(result.state) + OVERHEAD)

    weights: list[int]


@pytest.fixture(scope="module")
def ground():
    diagram = PATHWAY / f"{PATHWAY.name}.bpmn"
    with TrialGround([Upload(diagram.name, diagram.read_bytes())]) as made:
        made.track = _Weighing([diagram.read_bytes()])
        yield made


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_case_of_the_shipped_pathway_stores_at_most_a_thousand_bytes_at_each_wait(path, ground):
    for scenario in read_scenarios(path.read_bytes(), path.name):
        ground.track.weights = []
        assert play(ground, scenario).ok
        assert len(ground.track.weights) > 1
        assert max(ground.track.weights) <= 1_000
