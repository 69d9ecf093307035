"""Letters: who wants them, the queue, and carrying it out through a real mail server.

A letter is queued in the commit that writes its notice, so neither exists without the other. Sending can't be
part of a commit: a letter that left just before a crash leaves once more, with the same Message-ID, by which
mail programs know it for the same. Whoever sends takes the row for LEASE beforehand, so two workers never
send it at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.tables import account
from engine.errors import InvalidData
from engine.model import Actor
from engine.runtime import Runtime
from engine.settings import MAIL_ADDRESS, MailServer
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.letters import MOST, Kind, Letter, compose
from engine.worklist.post import Refused, Unreachable, posting
from engine.worklist.tables import FAILED, NEEDLESS, SENT, WAITING, mail, mail_choice

log = structlog.get_logger(__name__)

BATCH = 10
"""Letters a round: a slow mail server must not keep the timers waiting."""
LEASE = timedelta(minutes=15)
"""Longer than a batch can take with the waits of `post.TIMEOUT`."""
LONGEST_WAIT = timedelta(hours=1)
"""A server that is back gets what has waited for it within the hour."""
TRIES = 40
"""After this many a letter is given up: after a day and a half, or four days of an office closed at night."""
DAILY_AFTER = timedelta(minutes=30)
"""The letter of the day comes half an hour after opening, when the notices of the morning are written."""


class Choice(StrEnum):
    """When a person wants letters."""

    NOW = "now"
    DAILY = "daily"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person has chosen. `problem` is why letters to them wait, or why the last one was given up."""

    address: str = ""
    choice: Choice = Choice.NONE
    problem: str = ""
    waits: bool = False
    """The letters are still being tried."""


