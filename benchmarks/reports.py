"""What reports cost with a tenth of the rows and with all of them: a figure must not cost more than its rows.

    python -m benchmarks.reports [--rows 100000]

So many visits, entries of registers, questions, documents to partners and notices, and the steps of as many
visits, are put into the tables directly, over five years; a report asks for the whole of them. Times are of
this process (SQLite works inside it), the least of three.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, insert

from engine.access.actors import load_actor
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import MUNICIPALITY
from engine.access.units import NewUnit, create_unit
from engine.bootstrap import create_instance
from engine.cases.tables import case_
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.model import SYSTEM, StepInfo
from engine.names import FullName
from engine.records.commissions import ITEM_KINDS, NewCommission, create_commission
from engine.records.tables import (
    DECIDED,
    HELD,
    agenda_item,
    emergency,
    partner,
    referral,
    register_entry,
    sitting,
    visit,
)
from engine.reports import answers, emergencies, questions, red_zone, registers, stream, visits
from engine.reports.asked import Asked, ask
from engine.runtime import Runtime
from engine.settings import Settings
from engine.worklist.tables import DONE, task

FIRST, DAYS, MANY = date(2022, 1, 1), 1826, 5_000
NOW = datetime(2026, 12, 31, 9, tzinfo=UTC)
NODES = ("p10_ut_notice", "p10_ut_confirm", stream.VISIT, "p10_ut_act", "p10_ut_measures")
INFOS = {node: StepInfo(node, stream.PATHWAY, node, "userTask") for node in NODES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    few, many = _times(rows // 10), _times(rows)
    print(f"{'ms of CPU':>14} {rows // 10:>9} {rows:>9}  ratio")
    for name, span in many.items():
        print(f"{name:>14} {few[name]:9.0f} {span:9.0f} {span / few[name]:6.1f}")


def _times(rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="marshrut-bench-") as folder:
        rt, asked, unit_id = _instance(Path(folder))
        with rt.database.write() as conn:
            _fill(conn, rows, unit_id)
        with rt.database.read() as conn:
            analyst = load_actor(rt, 1)
            found: dict[str, Callable[[], object]] = {
                "visits": lambda: visits.visits(conn, asked),
                "registers": lambda: registers.courses(conn, asked),
                "questions": lambda: questions.questions(rt, conn, analyst, asked),
                "answers": lambda: answers.answers(conn, asked),
                "red zone": lambda: red_zone.red_zone(conn, asked),
                "emergencies": lambda: emergencies.emergencies(conn, asked, NOW),
                "value stream": lambda: list(stream.runs(conn, asked, INFOS)),
            }
            return {name: min(_span(report) for _ in range(3)) for name, report in found.items()}


def _span(report: Callable[[], object]) -> float:
    began = time.process_time()
    report()
    return 1000 * (time.process_time() - began)


def _instance(home: Path) -> tuple[Runtime, Asked, int]:
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'marshrut.db'}",
        keys_url=f"sqlite:///{home / 'keys.db'}",
        master_key=bytes(32),
        secret_key="",
    )
    rt = create_instance(settings, MovableClock(NOW))
    with rt.database.write() as conn:
        seed(conn, NOW)
    rt.calendars.forget()
    unit_id = create_unit(rt, SYSTEM, NewUnit(name="Округ", kind=MUNICIPALITY))
    name = FullName("Замеров", "Пётр", "Ильич")
    new = NewAccount(login="bench1", name=name, unit_id=unit_id, grants=[Grant("R26", unit_id)])
    create_account(rt, SYSTEM, new)
    create_commission(rt, SYSTEM, NewCommission("family", unit_id))
    return rt, ask(rt, load_actor(rt, 1), FIRST, FIRST + timedelta(DAYS - 1)), unit_id


def _fill(conn: Connection, rows: int, unit_id: int) -> None:
    dice = Random(1)
    days = [FIRST + timedelta(number % DAYS) for number in range(rows)]
    begun = [int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp()) for day in days]
    pathways = ("help", emergencies.PATHWAY, "p05_family_support")
    _put(
        conn,
        case_,
        [
            {
                "id": n,
                "number": f"ПС-{n}",
                "process": pathways[n % 3],
                "release_id": 1,
                "version": 1,
                "status": 0,
                "key_id": 1,
                "label": b"",
                "unit_id": unit_id,
                "agency_id": unit_id,
                "filed_at": at,
                "started_at": at,
            }
            for n, at in enumerate(begun, start=1)
        ],
    )
    _put(
        conn,
        visit,
        [
            {
                "unit_id": unit_id,
                "day": day.isoformat(),
                "status": HELD,
                "full_crew": n % 3 > 0,
                "commission": True,
                "case_id": n,
            }
            for n, day in enumerate(days, start=1)
        ],
    )
    keys = ("prevention", red_zone.REGISTER, "sop")
    _put(
        conn,
        register_entry,
        [
            {
                "register": keys[n % 3],
                "case_id": n,
                "unit_id": unit_id,
                "state": "СОП",
                "ground": "",
                "updated_at": 1,
                "since": day.isoformat(),
                "until": (day + timedelta(dice.randrange(400))).isoformat() if n % 2 else None,
            }
            for n, day in enumerate(days, start=1)
        ],
    )
    _put(
        conn,
        emergency,
        [{"case_id": n, "kind": "пожар", "harmed": n % 2, "died": 0} for n in range(2, rows + 1, 3)],
    )
    conn.execute(insert(partner), {"municipality_id": unit_id, "kind": "czn", "name": "ЦЗН"})
    _put(
        conn,
        referral,
        [
            {
                "case_id": n,
                "partner_id": 1,
                "kind": "request",
                "number": str(n),
                "state": "done",
                "sent_at": at,
                "due_day": (day + timedelta(5)).isoformat(),
                "closed_at": at + dice.randrange(10 * 86400),
            }
            for n, (day, at) in enumerate(zip(days, begun, strict=True), start=1)
        ],
    )
    sittings = [FIRST + timedelta(7 * week) for week in range(DAYS // 7)]
    _put(
        conn,
        sitting,
        [
            {
                "commission_id": 1,
                "case_id": n,
                "day": day.isoformat(),
                "status": 1,
                "followed": True,
                "heard": rows // len(sittings),
            }
            for n, day in enumerate(sittings, start=1)
        ],
    )
    kinds = list(ITEM_KINDS)
    _put(
        conn,
        agenda_item,
        [
            {
                "case_id": n,
                "commission_id": 1,
                "kind": kinds[n % len(kinds)],
                "title": "",
                "status": DECIDED,
                "sitting_case_id": n % len(sittings) + 1,
                "decision": "approve",
                "asked_at": 1,
            }
            for n in range(1, rows + 1)
        ],
    )
    # A step each: so many steps, a fifth as many visits with all their steps.
    _put(
        conn,
        task,
        [
            {
                "id": case_id << 24 | place,
                "case_id": case_id,
                "node": f"{stream.PATHWAY}/{node}",
                "status": DONE,
                "queue_id": 1,
                "role_queue_id": 1,
                "due_at": 1,
                "clock": 0,
                "opened_at": begun[case_id - 1] + place * 5_000,
                "closed_at": begun[case_id - 1] + (place + 1) * 5_000,
            }
            for case_id in range(1, rows // len(NODES) + 1)
            for place, node in enumerate(NODES)
        ],
    )


def _put(conn: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), MANY):
        conn.execute(insert(table), rows[begin : begin + MANY])


if __name__ == "__main__":
    main()
