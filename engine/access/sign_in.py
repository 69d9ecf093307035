"""Signing in: slow for guessers, the same for known and unknown logins, never locked for good."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.journal import record_action
from engine.access.passwords import check_new, hash_password, matches, outdated
from engine.access.tables import account, sign_in_guard
from engine.access.throttle import Throttle
from engine.errors import InvalidData, NotAllowed
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.storage.moments import from_seconds, to_seconds

FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
ATTEMPTS_A_MINUTE = 20
"""From one network address: a whole office behind one router signs in within a few minutes in the morning."""

WRONG = "Имя для входа или пароль не подходят."
WRONG_HINT = "Проверьте раскладку клавиатуры и Caps Lock. Новый пароль выдаёт администратор."

_ACCOUNT = select(
    account.c.id,
    account.c.password,
    account.c.active,
    account.c.demo,
    account.c.stamp,
    account.c.must_change,
).where(account.c.login == bindparam("login"))
_GUARD = select(sign_in_guard).where(sign_in_guard.c.login_token == bindparam("token"))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a session keeps. `stamp` goes to `load_actor`; `must_change`: ask for a new password first."""

    account_id: int
    stamp: str = ""
    must_change: bool = False


def authenticate(rt: Runtime, login: str, password: str, address: str = "") -> SignedIn:
    """Who signs in, or NotAllowed with the same words and the same delay whether or not the login exists.

    After five failures the login is closed for a minute, then for twice as long each time, an hour at most.
    Demo accounts, whose password everybody may read, exist only where the instance is a demonstration.
    """
    login = normal_login(login)
    token = rt.vault.token(f"login:{login}")
    now = rt.clock.now()
    _admit(rt.database, address, now)
    with rt.database.read() as conn:
        guard = conn.execute(_GUARD, {"token": token}).one_or_none()
        found = conn.execute(_ACCOUNT, {"login": login}).one_or_none()
    if guard is not None and guard.locked_until > to_seconds(now):
        raise _locked(from_seconds(guard.locked_until) - now)
    known = found is not None and found.active and (rt.settings.demo or not found.demo)
    right = matches(found.password if found is not None and known else None, password)
    if found is None or not right:
        with rt.database.write() as conn:
            facts = {"failures": _count_failure(rt, conn, token, now), "network": network(address)}
            record_action(rt, conn, SYSTEM, "sign_in_refused", "account", found and found.id, details=facts)
        raise NotAllowed(WRONG, WRONG_HINT)
    values: dict[str, object] = {"signed_in_at": to_seconds(now)}
    if outdated(found.password):
        values["password"] = hash_password(password)
    with rt.database.write() as conn:
        conn.execute(update(account).where(account.c.id == found.id).values(values))
        conn.execute(delete(sign_in_guard).where(sign_in_guard.c.login_token == token))
        facts = {"network": network(address)}
        record_action(rt, conn, SYSTEM, "sign_in", "account", found.id, details=facts)
    return SignedIn(found.id, found.stamp, found.must_change)


def change_password(rt: Runtime, actor: Actor, old: str, new: str) -> SignedIn:
    """Replace the actor's own password; every other session ends. InvalidData names the field to correct."""
    mine = select(account.c.login, account.c.password).where(account.c.id == actor.user_id)
    with rt.database.read() as conn:
        row = conn.execute(mine).one()
    if not matches(row.password, old):
        raise InvalidData("Пароль не изменён.", {"old": "Это не ваш нынешний пароль."})
    check_new(new, row.login)
    stamp = new_stamp()
    hashed = hash_password(new)
    with rt.database.write() as conn:
        conn.execute(
            update(account)
            .where(account.c.id == actor.user_id)
            .values(password=hashed, stamp=stamp, must_change=False)
        )
        record_action(rt, conn, actor, "password_changed", "account", actor.user_id)
    return SignedIn(actor.user_id, stamp)


def normal_login(login: str) -> str:
    """A login as it is kept and compared."""
    return login.strip().casefold()


def new_stamp() -> str:
    """A new mark for the sessions of an account: those with the old one end."""
    return secrets.token_hex(16)


def network(address: str) -> str:
    """The network of an address (/24, /48): enough to recognise a strange place, not to follow a person."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))


def _count_failure(rt: Runtime, conn: Connection, token: bytes, now: datetime) -> int:
    """One more failure of this login; closes it from the fifth one on. How many there were."""
    conn.execute(
        delete(sign_in_guard).where(sign_in_guard.c.locked_until < to_seconds(now - FORGOTTEN_AFTER))
    )
    insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
    counted = (
        insert(sign_in_guard)
        .values(login_token=token, failures=1, locked_until=to_seconds(now))
        .on_conflict_do_update(
            index_elements=[sign_in_guard.c.login_token], set_={"failures": sign_in_guard.c.failures + 1}
        )
        .returning(sign_in_guard.c.failures)
    )
    failures = int(conn.execute(counted).scalar_one())
    conn.execute(
        update(sign_in_guard)
        .where(sign_in_guard.c.login_token == token)
        .values(locked_until=to_seconds(now + lock_after(failures)))
    )
    return failures


def lock_after(failures: int) -> timedelta:
    """How long a login stays closed after so many failures in a row."""
    if failures < FREE_FAILURES:
        return timedelta()
    return min(timedelta(minutes=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_LOCK)


def _locked(left: timedelta) -> NotAllowed:
    minutes = max(1, -int(-left.total_seconds() // 60))
    return NotAllowed(
        f"Слишком много неудачных попыток. Вход откроется через {minutes} мин.",
        "Если пароль забыт, новый выдаёт администратор.",
    )


_throttles: WeakKeyDictionary[Database, Throttle] = WeakKeyDictionary()


def _admit(database: Database, address: str, now: datetime) -> None:
    throttle = _throttles.setdefault(database, Throttle(ATTEMPTS_A_MINUTE))
    if not throttle.admits(address, now):
        raise NotAllowed("Слишком много попыток входа с этого адреса.", "Повторите через минуту.")
