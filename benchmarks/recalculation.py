"""How long open terms take to be counted anew after a day off is added, and what the inbox feels of it.

    python -m benchmarks.recalculation [--terms 100000] [--database postgresql://…]

Every term moves. The first part is counted by a process that is killed (SIGKILL) on its way, the rest by a
thread of this process, as the server's own sweep does it, while this process goes on asking for the inbox.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from benchmarks.many import at_its_timer, copy_case
from benchmarks.pages import PageTimes
from engine.bench.instances import Ground
from engine.bootstrap import open_runtime
from engine.cases.history import HistoryKind
from engine.cases.recalculation import SETTLED, recount_due
from engine.cases.tables import history
from engine.clock import MovableClock
from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.service import edit_day
from engine.deadlines.tables import moved_term, recalculation, term
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.settings import Settings

OFF = Day(date(2026, 1, 13), DayKind.DAY_OFF, "день округа", "замер")
"""The day after the Monday on which the cases are opened: every term ends later by it."""
KILLED_AT = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--database", help="an empty PostgreSQL database; without it a file of SQLite")
    wanted = parser.parse_args()
    with Ground(wanted.database) as ground:
        ours, case_id = at_its_timer(ground)
        rt = ours.rt
        assert isinstance(rt.clock, MovableClock)
        of_case = _count(rt, select(func.count()).where(term.c.case_id == case_id, term.c.ended_at.is_(None)))
        copy_case(rt, case_id, wanted.terms // of_case - 1)
        total = _count(rt, select(func.count()).where(term.c.ended_at.is_(None)))
        print(f"{ground.kind}: {total:,} open terms in {total // of_case:,} cases")
        quiet = PageTimes(rt, ours.actor)
        quiet.ask_for(seconds=3)
        edit_day(rt, SYSTEM, OFF)
        rt.clock.advance(SETTLED)
        killed = _killed_on_its_way(rt, total)
        busy, done = PageTimes(rt, ours.actor), _Work()
        with _counting(rt, done) as worker:
            while worker.is_alive():
                busy.ask_for(seconds=0.2)
        _tell(rt, total, killed, done, quiet, busy)


class _Work:
    """What the thread has done: seconds of its longest commit, of its CPU, of the time from begin to end."""

    longest = cpu = wall = 0.0


@contextmanager
def _counting(rt: Runtime, work: _Work) -> Iterator[threading.Thread]:
    def run() -> None:
        cpu, start = time.thread_time(), time.perf_counter()
        while True:
            began = time.perf_counter()
            if not recount_due(rt):
                break
            work.longest = max(work.longest, time.perf_counter() - began)
        work.cpu, work.wall = time.thread_time() - cpu, time.perf_counter() - start

    worker = threading.Thread(target=run)
    worker.start()
    yield worker
    worker.join()


def _killed_on_its_way(rt: Runtime, total: int) -> tuple[int, float]:
    """Let another process count until a part is done, then kill it; what it did, in how many seconds."""
    child = multiprocessing.get_context("spawn").Process(
        target=_count_in_a_process, args=(rt.settings, rt.clock.now())
    )
    child.start()
    moved, began = select(func.coalesce(func.sum(recalculation.c.moved), 0)), None
    while (done := _count(rt, moved)) < KILLED_AT * total and child.is_alive():
        if began is None and done:
            began = time.perf_counter()
        time.sleep(0.01)
    child.kill()
    child.join()
    return _count(rt, moved), time.perf_counter() - (began or time.perf_counter())


def _count_in_a_process(settings: Settings, at: datetime) -> None:
    rt = open_runtime(settings, MovableClock(at))
    while recount_due(rt):
        pass


def _tell(
    rt: Runtime, total: int, killed: tuple[int, float], done: _Work, quiet: PageTimes, busy: PageTimes
) -> None:
    with rt.database.read() as conn:
        moved, terms = conn.execute(
            select(func.count(), func.count(moved_term.c.term_id.distinct())).select_from(moved_term)
        ).one()
        noted = conn.execute(
            select(func.count()).where(history.c.kind == HistoryKind.TERM_RECOUNTED)
        ).scalar_one()
    print(f"moved {moved:,} terms, {terms:,} different ones, {noted:,} entries in histories: exactly once is "
          f"{moved == terms == noted == total}")  # fmt: skip
    first, seconds = killed
    rest = total - first
    print(f"{first:,} in {seconds:.1f} s until it was killed, {rest:,} after in {done.wall:.1f} s")
    print(
        f"CPU of the thread {done.cpu:.1f} s, {done.cpu / rest * 1e5:.1f} s for 100,000 terms; "
        f"longest commit {done.longest * 1000:.0f} ms"
    )
    for name, share in (("median", 0.5), ("of 95 in 100", 0.95)):
        one, other = quiet.quantile(share), busy.quantile(share)
        print(f"inbox, {name}: {one:.1f} ms quiet, {other:.1f} ms meanwhile, {other / one:.2f} times")
    print(f"asked {len(quiet.spans)} and {len(busy.spans)} times, mean {statistics.mean(busy.spans):.1f} ms")


def _count(rt: Runtime, statement: Any) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(statement).scalar_one())


if __name__ == "__main__":
    main()
