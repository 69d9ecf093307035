"""Several steps handed over at once, each as if it were handed over alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.access.policy import require
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.worklist.service import reassign, require_reason, require_there

MOST = 100
"""Steps of one request."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that stays where it was, and why."""

    task_id: int
    why: str


def reassign_several(
    rt: Runtime,
    actor: Actor,
    task_ids: Iterable[int],
    to: int | None,
    reason: str,
    *,
    even_absent: bool = False,
) -> list[Refused]:
    """Hand these steps to a person (or each back to its role when `to` is None), a transaction a step; those
    that stay where they were.

    InvalidData, and no step is handed over: without a reason, for more than MOST steps, for somebody who is
    away today unless `even_absent`.
    """
    require(actor, Permission.TASK_REASSIGN)
    require_reason(reason)
    wanted = list(dict.fromkeys(task_ids))
    if len(wanted) > MOST:
        raise InvalidData("Шаги не переданы.", {"step": f"За один раз передают не больше {MOST} шагов."})
    if to is not None and not even_absent:
        with rt.database.read() as conn:
            require_there(rt, conn, to)
    refused = []
    for task_id in wanted:
        try:
            reassign(rt, actor, task_id, to, reason, even_absent=even_absent)
        except (Conflict, InvalidData, NotAllowed, NotFound) as stays:
            refused.append(Refused(task_id, stays.message))
    return refused
