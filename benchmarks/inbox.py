"""Whether an inbox stays as quick with a million open steps as with a thousand.

    python -m benchmarks.inbox [--steps 1000000] [--database postgresql://…]

Six of ten steps lie in 300 queues of roles, one step of ten in the first of these; the others in 5,000
queues of people. Of each question: median CPU of this process, least time from beginning to end, statements.
On PostgreSQL the server's own work is in the time from beginning to end alone.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select, text

from benchmarks.many import statements
from engine.bench.instances import Ground
from engine.bench.meter import Meter
from engine.bench.ours import Ours
from engine.bench.works import works
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.model import ELEMENT_BITS, StartCase
from engine.runtime import Runtime
from engine.worklist.inbox import Filter, inbox_counters, inbox_page, process_counters
from engine.worklist.tables import OPEN, task

ROUNDS = 21
ROLES, PEOPLE = 300, 5_000
STEPS_OF_A_CASE = 10
FIRST_QUEUE = 1_000_000
"""Far above the queues that the instance has made for itself."""

READERS = {
    "specialist": [FIRST_QUEUE + 7, FIRST_QUEUE + 8, FIRST_QUEUE + ROLES + 7],
    "queue of 100,000": [FIRST_QUEUE, FIRST_QUEUE + ROLES + 8],
    "chief of 300 queues": [FIRST_QUEUE + number for number in range(ROLES)],
}

_CASES = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :cases)
INSERT INTO case_ ({columns})
SELECT {values} FROM n, case_ c WHERE c.id = :original
"""
_STEPS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :steps - 1)
INSERT INTO task (id, case_id, node, status, queue_id, role_queue_id, due_at, clock, opened_at)
SELECT (CAST(:original + 1 + i / :of_a_case AS BIGINT) << :bits) + i % :of_a_case + 1,
       :original + 1 + i / :of_a_case, :node, 0, q, q, due, 1, :now
FROM (
  SELECT i,
         CASE WHEN i % 10 = 0 THEN :first
              WHEN i % 10 < 6 THEN :first + 1 + (i / 10 * 7 + i % 10) % (:roles - 1)
              ELSE :first + :roles + (i / 10 * 7 + i % 10) % :people END AS q,
         :now + (i / 10 * 7919 % 70 - 10) * 86400 + i * 31 % 86400 AS due
  FROM n
) spread
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, nargs="*", default=[1_000, 1_000_000])
    parser.add_argument("--database", help="an empty PostgreSQL database; without it a file of SQLite")
    wanted = parser.parse_args()
    work = next(work for work in works() if work.name == "small")
    for steps in wanted.steps:
        with Ground(wanted.database) as ground:
            ours = Ours(ground, work)
            _fill(ours, steps)
            _tell(ours.rt, f"{ground.kind}, {steps:,} open steps", ours.actor.unit_id)


def _fill(ours: Ours, steps: int) -> None:
    rt = ours.rt
    started = start_case(rt, StartCase(ours.actor, ours.work.process, {}), check_form=False)
    own = {"id": ":original + i", "number": "'К-' || i", "request_key": "NULL"}
    names = [column.name for column in case_.c]
    columns, values = ", ".join(names), ", ".join(own.get(name, f"c.{name}") for name in names)
    now = int(rt.clock.now().timestamp())
    with rt.database.write() as conn:
        node = conn.execute(select(task.c.node).where(task.c.case_id == started.id)).scalar_one()
        conn.execute(
            text(_CASES.format(columns=columns, values=values)),
            {"cases": -(-steps // STEPS_OF_A_CASE), "original": started.id},
        )
        conn.execute(
            text(_STEPS),
            {
                "steps": steps, "original": started.id, "of_a_case": STEPS_OF_A_CASE, "bits": ELEMENT_BITS,
                "node": node, "now": now, "first": FIRST_QUEUE, "roles": ROLES, "people": PEOPLE,
            },
        )  # fmt: skip
    looked_over = "ANALYZE" if rt.database.kind == "sqlite" else "VACUUM ANALYZE"  # PostgreSQL does it alone
    writer = rt.database.engines.writer.execution_options(isolation_level="AUTOCOMMIT")
    with writer.connect() as conn:
        conn.execute(text(looked_over))


def _tell(rt: Runtime, title: str, unit_id: int) -> None:
    print(f"\n{title}\n{'CPU ms / least wall ms':28}", *(f"{name:>20}" for name in READERS))
    now = rt.clock.now()
    lines: dict[str, Callable[[Connection, Filter], Any]] = {
        "first page": lambda conn, mine: inbox_page(rt, conn, mine, now, unit_id),
        "a page in the middle": lambda conn, mine: inbox_page(
            rt, conn, replace(mine, after=(int(now.timestamp()) + 25 * 86_400, 0)), now, unit_id
        ),
        "first page of overdue": lambda conn, mine: inbox_page(
            rt, conn, replace(mine, bucket="overdue"), now, unit_id
        ),
        "first page of a pathway": lambda conn, mine: inbox_page(
            rt, conn, replace(mine, process="small"), now, unit_id
        ),
        "eight counters": lambda conn, mine: inbox_counters(
            rt, conn, mine.queues, max(mine.queues), now, unit_id
        ),
        "counters of pathways": lambda conn, mine: process_counters(rt, conn, mine.queues),
    }
    for name, look in lines.items():
        cells = [_cost(rt, look, Filter(queues=frozenset(queues))) for queues in READERS.values()]
        print(f"{name:28}", *(f"{cell:>20}" for cell in cells), flush=True)
    print(f"{'steps in these queues':28}", *(f"{_size(rt, queues):20,}" for queues in READERS.values()))


def _cost(rt: Runtime, look: Callable[[Connection, Filter], Any], mine: Filter) -> str:
    costs = []
    with rt.database.read() as conn:
        count = statements(rt, lambda: look(conn, mine))
        for _ in range(ROUNDS):
            meter = Meter()
            meter.time(lambda: look(conn, mine))
            costs.append((meter.cpu_ms, meter.wall_ms))
    cpu, wall = statistics.median(cpu for cpu, _ in costs), min(wall for _, wall in costs)
    return f"{cpu:.2f} / {wall:.2f} ({count})"


def _size(rt: Runtime, queues: list[int]) -> int:
    with rt.database.read() as conn:
        return int(
            conn.execute(
                select(func.count())
                .select_from(task)
                .where(task.c.status == OPEN, task.c.queue_id.in_(queues))
            ).scalar_one()
        )


if __name__ == "__main__":
    main()
