"""The other side of the measurement: it goes the same way on the same kind of database."""

from __future__ import annotations

import pytest

from engine.bench.baseline import Baseline
from engine.bench.instances import Ground
from engine.bench.meter import Meter
from engine.bench.ours import Ours
from engine.bench.works import works


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_both_sides_complete_the_same_steps(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    work = works()[0]
    with Ground(url) as ground:
        ours = Ours(ground, work)
        baseline = Baseline(ground.folder, ours)
        meter = Meter()
        baseline.play(meter)
        baseline.close()
    assert meter.completions == len(ours.statements) == len(work.moves)
    assert len(baseline.waiting) == len(work.moves)
