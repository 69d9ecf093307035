"""On what ground the data of a family may be handed to a partner: its consent, or the law its case names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from engine.cases.checks import Looked
from engine.cases.consents import Consent, Holds, Somebody, consent_in, variables_of, whose, withdrawals
from engine.cases.tables import case_
from engine.errors import InvalidData
from engine.model import Value
from engine.records.registers import PREVENTION, Subject, stands
from engine.records.service import today as today_at
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

CONSENT = "согласие"
"""How forms say that data are handed over by consent."""

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
    refused = Ground(False, "в деле нет ни согласия, ни закона, по которому данные передают")
    who = whose(case)
    for known, withdrawn in _known_of(rt, conn, who):
        found = _said(known, withdrawn, partner_kind, today, by_law=by_law)
        if found is not None and found.given:
            return found
        refused = found or refused
    on_register = stands(conn, PREVENTION, Subject.of(case.family_id, case.person_id))
    if by_law and partner_kind in RECEIVERS and on_register:
        return Ground(True, PREVENTION_LAW)
    return refused


def refuse_ended_consent(rt: Runtime, conn: Connection, looked: Looked, known: Mapping[str, Value]) -> None:
    """Who hands data over by consent (`передача_данных`) does not do it by one that was taken back or has
    ended, when the cases of the family know of no other.
    """
    if known.get("передача_данных") != CONSENT:
        return
    today = today_at(rt, looked.unit_id)
    who = (looked.subject.family_id, looked.subject.person_id)
    consents = [
        found
        for variables, withdrawn in _known_of(rt, conn, who)
        if (found := consent_in(variables, withdrawn)) is not None
    ]
    if consents and all(each.holds(today) is not Holds.YES for each in consents):
        words = consents[0].words(today)
        raise InvalidData(
            "Документ не составлен.",
            {"передача_данных": f"{words[:1].upper()}{words[1:]}. Возьмите новое или назовите закон."},
        )


def _known_of(
    rt: Runtime, conn: Connection, who: Somebody
) -> Iterator[tuple[Mapping[str, Value], date | None]]:
    """What the newest cases of a family (or of a person of none) know, and when consents were taken back."""
    family_id, person_id = who
    about = case_.c.person_id == person_id if family_id is None else case_.c.family_id == family_id
    rows = conn.execute(select(case_).where(about).order_by(case_.c.id.desc()).limit(CASES_READ)).all()
    withdrawn = withdrawals(rt, conn, [who]).get(who)
    for row in rows:
        yield variables_of(rt, row.id, row.key_id, row.state), withdrawn


def _said(
    known: Mapping[str, Value], withdrawn: date | None, partner_kind: str, today: date, *, by_law: bool
) -> Ground | None:
    """What one case says; None when nothing."""
    if known.get("основание_обработки") == "закон":
        law = str(known.get("статья_закона") or "442-ФЗ")
        return Ground(by_law, law if by_law else f"согласия нет, данные обрабатывают по закону {law}")
    consent = consent_in(known, withdrawn)
    return None if consent is None else _by_consent(consent, partner_kind, today)


def _by_consent(consent: Consent, partner_kind: str, today: date) -> Ground:
    match consent.holds(today):
        case Holds.WITHDRAWN:
            return Ground(False, f"согласие отозвано {consent.withdrawn:%d.%m.%Y}")
        case Holds.ENDED:
            return Ground(False, "согласие больше не действует")
    if RECEIVERS.get(partner_kind) not in consent.receivers:
        return Ground(False, "в согласии этот получатель не назван")
    words = "согласие" if consent.given is None else f"согласие от {consent.given:%d.%m.%Y}"
    withheld = ", ".join(consent.withheld)
    return Ground(True, f"{words}, не передавать: {withheld}" if withheld else words)
