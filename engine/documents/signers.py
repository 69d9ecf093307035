"""Who signs a paper: the head of an agency or a department, the chair and the secretary of its commission."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, select

from engine.access.tables import account, account_role
from engine.documents.context import Performer
from engine.names import FullName
from engine.runtime import Runtime

HEAD: Final = "R27"
CHIEF: Final = "R07"
COMMISSION: Final = ("R10", "R11")
"""The secretary and the chair of a commission."""

_HOLDERS = (
    select(account)
    .join_from(account_role, account, account.c.id == account_role.c.account_id)
    .where(
        account_role.c.role == bindparam("role"),
        account_role.c.unit_id.in_(bindparam("units", expanding=True)),
        account.c.active,
    )
    .order_by(account.c.id)
    .distinct()
    .limit(2)
)


def head_of(rt: Runtime, conn: Connection, unit_id: int) -> Performer:
    """Who signs for a unit: the head of its agency, or, where it has none, of the nearest department upwards.
    Empty when nobody is known.
    """
    tree = rt.directory.tree()
    signing = _holders(conn, HEAD, tree.below(tree.unit(unit_id).agency_id))
    for part in tree.agency_parts_above(unit_id):
        signing = signing or _holders(conn, CHIEF, [part])
    return signing[0] if signing else Performer()


def commission_of_unit(rt: Runtime, conn: Connection, unit_id: int) -> dict[str, Performer]:
    """The secretary and the chair who do for a unit, by their roles. Of several nobody is named: which of
    them signs a paper is not to be guessed.
    """
    tree, found = rt.directory.tree(), {}
    for role in COMMISSION:
        holding = _holders(conn, role, tree.below(tree.place_of((role,), unit_id)))
        found[role] = holding[0] if len(holding) == 1 else Performer()
    return found


def _holders(conn: Connection, role: str, units: Collection[int]) -> list[Performer]:
    """At most two who hold the role in these units."""
    rows = conn.execute(_HOLDERS, {"role": role, "units": sorted(units)})
    return [
        Performer(FullName(row.family_name, row.given_name, row.patronymic).short(), row.position)
        for row in rows
    ]
