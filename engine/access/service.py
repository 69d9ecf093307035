"""Changes of organisations, accounts, and roles. One public function, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from engine.access.directory import rights_changed
from engine.access.journal import record_action
from engine.access.offices import DEFAULT_CLOSING, DEFAULT_OPENING, DEFAULT_ZONE, check_office
from engine.access.passwords import NO_PASSWORD, check_new, hash_password
from engine.access.policy import EVERYONE, ROLES, require
from engine.access.sign_in import new_stamp, normal_login
from engine.access.tables import (
    AGENCY,
    DEPARTMENT,
    MUNICIPALITY,
    account,
    account_role,
    org_role,
    queue,
    sign_in_guard,
    unit,
)
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.calendars import deadlines_changed
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.tables import OPEN, task


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


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a unit; `limit` narrows how far its rights reach."""

    role: str
    unit_id: int
    limit: Scope | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A colleague. Without a password nobody can sign in with the account."""

    login: str
    name: FullName
    unit_id: int
    position: str = ""
    password: str | None = None
    grants: Sequence[Grant] = ()
    demo: bool = False


def create_unit(rt: Runtime, actor: Actor, new: NewUnit) -> int:
    """The number of the new unit."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        above = conn.execute(select(unit).where(unit.c.id == new.parent_id)).one_or_none()
        _check_unit(new, above.kind if above is not None else None)
        values = {
            "parent_id": new.parent_id,
            "agency_id": 0,
            "kind": new.kind,
            "name": new.name.strip(),
            "short_name": new.short_name.strip() or new.name.strip()[:60],
            "address": new.address.strip(),
            "zone": new.zone or (above.zone if above is not None else DEFAULT_ZONE),
            "closing": new.closing or (above.closing if above is not None else DEFAULT_CLOSING),
            "opening": above.opening if above is not None else DEFAULT_OPENING,
            "closings": above.closings if above is not None and not new.closing else "{}",
        }
        unit_id = conn.execute(insert(unit).returning(unit.c.id), values).scalar_one()
        agency_id = above.agency_id if above is not None and new.kind == DEPARTMENT else unit_id
        conn.execute(update(unit).where(unit.c.id == unit_id).values(agency_id=agency_id))
        record_action(rt, conn, actor, "created", "unit", unit_id)
        _units_changed(rt, conn)
    return int(unit_id)


def change_unit(
    rt: Runtime, actor: Actor, unit_id: int, *, name: str, short_name: str, address: str, active: bool = True
) -> None:
    """Rename a unit, or close it (`active=False`): what it did stays, nothing new begins there."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if not name.strip():
        raise InvalidData("Подразделение не сохранено.", {"name": "Напишите название."})
    values = {
        "name": name.strip(),
        "short_name": short_name.strip() or name.strip()[:60],
        "address": address.strip(),
        "active": active,
    }
    with rt.database.write() as conn:
        if conn.execute(update(unit).where(unit.c.id == unit_id).values(values)).rowcount == 0:
            raise NotFound("Такого подразделения нет.")
        record_action(rt, conn, actor, "changed", "unit", unit_id, details=values)
        _units_changed(rt, conn)


def _units_changed(rt: Runtime, conn: Connection) -> None:
    """Both rights and calendars are known by unit."""
    rights_changed(rt.database, rt.directory, conn)
    deadlines_changed(rt.database, rt.calendars, conn)


def name_filler(rt: Runtime, actor: Actor, municipality_id: int, role: str, unit_ids: Sequence[int]) -> None:
    """Say which units fill a role for the whole municipality; an empty list: every agency for itself."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    _check_role(role)
    key = (org_role.c.municipality_id == municipality_id) & (org_role.c.role == role)
    with rt.database.write() as conn:
        conn.execute(delete(org_role).where(key))
        if unit_ids:
            rows = [
                {"municipality_id": municipality_id, "role": role, "unit_id": number} for number in unit_ids
            ]
            conn.execute(insert(org_role), rows)
        record_action(rt, conn, actor, "filler_named", "unit", municipality_id, details={"role": role})
        rights_changed(rt.database, rt.directory, conn)


