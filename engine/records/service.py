"""Changes of people and families. One public function, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, or_, select, update

from engine.access.journal import record_action
from engine.access.policy import reach, require
from engine.cases.tables import case_
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission, Scope
from engine.names import family_label
from engine.records.lengths import too_long
from engine.records.likeness import birth_token, marks, note_pairs
from engine.records.reach import require_family, require_person
from engine.records.tables import (
    MAY_BE_SAME,
    family,
    family_member,
    merge,
    person,
    person_pair,
    person_token,
    settlement,
)
from engine.records.values import RELATIONS, RURAL_KINDS, PersonData, checked, from_json, to_json
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's part in a family: a key of RELATIONS."""

    person_id: int
    relation: str


def person_purpose(person_id: int) -> str:
    """What a person's values are sealed for."""
    return f"person:{person_id}"


def family_purpose(family_id: int) -> str:
    """What a family's label is sealed for."""
    return f"family:{family_id}"


def create_person(
    rt: Runtime,
    actor: Actor,
    data: PersonData,
    *,
    unit_id: int | None = None,
    settlement_id: int | None = None,
) -> int:
    """The number of the new person, kept by the actor's unit unless another is given."""
    home = unit_id or actor.unit_id
    _require_home(actor, home)
    data = checked(data, today(rt, home))
    with rt.database.read() as conn:
        _refuse_strange_settlement(rt, conn, settlement_id, home)
    key_id = rt.vault.new_key("person")
    now = to_seconds(rt.clock.now())
    with rt.database.write() as conn:
        values = {
            "key_id": key_id,
            "settlement_id": settlement_id,
            "unit_id": home,
            "created_by": actor.user_id,
            "created_at": now,
            "updated_at": now,
        }
        person_id = int(conn.execute(insert(person).returning(person.c.id), values).scalar_one())
        store_person(rt, conn, person_id, key_id, data)
        record_action(rt, conn, actor, "created", "person", person_id)
    return person_id


def change_person(
    rt: Runtime,
    actor: Actor,
    person_id: int,
    data: PersonData,
    *,
    version: int,
    settlement_id: int | None = None,
) -> None:
    """Replace what is known of a person. Conflict when it was changed since `version` was read."""
    with rt.database.write() as conn:
        row = require_person(conn, actor, person_id, Permission.RECORD_EDIT)
        refuse_empty(row)
        data = checked(data, today(rt, row.unit_id))
        _refuse_strange_settlement(rt, conn, settlement_id, row.unit_id)
        before = rt.vault.open_value(row.key_id, row.data, person_purpose(person_id))
        values = {
            "settlement_id": settlement_id,
            "updated_at": to_seconds(rt.clock.now()),
            "version": version + 1,
        }
        unchanged = (person.c.id == person_id) & (person.c.version == version)
        if conn.execute(update(person).where(unchanged).values(values)).rowcount == 0:
            raise Conflict(
                "Пока вы писали, карточку изменил кто-то ещё.",
                "Сравните свои правки с новыми сведениями и сохраните.",
            )
        store_person(rt, conn, person_id, row.key_id, data)
        fields = [name for name, value in to_json(data).items() if value != before.get(name)]
        record_action(rt, conn, actor, "changed", "person", person_id, details={"fields": fields})


def erase_person(rt: Runtime, actor: Actor, person_id: int, ground: str) -> None:
    """Destroy what is known of a person, for good; the bare row stays for counts and links.

    `ground`: number and date of the act of destruction. May be repeated when the destruction was interrupted.
    Conflict while there are cases about them: those know more of the person than the card.
    """
    with rt.database.write() as conn:
        row = require_person(conn, actor, person_id, Permission.DATA_ERASE)
        if row.erased_at is None:
            _refuse_while_cases_tell_of(conn, person_id)
            empty_person(conn, person_id, erased_at=to_seconds(rt.clock.now()))
            conn.execute(update(merge).where(merge.c.kept_id == person_id).values(data=None))
            record_action(rt, conn, actor, "erased", "person", person_id, details={"ground": ground})
        keys = conn.execute(select(person.c.key_id).where(person.c.merged_into == person_id)).scalars().all()
    for key_id in (row.key_id, *keys):
        rt.vault.destroy(key_id)


