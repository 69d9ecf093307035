"""Commissions: their rules of sitting, their members, who keeps their calendar.

What they hear lies in `agenda`, when they sit in `sitting_plan`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.access.journal import record_action
from engine.access.policy import require
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Permission, Scope
from engine.records.tables import commission, commission_member
from engine.runtime import Runtime

KINDS = {
    "family": "Комиссия «Детство. Семья»",
    "kdn": "Комиссия по делам несовершеннолетних и защите их прав",
    "contract": "Межведомственная комиссия по социальному контракту",
    "complex": "Рабочая группа по комплексной помощи",
    "audit": "Другая комиссия",
}
FAMILY = "family"
"""The commission that hears a question whose case names no other."""
ON_DEMAND = frozenset({"contract", "complex", "audit"})
"""Commissions that sit when somebody calls them, not by a rule."""
OFTEN = {"family": 4, "kdn": 2}
"""How often in four weeks a commission sits at least: «Детство. Семья» weekly, by the practice of
municipalities; that on minors twice a month, by regional laws (Astrakhan region, article 10), not checked for
every region.
"""
ITEM_KINDS = {
    "detect": "Выявление",
    "remove": "Снятие с сопровождения",
    "ippsu_change": "Изменение или продление программы",
    "declaration_check": "Проверка декларации",
    "urgent_aid": "Срочная помощь",
    "gsp": "Государственная социальная помощь",
    "sc_program": "Программа социальной адаптации",
    "need_status": "Признание нуждающимся",
    "patronage_on": "Постановка на патронаж",
    "patronage_off": "Снятие с патронажа",
    "complex_help": "Комплексная помощь",
    "other": "Другой вопрос",
}
COUNTED = ("detect", "remove", "ippsu_change", "declaration_check", "urgent_aid", "gsp", "sc_program")
"""The seven kinds that the statistics of commissions count one by one; the others are counted together."""
KEEPERS = frozenset({"R10", "R11"})
"""Roles of those who keep the calendars of sittings of their municipality."""
PARTS = {"chair": "председатель", "secretary": "секретарь", "member": "член комиссии"}
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class NewCommission:
    """A standing commission and its rules of sitting."""

    kind: str
    unit_id: int
    name: str = ""
    quorum_percent: int = 50
    item_minutes: int = 30
    open_vote: bool = True
    casting_vote: bool = True
    weekday: int | None = None
    """On which day of the week it sits, Monday is 0; None: when somebody calls it."""
    weeks: tuple[int, ...] = ()
    """Of which weeks of a month; none: of every week."""
    hour: str = "14:00"
    place: str = ""
    cutoff_days: int = 1
    """How many working days before a sitting its agenda is closed."""

    @property
    def sits_too_rarely(self) -> bool:
        """Whether its rule gives fewer sittings than its kind holds. Not every month has a fifth week."""
        in_every_month = [week for week in self.weeks or (1, 2, 3, 4) if week < 5]
        return (0 if self.weekday is None else len(in_every_month)) < OFTEN.get(self.kind, 0)


@dataclass(frozen=True, slots=True)
class Commission(NewCommission):
    """The same with its number. `active` False: it takes no more questions."""

    id: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class CommissionMember:
    """`name` and `agency` as the minutes give them; `account_id` when the member works in the product.
    `substitute`: who is asked when the member is away.
    """

    name: str
    agency: str
    part: str = "member"
    by_agreement: bool = False
    account_id: int | None = None
    substitute: str = ""


def create_commission(rt: Runtime, actor: Actor, new: NewCommission) -> int:
    """The number of the new commission."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    values = {"kind": new.kind, "unit_id": new.unit_id, **_rules(new)}
    with rt.database.write() as conn:
        found = conn.execute(insert(commission).returning(commission.c.id), values).scalar_one()
        record_action(rt, conn, actor, "created", "commission", found)
    return int(found)


