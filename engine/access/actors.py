"""From an account to an actor: everything that checking a right needs, put together once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, or_, select

from engine.access.directory import Tree, rights_version
from engine.access.policy import EVERYONE, NOT_SUBSTITUTED, grants_of
from engine.access.tables import account, account_role, substitution
from engine.errors import NotAllowed
from engine.model import Actor, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.database import Database

KEPT_ACTORS = 2_000

_STANDING = select(
    account.c.stamp, account.c.active, account.c.unit_id, rights_version.scalar_subquery().label("version")
).where(account.c.id == bindparam("account_id"))

_ABSENT = select(substitution.c.absent_id).where(
    substitution.c.substitute_id == bindparam("account_id"),
    substitution.c.first_day <= bindparam("today"),
    substitution.c.last_day >= bindparam("today"),
)
_HELD = (
    select(
        account.c.id,
        account.c.unit_id.label("home"),
        account.c.family_name,
        account.c.given_name,
        account.c.patronymic,
        account_role.c.role,
        account_role.c.unit_id,
        account_role.c.limit,
    )
    .join_from(account, account_role, account_role.c.account_id == account.c.id, isouter=True)
    .where(or_(account.c.id == bindparam("account_id"), account.c.id.in_(_ABSENT)))
)

_kept: WeakKeyDictionary[Database, dict[int, tuple[int, str, Actor]]] = WeakKeyDictionary()
"""For each database: account → (version of the rights, day, actor)."""


def load_actor(rt: Runtime, account_id: int, stamp: str | None = None) -> Actor:
    """The actor of an account. One statement if nothing has changed since the last time.

    `stamp` is what the session was given at sign-in: NotAllowed when it is no longer the account's, or when
    the account was closed.
    """
    with rt.database.read() as conn:
        standing = conn.execute(_STANDING, {"account_id": account_id}).one_or_none()
        if standing is None or not standing.active or stamp not in {None, standing.stamp}:
            raise NotAllowed("Вход больше не действует.", "Войдите заново.")
        tree = rt.directory.tree_at(conn, standing.version)
        today = _today(rt.clock.now(), tree, standing.unit_id)
        kept = _kept.setdefault(rt.database, {})
        version, day, actor = kept.get(account_id, (0, "", None))
        if actor is not None and (version, day) == (standing.version, today):
            return actor
        held = conn.execute(_HELD, {"account_id": account_id, "today": today}).all()
    actor = _actor(account_id, held, tree)
    if len(kept) >= KEPT_ACTORS:
        kept.clear()
    kept[account_id] = (standing.version, today, actor)
    return actor


def _today(now: datetime, tree: Tree, unit_id: int) -> str:
    return now.astimezone(ZoneInfo(tree.unit(unit_id).zone)).date().isoformat()


def _actor(account_id: int, held: Sequence[Row[*tuple[Any, ...]]], tree: Tree) -> Actor:
    """`held`: a row for each role of the account and of those it substitutes; at least one for each."""
    me = next(row for row in held if row.id == account_id)
    roles: dict[int, set[str]] = defaultdict(set)
    limits: list[tuple[str, Scope | None]] = [(EVERYONE, None)]
    for row in held:
        roles[row.home].add(EVERYONE)
        if row.role is None or (row.id != account_id and row.role in NOT_SUBSTITUTED):
            continue
        roles[row.unit_id].add(row.role)
        limits.append((row.role, None if row.limit is None else Scope(row.limit)))
    own = {tree.own_queues[row.id] for row in held if row.id in tree.own_queues}
    by_unit = {unit_id: frozenset(names) for unit_id, names in roles.items()}
    return Actor(
        user_id=account_id,
        name=FullName(me.family_name, me.given_name, me.patronymic).short(),
        agency_id=tree.unit(me.home).agency_id,
        unit_id=me.home,
        roles=frozenset().union(*by_unit.values()),
        grants=grants_of(limits),
        own_queue=tree.own_queues[account_id],
        queues=frozenset(own | tree.open_queues(by_unit)),
        team_units=frozenset().union(*(tree.below(unit_id) for unit_id in by_unit)),
        agency_units=frozenset().union(*(tree.below(tree.unit(unit_id).agency_id) for unit_id in by_unit)),
    )
