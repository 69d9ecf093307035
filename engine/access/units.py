"""Organisations and their parts: what is above what, and which of them does the work of a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, literal, select, update

from engine.access.directory import rights_changed
from engine.access.journal import record_action
from engine.access.offices import DEFAULT_CLOSING, DEFAULT_OPENING, DEFAULT_ZONE, check_office
from engine.access.policy import EVERYONE, ROLES, require
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY, account, org_role, unit
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.calendars import deadlines_changed
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import SYSTEM, Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.metadata import metadata

_ABOVE: dict[str, set[str | None]] = {
    MUNICIPALITY: {None},
    AGENCY: {None, MUNICIPALITY},
    DEPARTMENT: {AGENCY, DEPARTMENT},
}
"""What may stand above a unit of each kind; None: nothing."""

LONGEST = {"name": 200, "short_name": 60, "address": 300}
"""Signs of each text."""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """An organisation or part of one. `zone` and `closing` come from the unit above when left empty."""

    name: str
    kind: str
    parent_id: int | None = None
    short_name: str = ""
    address: str = ""
    zone: str = ""
    closing: str = ""


def create_unit(rt: Runtime, actor: Actor, new: NewUnit) -> int:
    """The number of the new unit."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if new.parent_id is not None:
        _must_be_near(rt, actor, new.parent_id)
    with rt.database.write() as conn:
        unit_id = _insert(conn, new)
        record_action(rt, conn, actor, "created", "unit", unit_id)
        _units_changed(rt, conn)
    return unit_id


def found_municipality(rt: Runtime, actor: Actor, name: str) -> int:
    """Put a municipality above the only organisation there is, so that others can stand beside it.

    Gives its number. What the organisation keeps for the whole municipality (settlements, partners,
    registers, goals, who fills which role) goes to the municipality with it.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        tops = conn.execute(select(unit).where(unit.c.parent_id.is_(None))).all()
        if len(tops) != 1 or tops[0].kind != AGENCY:
            raise Conflict("Муниципалитет уже назван.", "Переименуйте его в списке организаций.")
        [top] = tops
        new = NewUnit(name=name, kind=MUNICIPALITY, zone=top.zone, closing=top.closing)
        unit_id = _insert(conn, new)
        same_hours = {"opening": top.opening, "closings": top.closings}
        conn.execute(update(unit).where(unit.c.id == unit_id).values(same_hours))
        conn.execute(update(unit).where(unit.c.id == top.id).values(parent_id=unit_id))
        for table in metadata.sorted_tables:
            if "municipality_id" in table.c:
                key = table.c.municipality_id
                conn.execute(update(table).where(key == top.id).values(municipality_id=unit_id))
        record_action(rt, conn, actor, "created", "unit", unit_id)
        _units_changed(rt, conn)
    return unit_id


def _insert(conn: Connection, new: NewUnit) -> int:
    above = conn.execute(select(unit).where(unit.c.id == new.parent_id)).one_or_none()
    _check(new, above.kind if above is not None else None)
    values = {
        "parent_id": new.parent_id,
        "agency_id": 0,
        "kind": new.kind,
        "zone": new.zone or (above.zone if above is not None else DEFAULT_ZONE),
        "closing": new.closing or (above.closing if above is not None else DEFAULT_CLOSING),
        "opening": above.opening if above is not None else DEFAULT_OPENING,
        "closings": above.closings if above is not None and not new.closing else "{}",
        **_named(new.name, new.short_name, new.address),
    }
    unit_id = int(conn.execute(insert(unit).returning(unit.c.id), values).scalar_one())
    agency_id = above.agency_id if above is not None and new.kind == DEPARTMENT else unit_id
    conn.execute(update(unit).where(unit.c.id == unit_id).values(agency_id=agency_id))
    return unit_id


def _named(name: str, short_name: str, address: str) -> dict[str, str]:
    """What a unit is called; InvalidData by field."""
    faults = {} if name.strip() else {"name": "Напишите название."}
    for field, text in (("name", name), ("short_name", short_name), ("address", address)):
        longest = LONGEST[field]
        if len(text.strip()) > longest:
            faults[field] = f"Не длиннее {longest} знаков."
    if faults:
        raise InvalidData("Подразделение не сохранено.", faults)
    return {
        "name": name.strip(),
        "short_name": short_name.strip() or name.strip()[:60],
        "address": address.strip(),
    }


def change_unit(
    rt: Runtime, actor: Actor, unit_id: int, *, name: str, short_name: str, address: str, active: bool = True
) -> None:
    """Rename a unit, or close it (`active=False`): what it did stays, nothing new begins there.

    Conflict while somebody works there or a case is open.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    _must_be_near(rt, actor, unit_id)
    values = {**_named(name, short_name, address), "active": active}
    with rt.database.write() as conn:
        if not active:
            _must_be_empty(conn, unit_id)
        conn.execute(update(unit).where(unit.c.id == unit_id).values(values))
        record_action(rt, conn, actor, "changed", "unit", unit_id, details=values)
        _units_changed(rt, conn)


