"""Who goes on a visit: the services of prevention, the colleague of each who is asked, who was missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.access.directory import Tree
from engine.access.tables import account, account_role
from engine.cases.tables import case_
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
"""Services that a visit of the commission to a family takes when it is complete."""

REFUSED, NO_SHOW, NOT_ASKED = "refused", "no_show", "not_asked"
ABSENCES = (REFUSED, NO_SHOW, NOT_ASKED)
"""Why a service does not come: it said so and found nobody instead, it promised and was not there, nobody
asked it (an urgent visit doesn't wait for all).
"""

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
    """A service of a visit: it comes, or it does not (`absence`: a key of ABSENCES). `required`: without it
    the crew is not full.
    """

    service: str
    name: str
    comes: bool
    account_id: int | None = None
    required: bool = False
    absence: str = ""

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


def lead_of(conn: Connection, case_id: int) -> Asked | None:
    """The service that comes with whoever leads the case, and so its visits; None when it is none of them."""
    held = _HOLDERS.join(case_, case_.c.owner_id == account.c.id).where(case_.c.id == case_id)
    rows = {row.role: row for row in conn.execute(held)}
    for service, (_, role) in SERVICES.items():
        if role in rows and role not in SHARED_ROLES:
            return Asked(service, _short(rows[role]), rows[role].id)
    return None


def codes_of(titles: Iterable[str]) -> list[str]:
    """Services by the titles that decisions show to people; what is no service is left out."""
    codes = {title: code for code, (title, _) in SERVICES.items()}
    return [codes[title] for title in titles if title in codes]


def crew_of(lead: Asked | None, answers: Iterable[Member], required: Collection[str]) -> list[Member]:
    """The services of a visit: its lead, those who answered (a substitute takes the place of who refused),
    and the required ones that nobody asked. Nothing `required`: everybody who was asked is.
    """
    found: dict[str, Member] = {}
    if lead is not None:
        found[lead.service] = Member(lead.service, lead.name, comes=True, account_id=lead.account_id)
    for each in answers:
        if each.comes or each.service not in found:
            found[each.service] = each if each.comes else replace(each, absence=REFUSED)
    wanted = set(required) or {service for service in found if lead is None or service != lead.service}
    for service in SERVICES:
        if service in wanted and service not in found:
            found[service] = Member(service, "", comes=False, absence=NOT_ASKED)
    return [replace(each, required=each.service in wanted) for each in found.values()]


def is_full(members: Iterable[Member]) -> bool:
    """Whether every required service comes."""
    return all(each.comes for each in members if each.required)


def keep_members(conn: Connection, visit_id: int, members: Iterable[Member]) -> None:
    """Replace the services of a visit."""
    conn.execute(delete(visit_member).where(visit_member.c.visit_id == visit_id))
    rows = [
        {
            "visit_id": visit_id,
            "place": place,
            "service": member.service,
            "account_id": member.account_id,
            "name": member.name[:150],
            "comes": member.comes,
            "required": member.required,
            "absence": member.absence,
        }
        for place, member in enumerate(members)
    ]
    if rows:
        conn.execute(insert(visit_member), rows)


def keep_who_came(conn: Connection, visit_id: int, services: Collection[str]) -> None:
    """These services came on the visit and no others, whatever they had answered."""
    ours = visit_member.c.visit_id == visit_id
    came = visit_member.c.service.in_(list(services))
    conn.execute(update(visit_member).where(ours, came).values(comes=True, absence=""))
    stayed = ours & ~came & visit_member.c.comes
    conn.execute(update(visit_member).where(stayed).values(comes=False, absence=NO_SHOW))


def members_of(conn: Connection, visit_ids: Collection[int]) -> dict[int, list[Member]]:
    """The services of each of these visits, one statement."""
    found: dict[int, list[Member]] = {}
    if visit_ids:
        wanted = select(visit_member).where(visit_member.c.visit_id.in_(visit_ids))
        for row in conn.execute(wanted.order_by(visit_member.c.visit_id, visit_member.c.place)):
            member = Member(row.service, row.name, row.comes, row.account_id, row.required, row.absence)
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
