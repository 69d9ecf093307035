"""A case that waits at its timer, and many copies of a case, put into the tables directly: starting them one
by one would take hours.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from engine.bench.instances import Ground
from engine.bench.ours import Ours
from engine.bench.works import works
from engine.cases.locking import state_purpose
from engine.cases.service import complete_task, start_case
from engine.cases.tables import case_, wait
from engine.clock import MovableClock
from engine.deadlines.tables import term
from engine.jobs.sweep import sweep_until_idle
from engine.model import CompleteTask, StartCase, split_task_id, task_id
from engine.runtime import Runtime
from engine.scenarios.steps import Complete
from engine.storage.counting import count_statements
from engine.worklist.tables import task


def at_its_timer(ground: Ground) -> tuple[Ours, int]:
    """An instance with one case, and its number: it waits at a step with a timer, a term of the case and one
    of the step, and nothing else is due.
    """
    work = next(work for work in works() if work.name == "small+timer")
    ours = Ours(ground, work)
    assert isinstance(ours.rt.clock, MovableClock)
    ours.rt.clock.set(work.at)
    started = start_case(ours.rt, StartCase(ours.actor, work.process, {}), check_form=False)
    first = next(move for move in work.moves if isinstance(move, Complete))
    command = CompleteTask(ours.actor, ours.number(started.id, first.node), first.data)
    complete_task(ours.rt, command, check_form=False)
    sweep_until_idle(ours.rt)
    return ours, started.id


def copy_case(rt: Runtime, case_id: int, copies: int) -> None:
    """Copies that are cases like any other: each with a state of its own, its steps, waits and terms."""
    with rt.database.write() as conn:
        (original,) = _rows(conn, case_, case_.c.id == case_id)
        state = rt.vault.open(original["key_id"], original["state"], state_purpose(case_id))
        first = int(conn.execute(select(func.max(case_.c.id))).scalar_one()) + 1
        numbers = range(first, first + copies)
        cases = [
            original
            | {
                "id": number,
                "number": f"К-{number}",
                "request_key": None,
                "state": rt.vault.seal(original["key_id"], state, state_purpose(number)),
            }
            for number in numbers
        ]
        conn.execute(insert(case_), cases)
        for table in (task, wait):
            for row in _rows(conn, table, table.c.case_id == case_id):
                element = split_task_id(row["id"])[1]
                conn.execute(
                    insert(table),
                    [row | {"id": task_id(number, element), "case_id": number} for number in numbers],
                )
        for row in _rows(conn, term, term.c.case_id == case_id):
            del row["id"]
            its_task = row["task_id"]
            conn.execute(
                insert(term),
                [
                    row
                    | {"case_id": number, "task_id": its_task and task_id(number, split_task_id(its_task)[1])}
                    for number in numbers
                ],
            )


def _rows(conn: Connection, table: Table, condition: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in conn.execute(select(table).where(condition))]


def statements(rt: Runtime, work: Any) -> int:
    """How many statements a piece of work takes."""
    with count_statements(rt.database) as counted:
        work()
    return counted.statements