def _must_be_empty(conn: Connection, unit_id: int) -> None:
    parts = select(literal(1)).where(unit.c.parent_id == unit_id, unit.c.active)
    people = select(literal(1)).where(account.c.unit_id == unit_id, account.c.active)
    cases = select(literal(1)).where(case_.c.unit_id == unit_id, case_.c.status == ACTIVE)
    roles = select(literal(1)).where(org_role.c.unit_id == unit_id)
    for held, words in (
        (parts, "Сначала закройте его отделения."),
        (people, "Там работают люди: переведите их в другое подразделение или закройте им вход."),
        (cases, "Там идут дела: передайте их."),
        (roles, "Ему поручены роли муниципалитета: назовите для них другое подразделение."),
    ):
        if conn.execute(held.limit(1)).first():
            raise Conflict("Подразделение не закрыто.", words)


def name_fillers(
    rt: Runtime, actor: Actor, municipality_id: int, fillers: Mapping[str, Sequence[int]]
) -> None:
    """Say which units do the work of these roles for the whole municipality; none: every organisation itself.

    Other roles stay as they are; steps that wait already stay where they wait.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    _must_be_near(rt, actor, municipality_id)
    tree = rt.directory.tree()
    near = tree.below(municipality_id)
    for role, unit_ids in fillers.items():
        check_role(role)
        if not all(number in near and tree.unit(number).active for number in unit_ids):
            raise InvalidData("Роли не распределены.", {role: "Выберите подразделение из списка."})
    with rt.database.write() as conn:
        for role, unit_ids in fillers.items():
            if tree.fillers.get((municipality_id, role), ()) != tuple(unit_ids):
                _write_fillers(rt, conn, actor, municipality_id, role, unit_ids)
        rights_changed(rt.database, rt.directory, conn)


def _write_fillers(
    rt: Runtime, conn: Connection, actor: Actor, municipality_id: int, role: str, unit_ids: Sequence[int]
) -> None:
    of_role = (org_role.c.municipality_id == municipality_id) & (org_role.c.role == role)
    conn.execute(delete(org_role).where(of_role))
    if unit_ids:
        rows = [{"municipality_id": municipality_id, "role": role, "unit_id": number} for number in unit_ids]
        conn.execute(insert(org_role), rows)
    details = {"role": role, "units": list(unit_ids)}
    record_action(rt, conn, actor, "filler_named", "unit", municipality_id, details=details)


def check_role(role: str) -> None:
    """InvalidData unless people can hold the role."""
    if role not in ROLES or role == EVERYONE:
        raise InvalidData("Роль не сохранена.", {"role": f"Роли «{role}» нет в списке."})


def _must_be_near(rt: Runtime, actor: Actor, unit_id: int) -> None:
    """NotFound for a unit of another municipality."""
    tree = rt.directory.tree()
    there = tree.municipality(unit_id)
    if actor is not SYSTEM and there != tree.municipality(actor.unit_id):
        raise NotFound("Такого подразделения нет.", "Проверьте список организаций.")


def _check(new: NewUnit, above: str | None) -> None:
    if above not in _ABOVE.get(new.kind, set()):
        raise InvalidData(
            "Подразделение не сохранено.",
            {"parent_id": "Отделение входит в организацию, организация — в муниципалитет."},
        )
    check_office(new.zone or DEFAULT_ZONE, new.closing or DEFAULT_CLOSING)


def _units_changed(rt: Runtime, conn: Connection) -> None:
    """Both rights and calendars are known by unit."""
    rights_changed(rt.database, rt.directory, conn)
    deadlines_changed(rt.database, rt.calendars, conn)
