"""Two cards of one person become one (decision 0052): everything that told of the one that goes tells of the
one that stays.

The data of both as they were are kept, sealed under the key of the one that stays, so that whoever joined two
different people can part them again; the key of the one that goes is destroyed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, delete, insert, select, update

from engine.access.journal import record_action
from engine.cases.openings import take_over_openings
from engine.cases.subjects import cases_about, put_under
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor, Permission
from engine.records.reach import require_person
from engine.records.refusals import forget_refusal
from engine.records.registers import Subject
from engine.records.service import empty_person, person_purpose, refuse_empty, store_person, today
from engine.records.sheets import give_back_sheets, take_over_sheets
from engine.records.tables import contact, family_member, merge, person, register_entry, visit
from engine.records.values import PersonData, checked, from_json
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

FIELDS = ("name", "sex", "birth", "snils", "phone", "address", "document", "representative", "note")
"""What is chosen from one card or the other; whole values, never a part of one."""

SETTLEMENT = "settlement"
"""Chosen too, though it lies outside the sealed data."""

MOVED: Mapping[str, Table] = {
    "contact": contact,
    "visit": visit,
    "register_entry": register_entry,
    "family_member": family_member,
}
"""Tables whose rows follow the person."""

MEMBERSHIP = ("id", "family_id", "person_id", "relation", "first_day", "last_day")
"""Columns of `family_member`."""

MERGED = "карточки объединены"
"""Why the second of two entries of one register ended."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two cards that became one. `name` is what the card that went said."""

    id: int
    gone_id: int
    name: str
    at: datetime
    actor_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which card stays, which goes, and from which each value is taken: keys of FIELDS and SETTLEMENT whose
    value comes from the card that goes. The versions are those that were compared.
    """

    kept_id: int
    gone_id: int
    kept_version: int
    gone_version: int
    from_gone: frozenset[str] = frozenset()


def merge_people(rt: Runtime, actor: Actor, wanted: Wanted) -> None:
    """Make one card of two. Conflict when either was changed since they were compared.

    May be repeated when the destruction of the key was interrupted.
    """
    with rt.database.write() as conn:
        kept, gone = _locked(conn, actor, wanted.kept_id, wanted.gone_id)
        if kept.id == gone.id:
            raise InvalidData("Карточки не объединены.", {"card": "Выберите две разные карточки."})
        if gone.merged_into != kept.id:
            _require_compared(kept, wanted.kept_version)
            _require_compared(gone, wanted.gone_version)
            before = {"kept": _open(rt, kept), "gone": _open(rt, gone)}
            moved = _move(rt, conn, kept, gone)
            settlement = gone.settlement_id if SETTLEMENT in wanted.from_gone else kept.settlement_id
            _write(rt, conn, kept, _chosen(rt, kept, before, wanted.from_gone), settlement)
            moved["merge"] = _take_over(rt, conn, kept, gone)
            take_over_openings(rt, conn, gone.id, kept.id, kept.key_id)
            moved["sheets"] = take_over_sheets(rt, conn, gone.id, gone.key_id, kept.id, kept.key_id)
            _remember(rt, conn, actor, kept, gone, before, moved)
            record_action(rt, conn, actor, "merged", "person", kept.id, details={"card": gone.id})
            record_action(rt, conn, actor, "merged", "person", gone.id, details={"into": kept.id})
    rt.vault.destroy(gone.key_id)


def part_people(rt: Runtime, actor: Actor, merge_id: int) -> int:
    """Undo a merge: the card that went is there again with what moved from it; its number.

    What the card that stays says is left as it is when somebody has changed it since, and put back otherwise.
    """
    with rt.database.write() as conn:
        row = conn.execute(select(merge).where(merge.c.id == merge_id).with_for_update()).one_or_none()
        if row is None or row.undone_at is not None or row.data is None:
            raise NotFound("Этого объединения нет или его уже отменили.")
        (kept,) = _locked(conn, actor, row.kept_id)
        refuse_empty(kept)
        sealed = rt.vault.open_value(kept.key_id, row.data, _purpose(row.gone_id))
        moved = orjson.loads(row.moved)
        key_id = rt.vault.new_key("person")
        again = {"merged_into": None, "key_id": key_id, "version": person.c.version + 1}
        conn.execute(update(person).where(person.c.id == row.gone_id).values(again))
        _give_back(rt, conn, kept, row, moved)
        store_person(rt, conn, row.gone_id, key_id, from_json(sealed["gone"]))
        if kept.version == moved["version"]:
            _write(rt, conn, kept, from_json(sealed["kept"]), moved["settlement"])
        undone = {"undone_at": to_seconds(rt.clock.now()), "data": None}
        conn.execute(update(merge).where(merge.c.id == merge_id).values(undone))
        record_action(rt, conn, actor, "parted", "person", kept.id, details={"card": row.gone_id})
        record_action(rt, conn, actor, "parted", "person", row.gone_id, details={"from": kept.id})
    return int(row.gone_id)


def merges_of(rt: Runtime, conn: Connection, actor: Actor, person_id: int) -> list[Merge]:
    """Which cards became one with this one, the latest first."""
    kept = require_person(conn, actor, person_id, Permission.RECORD_VIEW)
    rows = conn.execute(
        select(merge)
        .where(merge.c.kept_id == person_id, merge.c.data.is_not(None))
        .order_by(merge.c.id.desc())
    ).all()
    return [
        Merge(
            id=row.id,
            gone_id=row.gone_id,
            name=_name(rt, kept, row),
            at=from_seconds(row.at),
            actor_id=row.actor_id,
        )
        for row in rows
    ]


def _locked(conn: Connection, actor: Actor, *ids: int) -> list[AnyRow]:
    """The cards as asked for, locked in the order of their numbers: two merges never wait for each other."""
    conn.execute(select(person.c.id).where(person.c.id.in_(ids)).order_by(person.c.id).with_for_update())
    return [require_person(conn, actor, number, Permission.RECORD_EDIT) for number in ids]


def _require_compared(row: AnyRow, version: int) -> None:
    refuse_empty(row)
    if row.version != version:
        raise Conflict(
            f"Пока вы сравнивали, карточку № {row.id} изменили.", "Сравните карточки ещё раз и объедините."
        )


def _open(rt: Runtime, row: AnyRow) -> Any:
    return rt.vault.open_value(row.key_id, row.data, person_purpose(row.id))


def _chosen(rt: Runtime, kept: AnyRow, before: Mapping[str, Any], from_gone: frozenset[str]) -> PersonData:
    gone = from_json(before["gone"])
    taken = {name: getattr(gone, name) for name in FIELDS if name in from_gone}
    return checked(replace(from_json(before["kept"]), **taken), today(rt, kept.unit_id))


def _write(rt: Runtime, conn: Connection, row: AnyRow, data: PersonData, settlement_id: int | None) -> None:
    values = {
        "settlement_id": settlement_id,
        "updated_at": to_seconds(rt.clock.now()),
        "version": person.c.version + 1,
    }
    conn.execute(update(person).where(person.c.id == row.id).values(values))
    store_person(rt, conn, row.id, row.key_id, data)


def _move(rt: Runtime, conn: Connection, kept: AnyRow, gone: AnyRow) -> dict[str, Any]:
    """Everything of the one that goes, put under the one that stays; numbers of the rows by table."""
    ended = _end_doubled_entries(rt, conn, kept, gone)
    moved: dict[str, Any] = {"case_": cases_about(conn, gone.id)}
    put_under(conn, moved["case_"], kept.id)
    dropped = _drop_doubled_memberships(conn, kept.id, gone.id)
    for name, table in MOVED.items():
        found = conn.execute(select(table.c.id).where(table.c.person_id == gone.id)).scalars().all()
        moved[name] = list(found)
        conn.execute(update(table).where(table.c.person_id == gone.id).values(person_id=kept.id))
    forget_refusal(conn, Subject(None, gone.id))  # of the two together other facts are true
    empty_person(conn, gone.id, merged_into=kept.id)
    return {**moved, "dropped": dropped, "ended": ended, "settlement": kept.settlement_id}


def _end_doubled_entries(rt: Runtime, conn: Connection, kept: AnyRow, gone: AnyRow) -> list[int]:
    """Nobody stands on one register twice: the entry of the one that goes is over. Their numbers."""
    alone = register_entry.c.family_id.is_(None) & register_entry.c.until.is_(None)
    stands = select(register_entry.c.register).where(alone, register_entry.c.person_id == kept.id)
    doubled = select(register_entry.c.id).where(
        alone, register_entry.c.person_id == gone.id, register_entry.c.register.in_(stands)
    )
    ids = list(conn.execute(doubled).scalars())
    if ids:
        over = {"until": today(rt, kept.unit_id).isoformat(), "left_for": MERGED}
        conn.execute(update(register_entry).where(register_entry.c.id.in_(ids)).values(over))
    return ids


def _drop_doubled_memberships(conn: Connection, kept_id: int, gone_id: int) -> list[dict[str, Any]]:
    """Nobody is in one family twice: the membership of the one that goes is dropped; such rows whole."""
    now = family_member.c.last_day.is_(None)
    families = select(family_member.c.family_id).where(now, family_member.c.person_id == kept_id)
    doubled = select(family_member).where(
        now, family_member.c.person_id == gone_id, family_member.c.family_id.in_(families)
    )
    rows = [{name: getattr(row, name) for name in MEMBERSHIP} for row in conn.execute(doubled)]
    if rows:
        conn.execute(delete(family_member).where(family_member.c.id.in_([row["id"] for row in rows])))
    return rows


def _take_over(rt: Runtime, conn: Connection, kept: AnyRow, gone: AnyRow) -> list[int]:
    """Cards that had become one with the one that goes: their data are sealed anew. Numbers of the merges."""
    earlier = conn.execute(select(merge).where(merge.c.kept_id == gone.id, merge.c.data.is_not(None))).all()
    _reseal(rt, conn, earlier, gone.key_id, kept)
    return [row.id for row in earlier]


def _reseal(rt: Runtime, conn: Connection, rows: Sequence[AnyRow], key_id: int, kept: AnyRow) -> None:
    for row in rows:
        plain = rt.vault.open(key_id, row.data, _purpose(row.gone_id))
        sealed = rt.vault.seal(kept.key_id, plain, _purpose(row.gone_id))
        conn.execute(update(merge).where(merge.c.id == row.id).values(kept_id=kept.id, data=sealed))
        conn.execute(update(person).where(person.c.id == row.gone_id).values(merged_into=kept.id))


def _remember(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    kept: AnyRow,
    gone: AnyRow,
    before: Mapping[str, Any],
    moved: Mapping[str, Any],
) -> None:
    values = {
        "kept_id": kept.id,
        "gone_id": gone.id,
        "data": rt.vault.seal_value(kept.key_id, before, _purpose(gone.id)),
        "moved": orjson.dumps({**moved, "version": kept.version + 1}).decode(),
        "at": to_seconds(rt.clock.now()),
        "actor_id": actor.user_id,
    }
    conn.execute(insert(merge), values)


def _give_back(rt: Runtime, conn: Connection, kept: AnyRow, row: AnyRow, moved: Mapping[str, Any]) -> None:
    """What moved stands under its old card again, except what has gone on to another one since."""
    still = set(cases_about(conn, kept.id))
    put_under(conn, [number for number in moved["case_"] if number in still], row.gone_id)
    for name, table in MOVED.items():
        mine = table.c.id.in_(moved[name]) & (table.c.person_id == kept.id)
        conn.execute(update(table).where(mine).values(person_id=row.gone_id))
    if moved["dropped"]:  # their old numbers may have been given to others since
        again = [{name: value for name, value in each.items() if name != "id"} for each in moved["dropped"]]
        conn.execute(insert(family_member), again)
    open_again = register_entry.c.id.in_(moved["ended"]) & (register_entry.c.left_for == MERGED)
    conn.execute(update(register_entry).where(open_again).values(until=None, left_for=None))
    gone = conn.execute(select(person).where(person.c.id == row.gone_id)).one()
    earlier = select(merge).where(merge.c.id.in_(moved["merge"]), merge.c.data.is_not(None))
    back = conn.execute(earlier).all()
    _reseal(rt, conn, back, kept.key_id, gone)
    give_back_sheets(rt, conn, moved["sheets"], [each.gone_id for each in back], gone.id, gone.key_id)


def _name(rt: Runtime, kept: AnyRow, row: AnyRow) -> str:
    gone = rt.vault.open_value(kept.key_id, row.data, _purpose(row.gone_id))["gone"]
    return from_json(gone).name.full()


def _purpose(gone_id: int) -> str:
    return f"merge:{gone_id}"
