"""Commissions, their members, and the questions that cases put to them.

The sitting itself is a case; what it hears lies here, because the questions come from other cases and wait
until the next sitting takes them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.access.journal import record_action
from engine.access.policy import require
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.records.tables import (
    DECIDED,
    ON_AGENDA,
    WAITING,
    WITHDRAWN,
    agenda_item,
    commission,
    commission_member,
)
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

KINDS = {
    "family": "Комиссия «Детство. Семья»",
    "kdn": "Комиссия по делам несовершеннолетних и защите их прав",
    "contract": "Межведомственная комиссия по социальному контракту",
    "complex": "Рабочая группа по комплексной помощи",
    "audit": "Другая комиссия",
}
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
PARTS = {"chair": "председатель", "secretary": "секретарь", "member": "член комиссии"}
POSTPONED = "postpone"
DECISIONS = {
    "approve": "одобрить",
    "refuse": "отказать",
    POSTPONED: "отложить",
    "extra_check": "назначить дополнительную проверку",
}

_OLDEST_FIRST = (agenda_item.c.asked_at, agenda_item.c.id)


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


@dataclass(frozen=True, slots=True)
class CommissionMember:
    """`name` and `agency` as the minutes give them; `account_id` when the member works in the product."""

    name: str
    agency: str
    part: str = "member"
    by_agreement: bool = False
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A question of a case. `sitting_case_id` is the sitting that took it, `postponed` how often it was put
    off before: each time a question of its own, which stays with its sitting.
    """

    id: int
    case_id: int
    commission_id: int
    kind: str
    title: str
    status: int
    sitting_case_id: int | None
    decision: str | None
    postponed: int
    asked_at: datetime
    decided_at: datetime | None
    key: str = ""
    """By what its answer is awaited; empty: by the number of the case."""

    @property
    def withdrawn(self) -> bool:
        """Its case wants no decision any more."""
        return self.status == WITHDRAWN