def create_account(rt: Runtime, actor: Actor, new: NewAccount) -> int:
    """The number of the new account; InvalidData names the field to correct, Conflict a taken login."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    login = normal_login(new.login)
    _check_account(new, login)
    if new.password is not None:
        check_new(new.password, login)
    hashed = NO_PASSWORD if new.password is None else hash_password(new.password)
    values = {
        "login": login,
        "password": hashed,
        "family_name": new.name.family,
        "given_name": new.name.given,
        "patronymic": new.name.patronymic,
        "position": new.position,
        "unit_id": new.unit_id,
        "stamp": new_stamp(),
        "demo": new.demo,
        "must_change": new.password is not None and not new.demo,
        "created_at": to_seconds(rt.clock.now()),
    }
    with rt.database.write() as conn:
        _must_be_unit(conn, new.unit_id)
        try:
            account_id = int(conn.execute(insert(account).returning(account.c.id), values).scalar_one())
        except IntegrityError as error:
            raise Conflict(f"Имя для входа «{login}» уже занято.", "Возьмите другое.") from error
        conn.execute(insert(queue), {"account_id": account_id, "unit_id": new.unit_id})
        _store_grants(conn, account_id, new.grants)
        roles = sorted(grant.role for grant in new.grants)
        record_action(rt, conn, actor, "created", "account", account_id, details={"roles": roles})
        rights_changed(rt.database, rt.directory, conn)
    return account_id


def change_account(
    rt: Runtime, actor: Actor, account_id: int, *, name: FullName, position: str, unit_id: int
) -> None:
    """Correct a colleague's name or position, or move them to another unit; their roles stay."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if not name.family.strip() or not name.given.strip():
        raise InvalidData("Сотрудник не сохранён.", {"name": "Напишите фамилию и имя."})
    values = {
        "family_name": name.family.strip(),
        "given_name": name.given.strip(),
        "patronymic": name.patronymic.strip(),
        "position": position.strip(),
        "unit_id": unit_id,
    }
    with rt.database.write() as conn:
        _must_exist(conn, account_id)
        _must_be_unit(conn, unit_id)
        conn.execute(update(account).where(account.c.id == account_id).values(values))
        conn.execute(update(queue).where(queue.c.account_id == account_id).values(unit_id=unit_id))
        record_action(rt, conn, actor, "changed", "account", account_id, details={"unit": unit_id})
        rights_changed(rt.database, rt.directory, conn)


