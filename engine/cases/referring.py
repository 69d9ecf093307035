"""Documents to partners for the diagrams: sent under a number, taken to work, closed, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, select

from engine.access.policy import require_case
from engine.cases.checks import Looked, check
from engine.cases.grounds import refuse_ended_consent
from engine.cases.keys import key_token
from engine.cases.locking import lock_case
from engine.cases.messages import deliver_to
from engine.cases.registering import day_of
from engine.cases.tables import wait
from engine.definitions.operations import Call, operation
from engine.errors import InvalidData, StepFailed
from engine.model import Actor, Permission, Value
from engine.records import letters, partners, referrals
from engine.records.referrals import NewReferral
from engine.runtime import Runtime

KIND_OF_WORD = {word: kind for kind, word in referrals.KINDS.items()}
STATE_OF_WORD = {word: state for state, word in referrals.STATES.items()}
"""Forms and diagrams say it in Russian."""

REVOKED = "msg.referral_revoke"

_AWAITED = (
    select(wait.c.id)
    .where(
        wait.c.case_id == bindparam("case_id"),
        wait.c.name == bindparam("name"),
        wait.c.key == bindparam("key"),
    )
    .limit(1)
)
_FIGURES = {
    "семей": "families", "людей": "people", "детей": "children", "штук": "pieces", "приглашено": "invited",
    "отказались_семей": "refused_families", "отказались_штук": "refused_pieces",
}  # fmt: skip


@operation("referral.send")
def send(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`вид_документа`, `партнёр` (name or kind), `какая_организация` of several, `отвечать_до` (date).

    Gives `направление`, `номер_документа`, `название_партнёра`, and `исполнитель_партнёра`: the account that
    answers, null where answers come on paper. The families that the case has put on its letter go with it.
    """
    kind = KIND_OF_WORD.get(str(call.inputs.get("вид_документа")), "")
    due = call.inputs.get("отвечать_до")
    if not isinstance(due, date):
        raise StepFailed("Не указано, до какого дня ждать ответа.", "Исправьте срок ответа и повторите.")
    tree = rt.directory.tree()
    municipality_id = tree.municipality(call.unit_id)
    partner = partners.partner_for(conn, municipality_id, *asked_for(call.inputs))
    day = due.date() if isinstance(due, datetime) else due
    number = f"{call.case_number}/{referrals.sent_by(conn, call.case_id) + 1}"
    made = referrals.send(rt, conn, NewReferral(call.case_id, partner.id, kind, number, day))
    letters.send_with(conn, call.case_id, made)
    answers = None if partner.account_id is None else tree.in_office(partner.account_id)
    return {
        "направление": Decimal(made),
        "номер_документа": number,
        "название_партнёра": partner.name,
        "исполнитель_партнёра": None if answers is None else Decimal(answers),
    }


@check("partner.chosen")
def refuse_unknown_partner(rt: Runtime, conn: Connection, looked: Looked, known: Mapping[str, Value]) -> None:
    """InvalidData where `партнёр` is a kind of which the municipality has none, or several and
    `какая_организация` does not say which; and where data are handed over by a consent that holds no more.
    """
    municipality_id = rt.directory.tree().municipality(looked.unit_id)
    kind, named = asked_for(known)
    there = partners.meant(conn, municipality_id, kind)
    if not there:
        what = "Такого партнёра в муниципалитете нет. Его заводит администратор на странице «Партнёры»."
        raise InvalidData("Документ не составлен.", {"партнёр": what})
    if len(partners.meant(conn, municipality_id, kind, named)) != 1:
        listed = "; ".join(each.name for each in there)
        raise InvalidData(
            "Документ не составлен.", {"какая_организация": f"Напишите, какая из них: {listed}."}
        )
    refuse_ended_consent(rt, conn, looked, known)


def asked_for(known: Mapping[str, Value]) -> tuple[str, str]:
    """To whom a document goes: kind or name of the partner, and which of several."""
    return str(known.get("партнёр") or ""), str(known.get("какая_организация") or "")


@operation("referral.accept")
def accept(_: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`направление`: the partner has taken the document to work."""
    referrals.accept(conn, _referral(call))
    return {}


@operation("referral.answered")
def answered(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`направление`, `дата_ответа`: the day that the paper names. Without it the answer has come today, or,
    to a letter about several families, when the last of them was answered about.
    """
    number = _referral(call)
    last = letters.last_answer(conn, number) if call.inputs.get("дата_ответа") is None else None
    referrals.answered(conn, number, last or day_of(rt, call, "дата_ответа"))
    return {}


@check("referral.answer")
def refuse_impossible_day(rt: Runtime, conn: Connection, looked: Looked, known: Mapping[str, Value]) -> None:
    """InvalidData for an answer that came before the document went out (`направление`, `дата_ответа`)."""
    number, day = known.get("направление"), known.get("дата_ответа")
    if not isinstance(number, Decimal) or not isinstance(day, date):
        return
    sent = referrals.sent_at(conn, int(number)).astimezone(rt.calendars.office(looked.unit_id).zone).date()
    if day < sent:
        raise InvalidData(
            "Ответ не записан.",
            {"дата_ответа": f"Документ отправили {sent:%d.%m.%Y}: ответ не мог прийти раньше."},
        )


@operation("referral.close")
def close(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`направление`, `исход` in words, `результат`: {семей, людей, детей, штук, приглашено, отказались_семей,
    отказались_штук}, each a number, null or left out.
    """
    given = call.inputs.get("результат")
    result = given if isinstance(given, Mapping) else {}
    figures = {name: _count(result.get(word)) for word, name in _FIGURES.items()}
    state = STATE_OF_WORD.get(str(call.inputs.get("исход")), "")
    referrals.close(rt, conn, _referral(call), state, figures)
    return {}


def revoke(rt: Runtime, actor: Actor, referral_id: int) -> None:
    """Nobody waits for this answer any more: the pathway goes on, or the entry is closed where none waits.

    Whoever may open cases of the unit may revoke what they sent. Conflict when it is closed already.
    """
    with rt.database.write() as conn:
        case_id, number = referrals.awaited_referral(conn, referral_id)
        case = lock_case(rt, conn, case_id)
        require_case(actor, Permission.CASE_START, case)
        key = key_token(rt.vault, number)
        waiting = conn.execute(_AWAITED, {"case_id": case_id, "name": REVOKED, "key": key}).scalar()
        if waiting is None:
            referrals.close(rt, conn, referral_id, "revoked", {})
        else:
            deliver_to(rt, conn, case_id, waiting, REVOKED, {}, actor)


def _referral(call: Call) -> int:
    number = call.inputs.get("направление")
    if not isinstance(number, Decimal):
        raise StepFailed("Документ партнёру ещё не отправлен.", "Исправьте схему: сначала «referral.send».")
    return int(number)


def _count(value: Value) -> int | None:
    return int(value) if isinstance(value, Decimal) else None
