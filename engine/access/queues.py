"""Which queue a step waits in. Queues of roles are made when the first step needs them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.directory import rights_changed
from engine.access.policy import EVERYONE, ROLES
from engine.access.tables import account, account_role, queue
from engine.errors import NotFound
from engine.runtime import Runtime

_FIND = select(queue.c.id).where(queue.c.roles == bindparam("roles"), queue.c.unit_id == bindparam("unit"))

_HELD = (
    select(account.c.unit_id.label("home"), account_role.c.role, account_role.c.unit_id)
    .join_from(account, account_role, account_role.c.account_id == account.c.id, isouter=True)
    .where(account.c.id == bindparam("account_id"), account.c.active)
)


def queue_for(rt: Runtime, conn: Connection, roles: Sequence[str], unit_id: int) -> int:
    """The queue of a step that any of `roles` may do in a case of that unit; no role means everybody there.

    Costs no statement except for the first step of its kind, when the queue is made in this transaction.
    """
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise NotFound(f"Роли «{unknown[0]}» нет.", "Исправьте роль шага на схеме.")
    wanted = tuple(sorted(set(roles))) or (EVERYONE,)
    tree = rt.directory.tree()
    place = tree.place_of(wanted, unit_id)
    names = " ".join(wanted)
    return tree.role_queues.get((names, place)) or _found_or_made(rt, conn, names, place)


def queue_of(rt: Runtime, conn: Connection, account_id: int) -> int:
    """A person's own queue; NotFound when there is no such account."""
    found = rt.directory.tree().own_queues.get(account_id)
    if found is None:  # the account may be younger than the tree in memory
        found = conn.execute(select(queue.c.id).where(queue.c.account_id == account_id)).scalar()
    if found is None:
        raise NotFound(f"Сотрудника № {account_id} нет.", "Назначьте шаг другому сотруднику.")
    return found


def roles_of_queue(rt: Runtime, conn: Connection, queue_id: int, account_id: int) -> frozenset[str]:
    """By which of the queue's roles it is open to that account; empty when it is not open to them."""
    wanted = conn.execute(select(queue.c.roles).where(queue.c.id == queue_id)).scalar()
    held: dict[int, set[str]] = {}
    for row in conn.execute(_HELD, {"account_id": account_id}):
        held.setdefault(row.home, set()).add(EVERYONE)
        if row.role is not None:
            held.setdefault(row.unit_id, set()).add(row.role)
    tree = rt.directory.tree()
    if wanted is None or queue_id not in tree.open_queues(
        {unit: frozenset(names) for unit, names in held.items()}
    ):
        return frozenset()
    return frozenset(wanted.split()) & frozenset().union(*held.values())


def _found_or_made(rt: Runtime, conn: Connection, names: str, place: int) -> int:
    insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
    make = insert(queue).on_conflict_do_nothing().returning(queue.c.id)
    made = conn.execute(make, {"roles": names, "unit_id": place}).scalar()
    if made is None:  # somebody else has made it since the tree was loaded
        return int(conn.execute(_FIND, {"roles": names, "unit": place}).scalar_one())
    rights_changed(rt.database, rt.directory, conn)
    return int(made)
