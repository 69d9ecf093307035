"""Measuring: rounds in which the engine and the baseline take turns; the median round counts.

Both sides take turns within a round, so they share what the machine does meanwhile: a ratio is taken within
each round, and only then the median of all.
"""

from __future__ import annotations

import gc
import os
import platform
import sqlite3
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from engine.bench.baseline import Baseline
from engine.bench.instances import Ground
from engine.bench.meter import Meter
from engine.bench.ours import Ours, form_bytes
from engine.bench.works import Work, works
from engine.clock import SystemClock
from engine.storage.database import Database


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: rounds, and completions of each side in a round."""

    rounds: int
    completions: int


QUICK: Final = Effort(rounds=5, completions=54)
"""A round is long enough for the garbage collector to come several times: who throws away most pays most."""
FULL: Final = Effort(rounds=20, completions=54)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one completion of a work costs, and how many times more the baseline takes for it.

    Times in milliseconds, CPU is that of this process; sizes in bytes. `statements` and `bytes_waiting` are
    means, with the greatest beside them. `bytes_with_answers` is what the databases have grown by,
    `bytes_per_completion` the same less the answers of the forms as the browser sends them.
    """

    name: str
    completions_per_s: float
    cpu_ms: float
    wall_ms: float
    statements: float
    statements_max: int
    commits: float
    bytes_waiting: float
    bytes_waiting_max: int
    bytes_per_completion: float
    bytes_with_answers: float
    baseline_cpu_ms: float
    baseline_wall_ms: float
    baseline_bytes_waiting: float
    baseline_ratio: float
    baseline_wall_ratio: float


@dataclass(frozen=True, slots=True)
class Results:
    """Everything `marshrut bench` tells. `machine` says where it was measured, and on which database."""

    machine: dict[str, Any]
    work: Sequence[Figures]

    def to_json(self) -> dict[str, Any]:
        return {"machine": self.machine, "work": [asdict(each) for each in self.work]}


def run(effort: Effort, database_url: str | None = None) -> Results:
    """Measure all works; on SQLite, or in an empty PostgreSQL database of that address."""
    with Ground(database_url) as ground, ExitStack() as open_contests:
        contests = [open_contests.enter_context(closing(_Contest(ground, work, effort))) for work in works()]
        with _settled_memory():
            for _ in range(effort.rounds):
                for contest in contests:
                    contest.round()
        return Results(machine(contests[0].database), [contest.figures() for contest in contests])


class _Contest:
    """One work, led through by the engine and by the baseline in turn."""

    def __init__(self, ground: Ground, work: Work, effort: Effort) -> None:
        self._ours = Ours(ground, work)
        self._baseline = Baseline(ground.folder, self._ours)
        self._cases = max(1, effort.completions // len(self._ours.statements))
        self._sides: tuple[Callable[[Meter], None], ...] = (self._ours.play, self._baseline.play)
        self._rounds: list[tuple[Meter, Meter]] = []
        self._before = self._ours.bytes()

    @property
    def database(self) -> Database:
        return self._ours.rt.database

    def close(self) -> None:
        self._baseline.close()

    def round(self) -> None:
        meters = Meter(), Meter()
        for _ in range(self._cases):
            for play, meter in zip(self._sides, meters, strict=True):
                play(meter)
        self._rounds.append(meters)

    def figures(self) -> Figures:
        ours, theirs = zip(*self._rounds, strict=True)
        cpu_ms, wall_ms = _medians(ours)
        baseline_cpu_ms, baseline_wall_ms = _medians(theirs)
        side = self._ours
        growth = (side.bytes() - self._before) / sum(meter.completions for meter in ours)
        return Figures(
            name=side.work.name,
            completions_per_s=1000 / wall_ms,
            cpu_ms=cpu_ms,
            wall_ms=wall_ms,
            statements=statistics.mean(side.statements),
            statements_max=max(side.statements),
            commits=statistics.mean(side.commits),
            bytes_waiting=statistics.mean(side.waiting),
            bytes_waiting_max=max(side.waiting),
            bytes_per_completion=growth - form_bytes(side.work) / len(side.statements),
            bytes_with_answers=growth,
            baseline_cpu_ms=baseline_cpu_ms,
            baseline_wall_ms=baseline_wall_ms,
            baseline_bytes_waiting=statistics.mean(self._baseline.waiting),
            baseline_ratio=statistics.median(its.cpu / own.cpu for own, its in self._rounds),
            baseline_wall_ratio=statistics.median(its.wall / own.wall for own, its in self._rounds),
        )


def _medians(meters: Sequence[Meter]) -> tuple[float, float]:
    """(CPU, wall) of a completion in the median round."""
    return (
        statistics.median(meter.cpu_ms for meter in meters),
        statistics.median(meter.wall_ms for meter in meters),
    )


@contextmanager
def _settled_memory() -> Iterator[None]:
    """The garbage collector as the server sets it: parsed definitions live as long as the process."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def machine(database: Database) -> dict[str, Any]:
    """Where figures were measured: they mean nothing without it."""
    return {
        "date": SystemClock().now().date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "spiffworkflow": metadata.version("spiffworkflow"),
        "database": _server(database),
    }


def _processor() -> str:
    """What the system calls it; Python alone knows only its family."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _server(database: Database) -> str:
    if database.kind == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with database.read() as conn:
        version = conn.execute(text("SHOW server_version")).scalar_one()
    return f"PostgreSQL {version.split()[0]}"