def empty_person(conn: Connection, person_id: int, **values: int) -> None:
    """Take what is known of a person from their row and forget by what they were found; `values` say why."""
    gone = {"data": None, "birth_token": None, "marked": True, **values}
    conn.execute(update(person).where(person.c.id == person_id).values(gone))
    conn.execute(delete(person_token).where(person_token.c.person_id == person_id))
    about = or_(person_pair.c.first_id == person_id, person_pair.c.second_id == person_id)
    conn.execute(delete(person_pair).where(about, person_pair.c.state == MAY_BE_SAME))


def _refuse_while_cases_tell_of(conn: Connection, person_id: int) -> None:
    about = select(case_.c.number).where(case_.c.person_id == person_id, case_.c.state.is_not(None))
    numbers = conn.execute(about.order_by(case_.c.id)).scalars().all()
    if numbers:
        raise Conflict(
            f"Об этом человеке есть дела: {', '.join(numbers)}.",
            "Сначала прекратите их и уничтожьте их данные, затем карточку.",
        )


def create_family(
    rt: Runtime, actor: Actor, members: Sequence[Member], *, label: str = "", unit_id: int | None = None
) -> int:
    """The number of the new family. Without a label it is called after its first member."""
    home = unit_id or actor.unit_id
    _require_home(actor, home)
    if not members:
        raise InvalidData("Семья не сохранена.", {"members": "Добавьте хотя бы одного члена семьи."})
    if faults := too_long({"label": label.strip()}):
        raise InvalidData("Семья не сохранена.", faults)
    key_id = rt.vault.new_key("family")
    with rt.database.write() as conn:
        for member in members:
            _check_member(conn, actor, member)
        label = label.strip() or _proposed_label(rt, conn, members[0].person_id)
        values = {
            "key_id": key_id,
            "unit_id": home,
            "created_by": actor.user_id,
            "created_at": to_seconds(rt.clock.now()),
        }
        family_id = int(conn.execute(insert(family).returning(family.c.id), values).scalar_one())
        _store_label(rt, conn, family_id, key_id, label)
        first_day = today(rt, home).isoformat()
        conn.execute(insert(family_member), [_member_row(family_id, member, first_day) for member in members])
        record_action(rt, conn, actor, "created", "family", family_id, details={"members": len(members)})
    return family_id


def rename_family(rt: Runtime, actor: Actor, family_id: int, label: str) -> None:
    """Correct what the family is called."""
    if not label.strip():
        raise InvalidData("Название не сохранено.", {"label": "Напишите, как называть семью."})
    if faults := too_long({"label": label.strip()}):
        raise InvalidData("Название не сохранено.", faults)
    with rt.database.write() as conn:
        row = require_family(conn, actor, family_id, Permission.RECORD_EDIT)
        _store_label(rt, conn, family_id, row.key_id, label.strip())
        record_action(rt, conn, actor, "changed", "family", family_id, details={"fields": ["label"]})


def add_member(rt: Runtime, actor: Actor, family_id: int, member: Member, first_day: date) -> None:
    """Note that somebody became a member of the family."""
    with rt.database.write() as conn:
        require_family(conn, actor, family_id, Permission.RECORD_EDIT)
        _check_member(conn, actor, member)
        now_member = select(family_member.c.id).where(
            family_member.c.family_id == family_id,
            family_member.c.person_id == member.person_id,
            family_member.c.last_day.is_(None),
        )
        if conn.execute(now_member).first() is not None:
            raise Conflict("Этот человек уже в составе семьи.", "Измените прежнюю запись.")
        conn.execute(insert(family_member), _member_row(family_id, member, first_day.isoformat()))
        record_action(
            rt, conn, actor, "member_added", "family", family_id, details={"person": member.person_id}
        )


