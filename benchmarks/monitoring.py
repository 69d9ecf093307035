"""What opening a month of monitoring costs with a tenth of the families and with all of them.

    python -m benchmarks.monitoring [--families 3000]

Every family is looked at and gets a case for its sheet, a part in a commit: the cost of a family and the
longest commit, for which nobody else writes, must not grow with their number. On SQLite; CPU is that of this
process.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, func, select

from benchmarks.municipality import Municipality, instance
from engine.access.actors import load_actor
from engine.cases.monitoring import MONTH, SHEET
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.jobs.sweep import sweep_until_idle
from engine.model import StartCase
from engine.runtime import Runtime

KEEPER = 3
"""The account of the municipality who keeps its registers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=3_000)
    families = parser.parse_args().families
    few, many = _opened(families // 10), _opened(families)
    print(f"{'families':>28} {families // 10:8} {families:8}  ratio")
    for name, figure in many.items():
        print(f"{name:>28} {few[name]:8.1f} {figure:8.1f} {figure / few[name]:6.1f}")


def _opened(families: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="marshrut-bench-") as folder:
        rt, unit_id = instance(Path(folder), None)
        with rt.database.write() as conn:
            Municipality(rt, conn, unit_id, families).fill()
        began = time.process_time()
        with _commits(rt) as spans:
            month = StartCase(load_actor(rt, KEEPER), MONTH, {"повод_сверки": "Замер"})
            start_case(rt, month, check_form=False)
            sweep_until_idle(rt, forecasts=False)
        spent = 1000 * (time.process_time() - began)
        with rt.database.read() as conn:
            made = conn.execute(select(func.count()).where(case_.c.process == SHEET)).scalar_one()
        rt.database.close()
        rt.vault.store.database.close()
    if made != families:
        raise SystemExit(f"{made} sheets for {families} families")
    return {
        "ms of CPU a family": spent / families,
        "commits": len(spans),
        "median commit, ms of CPU": statistics.median(spans),
        "longest commit, ms of CPU": max(spans),
    }


@contextmanager
def _commits(rt: Runtime) -> Iterator[list[float]]:
    """How long each transaction that writes holds the database."""
    spans: list[float] = []
    began = 0.0

    def begin(_conn: Connection) -> None:
        nonlocal began
        began = time.process_time()

    def commit(_conn: Connection) -> None:
        spans.append(1000 * (time.process_time() - began))

    writer = rt.database.engines.writer
    watched: list[tuple[str, Any]] = [("begin", begin), ("commit", commit)]
    for name, heard in watched:
        event.listen(writer, name, heard)
    try:
        yield spans
    finally:
        for name, heard in watched:
            event.remove(writer, name, heard)


if __name__ == "__main__":
    main()