_CHOICE = select(mail_choice.c.address, mail_choice.c.choice).where(
    mail_choice.c.account_id == bindparam("account_id")
)
_LAST = (
    select(mail.c.problem, mail.c.state)
    .where(
        mail.c.account_id == bindparam("account_id"),
        mail.c.state.in_((SENT, FAILED)) | (mail.c.problem != ""),
    )
    .order_by((mail.c.state == WAITING).desc(), mail.c.id.desc())
    .limit(1)
)
_NEWER = mail.alias()
_TROUBLES = (
    select(mail.c.state, func.max(mail.c.problem).label("problem"), func.count().label("letters"))
    .where(
        (mail.c.state == WAITING) & (mail.c.problem != "")
        | (mail.c.state == FAILED)
        & ~exists().where(
            _NEWER.c.account_id == mail.c.account_id, _NEWER.c.state == SENT, _NEWER.c.id > mail.c.id
        )
    )
    .group_by(mail.c.state)
)
_WANTED = (
    select(mail_choice.c.account_id, mail_choice.c.choice, account.c.unit_id)
    .join_from(mail_choice, account, account.c.id == mail_choice.c.account_id)
    .where(
        account.c.active,
        mail_choice.c.choice != Choice.NONE,
        mail_choice.c.account_id.in_(bindparam("accounts", expanding=True)),
    )
)
_DUE = (
    select(mail.c.id)
    .where(mail.c.next_at <= bindparam("now"))
    .order_by(mail.c.next_at, mail.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_DUE_TOO = (
    select(mail.c.id)
    .where(
        mail.c.next_at <= bindparam("now"),
        mail.c.kind == Kind.NOTICE,
        mail.c.account_id.in_(
            select(mail.c.account_id).where(
                mail.c.id.in_(bindparam("ids", expanding=True)), mail.c.kind == Kind.NOTICE
            )
        ),
    )
    .with_for_update(skip_locked=True)
)
"""The other notices of the same people: what is due at once goes in one letter."""
LETTERS_DUE = exists().where(mail.c.next_at <= bindparam("now"))
_TAKE = (
    update(mail)
    .where(mail.c.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=mail.c.attempts + 1, next_at=bindparam("until"))
)
_TAKEN = (
    select(mail, mail_choice.c.address, mail_choice.c.choice, account.c.unit_id, account.c.active)
    .join_from(mail, account, account.c.id == mail.c.account_id)
    .outerjoin(mail_choice, mail_choice.c.account_id == mail.c.account_id)
    .where(mail.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(mail.c.id)
)
_PUT_OFF = (
    update(mail)
    .where(mail.c.id == bindparam("the_mail"), mail.c.state == WAITING)
    .values(attempts=mail.c.attempts - 1, next_at=bindparam("until"))
)
"""Until the office opens: nothing was tried."""
_END = (
    update(mail)
    .where(mail.c.id == bindparam("the_mail"), mail.c.state == WAITING)
    .values(
        state=bindparam("state"),
        next_at=bindparam("next_at"),
        sent_at=bindparam("sent_at"),
        problem=bindparam("problem"),
    )
)


def wanted_by(conn: Connection, account_id: int) -> Wanted:
    """What this person has chosen."""
    row = conn.execute(_CHOICE, {"account_id": account_id}).one_or_none()
    if row is None:
        return Wanted()
    last = conn.execute(_LAST, {"account_id": account_id}).one_or_none()
    if last is None:
        return Wanted(row.address, Choice(row.choice))
    return Wanted(row.address, Choice(row.choice), last.problem, waits=last.state == WAITING)


@dataclass(frozen=True, slots=True)
class Unsent:
    """Letters that don't leave, and why one of them doesn't. `given_up`: they are tried no more."""

    letters: int
    problem: str
    given_up: bool


def unsent(conn: Connection) -> list[Unsent]:
    """Letters that have not left, of everybody; those given up only until a later one to that person has."""
    return [Unsent(row.letters, row.problem, row.state == FAILED) for row in conn.execute(_TROUBLES)]


def choose_mail(rt: Runtime, actor: Actor, address: str, choice: str) -> None:
    """Keep where the actor wants letters and when; InvalidData when that can't be."""
    address = re.sub(r"\s", "", address)
    _check(address, choice)
    values = {"address": address, "choice": choice}
    with rt.database.write() as conn:
        statement = _insert(rt)(mail_choice).values(account_id=actor.user_id, **values)
        conn.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def _check(address: str, choice: str) -> None:
    errors = {}
    if choice not in set(Choice):
        errors["choice"] = "Выберите, когда присылать письма."
    elif choice != Choice.NONE and not address:
        errors["address"] = "Напишите адрес, на который присылать письма."
    elif address and not MAIL_ADDRESS.fullmatch(address):
        errors["address"] = "Так адрес почты не пишут. Например: ivanova@example.org"
    if errors:
        raise InvalidData("Проверьте, куда и когда присылать письма.", errors)


def _insert(rt: Runtime) -> Any:
    return postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert


def queue_letters(rt: Runtime, conn: Connection, told: Iterable[tuple[int, int]], now: datetime) -> None:
    """Queue letters about new notices, in the transaction that writes them; `told`: (notice, account)."""
    server, told = rt.settings.mail, list(told)
    if server is None or not told:
        return
    accounts = {account_id for _notice, account_id in told}
    wanted = {row.account_id: row for row in conn.execute(_WANTED, {"accounts": list(accounts)})}
    rows = [
        _queued(rt, server, wanted[account_id], notice_id, now)
        for notice_id, account_id in told
        if account_id in wanted
    ]
    queue_once(rt, conn, rows)


def queue_once(rt: Runtime, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of the queue; one that is there already stays as it is."""
    if rows:
        conn.execute(_insert(rt)(mail).on_conflict_do_nothing(), list(rows))


def _queued(rt: Runtime, server: MailServer, person: AnyRow, notice_id: int, now: datetime) -> dict[str, Any]:
    if person.choice == Choice.NOW:
        moment = sending_moment(rt, server, person.unit_id, now)
        return mail_row(server, person.account_id, Kind.NOTICE, notice_id, moment)
    moment = _daily_moment(rt, person.unit_id, now)
    day = moment.astimezone(rt.calendars.office(person.unit_id).zone).toordinal()
    return mail_row(server, person.account_id, Kind.DAILY, day, moment)


def mail_row(server: MailServer, account_id: int, kind: Kind, about: int, at: datetime) -> dict[str, Any]:
    """A new row of the queue. Its Message-ID is made once and stays through all tries."""
    return {
        "account_id": account_id,
        "kind": kind.value,
        "about": about,
        "message_id": f"<{secrets.token_hex(16)}@{server.sender.partition('@')[2]}>",
        "state": WAITING,
        "attempts": 0,
        "next_at": to_seconds(at),
        "sent_at": None,
    }


def sending_moment(rt: Runtime, server: MailServer, unit_id: int, now: datetime) -> datetime:
    """Now, or when the office opens next: at night and on days off nobody is written to."""
    if not server.quiet:
        return now
    calendar, office = rt.calendars.calendar(unit_id), rt.calendars.office(unit_id)
    today = now.astimezone(office.zone).date()
    if calendar.is_working(today):
        if now < office.opens(today):
            return office.opens(today)
        if now < office.closes(today, calendar.day(today).kind):
            return now
    return office.opens(calendar.add_working_days(today, 1))


def _daily_moment(rt: Runtime, unit_id: int, now: datetime) -> datetime:
    calendar, office = rt.calendars.calendar(unit_id), rt.calendars.office(unit_id)
    today = now.astimezone(office.zone).date()
    if calendar.is_working(today) and now < office.opens(today) + DAILY_AFTER:
        return office.opens(today) + DAILY_AFTER
    return office.opens(calendar.add_working_days(today, 1)) + DAILY_AFTER


def send_due(rt: Runtime, limit: int = BATCH) -> int:
    """Send what is due; returns how many letters were taken. Their texts are made now, so what has ended
    meanwhile is not written about.
    """
    server = rt.settings.mail
    if server is None:
        return 0
    now = rt.clock.now()
    taken = _take(rt, now, limit)
    ready = [(rows, letter) for rows in _together(taken) if (letter := _ready(rt, server, rows, now))]
    if ready:
        _send(rt, server, ready)
    return len(taken)


def _together(taken: Sequence[AnyRow]) -> list[Sequence[AnyRow]]:
    """Notices of one person in one letter, as many as it holds: they come in the same minute when the office
    opens.
    """
    notices: dict[int, list[AnyRow]] = {}
    for row in taken:
        if row.kind == Kind.NOTICE:
            notices.setdefault(row.account_id, []).append(row)
    several = [rows[at : at + MOST] for rows in notices.values() for at in range(0, len(rows), MOST)]
    return [*several, *([row] for row in taken if row.kind != Kind.NOTICE)]


def _take(rt: Runtime, now: datetime, limit: int) -> Sequence[AnyRow]:
    """Rows that are ours until LEASE ends."""
    with rt.database.read() as conn:
        if not conn.execute(select(LETTERS_DUE), {"now": to_seconds(now)}).scalar_one():
            return []
    with rt.database.write() as conn:
        ids = list(conn.execute(_DUE, {"now": to_seconds(now), "limit": limit}).scalars())
        if not ids:
            return []
        ids += set(conn.execute(_DUE_TOO, {"now": to_seconds(now), "ids": ids}).scalars()) - set(ids)
        conn.execute(_TAKE, {"ids": ids, "until": to_seconds(now + LEASE)})
        return conn.execute(_TAKEN, {"ids": ids}).all()


def _ready(rt: Runtime, server: MailServer, rows: Sequence[AnyRow], now: datetime) -> Letter | None:
    """The letter, or None when it isn't to leave now: put off until morning, or no longer needed."""
    row = rows[0]
    moment = sending_moment(rt, server, row.unit_id, now)
    if moment > now:
        with rt.database.write() as conn:
            conn.execute(_PUT_OFF, [{"the_mail": row.id, "until": to_seconds(moment)} for row in rows])
        return None
    wanted = row.active and row.address and row.choice != Choice.NONE
    letter = compose(rt, rows, now) if wanted else None
    if letter is None:
        _end(rt, rows, NEEDLESS)
    return letter


def _send(rt: Runtime, server: MailServer, ready: Sequence[tuple[Sequence[AnyRow], Letter]]) -> None:
    left = list(ready)
    try:
        with posting(server) as post:
            while left:
                rows, letter = left[0]
                try:
                    post(letter)
                except Refused as refused:
                    _end(rt, rows, FAILED, problem=str(refused))
                else:
                    _end(rt, rows, SENT, sent_at=letter.at)
                left.pop(0)
    except Unreachable as reason:
        log.warning("mail.away", why=str(reason), letters=len(left))
        for rows, _letter in left:
            _put_off(rt, rows, str(reason))


def _put_off(rt: Runtime, rows: Sequence[AnyRow], problem: str) -> None:
    attempts = max(row.attempts for row in rows)
    if attempts >= TRIES:
        _end(rt, rows, FAILED, problem=problem)
        return
    wait = min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_WAIT)
    _end(rt, rows, WAITING, next_at=rt.clock.now() + wait, problem=problem)


def _end(
    rt: Runtime,
    rows: Sequence[AnyRow],
    state: int,
    *,
    next_at: datetime | None = None,
    sent_at: datetime | None = None,
    problem: str = "",
) -> None:
    with rt.database.write() as conn:
        values = {
            "state": state,
            "next_at": to_seconds(next_at),
            "sent_at": to_seconds(sent_at),
            "problem": problem[:200],
        }
        conn.execute(_END, [{"the_mail": row.id, **values} for row in rows])
