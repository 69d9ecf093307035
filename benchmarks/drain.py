"""How what is due at once after the holidays drains, and what the inbox feels of it.

    python -m benchmarks.drain [--cases 10000] [--database postgresql://… --redis redis://…]

Alone: the server's own sweep, a thread of this process, while this process goes on asking for the inbox. With
PostgreSQL and Redis: RQ workers, first one, then two, each a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from sqlalchemy import func, select

from benchmarks.many import at_its_timer, copy_case
from benchmarks.pages import PageTimes
from engine.bench.instances import Ground
from engine.bench.ours import Ours
from engine.bootstrap import open_runtime
from engine.cases.history import HistoryKind
from engine.cases.tables import history
from engine.clock import MovableClock
from engine.jobs.embedded import EmbeddedSweep
from engine.runtime import Runtime
from engine.settings import Settings

FIRED = history.c.kind == HistoryKind.TIMER
DONE = history.c.kind.in_((HistoryKind.TIMER, HistoryKind.TOLD))
"""What a sweep has done: timers and reminders, in turns."""
STEP = 0.25
"""Seconds between two looks at how many are done."""
LOOKS = 8
"""Looks without a difference after which nothing is left to do."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", help="an empty PostgreSQL database; without it a file of SQLite")
    parser.add_argument("--redis", help="a Redis for the workers; without it the sweep works alone")
    wanted = parser.parse_args()
    if not wanted.redis:
        with _due(wanted.database, wanted.cases) as ours:
            _drain(ours, wanted.cases, "a thread of the server", _thread)
        return
    for count in (1, 2):
        with _due(wanted.database, wanted.cases) as ours:
            settings = replace(ours.rt.settings, redis_url=wanted.redis)
            title = f"RQ workers: {count}"
            _drain(ours, wanted.cases, title, partial(_workers, settings=settings, count=count))


@contextmanager
def _due(database: str | None, cases: int) -> Iterator[Ours]:
    """An instance with so many cases whose timers are due at once."""
    with Ground(database) as ground:
        ours, case_id = at_its_timer(ground)
        copy_case(ours.rt, case_id, cases - 1)
        yield ours


def _drain(ours: Ours, cases: int, title: str, working: Callable[[Runtime], Callable[[], None]]) -> None:
    rt = ours.rt
    assert isinstance(rt.clock, MovableClock)
    quiet, busy = PageTimes(rt, ours.actor), PageTimes(rt, ours.actor)
    quiet.ask_for(seconds=3)
    before, done_before = _fired(rt)[0], _done(rt)
    rt.clock.advance(timedelta(days=12))
    stop = working(rt)
    while _done(rt) == done_before:
        time.sleep(0.01)  # processes have to start first
    began, marks = time.perf_counter(), [(0.0, 0)]
    while _fired(rt)[0] - before < cases or len({done for _, done in marks[-LOOKS:]}) > 1:
        busy.ask_for(seconds=STEP)
        marks.append((time.perf_counter() - began, _done(rt) - done_before))
    stop()
    done, (entries, different) = marks[-1][1], _fired(rt)
    seconds = next(at for at, count in marks if count == done)
    print(f"{rt.database.kind}, {title}: {cases:,} timers and {done - cases:,} reminders in {seconds:.1f} s, "
          f"{done / seconds:.0f} a second")  # fmt: skip
    print(f"  each exactly once is {(entries - before, different) == (cases, cases)}; "
          f"done by fifths of the time: {', '.join(_fifths(marks, seconds))}")  # fmt: skip
    for name, share in (("median", 0.5), ("of 95 in 100", 0.95)):
        one, other = quiet.quantile(share), busy.quantile(share)
        print(f"  inbox, {name}: {one:.1f} ms quiet, {other:.1f} ms meanwhile, {other / one:.2f} times")


def _fifths(marks: list[tuple[float, int]], seconds: float) -> list[str]:
    """How many were done in each fifth of the time: steady when they are alike."""
    done = [max(count for at, count in marks if at <= seconds * part / 5) for part in range(6)]
    return [str(later - earlier) for earlier, later in pairwise(done)]


def _thread(rt: Runtime) -> Callable[[], None]:
    own = EmbeddedSweep(rt)
    own.start()
    return own.stop


def _workers(rt: Runtime, settings: Settings, count: int) -> Callable[[], None]:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_work, args=(settings, rt.clock.now())) for _ in range(count)]
    for process in processes:
        process.start()

    def stop() -> None:
        for process in processes:
            process.terminate()
            process.join()

    return stop


def _work(settings: Settings, at: datetime) -> None:
    from engine.jobs.queue import Worker

    Worker(open_runtime(settings, MovableClock(at))).run()


def _done(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return conn.execute(select(func.count()).where(DONE)).scalar_one()


def _fired(rt: Runtime) -> tuple[int, int]:
    """(timers in the histories, cases that have one)."""
    with rt.database.read() as conn:
        row = conn.execute(select(func.count(), func.count(history.c.case_id.distinct())).where(FIRED)).one()
    return row[0], row[1]


if __name__ == "__main__":
    main()
