"""Who signs for an agency: the holder of the role of its head."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.access.tables import account, account_role
from engine.names import FullName
from engine.runtime import Runtime

HEAD = "R27"

_HEADS = (
    select(account)
    .join_from(account_role, account, account.c.id == account_role.c.account_id)
    .where(
        account_role.c.role == HEAD,
        account_role.c.unit_id.in_(bindparam("units", expanding=True)),
        account.c.active,
    )
    .order_by(account.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A short name and a position; empty where nobody is known."""

    name: str = ""
    post: str = ""


def head_of(rt: Runtime, conn: Connection, agency_id: int) -> Signer:
    """The head of an agency, by the role in the agency or a part of it."""
    units = sorted(rt.directory.tree().below(agency_id))
    row = conn.execute(_HEADS, {"units": units}).first()
    if row is None:
        return Signer()
    return Signer(FullName(row.family_name, row.given_name, row.patronymic).short(), row.position)
