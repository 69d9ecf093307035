"""What running cases have found of a family: its category and its risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from engine import bpmn
from engine.cases.locking import state_purpose
from engine.cases.queries import CaseCard
from engine.cases.tables import case_
from engine.runtime import Runtime

CATEGORY, RISK = "категория", "риск"
"""Variables in which pathways keep them; DMN-05 gives both, a commission may give another category."""
NONE: Final = "нет"
"""What the rule calls a family in which it finds no signs."""

_IDS: Any = bindparam("ids", expanding=True)
_STATES = select(case_.c.id, case_.c.key_id, case_.c.state).where(
    case_.c.id.in_(_IDS), case_.c.state.is_not(None)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Both in the words of the rule; one of them may be empty."""

    category: str
    risk: str


def standings(rt: Runtime, conn: Connection, cards: Sequence[CaseCard]) -> dict[int, Standing]:
    """For those of the cases that run and have found something; the caller has checked who sees them."""
    rows = conn.execute(_STATES, {"ids": [card.id for card in cards]}).all()
    states = rt.vault.open_many([(row.key_id, row.state, state_purpose(row.id)) for row in rows])
    found = {}
    for row, state in zip(rows, states, strict=True):
        known = bpmn.variables(state) if state is not None else {}
        standing = Standing(_said(known.get(CATEGORY)), _said(known.get(RISK)))
        if standing.category or standing.risk:
            found[row.id] = standing
    return found


def _said(value: object) -> str:
    return value if isinstance(value, str) and value != NONE else ""