def create_commission(rt: Runtime, actor: Actor, new: NewCommission) -> int:
    """The number of the new commission."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if new.kind not in KINDS:
        raise InvalidData("Комиссия не сохранена.", {"kind": "Выберите вид комиссии из списка."})
    if not 1 <= new.quorum_percent <= 100:
        raise InvalidData("Комиссия не сохранена.", {"quorum_percent": "Кворум — от 1 до 100 процентов."})
    values = {
        "kind": new.kind,
        "name": new.name.strip() or KINDS[new.kind],
        "unit_id": new.unit_id,
        "quorum_percent": new.quorum_percent,
        "item_minutes": new.item_minutes,
        "open_vote": new.open_vote,
        "casting_vote": new.casting_vote,
    }
    with rt.database.write() as conn:
        found = conn.execute(insert(commission).returning(commission.c.id), values).scalar_one()
        record_action(rt, conn, actor, "created", "commission", found)
    return int(found)


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


def members_of(conn: Connection, commission_id: int) -> list[CommissionMember]:
    """Members as the minutes list them: chair, secretary, the others."""
    wanted = select(commission_member).where(commission_member.c.commission_id == commission_id)
    rows = conn.execute(wanted.order_by(commission_member.c.id)).all()
    order = list(PARTS)
    return [
        CommissionMember(row.name, row.agency, row.part, row.by_agreement, row.account_id)
        for row in sorted(rows, key=lambda row: order.index(row.part))
    ]


def ask(
    rt: Runtime, conn: Connection, *, case_id: int, number: str, commission_id: int, kind: str, key: str = ""
) -> int:
    """Put a question of a case before a commission; its answer is awaited by `key`. Asked again while it
    waits, it stays one question, which is answered as it was asked last.
    """
    if kind not in ITEM_KINDS:
        raise InvalidData("Вопрос не передан в комиссию.", {"kind": "Такого вида вопроса нет."})
    same = {"case_id": case_id, "commission_id": commission_id, "kind": kind}
    waiting = select(agenda_item.c.id).filter_by(**same).where(agenda_item.c.status.in_((WAITING, ON_AGENDA)))
    found = conn.execute(waiting).scalar()
    if found is not None:
        conn.execute(update(agenda_item).where(agenda_item.c.id == found).values(key=key))
    else:
        values = {
            **same,
            "key": key,
            "title": f"{ITEM_KINDS[kind]}, дело № {number}",
            "status": WAITING,
            "asked_at": to_seconds(rt.clock.now()),
        }
        found = conn.execute(insert(agenda_item).returning(agenda_item.c.id), values).scalar_one()
    return int(found)


def collect(conn: Connection, commission_id: int, sitting_case_id: int) -> list[AgendaItem]:
    """Take every waiting question onto the agenda of a sitting; all that it hears, in order of asking."""
    waiting = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == WAITING)
    conn.execute(update(agenda_item).where(waiting).values(status=ON_AGENDA, sitting_case_id=sitting_case_id))
    return agenda(conn, sitting_case_id)


def sittings_at_work(conn: Connection, commission_id: int) -> list[int]:
    """Numbers of the sittings that have undecided questions on their agenda."""
    on_agenda = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == ON_AGENDA)
    return list(conn.execute(select(agenda_item.c.sitting_case_id).where(on_agenda).distinct()).scalars())


def give_back(conn: Connection, sitting_case_ids: Collection[int]) -> None:
    """The undecided questions of sittings that will not go on wait for the next one."""
    undecided = agenda_item.c.sitting_case_id.in_(sitting_case_ids) & (agenda_item.c.status == ON_AGENDA)
    conn.execute(update(agenda_item).where(undecided).values(status=WAITING, sitting_case_id=None))


def decide(rt: Runtime, conn: Connection, item_id: int, decision: str) -> AgendaItem:
    """Record the decision on a question. One that is put off stays in the record of this sitting, and is
    asked anew for the next one.
    """
    if decision not in DECISIONS:
        raise InvalidData("Решение не записано.", {"decision": "Выберите решение из списка."})
    row = conn.execute(select(agenda_item).where(agenda_item.c.id == item_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("Такого вопроса в повестке нет.")
    if row.status != ON_AGENDA:
        raise Conflict("Этот вопрос сейчас не рассматривается.", "Обновите повестку.")
    if decision == POSTPONED:
        conn.execute(insert(agenda_item), _asked_anew(row))
    values = {"status": DECIDED, "decision": decision, "decided_at": to_seconds(rt.clock.now())}
    changed = update(agenda_item).where(agenda_item.c.id == item_id).values(values).returning(agenda_item)
    return _item(conn.execute(changed).one())


def _asked_anew(row: Row[Any]) -> dict[str, Any]:
    """The same question for the next sitting, as old as it is."""
    kept = ("case_id", "commission_id", "kind", "title", "asked_at", "key")
    return {name: row._mapping[name] for name in kept} | {
        "status": WAITING,
        "postponed": row.postponed + 1,
    }


def withdraw(conn: Connection, case_id: int) -> list[AgendaItem]:
    """Take back the undecided questions of a case that waits for no answer any more; those taken back."""
    undecided = (agenda_item.c.case_id == case_id) & agenda_item.c.status.in_((WAITING, ON_AGENDA))
    changed = update(agenda_item).where(undecided).values(status=WITHDRAWN).returning(agenda_item)
    return [_item(row) for row in conn.execute(changed)]


def agenda(conn: Connection, sitting_case_id: int) -> list[AgendaItem]:
    """What a sitting hears, in order of asking."""
    wanted = select(agenda_item).where(agenda_item.c.sitting_case_id == sitting_case_id)
    return [_item(row) for row in conn.execute(wanted.order_by(*_OLDEST_FIRST))]


def waiting_items(conn: Connection, commission_id: int) -> list[AgendaItem]:
    """Questions that wait for the next sitting, oldest first."""
    waiting = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == WAITING)
    return [_item(row) for row in conn.execute(select(agenda_item).where(waiting).order_by(*_OLDEST_FIRST))]


def items_of_case(conn: Connection, case_id: int) -> list[AgendaItem]:
    """Every question that a case has put, oldest first."""
    wanted = select(agenda_item).where(agenda_item.c.case_id == case_id)
    return [_item(row) for row in conn.execute(wanted.order_by(agenda_item.c.id))]


def _item(row: Row[Any]) -> AgendaItem:
    return AgendaItem(
        id=row.id,
        case_id=row.case_id,
        commission_id=row.commission_id,
        kind=row.kind,
        title=row.title,
        status=row.status,
        sitting_case_id=row.sitting_case_id,
        decision=row.decision,
        postponed=row.postponed,
        asked_at=from_seconds(row.asked_at),
        decided_at=from_seconds(row.decided_at),
        key=row.key,
    )
