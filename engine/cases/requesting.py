"""Requests of data that a case sends without waiting: each is a case of its own about the same people, in the
same unit and of the same owner, so that numbers, terms, reminders and answers are those of every document to
a partner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from engine import bpmn
from engine.cases.locking import state_purpose
from engine.cases.queries import CaseCard
from engine.cases.service import open_case
from engine.cases.tables import case_
from engine.definitions.operations import Call, operation
from engine.errors import KeyDestroyed
from engine.model import SYSTEM, StartCase, Value
from engine.records.tables import partner, referral
from engine.runtime import Runtime

PATHWAY: Final = "p06_request"
START: Final = "p06_request_se_asked"
AS_DOCUMENT: Final = "документ"

PARTNERS: Final = {
    "соцфонд": "sfr",
    "мвд": "police",
    "загс": "zags",
    "занятость": "czn",
    "больница": "crb",
    "школа": "education",
}
"""What the form of requests (F54) calls a body → the kind of partner; all others are «other»."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that a case has sent as a case of its own. `partner` and `state` are empty before it is sent;
    `state` is a key of `referrals.STATES`.
    """

    case_id: int
    case_number: str
    partner: str
    state: str


@operation("request.open")
def open_requests(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`запросы` [{ведомство, какие_сведения, норма_запроса, как_запрос}], `электронно`.

    Each whose `как_запрос` is «документ» becomes a case. Answers `открыто`: how many.
    """
    row = conn.execute(select(case_).where(case_.c.id == call.case_id)).one()
    label = rt.vault.open(row.key_id, row.label, "case.label").decode()
    opened = 0
    for place, each in enumerate(call.inputs.get("запросы") or ()):
        if each.get("как_запрос") != AS_DOCUMENT:
            continue
        data = {
            "дело_запроса": call.case_number,
            "партнёр": PARTNERS.get(str(each.get("ведомство")), "other"),
            "о_чём": each.get("какие_сведения"),
            "правовое_основание": each.get("норма_запроса"),
            "электронно": call.inputs.get("электронно") is True,
        }
        command = StartCase(
            SYSTEM,
            PATHWAY,
            data,
            person_id=row.person_id,
            family_id=row.family_id,
            label=label,
            unit_id=call.unit_id,
            owner_id=row.owner_id,
            start_event=START,
            request_key=f"request-{call.case_id}-{int(call.now.timestamp())}-{place}",
        )
        open_case(rt, conn, command, check_form=False)
        opened += 1
    return {"открыто": Decimal(opened)}


def requests_of(rt: Runtime, conn: Connection, card: CaseCard) -> list[Request]:
    """What a case has asked in cases of their own, in the order of asking; for whoever sees the case."""
    about = case_.c.person_id == card.person_id
    if card.family_id is not None:
        about = case_.c.family_id == card.family_id
    wanted: Select[Any] = (
        select(
            case_.c.id,
            case_.c.number,
            case_.c.key_id,
            case_.c.state,
            partner.c.name,
            referral.c.state.label("answer"),
        )
        .outerjoin_from(case_, referral, referral.c.case_id == case_.c.id)
        .outerjoin(partner, partner.c.id == referral.c.partner_id)
        .where(case_.c.process == PATHWAY, about)
        .order_by(case_.c.id, referral.c.id)
    )
    found = {row.id: row for row in conn.execute(wanted)}
    return [
        Request(row.id, row.number, row.name or "", row.answer or "")
        for row in found.values()
        if _asked_by(rt, row.id, row.key_id, row.state) == card.number
    ]


def _asked_by(rt: Runtime, case_id: int, key_id: int, state: bytes | None) -> Value:
    """The number of the case that has asked; None once the request was erased."""
    if state is None:
        return None
    try:
        known = bpmn.variables(rt.vault.open(key_id, state, state_purpose(case_id)))
    except KeyDestroyed:
        return None
    return known.get("дело_запроса")
