"""Who goes on a visit: the services of prevention, and the colleague of each who is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.access.directory import Tree
from engine.access.tables import account, account_role
from engine.names import FullName
from engine.records.tables import visit_member

SERVICES: Mapping[str, tuple[str, str]] = {
    "kdn": ("КДН и ЗП", "R13"),
    "opeka": ("опека", "R14"),
    "police": ("полиция", "R15"),
    "crb": ("больница", "R16"),
    "kcson": ("КЦСОН", "R05"),
    "education": ("образование", "R17"),
    "czn": ("центр занятости", "R20"),
    "mchs": ("МЧС", "R20"),
    "zags": ("ЗАГС", "R20"),
    "subsidies": ("отдел субсидий", "R20"),
    "sfr": ("Социальный фонд", "R20"),
    "ngo": ("НКО", "R20"),
    "other": ("другая служба", "R20"),
}
"""Code of a service → its name and the role that it plays. A role of many (R20) names nobody by itself."""

FULL_CREW = ("kdn", "opeka", "police", "crb", "kcson")
"""Services that a visit to a family of the preventive register takes when it is complete."""

SHARED_ROLES = frozenset({"R20"})

_HOLDERS = (
    select(
        account.c.id,
        account.c.family_name,
        account.c.given_name,
        account.c.patronymic,
        account_role.c.role,
        account_role.c.unit_id,
    )
    .join_from(account, account_role, account.c.id == account_role.c.account_id)
    .where(account.c.active)
    .order_by(account.c.id)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A service asked to a visit, and its colleague where one is known by role."""

    service: str
    name: str = ""
    account_id: int | None = None

    @property
    def title(self) -> str:
        """Name of the service."""
        return SERVICES[self.service][0]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's answer: they come, or they do not."""

    service: str
    name: str
    comes: bool
    account_id: int | None = None

    @property
    def title(self) -> str:
        """Name of the service."""
        return SERVICES[self.service][0] if self.service in SERVICES else self.service


def asked_for(conn: Connection, tree: Tree, unit_id: int, services: Iterable[str]) -> list[Asked]:
    """Whom to ask of each service, in the given order: the first who plays its role in the municipality."""
    wanted = list(dict.fromkeys(service for service in services if service in SERVICES))
    roles = {SERVICES[service][1] for service in wanted} - SHARED_ROLES
    people = _holders(conn, tree, tree.municipality(unit_id), roles)
    return [Asked(service, *people.get(SERVICES[service][1], ("", None))) for service in wanted]


def keep_members(conn: Connection, visit_id: int, members: Iterable[Member]) -> None:
    """Replace who was asked to a visit and what they answered."""
    conn.execute(delete(visit_member).where(visit_member.c.visit_id == visit_id))
    rows = [
        {
            "visit_id": visit_id,
            "place": place,
            "service": member.service,
            "account_id": member.account_id,
            "name": member.name[:150],
            "comes": member.comes,
        }
        for place, member in enumerate(members)
    ]
    if rows:
        conn.execute(insert(visit_member), rows)


def keep_who_came(conn: Connection, visit_id: int, services: Collection[str]) -> bool:
    """Of those who had promised only these came; whether anybody is missing."""
    stayed = (
        (visit_member.c.visit_id == visit_id)
        & visit_member.c.comes.is_(True)
        & visit_member.c.service.not_in(list(services))
    )
    return conn.execute(update(visit_member).where(stayed).values(comes=False)).rowcount > 0


def members_of(conn: Connection, visit_ids: Collection[int]) -> dict[int, list[Member]]:
    """Who was asked to each of these visits, one statement."""
    found: dict[int, list[Member]] = {}
    if visit_ids:
        wanted = select(visit_member).where(visit_member.c.visit_id.in_(visit_ids))
        for row in conn.execute(wanted.order_by(visit_member.c.visit_id, visit_member.c.place)):
            member = Member(row.service, row.name, row.comes, row.account_id)
            found.setdefault(row.visit_id, []).append(member)
    return found


def _holders(
    conn: Connection, tree: Tree, municipality: int, roles: Collection[str]
) -> dict[str, tuple[str, int | None]]:
    """Role → (short name, account) of the first who holds it there."""
    found: dict[str, tuple[str, int | None]] = {}
    if not roles:
        return found
    for row in conn.execute(_HOLDERS.where(account_role.c.role.in_(roles))):
        if tree.municipality(row.unit_id) == municipality:
            found.setdefault(row.role, (_short(row), row.id))
    return found


def _short(row: Any) -> str:
    return FullName(row.family_name, row.given_name, row.patronymic).short()
