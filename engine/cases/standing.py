"""What cases say of a family: its category and its risk, and by what right its data are processed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from engine import bpmn
from engine.cases.consents import consent_in, whose, withdrawals
from engine.cases.locking import state_purpose
from engine.cases.queries import CaseCard
from engine.cases.tables import case_
from engine.model import Value
from engine.records.service import today
from engine.runtime import Runtime

CATEGORY, RISK = "категория", "риск"
"""Variables in which pathways keep them; DMN-05 gives both, a commission may give another category."""
GROUND: Final = "dataGround"
"""Property of a pathway: the law by which its cases process data where nothing else was recorded."""
NONE: Final = "нет"
"""What the rule calls a family in which it finds no signs."""

_IDS: Any = bindparam("ids", expanding=True)
_STATES = select(case_.c.id, case_.c.key_id, case_.c.state).where(
    case_.c.id.in_(_IDS), case_.c.state.is_not(None)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Category and risk in the words of the rule; `ground`: the consent or the law that was recorded in the
    case, else the law that its pathway names. Each may be empty.
    """

    category: str
    risk: str
    ground: str


def standings(rt: Runtime, conn: Connection, cards: Sequence[CaseCard]) -> dict[int, Standing]:
    """What each of the cases says; of one whose data were destroyed only its pathway is asked. The caller has
    checked who sees them.
    """
    rows = conn.execute(_STATES, {"ids": [card.id for card in cards]}).all()
    states = rt.vault.open_many([(row.key_id, row.state, state_purpose(row.id)) for row in rows])
    pairs = zip(rows, states, strict=True)
    known = {row.id: bpmn.variables(state) for row, state in pairs if state is not None}
    withdrawn = withdrawals(rt, conn, [whose(card) for card in cards])
    return {
        card.id: _standing(rt, card, known.get(card.id, {}), withdrawn.get(whose(card))) for card in cards
    }


def _standing(rt: Runtime, card: CaseCard, known: Mapping[str, Value], withdrawn: date | None) -> Standing:
    named = rt.library.release(card.release_id).process(card.process).properties.get(GROUND, "")
    recorded = recorded_ground(known, today(rt, card.unit_id), withdrawn)
    return Standing(_said(known.get(CATEGORY)), _said(known.get(RISK)), recorded or named)


def recorded_ground(known: Mapping[str, Value], today: date, withdrawn: date | None = None) -> str:
    """«согласие от 12.01.2026 до 12.01.2027», «закон: 120-ФЗ»; empty where nothing was recorded."""
    if consent := consent_in(known, withdrawn):
        return consent.words(today)
    kind = _said(known.get("основание_обработки"))
    return f"закон: {_said(known.get('статья_закона')) or '442-ФЗ'}" if kind == "закон" else kind


def _said(value: object) -> str:
    return value if isinstance(value, str) and value != NONE else ""