def end_membership(rt: Runtime, actor: Actor, family_id: int, person_id: int, last_day: date) -> None:
    """Note that somebody is no longer a member; what was stays in the record."""
    with rt.database.write() as conn:
        require_family(conn, actor, family_id, Permission.RECORD_EDIT)
        now_member = (
            (family_member.c.family_id == family_id)
            & (family_member.c.person_id == person_id)
            & family_member.c.last_day.is_(None)
        )
        ended = conn.execute(update(family_member).where(now_member).values(last_day=last_day.isoformat()))
        if ended.rowcount == 0:
            raise NotFound("Этого человека нет в составе семьи.")
        record_action(rt, conn, actor, "member_left", "family", family_id, details={"person": person_id})


def erase_family(rt: Runtime, actor: Actor, family_id: int, ground: str) -> None:
    """Destroy the family's label; its members are erased one by one."""
    with rt.database.write() as conn:
        row = require_family(conn, actor, family_id, Permission.DATA_ERASE)
        if row.erased_at is None:
            gone = {"label": None, "erased_at": to_seconds(rt.clock.now())}
            conn.execute(update(family).where(family.c.id == family_id).values(gone))
            record_action(rt, conn, actor, "erased", "family", family_id, details={"ground": ground})
    rt.vault.destroy(row.key_id)


def add_settlement(
    rt: Runtime, actor: Actor, *, municipality_id: int, kind: str, name: str, rural: bool
) -> int:
    """The number of the settlement of that kind and name, made when it is new."""
    if not actor.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY):
        require(actor, Permission.RECORD_EDIT)
    key = {"municipality_id": municipality_id, "kind": kind.strip(), "name": name.strip()}
    if not key["kind"] or not key["name"]:
        raise InvalidData(
            "Населённый пункт не сохранён.", {"name": "Напишите вид и название: село Ивановка."}
        )
    _refuse_long_settlement(name)
    with rt.database.write() as conn:
        found = conn.execute(select(settlement.c.id).filter_by(**key)).scalar()
        if found is None:
            made = insert(settlement).returning(settlement.c.id)
            found = conn.execute(made, {**key, "rural": rural or key["kind"] in RURAL_KINDS}).scalar_one()
            record_action(rt, conn, actor, "created", "settlement", found)
    return int(found)


def _refuse_long_settlement(name: str) -> None:
    if faults := too_long({"settlement": name.strip()}, settlement="name"):
        raise InvalidData("Населённый пункт не сохранён.", faults)


