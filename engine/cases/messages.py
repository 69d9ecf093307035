"""Messages and signals between cases: delivered once, in a transaction of the receiver; kept until somebody
waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from engine import bpmn
from engine.bpmn.commands import Deliver, Signal
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.keys import key_token
from engine.cases.locking import lock_case
from engine.cases.outbox import Promise
from engine.cases.recording import Deed, record_step
from engine.cases.service import open_case
from engine.cases.tables import case_, message, wait
from engine.cases.values import open_values, seal_values
from engine.errors import Conflict, KeyDestroyed, StepFailed
from engine.model import SYSTEM, Actor, StartCase, Value, WaitKind, split_task_id
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

KEPT_FOR = timedelta(days=90)
"""How long a message waits for its receiver. Later it reaches nobody, and is forgotten."""

_WAITING = (
    select(wait.c.id, wait.c.case_id)
    .where(
        wait.c.kind == WaitKind.MESSAGE,
        wait.c.name == bindparam("name"),
        wait.c.key == bindparam("key"),
        wait.c.case_id != bindparam("sender"),
    )
    .order_by(wait.c.id)
)
_LISTENING = (
    select(wait.c.case_id)
    .where(wait.c.kind == WaitKind.SIGNAL, wait.c.name == bindparam("name"))
    .order_by(wait.c.case_id)
    .distinct()
)
_WAITS_HERE = (
    select(wait.c.id)
    .where(
        wait.c.kind == WaitKind.MESSAGE,
        wait.c.name == bindparam("name"),
        wait.c.key == bindparam("key"),
        wait.c.case_id == bindparam("case_id"),
    )
    .order_by(wait.c.id)
    .limit(1)
)
_KEPT = (
    select(message)
    .where(
        message.c.name == bindparam("name"),
        message.c.key == bindparam("key"),
        message.c.from_case_id.is_distinct_from(bindparam("case_id")),
        message.c.expires_at > bindparam("now"),
    )
    .order_by(message.c.id)
)
_LOCK_ADDRESS = text("SELECT pg_advisory_xact_lock(hashtextextended(:address, 0))")
_SENDER = select(case_.c.unit_id, case_.c.person_id, case_.c.family_id, case_.c.key_id, case_.c.label).where(
    case_.c.id == bindparam("case_id")
)
_STILL_WAITS = select(wait.c.node).where(wait.c.id == bindparam("wait_id"))
_FORGET = delete(message).where(message.c.id == bindparam("message_id"))
_EXPIRE = delete(message).where(message.c.expires_at <= bindparam("now"))

Subscriber = Callable[[Runtime, Connection, Promise, Mapping[str, Value]], None]

SUBSCRIBERS: dict[str, Subscriber] = {}
"""Parts of the product that receive a message instead of a case (the commission's agenda)."""


def subscriber(name: str) -> Callable[[Subscriber], Subscriber]:
    """Register a function as the receiver of every message of that name."""

    def register(function: Subscriber) -> Subscriber:
        SUBSCRIBERS[name] = function
        return function

    return register


def send_message(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: give a message to the case that waits for it, or begin a case with it, or keep it."""
    name, key = _address(rt, promise)
    payload: dict[str, Value] = dict(promise.payload["payload"])
    if name in SUBSCRIBERS:
        SUBSCRIBERS[name](rt, conn, promise, payload)
        return
    _alone_at(rt, conn, name, key)
    for found in conn.execute(_WAITING, {"name": name, "key": key, "sender": promise.case_id or 0}).all():
        with suppress(KeyDestroyed):  # a case that was erased waits for nothing; the next one does
            deliver_to(rt, conn, found.case_id, found.id, name, payload)
            return
    if not _begin_case(rt, conn, promise, name, payload):
        _keep_message(rt, conn, promise, name, key, payload)


def collect_message(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: a case has begun to wait; give it what came before it waited."""
    name, key = _address(rt, promise)
    _alone_at(rt, conn, name, key)
    where = {"name": name, "key": key, "case_id": promise.case_id}
    wait_id = conn.execute(_WAITS_HERE, where).scalar()
    if wait_id is None:
        return
    for kept in conn.execute(_KEPT, {**where, "now": to_seconds(rt.clock.now())}).all():
        conn.execute(_FORGET, {"message_id": kept.id})
        with suppress(KeyDestroyed):  # its sender was erased, and what it said with it
            payload = open_values(rt.vault, kept.key_id, kept.payload, "message")
            deliver_to(rt, conn, promise.case_id or 0, wait_id, name, payload)
            return


def _alone_at(rt: Runtime, conn: Connection, name: str, key: str) -> None:
    """Hold this address until the commit: who sends and who begins to wait must not look past each other.

    SQLite has one writer anyway.
    """
    if rt.database.kind == "postgresql":
        conn.execute(_LOCK_ADDRESS, {"address": f"{name} {key}"})


def _begin_case(
    rt: Runtime, conn: Connection, promise: Promise, name: str, payload: Mapping[str, Value]
) -> bool:
    """Open a case of the process that such a message begins; False when there is no such process."""
    found = rt.library.current(conn).started_by(name)
    return found is not None and _begin(
        rt, conn, promise, found, payload, f"message-{promise.idempotency_key}"
    )


def _begin(
    rt: Runtime,
    conn: Connection,
    promise: Promise,
    found: tuple[str, str],
    payload: Mapping[str, Value],
    request_key: str,
) -> bool:
    """Open a case of (process, start event), about the people of the sender and in its unit; False when the
    sender is gone.
    """
    process, start_event = found
    sender = conn.execute(_SENDER, {"case_id": promise.case_id}).one_or_none()
    if sender is None:
        return False
    command = StartCase(
        SYSTEM,
        process,
        payload,
        person_id=sender.person_id,
        family_id=sender.family_id,
        label=rt.vault.open(sender.key_id, sender.label, "case.label").decode(),
        unit_id=sender.unit_id,
        start_event=start_event,
        request_key=request_key,
    )
    open_case(rt, conn, command, check_form=False)
    return True


def _address(rt: Runtime, promise: Promise) -> tuple[str, str]:
    """(name, token of the key) of the message that a promise speaks of."""
    return str(promise.payload["name"]), key_token(rt.vault, str(promise.payload["key"]))


def deliver_to(
    rt: Runtime,
    conn: Connection,
    case_id: int,
    wait_id: int,
    name: str,
    payload: Mapping[str, Value],
    actor: Actor = SYSTEM,
) -> None:
    """Give a message to one waiting element of a case; `actor` is who brought it."""
    case = lock_case(rt, conn, case_id)
    node = conn.execute(_STILL_WAITS, {"wait_id": wait_id}).scalar()
    if node is None:
        raise StepFailed("Получатель сообщения больше его не ждёт.")
    release = rt.library.release(case.release_id)
    now = rt.clock.now()
    command = Deliver(split_task_id(wait_id)[1], name, payload)
    result = bpmn.step(
        release.program(case.process), case.state, command, step_context(rt, release, case, now)
    )
    record_step(
        rt, conn, release, case, result, Deed(HistoryKind.MESSAGE, actor, now, node=node, data=payload)
    )


def _keep_message(
    rt: Runtime, conn: Connection, promise: Promise, name: str, key: str, payload: Mapping[str, Value]
) -> None:
    now = rt.clock.now()
    key_id = promise.key_id
    conn.execute(
        insert(message),
        {
            "name": name,
            "key": key,
            "from_case_id": promise.case_id,
            "key_id": key_id,
            "payload": seal_values(rt.vault, key_id, payload, "message"),
            "created_at": to_seconds(now),
            "expires_at": to_seconds(now + KEPT_FOR),
        },
    )


def forget_expired(rt: Runtime) -> int:
    """Drop the messages that nobody received in time; how many."""
    with rt.database.write() as conn:
        return conn.execute(_EXPIRE, {"now": to_seconds(rt.clock.now())}).rowcount


def send_signal(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: tell every case that listens, except the sender; begin what such a signal begins."""
    name, payload = str(promise.payload["name"]), dict(promise.payload["payload"])
    for number, found in enumerate(rt.library.current(conn).begun_by(name)):
        _begin(rt, conn, promise, found, payload, f"signal-{promise.idempotency_key}-{number}")
    for case_id in conn.execute(_LISTENING, {"name": name}).scalars().all():
        if case_id == promise.case_id:
            continue
        try:
            case = lock_case(rt, conn, case_id)
        except (Conflict, KeyDestroyed):  # over or erased: it listens no more
            continue
        release = rt.library.release(case.release_id)
        now = rt.clock.now()
        result = bpmn.step(
            release.program(case.process),
            case.state,
            Signal(name, payload),
            step_context(rt, release, case, now),
        )
        record_step(rt, conn, release, case, result, Deed(HistoryKind.SIGNAL, SYSTEM, now, node=name))
