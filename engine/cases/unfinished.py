"""What is still to be done in a case: asked by a diagram before it lets its case end."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from engine.cases.tables import case_
from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records import referrals
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task

_OPEN_STEPS = (
    select(case_.c.release_id, case_.c.process, task.c.node)
    .join_from(case_, task, task.c.case_id == case_.c.id)
    .where(case_.c.id == bindparam("case_id"), task.c.status == OPEN)
    .order_by(task.c.id)
)


@operation("case.unfinished")
def unfinished(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`открытые_шаги`: names of the open steps; `открытые_документы`: numbers that wait for an answer."""
    steps = conn.execute(_OPEN_STEPS, {"case_id": call.case_id}).all()
    return {
        "открытые_шаги": [
            rt.library.release(row.release_id).step(row.process, row.node).name for row in steps
        ],
        "открытые_документы": list(referrals.open_of_case(conn, call.case_id)),
    }
