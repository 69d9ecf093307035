"""Which queue a step waits in. Queues of roles are made when the first step needs them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.directory import rights_changed
from engine.access.policy import EVERYONE, ROLES
from engine.access.tables import queue
from engine.errors import NotFound
from engine.runtime import Runtime

_FIND = select(queue.c.id).where(queue.c.roles == bindparam("roles"), queue.c.unit_id == bindparam("unit"))


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


def _found_or_made(rt: Runtime, conn: Connection, names: str, place: int) -> int:
    found = conn.execute(_FIND, {"roles": names, "unit": place}).scalar()
    if found is not None:
        return int(found)
    insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
    conn.execute(insert(queue).on_conflict_do_nothing(), {"roles": names, "unit_id": place})
    rights_changed(rt.database, rt.directory, conn)
    return int(conn.execute(_FIND, {"roles": names, "unit": place}).scalar_one())
