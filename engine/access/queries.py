"""What pages ask about colleagues, organisations and the journal."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from engine.access.policy import reach, require, require_case
from engine.access.tables import account, account_role, audit
from engine.cases.tables import case_
from engine.errors import NotFound
from engine.model import Actor, Permission, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

PAGE = 50


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account as colleagues see it."""

    id: int
    login: str
    name: FullName
    position: str
    unit_id: int
    active: bool
    demo: bool
    signed_in_at: datetime | None
    roles: tuple[tuple[str, int], ...]
    """(role, unit) pairs."""

    @property
    def roles_by_unit(self) -> dict[int, frozenset[str]]:
        """Unit → the roles held there."""
        units = {unit_id for _, unit_id in self.roles}
        return {each: frozenset(role for role, unit_id in self.roles if unit_id == each) for each in units}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal. `actor` is empty for the product itself."""

    id: int
    at: datetime
    actor_id: int
    actor: str
    action: str
    kind: str
    object_id: int | None
    case_id: int | None
    details: Mapping[str, Any]


_NAMES = select(account.c.id, account.c.family_name, account.c.given_name, account.c.patronymic).where(
    account.c.id.in_(bindparam("ids", expanding=True))
)


def names_of(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Short names («Белова Н. А.») of accounts, one statement; unknown numbers are left out."""
    wanted = [number for number in set(ids) if number]
    if not wanted:
        return {}
    return {row.id: _name(row).short() for row in conn.execute(_NAMES, {"ids": wanted})}


def colleagues(
    rt: Runtime, *, unit_ids: Collection[int] | None = None, active: bool = True
) -> list[Colleague]:
    """Accounts by surname, of some units or all; with `active=False` the closed ones too."""
    wanted = select(account)
    if unit_ids is not None:
        wanted = wanted.where(account.c.unit_id.in_(unit_ids))
    if active:
        wanted = wanted.where(account.c.active)
    return _colleagues(rt, wanted)


def colleague(rt: Runtime, account_id: int) -> Colleague:
    """One account, or NotFound."""
    found = _colleagues(rt, select(account).where(account.c.id == account_id))
    if not found:
        raise NotFound("Такого сотрудника нет.")
    return found[0]


def holders(rt: Runtime, roles: Collection[str], unit_ids: Collection[int]) -> list[Colleague]:
    """Who holds any of the roles in these units: for reassigning a step."""
    held = select(account_role.c.account_id).where(
        account_role.c.role.in_(roles), account_role.c.unit_id.in_(unit_ids)
    )
    return _colleagues(rt, select(account).where(account.c.id.in_(held), account.c.active))


def journal(
    rt: Runtime,
    actor: Actor,
    *,
    actor_id: int | None = None,
    action: str | None = None,
    kind: str | None = None,
    object_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> list[Entry]:
    """A page of the journal, newest first; `before` is the last number of the page above.

    Who may see the journal of their unit or agency sees what the people there did.
    """
    require(actor, Permission.AUDIT_VIEW)
    wanted = select(audit)
    for column, value in {
        audit.c.actor_id: actor_id,
        audit.c.action: action,
        audit.c.kind: kind,
        audit.c.object_id: object_id,
    }.items():
        if value is not None:
            wanted = wanted.where(column == value)
    if since is not None:
        wanted = wanted.where(audit.c.at >= to_seconds(since))
    if until is not None:
        wanted = wanted.where(audit.c.at < to_seconds(until))
    covered = reach(actor, Permission.AUDIT_VIEW)
    if not covered.everything:
        mine = select(account.c.id).where(covered.condition(unit=account.c.unit_id, owner=account.c.id))
        wanted = wanted.where(audit.c.actor_id.in_(mine))
    return _entries(rt, wanted, before)


def case_journal(rt: Runtime, actor: Actor, case_id: int, *, before: int | None = None) -> list[Entry]:
    """«Журнал просмотров» of a case, newest first, for whoever may see the journal of its unit."""
    require(actor, Permission.AUDIT_VIEW, Scope.TEAM)
    wanted = select(case_.c.unit_id, case_.c.owner_id).where(case_.c.id == case_id)
    with rt.database.read() as conn:
        case = conn.execute(wanted).one_or_none()
    if case is None:
        raise NotFound(f"Дела № {case_id} нет.")
    require_case(actor, Permission.AUDIT_VIEW, case)
    return _entries(rt, select(audit).where(audit.c.case_id == case_id), before)


def _entries(rt: Runtime, wanted: Select[Any], before: int | None) -> list[Entry]:
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    with rt.database.read() as conn:
        rows = conn.execute(wanted.order_by(audit.c.id.desc()).limit(PAGE)).all()
        names = names_of(conn, {row.actor_id for row in rows})
    return [
        Entry(
            id=row.id,
            at=from_seconds(row.at),
            actor_id=row.actor_id,
            actor=names.get(row.actor_id, ""),
            action=row.action,
            kind=row.kind,
            object_id=row.object_id,
            case_id=row.case_id,
            details=json.loads(row.details) if row.details else {},
        )
        for row in rows
    ]


def _colleagues(rt: Runtime, wanted: Select[Any]) -> list[Colleague]:
    with rt.database.read() as conn:
        rows = conn.execute(wanted).all()
        held = conn.execute(
            select(account_role.c.account_id, account_role.c.role, account_role.c.unit_id).where(
                account_role.c.account_id.in_([row.id for row in rows])
            )
        ).all()
    roles: dict[int, list[tuple[str, int]]] = {}
    for row in held:
        roles.setdefault(row.account_id, []).append((row.role, row.unit_id))
    found = [
        Colleague(
            id=row.id,
            login=row.login,
            name=_name(row),
            position=row.position,
            unit_id=row.unit_id,
            active=row.active,
            demo=row.demo,
            signed_in_at=from_seconds(row.signed_in_at),
            roles=tuple(sorted(roles.get(row.id, ()))),
        )
        for row in rows
    ]
    return sorted(found, key=lambda person: person.name.full().casefold().replace("ё", "е"))


def _name(row: Row[*tuple[Any, ...]]) -> FullName:
    return FullName(row.family_name, row.given_name, row.patronymic)
