"""Who signs a paper: the head of an agency or a department, the chair and the secretary of its commission."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from engine.access.tables import account, account_role
from engine.cases.history import HistoryKind
from engine.cases.tables import case_, history
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


_SITTING = select(case_.c.id, case_.c.process, case_.c.release_id).where(
    case_.c.number == bindparam("number")
)
_DOERS = (
    select(history.c.node, account)
    .join_from(history, account, history.c.actor_id == account.c.id)
    .where(history.c.case_id == bindparam("case_id"), history.c.kind == HistoryKind.COMPLETED)
    .order_by(history.c.id)
)


def doers_of(conn: Connection, case_id: int) -> dict[str, Performer]:
    """Who finished each step of a case last, by the key of the step."""
    return {row.node: named(row) for row in conn.execute(_DOERS, {"case_id": case_id})}


def commission_that_sat(rt: Runtime, conn: Connection, sitting: str) -> dict[str, Performer]:
    """The secretary and the chair of one sitting: whoever did the last step of that role in its case, under
    their own name, members and substitutes alike. A role in which nobody worked there is left out.
    """
    case = conn.execute(_SITTING, {"number": sitting}).one_or_none()
    if case is None:
        return {}
    steps = rt.library.release(case.release_id).process(case.process).steps
    found: dict[str, Performer] = {}
    for row in conn.execute(_DOERS, {"case_id": case.id}):
        roles = steps[row.node].roles if row.node in steps else ()
        found.update({role: named(row) for role in COMMISSION if role in roles})
    return found


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
    return [named(row) for row in conn.execute(_HOLDERS, {"role": role, "units": sorted(units)})]


def named(row: Row[Any]) -> Performer:
    """A row of `account` as it stands under a paper."""
    return Performer(FullName(row.family_name, row.given_name, row.patronymic).short(), row.position)
