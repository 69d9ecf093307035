"""The example in the guide is a scenario that passes."""

from __future__ import annotations

from engine.definitions.files import Upload
from engine.resources import processes_dir
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from tests.engine.scenarios.playing import ground, must_pass
from tests.guards.tree import ROOT


def test_the_first_scenario_of_the_guide_passes() -> None:
    guide = (ROOT / "docs" / "guide" / "scenarios.ru.md").read_text("utf-8")
    example = guide.partition("```yaml\n")[2].partition("```")[0]
    (scenario,) = read_scenarios(example.encode(), "example.yaml")
    path = processes_dir() / "p03_need_ippsu" / "p03_need_ippsu.bpmn"
    with ground(Upload(path.name, path.read_bytes())) as tried:
        must_pass(play(tried, scenario))
