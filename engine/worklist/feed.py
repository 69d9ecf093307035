"""A person's terms in a calendar of their own: the secret address, who reads by it, and what is read.

The address is the only key, as calendar programs want it. It opens the dates of one person's own steps and
nothing else, is kept as a hash, can be taken back, and stops with the account. Calendars are kept on machines
that are not ours: titles name the step and the number of the case; whom the case is about stands there only
where the municipality has allowed it and the person has asked for it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.actors import load_actor
from engine.access.journal import record_action
from engine.access.sign_in import network
from engine.access.throttle import Throttle
from engine.cases.tables import case_
from engine.cases.visibility import visible_among
from engine.errors import NotAllowed, NotFound, TooOften
from engine.model import Actor, Clock
from engine.records.visits import visits_ahead
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.storage.moments import from_seconds, to_seconds
from engine.worklist.inbox import Filter, InboxRow, inbox_page
from engine.worklist.tables import feed

MOST = 500
"""Steps in a feed: the nearest."""
A_MINUTE = 30
"""How often one feed, or one address with a wrong key, may ask."""
SAME_READER = timedelta(days=1)
"""A calendar asks every hour; the journal notes the first time of a day, and every new network."""

_OF_ACCOUNT = select(feed.c.names, feed.c.made_at, feed.c.read_at).where(
    feed.c.account_id == bindparam("account_id")
)
_CASES = select(case_.c.id, case_.c.number, case_.c.key_id, case_.c.label).where(
    case_.c.id.in_(bindparam("ids", expanding=True))
)
_BY_TOKEN = select(feed).where(feed.c.token_hash == bindparam("token_hash"))
_TAKE_BACK = delete(feed).where(feed.c.account_id == bindparam("the_account"))
_WAS_READ = (
    update(feed)
    .where(feed.c.account_id == bindparam("the_account"), feed.c.token_hash == bindparam("the_hash"))
    .values(read_at=bindparam("at"), read_from=bindparam("network"))
)

_throttles: WeakKeyDictionary[Database, Throttle] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Feed:
    """What a person is told of their feed."""

    names: bool
    made_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedVisit:
    """A visit of the person's. Its case is named only to who may open it, and once there is one."""

    visit_id: int
    day: date
    case_id: int | None
    case_number: str
    label: str


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What a feed answers: whose it is, the steps with a date, the visits, and whether names may stand in
    it.
    """

    actor: Actor
    steps: list[InboxRow]
    visits: list[FeedVisit]
    names: bool


def feed_of(conn: Connection, account_id: int) -> Feed | None:
    """The feed of this account, if it has one."""
    row = conn.execute(_OF_ACCOUNT, {"account_id": account_id}).one_or_none()
    return None if row is None else Feed(row.names, from_seconds(row.made_at), _moment(row.read_at))


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_seconds(seconds)


def open_feed(rt: Runtime, actor: Actor, *, names: bool) -> str:
    """A new secret for the actor's feed; one from before stops. It is told this once and can't be read again.

    NotAllowed for names where the municipality does not allow them.
    """
    if names and not rt.settings.feed_names:
        raise NotAllowed("Имена в календаре не разрешены.", "Это решает администратор рабочего места.")
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _hashed(token),
        "names": names,
        "made_at": to_seconds(rt.clock.now()),
        "read_at": None,
        "read_from": "",
    }
    insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
    statement = insert(feed).values(account_id=actor.user_id, **values)
    with rt.database.write() as conn:
        conn.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))
        record_action(rt, conn, actor, "feed.opened", "account", actor.user_id, details={"names": names})
    return token


def close_feed(rt: Runtime, actor: Actor) -> None:
    """The address answers no more. Without a feed nothing happens."""
    with rt.database.write() as conn:
        if conn.execute(_TAKE_BACK, {"the_account": actor.user_id}).rowcount:
            record_action(rt, conn, actor, "feed.closed", "account", actor.user_id)


def read_feed(rt: Runtime, token: str, address: str = "") -> FeedRead:
    """The steps of whoever has this secret. NotFound when it opens nothing (any more), TooOften when it is
    asked for without pause.
    """
    now, token_hash = rt.clock.now(), _hashed(token)
    with rt.database.read() as conn:
        row = conn.execute(_BY_TOKEN, {"token_hash": token_hash}).one_or_none()
    _admit(rt, f"feed:{row.account_id}" if row is not None else f"address:{address}", now)
    if row is None:
        raise _gone()
    try:
        actor = load_actor(rt, row.account_id)
    except NotAllowed:
        raise _gone() from None
    asked_from = network(address)
    known = row.read_at is not None and row.read_from == asked_from
    if not known or now - from_seconds(row.read_at) >= SAME_READER:
        with rt.database.write() as conn:
            values = {"the_account": actor.user_id, "the_hash": token_hash, "network": asked_from}
            conn.execute(_WAS_READ, {**values, "at": to_seconds(now)})
            facts = {"network": asked_from, "names": row.names}
            record_action(rt, conn, actor, "feed.read", "account", actor.user_id, details=facts)
    with rt.database.read() as conn:
        steps, visits = _steps(rt, conn, actor, now), _visits(rt, conn, actor, now)
    return FeedRead(actor, steps, visits, row.names and rt.settings.feed_names)


def _visits(rt: Runtime, conn: Connection, actor: Actor, now: datetime) -> list[FeedVisit]:
    """From today on, by the clock of the person's office."""
    today = now.astimezone(rt.calendars.office(actor.unit_id).zone).date()
    found = visits_ahead(conn, actor.user_id, today)
    open_to = visible_among(conn, actor, {each.case_id for each in found if each.case_id is not None})
    cases = {row.id: row for row in conn.execute(_CASES, {"ids": sorted(open_to)})}
    labels = rt.vault.open_many([(row.key_id, row.label, "case.label") for row in cases.values()])
    names = {number: (label or b"").decode() for number, label in zip(cases, labels, strict=True)}
    return [
        FeedVisit(
            visit_id=each.id,
            day=each.day,
            case_id=each.case_id if each.case_id in cases else None,
            case_number=cases[each.case_id].number if each.case_id in cases else "",
            label=names.get(each.case_id or 0, ""),
        )
        for each in found
    ]


def _steps(rt: Runtime, conn: Connection, actor: Actor, now: datetime) -> list[InboxRow]:
    """Own steps and those of whom the actor stands in for; not what lies in a role, nor what stands still."""
    queues = frozenset({actor.own_queue, *actor.stands_for.values()})
    rows = inbox_page(rt, conn, Filter(queues=queues, limit=MOST), now, actor.unit_id)
    return [row for row in rows if row.due.at is not None and row.due.clock is not Clock.PAUSED]


def _admit(rt: Runtime, key: str, now: datetime) -> None:
    if not _throttles.setdefault(rt.database, Throttle(A_MINUTE)).admits(key, now):
        raise TooOften("Календарь спрашивают слишком часто.", "Повторите через минуту.")


def _gone() -> NotFound:
    return NotFound("Этот адрес календаря не действует.", "Получите новый на странице «Мои уведомления».")


def _hashed(token: str) -> bytes:
    """The secret is as long as a key, so nothing slower than this is needed."""
    return hashlib.sha256(token.encode()).digest()
