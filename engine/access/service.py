"""Changes of accounts and their roles. One public function, one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from engine.access.directory import rights_changed
from engine.access.journal import record_action
from engine.access.passwords import NO_PASSWORD, check_new, hash_password
from engine.access.policy import require
from engine.access.sign_in import new_stamp, normal_login
from engine.access.tables import (
    account,
    account_role,
    queue,
    sign_in_guard,
    unit,
)
from engine.access.units import check_role
from engine.cases.tables import ACTIVE, case_
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.tables import OPEN, task


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
        check_role(grant.role)
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


def _check_account(new: NewAccount, login: str) -> None:
    faults = {}
    if not login or not login.replace(".", "").replace("-", "").replace("_", "").isalnum() or len(login) > 60:
        faults["login"] = "Имя для входа: буквы, цифры, точка, дефис; не длиннее 60 знаков."
    if not new.name.family.strip() or not new.name.given.strip():
        faults["name"] = "Напишите фамилию и имя."
    if faults:
        raise InvalidData("Сотрудник не сохранён.", faults)
    for grant in new.grants:
        check_role(grant.role)
