"""Stopwatches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Timed = Callable[[Callable[[], None]], None]
"""Something that carries out what it is given, and measures it."""


@dataclass(slots=True)
class Meter:
    """Adds up what completions take. `cpu` is user and system time of this process; all in seconds."""

    cpu: float = 0.0
    wall: float = 0.0
    completions: int = 0

    def time(self, complete: Callable[[], object]) -> None:
        """Carry out one completion and add it."""
        wall, cpu = time.perf_counter(), time.process_time()
        complete()
        self.cpu += time.process_time() - cpu
        self.wall += time.perf_counter() - wall
        self.completions += 1

    @property
    def cpu_ms(self) -> float:
        """Of one completion."""
        return 1000 * self.cpu / self.completions

    @property
    def wall_ms(self) -> float:
        """Of one completion."""
        return 1000 * self.wall / self.completions
