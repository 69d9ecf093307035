"""From an account to an actor: everything that checking a right needs, put together once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, select

from engine.access.absences import Away, away_now
from engine.access.directory import Tree, rights_version
from engine.access.policy import EVERYONE, NOT_LENT, NOT_SUBSTITUTED, grants_of
from engine.access.tables import account, account_role
from engine.errors import NotAllowed
from engine.model import Actor, Scope
from engine.names import FullName
from engine.runtime import Runtime
from engine.storage.database import Database

KEPT_ACTORS = 2_000

_STANDING = select(
    account.c.stamp, account.c.active, account.c.unit_id, rights_version.scalar_subquery().label("version")
).where(account.c.id == bindparam("account_id"))

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
    .where(account.c.id.in_(bindparam("ids", expanding=True)))
)

Days = dict[str, date]
"""Today's date in every zone of the organisations: who is away changes when one of them does."""

_kept: WeakKeyDictionary[Database, dict[int, tuple[int, Days, Actor]]] = WeakKeyDictionary()
"""For each database: account → (version of the rights, days, actor)."""
_away: WeakKeyDictionary[Database, tuple[int, Days, dict[int, Away]]] = WeakKeyDictionary()
"""For each database: version of the rights, days, who is away."""


def load_actor(rt: Runtime, account_id: int, stamp: str | None = None) -> Actor:
    """The actor of an account. One statement if nothing has changed since the last time.

    `stamp` is what the session was given at sign-in: NotAllowed when it is no longer the account's, or when
    the account was closed.
    """
    with rt.database.read() as conn:
        standing = conn.execute(_STANDING, {"account_id": account_id}).one_or_none()
        if standing is None or not standing.active or stamp not in {None, standing.stamp}:
            raise NotAllowed("Вход больше не действует.", "Войдите заново.")
        tree, now = rt.directory.tree_at(conn, standing.version), rt.clock.now()
        days = _days(tree, now)
        kept = _kept.setdefault(rt.database, {})
        version, seen, actor = kept.get(account_id, (0, {}, None))
        if actor is not None and (version, seen) == (standing.version, days):
            return actor
        away = _who_is_away(rt, conn, tree, days, now)
        absent = [each.account_id for each in away.values() if each.acting_id == account_id]
        held = conn.execute(_HELD, {"ids": [account_id, *absent]}).all()
    actor = _actor(account_id, held, tree)
    if len(kept) >= KEPT_ACTORS:
        kept.clear()
    kept[account_id] = (standing.version, days, actor)
    return actor


def away_today(rt: Runtime, conn: Connection) -> dict[int, Away]:
    """Everybody who is away today, as `away_now` finds them; asked for once a day and change of rights."""
    tree, now = rt.directory.tree(), rt.clock.now()
    return _who_is_away(rt, conn, tree, _days(tree, now), now)


def _days(tree: Tree, now: datetime) -> Days:
    return {zone: now.astimezone(ZoneInfo(zone)).date() for zone in tree.zones}


def _who_is_away(rt: Runtime, conn: Connection, tree: Tree, days: Days, now: datetime) -> dict[int, Away]:
    version, seen, away = _away.get(rt.database, (0, {}, {}))
    if (version, seen) != (tree.version, days):
        away = away_now(conn, tree, now)
        _away[rt.database] = (tree.version, days, away)
    return away


HeldRow = Row[*tuple[Any, ...]]


def _actor(account_id: int, held: Sequence[HeldRow], tree: Tree) -> Actor:
    """`held`: a row for each role of the account and of those it substitutes; at least one for each."""
    rows: dict[int, list[HeldRow]] = defaultdict(list)
    for row in held:
        rows[row.id].append(row)
    own = _of_one(rows.pop(account_id), tree)
    lent = [_lent(each, own, tree) for each in rows.values() if _same_agency(each[0].home, own, tree)]
    if not lent:
        return own
    parts = (own, *lent)
    return replace(
        own,
        roles=frozenset().union(*(part.roles for part in parts)),
        grants={
            permission: max(part.grants[permission] for part in parts if permission in part.grants)
            for permission in {permission for part in parts for permission in part.grants}
        },
        queues=frozenset().union(*(part.queues for part in parts)),
        team_units=frozenset().union(*(part.team_units for part in parts)),
        agency_units=frozenset().union(*(part.agency_units for part in parts)),
        parts=parts,
    )


def _same_agency(unit_id: int, own: Actor, tree: Tree) -> bool:
    return tree.unit(unit_id).agency_id == own.agency_id


def _lent(rows: Sequence[HeldRow], own: Actor, tree: Tree) -> Actor:
    """What an absent colleague lends: nothing beyond the agency of whoever stands in, no office of the whole
    municipality.
    """
    within = [
        row
        for row in rows
        if row.role is not None and row.role not in NOT_SUBSTITUTED and _same_agency(row.unit_id, own, tree)
    ]
    absent = _of_one(within, tree, rows[0], Scope.AGENCY)
    return replace(absent, grants={key: scope for key, scope in absent.grants.items() if key not in NOT_LENT})


def _of_one(
    rows: Sequence[HeldRow], tree: Tree, person: HeldRow | None = None, widest: Scope = Scope.MUNICIPALITY
) -> Actor:
    """The actor of one account by its own roles, none of them wider than `widest`."""
    me = person or rows[0]
    roles: dict[int, set[str]] = defaultdict(set, {me.home: {EVERYONE}})
    limits: list[tuple[str, Scope | None]] = [(EVERYONE, None)]
    for row in rows:
        if row.role is not None:
            roles[row.unit_id].add(row.role)
            limits.append((row.role, widest if row.limit is None else min(widest, Scope(row.limit))))
    by_unit = {unit_id: frozenset(names) for unit_id, names in roles.items()}
    own_queue = tree.own_queues[me.id]
    return Actor(
        user_id=me.id,
        name=FullName(me.family_name, me.given_name, me.patronymic).short(),
        agency_id=tree.unit(me.home).agency_id,
        unit_id=me.home,
        roles=frozenset().union(*by_unit.values()),
        grants=grants_of(limits),
        own_queue=own_queue,
        queues=frozenset({own_queue} | tree.open_queues(by_unit)),
        team_units=frozenset().union(*(tree.below(unit_id) for unit_id in by_unit)),
        agency_units=frozenset().union(*(tree.below(tree.unit(unit_id).agency_id) for unit_id in by_unit)),
    )
