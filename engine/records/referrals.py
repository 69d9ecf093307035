"""Requests, petitions, letters, referrals and notices that cases send to partners, and what comes of them.

What was asked and answered lies in the case; here stands to whom it went, until when the answer is due, and
the figures of the result, so that what is sent, answered and open can be counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, or_, select, update

from engine.access.policy import require
from engine.cases.tables import case_
from engine.cases.visibility import visible, wholly_visible
from engine.errors import Conflict, InvalidData
from engine.model import Actor, Permission
from engine.records.tables import partner, referral
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

KINDS = {
    "request": "запрос",
    "petition": "ходатайство",
    "letter": "письмо",
    "referral": "направление",
    "notice": "уведомление",
}

SENT, ACCEPTED, ANSWER, EXPIRED, REVOKED = "sent", "accepted", "answered", "expired", "revoked"
ANSWERED = (ANSWER, "done", "undone", "rejected")
"""States in which the partner has said something, be it that it can't help; ANSWER: the sender has not looked
at it yet."""
STATES = {
    SENT: "отправлено",
    ACCEPTED: "в работе",
    ANSWER: "ответ получен",
    "done": "исполнено",
    "undone": "не исполнено",
    "rejected": "отклонено",
    EXPIRED: "просрочено",
    REVOKED: "отозвано",
}
OPEN = referral.c.closed_at.is_(None)
AWAITED = OPEN & referral.c.answered_on.is_(None)

REQUEST = "request"
"""Data that would help to decide: a case ends without it. All other documents are help that was asked for."""

_OPEN_OF_CASE = (
    select(referral.c.number, referral.c.kind)
    .where(referral.c.case_id == bindparam("case_id"), OPEN)
    .order_by(referral.c.id)
)
FIGURES = ("families", "people", "children", "pieces", "invited", "refused_families", "refused_pieces")
"""What an answer may count: who was helped and what was given out, how many people were invited, how many
families refused and how much of what was offered."""
_MOST = 30_000
"""No figure of a result is bigger: it is what one letter brought."""


@dataclass(frozen=True, slots=True)
class NewReferral:
    """A document that goes out. `number`: that of the case, and which one of the case it is."""

    case_id: int
    partner_id: int
    kind: str
    number: str
    due: date


@dataclass(frozen=True, slots=True)
class Referral:
    """A document in the list. `answered_on`: the day the partner answered; `closed_at`: when the sender had
    looked at it, or waited no more. `figures`: those of FIGURES, None before it is closed.
    """

    id: int
    case_id: int
    case_number: str
    partner: str
    kind: str
    number: str
    state: str
    sent_at: datetime
    due: date
    answered_on: date | None
    closed_at: datetime | None
    figures: tuple[int | None, ...]

    @property
    def open(self) -> bool:
        """The sender is not done with it."""
        return self.closed_at is None

    @property
    def awaited(self) -> bool:
        """The answer has not come."""
        return self.open and self.answered_on is None

    def late(self, today: date) -> bool:
        """The answer has not come in time."""
        return self.awaited and self.due < today


@dataclass(frozen=True, slots=True)
class Tally:
    """How a partner answers: `sent` = `answered` + `open` + `silent` + `revoked`; `late` of the open ones.

    `silent`: the term was over and the sender waits no more; no answer came.
    """

    partner: str
    sent: int
    answered: int
    late: int
    silent: int = 0
    revoked: int = 0

    @property
    def open(self) -> int:
        """Not answered yet, and still awaited."""
        return self.sent - self.answered - self.silent - self.revoked


def send(rt: Runtime, conn: Connection, new: NewReferral) -> int:
    """Note that a document went out; its number in the register."""
    if new.kind not in KINDS:
        raise InvalidData("Документ не отправлен.", {"вид_документа": f"Есть: {', '.join(KINDS.values())}."})
    values = {
        "case_id": new.case_id,
        "partner_id": new.partner_id,
        "kind": new.kind,
        "number": new.number,
        "state": SENT,
        "sent_at": to_seconds(rt.clock.now()),
        "due_day": new.due.isoformat(),
    }
    return int(conn.execute(insert(referral).returning(referral.c.id), values).scalar_one())


def accept(conn: Connection, referral_id: int) -> None:
    """The partner has taken it to work; Conflict when it is closed."""
    found = conn.execute(update(referral).where(referral.c.id == referral_id, OPEN).values(state=ACCEPTED))
    if found.rowcount != 1:
        raise Conflict("Этот документ уже закрыт.", "Обновите страницу дела.")


def answered(conn: Connection, referral_id: int, day: date) -> None:
    """The partner answered on that day, the sender looks at it later. Closed documents stay as they are."""
    values = {"state": ANSWER, "answered_on": day.isoformat()}
    conn.execute(update(referral).where(referral.c.id == referral_id, OPEN).values(values))


def sent_at(conn: Connection, referral_id: int) -> datetime:
    """When a document went out."""
    wanted = select(referral.c.sent_at).where(referral.c.id == referral_id)
    seconds: int = conn.execute(wanted).scalar_one()
    return from_seconds(seconds)


def close(
    rt: Runtime, conn: Connection, referral_id: int, state: str, figures: Mapping[str, int | None]
) -> None:
    """How it ended, and what the partner gave; a document that is closed stays as it was."""
    if state not in STATES or state in (SENT, ACCEPTED):
        raise InvalidData("Итог не записан.", {"исход": "Выберите исход из списка."})
    if any(count is not None and not 0 <= count <= _MOST for count in figures.values()):
        raise InvalidData("Итог не записан.", {"результат": f"Числа результата — от 0 до {_MOST}."})
    values = {"state": state, "closed_at": to_seconds(rt.clock.now())}
    known = {name: figures.get(name) for name in FIGURES}
    conn.execute(update(referral).where(referral.c.id == referral_id, OPEN).values({**values, **known}))


def sent_by(conn: Connection, case_id: int) -> int:
    """How many documents a case has sent."""
    counted_of = select(func.count()).select_from(referral).where(referral.c.case_id == case_id)
    return int(conn.execute(counted_of).scalar_one())


def awaited_referral(conn: Connection, referral_id: int) -> tuple[int, str]:
    """(case, number) of a document that waits for its answer; Conflict when it does not."""
    wanted = select(referral.c.case_id, referral.c.number).where(referral.c.id == referral_id, AWAITED)
    row = conn.execute(wanted).one_or_none()
    if row is None:
        raise Conflict("Ответа на этот документ уже не ждут.", "Обновите страницу.")
    return row.case_id, row.number


def open_of_case(conn: Connection, case_id: int) -> list[str]:
    """Numbers of the documents whose answers the case still waits for."""
    return [row.number for row in conn.execute(_OPEN_OF_CASE, {"case_id": case_id})]


def help_awaited(conn: Connection, case_id: int) -> list[str]:
    """The same without requests of data."""
    rows = conn.execute(_OPEN_OF_CASE, {"case_id": case_id})
    return [row.number for row in rows if row.kind != REQUEST]


def revoke_all(rt: Runtime, conn: Connection, case_id: int) -> None:
    """The case ends by itself: nobody waits for these answers any more."""
    values = {"state": REVOKED, "closed_at": to_seconds(rt.clock.now())}
    conn.execute(update(referral).where(referral.c.case_id == case_id, OPEN).values(values))


def referrals(
    conn: Connection,
    actor: Actor,
    *,
    only_open: bool = True,
    partner_id: int | None = None,
    case_id: int | None = None,
    case_ids: Collection[int] | None = None,
    most: int = 200,
) -> list[Referral]:
    """Documents of the cases whose pages the actor may open, and those that the actor is to answer: the open
    ones by due day, all of them the latest first.
    """
    require(actor, Permission.CASE_VIEW)
    wanted = (
        select(referral, case_.c.number.label("case_number"), partner.c.name.label("partner"))
        .join_from(referral, case_, case_.c.id == referral.c.case_id)
        .join(partner, partner.c.id == referral.c.partner_id)
        .where(_within(actor))
        .limit(most)
    )
    if partner_id is not None:
        wanted = wanted.where(referral.c.partner_id == partner_id)
    if case_id is not None:
        wanted = wanted.where(referral.c.case_id == case_id)
    if case_ids is not None:
        wanted = wanted.where(referral.c.case_id.in_(case_ids))
    order = (referral.c.due_day, referral.c.id) if only_open else (referral.c.id.desc(),)
    return [
        _referral(row) for row in conn.execute((wanted.where(OPEN) if only_open else wanted).order_by(*order))
    ]


def tallies(conn: Connection, actor: Actor, today: date) -> list[Tally]:
    """By partner, over the same documents: sent, answered, late, given up, taken back."""
    require(actor, Permission.CASE_VIEW)
    conditions = {
        "answered": referral.c.state.in_(ANSWERED),
        "late": AWAITED & (referral.c.due_day < today.isoformat()),
        "silent": referral.c.state == EXPIRED,
        "revoked": referral.c.state == REVOKED,
    }
    wanted = (
        select(
            partner.c.name,
            func.count().label("sent"),
            *(func.count(referral.c.id).filter(each).label(name) for name, each in conditions.items()),
        )
        .join_from(referral, partner, partner.c.id == referral.c.partner_id)
        .join(case_, case_.c.id == referral.c.case_id)
        .where(_within(actor))
        .group_by(partner.c.id, partner.c.name)
        .order_by(partner.c.name)
    )
    return [
        Tally(row.name, row.sent, row.answered, row.late, row.silent, row.revoked)
        for row in conn.execute(wanted)
    ]


def _within(actor: Actor) -> ColumnElement[bool]:
    """A condition over `case_` and `partner`. Whom a step alone brings to a case about somebody sees of its
    documents what was sent to them.
    """
    return or_(wholly_visible(actor), visible(actor) & (partner.c.account_id == actor.user_id))


def counted(found: Iterable[Tally]) -> Tally:
    """All partners together."""
    rows = list(found)
    return Tally(
        "",
        sum(each.sent for each in rows),
        sum(each.answered for each in rows),
        sum(each.late for each in rows),
        sum(each.silent for each in rows),
        sum(each.revoked for each in rows),
    )


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        id=row.id,
        case_id=row.case_id,
        case_number=row.case_number,
        partner=row.partner,
        kind=row.kind,
        number=row.number,
        state=row.state,
        sent_at=from_seconds(row.sent_at),
        due=date.fromisoformat(row.due_day),
        answered_on=date.fromisoformat(row.answered_on) if row.answered_on else None,
        closed_at=None if row.closed_at is None else from_seconds(row.closed_at),
        figures=tuple(getattr(row, name) for name in FIGURES),
    )
