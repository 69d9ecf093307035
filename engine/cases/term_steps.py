"""Which step a term belongs to: many steps of a case may stand under one norm, «Прочие шаги дела»."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, select

from engine.model import Term
from engine.runtime import Runtime
from engine.versions.naming import StepsOfCase
from engine.worklist.tables import task

if TYPE_CHECKING:
    from engine.cases.queries import CaseCard

_STEPS = select(task.c.id, task.c.node, task.c.item).where(
    task.c.id.in_(bindparam("ids", expanding=True)), task.c.case_id == bindparam("case_id")
)


def steps_of_terms(rt: Runtime, conn: Connection, card: CaseCard, terms: Sequence[Term]) -> dict[int, str]:
    """The step, and which of several it is, by the number of the term; a term of the whole case has none."""
    numbers = {each.task_id for each in terms if each.task_id is not None}
    if not numbers:
        return {}
    rows = conn.execute(_STEPS, {"ids": sorted(numbers), "case_id": card.id}).all()
    steps = StepsOfCase(rt, conn, card.id, card.process, card.release_id)
    several = [row for row in rows if row.item is not None]
    opened = rt.vault.open_many([(card.key_id, row.item, f"task.item:{row.id}") for row in several])
    items = {row.id: words.decode() for row, words in zip(several, opened, strict=True) if words is not None}
    titles = {row.id: steps(row.node).titled(items.get(row.id, "")) for row in rows}
    return {each.id: titles[each.task_id] for each in terms if each.task_id in titles}
