"""The scenarios that come with a pathway, played on files that nobody has published yet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from engine.definitions.files import Upload
from engine.resources import processes_dir
from engine.scenarios.ground import TrialGround
from engine.scenarios.play import play
from engine.scenarios.reading import read_scenarios
from engine.scenarios.steps import Scenario
from engine.scenarios.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the scenarios of a pathway. `left`: so many were not played, the time was up."""

    verdicts: tuple[Verdict, ...]
    left: int = 0


def scenarios_of(process: str) -> list[Scenario]:
    """The scenarios that the product has for a pathway of its own; none for any other."""
    own = (folder / "scenarios" for folder in sorted(processes_dir().iterdir()) if folder.name == process)
    files = [path for folder in own for path in sorted(folder.glob("*.yaml"))]
    return [each for path in files for each in read_scenarios(path.read_bytes(), path.name)]


def try_on(uploads: Sequence[Upload], scenarios: Sequence[Scenario], seconds: float) -> Trial:
    """Play them on the first file, which may call the others; none is begun after that many seconds.

    Raises DefinitionRefused when a file can't be read.
    """
    until = time.monotonic() + seconds
    verdicts: list[Verdict] = []
    with TrialGround(uploads) as ground:
        for scenario in scenarios:
            if time.monotonic() > until:
                break
            verdicts.append(play(ground, scenario))
    return Trial(tuple(verdicts), len(scenarios) - len(verdicts))