def change_commission(
    rt: Runtime, actor: Actor, commission_id: int, new: NewCommission, *, active: bool = True
) -> bool:
    """Other rules for a commission; its kind and its unit stay. Whether it sits on other days now, or closes
    its agenda at another time: the caller plans anew.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        known = commission_of(conn, commission_id)
        values = {**_rules(replace(new, kind=known.kind)), "active": active}
        conn.execute(update(commission).where(commission.c.id == commission_id).values(values))
        record_action(rt, conn, actor, "changed", "commission", commission_id)
    before = (known.weekday, known.weeks, known.cutoff_days, known.active)
    return before != (new.weekday, new.weeks, new.cutoff_days, active)


def _rules(new: NewCommission) -> dict[str, Any]:
    """Columns of the rules; InvalidData field by field."""
    faults = {}
    if new.kind not in KINDS:
        faults["kind"] = "Выберите вид комиссии из списка."
    if not 1 <= new.quorum_percent <= 100:
        faults["quorum_percent"] = "Кворум — от 1 до 100 процентов."
    if not 5 <= new.item_minutes <= 240:
        faults["item_minutes"] = "Время на вопрос — от 5 до 240 минут."
    if new.weekday is not None and not 0 <= new.weekday <= 6:
        faults["weekday"] = "Выберите день недели из списка."
    if not all(1 <= week <= 5 for week in new.weeks):
        faults["weeks"] = "Недели месяца — от 1 до 5."
    if not _HOUR.fullmatch(new.hour):
        faults["hour"] = "Укажите время как 14:00."
    if not 0 <= new.cutoff_days <= 10:
        faults["cutoff_days"] = "Повестку закрывают за 0–10 рабочих дней."
    if faults:
        raise InvalidData("Комиссия не сохранена.", faults)
    return {
        "name": new.name.strip()[:200] or KINDS[new.kind],
        "quorum_percent": new.quorum_percent,
        "item_minutes": new.item_minutes,
        "open_vote": new.open_vote,
        "casting_vote": new.casting_vote,
        "weekday": new.weekday,
        "weeks": ",".join(str(week) for week in sorted(set(new.weeks))),
        "hour": new.hour,
        "place": new.place.strip()[:200],
        "cutoff_days": new.cutoff_days,
    }


def set_members(rt: Runtime, actor: Actor, commission_id: int, members: Sequence[CommissionMember]) -> None:
    """Replace the members of a commission."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if any(member.part not in PARTS or not member.name.strip() for member in members):
        raise InvalidData(
            "Состав комиссии не сохранён.", {"members": "У каждого укажите имя и место в комиссии."}
        )
    if sum(member.part == "chair" for member in members) > 1:
        raise InvalidData("Состав комиссии не сохранён.", {"members": "Председатель может быть только один."})
    rows = [
        {
            "commission_id": commission_id,
            "account_id": member.account_id,
            "name": member.name.strip(),
            "agency": member.agency.strip(),
            "part": member.part,
            "by_agreement": member.by_agreement,
            "substitute": member.substitute.strip()[:120],
        }
        for member in members
    ]
    with rt.database.write() as conn:
        commission_row(conn, commission_id)
        conn.execute(delete(commission_member).where(commission_member.c.commission_id == commission_id))
        if rows:
            conn.execute(insert(commission_member), rows)
        record_action(
            rt, conn, actor, "members_changed", "commission", commission_id, details={"members": len(rows)}
        )


def commission_row(conn: Connection, commission_id: int) -> Row[Any]:
    """The rules of a commission, or NotFound."""
    row = conn.execute(select(commission).where(commission.c.id == commission_id)).one_or_none()
    if row is None:
        raise NotFound(f"Комиссии № {commission_id} нет.", "Проверьте список комиссий.")
    return row


def commission_of(conn: Connection, commission_id: int) -> Commission:
    """A commission with its rules, or NotFound."""
    return _commission(commission_row(conn, commission_id))


