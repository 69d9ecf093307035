"""On what ground the data of a family may be handed to a partner: its consent, or the law its case names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from engine import bpmn
from engine.cases.locking import state_purpose
from engine.cases.tables import case_
from engine.errors import KeyDestroyed
from engine.model import Value
from engine.records.registers import PREVENTION, Subject, stands
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

RECEIVERS: Mapping[str, str] = {
    "crb": "больница",
    "education": "образование",
    "czn": "занятость",
    "opeka": "опека",
    "police": "полиция",
    "kdn": "комиссия",
}
"""Kind of a partner → what the forms of consent (F03, F20) call it. Other kinds are named by no consent."""

PREVENTION_LAW = "120-ФЗ, ст. 9, профилактический учёт"
"""Bodies of prevention tell one another of a family on the preventive register without its consent; RECEIVERS
are such bodies. Proposed, not checked with a lawyer."""

CASES_READ = 20


@dataclass(frozen=True, slots=True)
class Ground:
    """`words`: the ground, or why there is none. Neither names anybody."""

    given: bool
    words: str


def ground_for(
    rt: Runtime, conn: Connection, case: AnyRow, partner_kind: str, today: date, *, by_law: bool
) -> Ground:
    """What the newest case of the same family (or person) that says anything of it says. `case`: a row of
    `case_`. A law counts only `by_law`: where the sender says that the law lets them do without a consent;
    that of the preventive register when no case names another.
    """
    family, alone = case_.c.family_id == case.family_id, case_.c.person_id == case.person_id
    about = alone if case.family_id is None else family
    rows = conn.execute(select(case_).where(about).order_by(case_.c.id.desc()).limit(CASES_READ)).all()
    refused = Ground(False, "в деле нет ни согласия, ни закона, по которому данные передают")
    for row in rows:
        found = _said(rt, row, partner_kind, today, by_law=by_law)
        if found is not None and found.given:
            return found
        refused = found or refused
    on_register = stands(conn, PREVENTION, Subject.of(case.family_id, case.person_id))
    if by_law and partner_kind in RECEIVERS and on_register:
        return Ground(True, PREVENTION_LAW)
    return refused


def _said(rt: Runtime, row: AnyRow, partner_kind: str, today: date, *, by_law: bool) -> Ground | None:
    """What one case says; None when nothing."""
    if row.state is None:
        return None
    try:
        known = bpmn.variables(rt.vault.open(row.key_id, row.state, state_purpose(row.id)))
    except KeyDestroyed:
        return None
    ground = known.get("основание_обработки")
    if ground == "закон":
        law = str(known.get("статья_закона") or "442-ФЗ")
        return Ground(by_law, law if by_law else f"согласия нет, данные обрабатывают по закону {law}")
    return _consent(known, partner_kind, today) if ground == "согласие" else None


def _consent(known: Mapping[str, Value], partner_kind: str, today: date) -> Ground:
    until = known.get("согласие_до")
    last_day = until.date() if isinstance(until, datetime) else until
    if isinstance(last_day, date) and last_day < today:
        return Ground(False, "согласие больше не действует")
    if RECEIVERS.get(partner_kind) not in (known.get("получатели_сведений") or ()):
        return Ground(False, "в согласии этот получатель не назван")
    given = known.get("дата_согласия") or known.get("дата_заявления")
    return Ground(True, f"согласие от {given:%d.%m.%Y}" if isinstance(given, date) else "согласие")