def change_settlement(
    rt: Runtime, actor: Actor, settlement_id: int, *, kind: str, name: str, rural: bool, unit_id: int | None
) -> None:
    """Correct what a settlement is called and say which department serves it; families that live there stay
    where they are kept until they are moved.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    in_the_country = rural or kind.strip() in RURAL_KINDS
    values = {"kind": kind.strip(), "name": name.strip(), "rural": in_the_country, "unit_id": unit_id}
    if not values["kind"] or not values["name"]:
        raise InvalidData("Населённый пункт не сохранён.", {"name": "Напишите вид и название."})
    _refuse_long_settlement(name)
    if unit_id is not None:
        rt.directory.tree().unit(unit_id)
    with rt.database.write() as conn:
        row = conn.execute(select(settlement).where(settlement.c.id == settlement_id)).one_or_none()
        if row is None:
            raise NotFound("Такого населённого пункта нет.")
        same = select(settlement.c.id).filter_by(
            municipality_id=row.municipality_id, kind=values["kind"], name=values["name"]
        )
        if conn.execute(same.where(settlement.c.id != settlement_id)).first() is not None:
            raise InvalidData("Населённый пункт не сохранён.", {"name": "Такой уже есть в списке."})
        conn.execute(update(settlement).where(settlement.c.id == settlement_id).values(values))
        record_action(rt, conn, actor, "changed", "settlement", settlement_id)


def today(rt: Runtime, unit_id: int) -> date:
    """The day it is at the unit."""
    return rt.clock.now().astimezone(ZoneInfo(rt.directory.tree().unit(unit_id).zone)).date()


def refuse_empty(row: AnyRow) -> None:
    """Conflict for a card without data: they were destroyed, or lie on another card of the same person."""
    if row.merged_into is not None:
        raise Conflict(
            f"Эту карточку объединили с карточкой № {row.merged_into}.", "Откройте ту: все сведения там."
        )
    if row.erased_at is not None:
        raise Conflict(
            "Сведения об этом человеке уничтожены.", "Если он обратился снова, заведите новую карточку."
        )


def store_person(rt: Runtime, conn: Connection, person_id: int, key_id: int, data: PersonData) -> None:
    """Seal what is known of a person, and keep by what the card is found and with whom it may be one."""
    sealed = rt.vault.seal_value(key_id, to_json(data), person_purpose(person_id))
    values = {"data": sealed, "birth_token": birth_token(rt, data.birth), "marked": True}
    conn.execute(update(person).where(person.c.id == person_id).values(values))
    conn.execute(delete(person_token).where(person_token.c.person_id == person_id))
    tokens = rt.vault.name_tokens(data.name.full()) | set(marks(rt, data).values())
    conn.execute(insert(person_token), [{"token": token, "person_id": person_id} for token in sorted(tokens)])
    note_pairs(rt, conn, person_id, data)


def _store_label(rt: Runtime, conn: Connection, family_id: int, key_id: int, label: str) -> None:
    sealed = rt.vault.seal(key_id, label.encode(), family_purpose(family_id))
    conn.execute(update(family).where(family.c.id == family_id).values(label=sealed))


def _proposed_label(rt: Runtime, conn: Connection, person_id: int) -> str:
    row = conn.execute(select(person.c.key_id, person.c.data).where(person.c.id == person_id)).one()
    data = from_json(rt.vault.open_value(row.key_id, row.data, person_purpose(person_id)))
    return family_label(data.name.family)


def _member_row(family_id: int, member: Member, first_day: str) -> dict[str, object]:
    return {
        "family_id": family_id,
        "person_id": member.person_id,
        "relation": member.relation,
        "first_day": first_day,
    }


def _check_member(conn: Connection, actor: Actor, member: Member) -> None:
    if member.relation not in RELATIONS:
        raise InvalidData("Состав семьи не сохранён.", {"relation": "Выберите родство из списка."})
    refuse_empty(require_person(conn, actor, member.person_id, Permission.RECORD_VIEW))


def _refuse_strange_settlement(
    rt: Runtime, conn: Connection, settlement_id: int | None, unit_id: int
) -> None:
    if settlement_id is not None:
        require_settlement(rt, conn, settlement_id, unit_id, "Карточка не сохранена.")


def require_settlement(
    rt: Runtime, conn: Connection, settlement_id: int, unit_id: int, refusal: str
) -> AnyRow:
    """The row of a settlement of the unit's municipality; InvalidData of the field `settlement` for another,
    saying first what was refused.
    """
    place = conn.execute(select(settlement).where(settlement.c.id == settlement_id)).one_or_none()
    if place is None or place.municipality_id != rt.directory.tree().municipality(unit_id):
        raise InvalidData(refusal, {"settlement": "Выберите населённый пункт округа из списка."})
    return place


def _require_home(actor: Actor, unit_id: int) -> None:
    """Who may edit records at all may keep them in their own unit, and wherever the right reaches."""
    require(actor, Permission.RECORD_EDIT)
    if unit_id != actor.unit_id and not reach(actor, Permission.RECORD_EDIT).covers(
        unit_id=unit_id, owner_id=None
    ):
        raise NotAllowed(
            "Эти сведения ведёт другое подразделение.", "Попросите коллег из этого подразделения внести их."
        )
