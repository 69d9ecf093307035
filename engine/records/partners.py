"""Partners: the bodies to which a municipality sends requests, petitions and referrals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine.access.journal import record_action
from engine.access.policy import require
from engine.access.tables import account
from engine.errors import InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.records.lengths import too_long
from engine.records.tables import partner
from engine.runtime import Runtime

KINDS = {
    "police": "Полиция",
    "crb": "Больница, поликлиника",
    "education": "Образование",
    "opeka": "Опека и попечительство",
    "kdn": "Комиссия по делам несовершеннолетних",
    "czn": "Центр занятости",
    "mchs": "МЧС",
    "zags": "ЗАГС",
    "subsidies": "Субсидии и льготы",
    "sfr": "Социальный фонд",
    "ngo": "Некоммерческая организация",
    "other": "Другая организация",
}

_IN_ORDER = (partner.c.kind, partner.c.name)


@dataclass(frozen=True, slots=True)
class NewPartner:
    """What the administrator writes of a partner. `account_id`: who answers in the product."""

    kind: str
    name: str
    account_id: int | None = None
    agreement: str = ""
    agreed_until: date | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as lists show it."""

    id: int
    kind: str
    name: str
    account_id: int | None
    agreement: str
    agreed_until: date | None
    active: bool

    @property
    def kind_words(self) -> str:
        """What kind of body it is."""
        return KINDS[self.kind]

    def agreement_over(self, today: date) -> bool:
        """The agreement has ended; answers may still come, new documents need another ground."""
        return self.agreed_until is not None and self.agreed_until < today


def add_partner(rt: Runtime, actor: Actor, municipality_id: int, new: NewPartner) -> int:
    """The number of the new partner; InvalidData where it can't be."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        _check(conn, municipality_id, new, but=None)
        values = {"municipality_id": municipality_id, **_values(new)}
        made = int(conn.execute(insert(partner).returning(partner.c.id), values).scalar_one())
        record_action(rt, conn, actor, "created", "partner", made)
    return made


def change_partner(rt: Runtime, actor: Actor, partner_id: int, new: NewPartner, *, active: bool) -> None:
    """Change a partner; one that is not active is offered no more, its open documents are answered still."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        row = _row(conn, partner_id)
        _check(conn, row.municipality_id, new, but=partner_id)
        conn.execute(update(partner).where(partner.c.id == partner_id).values(active=active, **_values(new)))
        record_action(rt, conn, actor, "changed", "partner", partner_id)


def partners(conn: Connection, municipality_id: int, *, all_of_them: bool = False) -> list[Partner]:
    """Partners of a municipality by kind and name; without `all_of_them` only those that are active."""
    wanted = select(partner).where(partner.c.municipality_id == municipality_id).order_by(*_IN_ORDER)
    rows = conn.execute(wanted if all_of_them else wanted.where(partner.c.active))
    return [_partner(row) for row in rows]


def partner_of(conn: Connection, partner_id: int) -> Partner:
    """One partner, or NotFound."""
    return _partner(_row(conn, partner_id))


def meant(conn: Connection, municipality_id: int, wanted: str, named: str = "") -> list[Partner]:
    """The partner of the name `wanted`, or those of that kind; of them the one `named`, or those in whose
    names that is a part.
    """
    known = partners(conn, municipality_id)
    found = [each for each in known if each.name == wanted] or [each for each in known if each.kind == wanted]
    words = named.strip().casefold()
    exact = [each for each in found if each.name.casefold() == words]
    return exact or [each for each in found if words in each.name.casefold()]


def partner_for(conn: Connection, municipality_id: int, wanted: str, named: str = "") -> Partner:
    """The first of those that are meant; NotFound says what the municipality has to add."""
    for found in meant(conn, municipality_id, wanted, named):
        return found
    raise NotFound(
        f"Партнёра «{KINDS.get(wanted, wanted)}» нет.",
        "Администратор может завести его на странице «Партнёры».",
    )


def _check(conn: Connection, municipality_id: int, new: NewPartner, *, but: int | None) -> None:
    errors = {}
    if new.kind not in KINDS:
        errors["kind"] = "Выберите вид организации из списка."
    if len(new.name.strip()) < 2:
        errors["name"] = "Напишите название: не меньше двух знаков."
    texts = {"partner": new.name.strip(), "agreement": new.agreement.strip()}
    errors |= too_long(texts, partner="name")
    same = select(partner.c.id).where(
        partner.c.municipality_id == municipality_id,
        partner.c.kind == new.kind,
        partner.c.name == new.name.strip(),
        partner.c.id != (but or 0),
    )
    if conn.execute(same).scalar() is not None:
        errors["name"] = "Такой партнёр уже есть."
    if new.account_id is not None:
        there = select(account.c.id).where(account.c.id == new.account_id, account.c.active)
        if conn.execute(there).scalar() is None:
            errors["account_id"] = "Такого сотрудника нет, или вход ему закрыт."
    if errors:
        raise InvalidData("Партнёр не сохранён.", errors)


def _values(new: NewPartner) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "name": new.name.strip(),
        "account_id": new.account_id,
        "agreement": new.agreement.strip(),
        "agreed_until": None if new.agreed_until is None else new.agreed_until.isoformat(),
    }


def _row(conn: Connection, partner_id: int) -> Row[Any]:
    row = conn.execute(select(partner).where(partner.c.id == partner_id)).one_or_none()
    if row is None:
        raise NotFound(f"Партнёра № {partner_id} нет.", "Обновите страницу.")
    return row


def _partner(row: Row[Any]) -> Partner:
    until = date.fromisoformat(row.agreed_until) if row.agreed_until else None
    return Partner(row.id, row.kind, row.name, row.account_id, row.agreement, until, row.active)