def set_roles(rt: Runtime, actor: Actor, account_id: int, grants: Sequence[Grant]) -> None:
    """Replace all roles of an account; it takes effect at the person's next click."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    for grant in grants:
        _check_role(grant.role)
    with rt.database.write() as conn:
        _must_exist(conn, account_id)
        conn.execute(delete(account_role).where(account_role.c.account_id == account_id))
        _store_grants(conn, account_id, grants)
        roles = sorted(grant.role for grant in grants)
        record_action(rt, conn, actor, "roles_changed", "account", account_id, details={"roles": roles})
        rights_changed(rt.database, rt.directory, conn)


def reset_password(rt: Runtime, actor: Actor, account_id: int, password: str) -> None:
    """Give a colleague a new password, to be changed at sign-in; opens a login closed by failed attempts."""
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.read() as conn:
        login = conn.execute(select(account.c.login).where(account.c.id == account_id)).scalar()
    if login is None:
        raise NotFound("Такого сотрудника нет.")
    check_new(password, login)
    values = {"password": hash_password(password), "stamp": new_stamp(), "must_change": True}
    with rt.database.write() as conn:
        conn.execute(update(account).where(account.c.id == account_id).values(values))
        token = rt.vault.token(f"login:{login}")
        conn.execute(delete(sign_in_guard).where(sign_in_guard.c.login_token == token))
        record_action(rt, conn, actor, "password_reset", "account", account_id)


class WorkLeft(Conflict):
    """The account still has open steps or cases that nobody would see."""


def set_active(
    rt: Runtime, actor: Actor, account_id: int, *, active: bool, even_with_work: bool = False
) -> None:
    """Close an account (its sessions end at once, its history stays) or open it again.

    WorkLeft while it has open steps or cases, unless `even_with_work`: some have to be closed at once.
    """
    require(actor, Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    if account_id == actor.user_id:
        raise Conflict("Свою учётную запись закрыть нельзя.", "Попросите другого администратора.")
    with rt.database.write() as conn:
        _must_exist(conn, account_id)
        if not active and not even_with_work:
            _must_have_no_work(conn, account_id)
        conn.execute(
            update(account).where(account.c.id == account_id).values(active=active, stamp=new_stamp())
        )
        record_action(rt, conn, actor, "opened" if active else "closed", "account", account_id)
        rights_changed(rt.database, rt.directory, conn)


def _must_have_no_work(conn: Connection, account_id: int) -> None:
    open_steps = select(literal(1)).where(task.c.assignee_id == account_id, task.c.status == OPEN)
    cases = select(literal(1)).where(case_.c.owner_id == account_id, case_.c.status == ACTIVE)
    if conn.execute(open_steps.limit(1)).first() or conn.execute(cases.limit(1)).first():
        raise WorkLeft("У сотрудника есть открытые шаги или дела.", "Сначала передайте их другому.")


def _store_grants(conn: Connection, account_id: int, grants: Sequence[Grant]) -> None:
    rows = [
        {"account_id": account_id, "role": grant.role, "unit_id": grant.unit_id, "limit": grant.limit}
        for grant in grants
    ]
    if rows:
        conn.execute(insert(account_role), rows)


def _must_exist(conn: Connection, account_id: int) -> None:
    if conn.execute(select(account.c.id).where(account.c.id == account_id)).first() is None:
        raise NotFound("Такого сотрудника нет.")


def _must_be_unit(conn: Connection, unit_id: int) -> None:
    if conn.execute(select(unit.c.id).where(unit.c.id == unit_id)).first() is None:
        raise InvalidData("Сотрудник не сохранён.", {"unit_id": "Выберите подразделение из списка."})


def _check_role(role: str) -> None:
    if role not in ROLES or role == EVERYONE:
        raise InvalidData("Роль не сохранена.", {"role": f"Роли «{role}» нет в списке."})


def _check_account(new: NewAccount, login: str) -> None:
    faults = {}
    if not login or not login.replace(".", "").replace("-", "").replace("_", "").isalnum() or len(login) > 60:
        faults["login"] = "Имя для входа: буквы, цифры, точка, дефис; не длиннее 60 знаков."
    if not new.name.family.strip() or not new.name.given.strip():
        faults["name"] = "Напишите фамилию и имя."
    if faults:
        raise InvalidData("Сотрудник не сохранён.", faults)
    for grant in new.grants:
        _check_role(grant.role)


def _check_unit(new: NewUnit, above: str | None) -> None:
    allowed: dict[str, set[str | None]] = {
        MUNICIPALITY: {None},
        AGENCY: {None, MUNICIPALITY},
        DEPARTMENT: {AGENCY, DEPARTMENT},
    }
    if above not in allowed.get(new.kind, set()):
        raise InvalidData(
            "Подразделение не сохранено.",
            {"parent_id": "Отделение входит в организацию, организация — в муниципалитет."},
        )
    if not new.name.strip():
        raise InvalidData("Подразделение не сохранено.", {"name": "Напишите название."})
    check_office(new.zone or DEFAULT_ZONE, new.closing or DEFAULT_CLOSING)