def commissions_of(rt: Runtime, conn: Connection, actor: Actor) -> list[Commission]:
    """Commissions of the actor's municipality in the order of their kinds; first those that still sit."""
    tree = rt.directory.tree()
    mine = tree.below(tree.municipality(actor.unit_id))
    wanted = select(commission).where(commission.c.unit_id.in_(mine)).order_by(commission.c.id)
    found = [_commission(row) for row in conn.execute(wanted)]
    return sorted(found, key=lambda each: (not each.active, list(KINDS).index(each.kind)))


def require_keeper(
    rt: Runtime, conn: Connection, actor: Actor, known: Commission, *, manager: bool = False
) -> None:
    """NotAllowed unless the actor keeps the calendar of this commission; `manager`: or makes its rules."""
    if manager and actor.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY):
        return
    if not keeps(rt, conn, actor, known):
        raise NotAllowed(
            "Календарь заседаний ведут секретарь и председатель комиссии.",
            "Попросите секретаря или администратора.",
        )


def keeps(rt: Runtime, conn: Connection, actor: Actor, known: Commission) -> bool:
    """Its chair and secretary, and those of the municipality whose role it is."""
    if actor == SYSTEM:
        return True
    tree = rt.directory.tree()
    here = tree.municipality(actor.unit_id) == tree.municipality(known.unit_id)
    return here and (bool(actor.roles & KEEPERS) or sits_as(conn, actor, known.id) in ("chair", "secretary"))


def sits_as(conn: Connection, actor: Actor, commission_id: int) -> str | None:
    """What the actor, or whom they stand in for, is in the commission: a key of PARTS; None: no member."""
    people = {actor.user_id, *actor.stands_for}
    parts = {member.part for member in members_of(conn, commission_id) if member.account_id in people}
    return next((part for part in PARTS if part in parts), None)


def commission_for(rt: Runtime, conn: Connection, kind: str, unit_id: int) -> int:
    """The commission of that kind which serves the unit: its own agency's, or that of a unit above it."""
    wanted = select(commission.c.id, commission.c.unit_id).where(
        commission.c.kind == kind, commission.c.active
    )
    found = {row.unit_id: row.id for row in conn.execute(wanted.order_by(commission.c.id.desc()))}
    tree = rt.directory.tree()
    above = [unit.id for unit in tree.upwards(unit_id)]
    for place in above:
        if place in found:
            return int(found[place])
    municipality = tree.municipality(unit_id)
    for place in sorted(found):
        if tree.municipality(place) == municipality:
            return int(found[place])
    raise NotFound(f"{KINDS.get(kind, 'Комиссия')}: такой нет.", "Администратор может её завести.")


def kinds_around(rt: Runtime, conn: Connection, unit_id: int) -> dict[str, str]:
    """Names by kind of the commissions that sit in the municipality of the unit."""
    tree = rt.directory.tree()
    wanted = select(commission.c.kind, commission.c.name, commission.c.unit_id).where(commission.c.active)
    here = tree.municipality(unit_id)
    rows = conn.execute(wanted.order_by(commission.c.id)).all()
    return {row.kind: row.name for row in rows if tree.municipality(row.unit_id) == here}


def members_of(conn: Connection, commission_id: int) -> list[CommissionMember]:
    """Members as the minutes list them: chair, secretary, the others."""
    wanted = select(commission_member).where(commission_member.c.commission_id == commission_id)
    rows = conn.execute(wanted.order_by(commission_member.c.id)).all()
    order = list(PARTS)
    return [
        CommissionMember(row.name, row.agency, row.part, row.by_agreement, row.account_id, row.substitute)
        for row in sorted(rows, key=lambda row: order.index(row.part))
    ]


def _commission(row: Row[Any]) -> Commission:
    return Commission(
        kind=row.kind,
        unit_id=row.unit_id,
        name=row.name,
        quorum_percent=row.quorum_percent,
        item_minutes=row.item_minutes,
        open_vote=row.open_vote,
        casting_vote=row.casting_vote,
        weekday=row.weekday,
        weeks=tuple(int(week) for week in row.weeks.split(",") if week),
        hour=row.hour,
        place=row.place,
        cutoff_days=row.cutoff_days,
        id=row.id,
        active=row.active,
    )
