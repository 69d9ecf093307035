"""What a sweep costs while nothing is due, and how fast it works off what is due at once.

    python -m benchmarks.sweep [--cases 10000] [--database postgresql://…]

The cases wait at a step with a boundary timer, a term of their own and one of the step.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from benchmarks.many import at_its_timer, copy_case, statements
from engine.bench.instances import Ground
from engine.bench.meter import Meter
from engine.cases.history import HistoryKind
from engine.cases.tables import history
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.jobs.sweep import sweep
from engine.runtime import Runtime
from engine.worklist.ladder import tell_due

ROUNDS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", help="an empty PostgreSQL database; without it a file of SQLite")
    wanted = parser.parse_args()
    with Ground(wanted.database) as ground:
        ours, case_id = at_its_timer(ground)
        rt = ours.rt
        assert isinstance(rt.clock, MovableClock)
        print(ground.kind)
        _tell_idle(rt, 1)
        copy_case(rt, case_id, wanted.cases - 1)
        _tell_idle(rt, wanted.cases)
        rt.clock.advance(timedelta(days=5))
        _tell_busy("timers", lambda: fire_due(rt))
        _tell_busy("reminders", lambda: tell_due(rt))
        with rt.database.read() as conn:
            fired = conn.execute(
                select(func.count(), func.count(history.c.case_id.distinct())).where(
                    history.c.kind == HistoryKind.TIMER
                )
            ).one()
        print(f"timers in the history: {fired[0]}, of so many cases: {fired[1]}")


def _tell_idle(rt: Runtime, cases: int) -> None:
    count = statements(rt, lambda: sweep(rt))
    costs = []
    for _ in range(ROUNDS):
        meter = Meter()
        meter.time(lambda: sweep(rt))
        costs.append((meter.cpu_ms, meter.wall_ms))
    cpu, wall = statistics.median(cpu for cpu, _ in costs), min(wall for _, wall in costs)
    print(f"{cases} waiting, nothing due: {count} statements, CPU {cpu:.2f} ms, wall {wall:.2f} ms")


def _tell_busy(name: str, batch: Callable[[], int]) -> None:
    meter, done = Meter(), 0
    while True:
        before = done

        def once() -> None:
            nonlocal done
            done += batch()

        meter.time(once)
        if done == before:
            break
    print(
        f"{done} {name} due at once: {done / meter.wall:.0f} a second, CPU {1000 * meter.cpu / done:.2f} ms"
        " each"
    )


if __name__ == "__main__":
    main()
