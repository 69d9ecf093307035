"""Messages and signals between cases: delivered once, in a transaction of the receiver; kept until somebody
waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine import bpmn
from engine.bpmn.commands import CompleteService, Deliver, Signal
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.keys import key_token
from engine.cases.locking import lock_case
from engine.cases.outbox import Promise
from engine.cases.recording import Deed, record_step
from engine.cases.tables import message, wait
from engine.cases.values import open_values, seal_values
from engine.definitions.operations import OPERATIONS, Call
from engine.errors import Conflict, KeyDestroyed, StepFailed
from engine.model import SYSTEM, Actor, Value, WaitKind, split_task_id
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

KEPT_FOR = timedelta(days=90)
"""How long a message waits for its receiver; then it is dropped by the sweep."""

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
_KEPT = (
    select(message)
    .where(message.c.name == bindparam("name"), message.c.key == bindparam("key"))
    .order_by(message.c.id)
    .with_for_update(skip_locked=True)
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
    """Outbox handler: give a message to the case that waits for it, or keep it."""
    name, key = _address(rt, promise)
    payload: dict[str, Value] = dict(promise.payload["payload"])
    if name in SUBSCRIBERS:
        SUBSCRIBERS[name](rt, conn, promise, payload)
        return
    for found in conn.execute(_WAITING, {"name": name, "key": key, "sender": promise.case_id or 0}).all():
        with suppress(KeyDestroyed):  # a case that was erased waits for nothing; the next one does
            deliver_to(rt, conn, found.case_id, found.id, name, payload)
            return
    _keep_message(rt, conn, promise, name, key, payload)


def collect_message(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: a case has begun to wait; give it what came before it waited."""
    name, key = _address(rt, promise)
    waiting = conn.execute(_WAITING, {"name": name, "key": key, "sender": 0}).all()
    kept = _oldest_kept(rt, conn, name, key) if waiting else None
    if kept is None:
        return
    message_id, sender, payload = kept
    for found in waiting:
        if found.case_id == sender:
            continue
        with suppress(KeyDestroyed):
            deliver_to(rt, conn, found.case_id, found.id, name, payload)
            conn.execute(_FORGET, {"message_id": message_id})
            return


def _oldest_kept(
    rt: Runtime, conn: Connection, name: str, key: str
) -> tuple[int, int | None, dict[str, Value]] | None:
    """(number, sender, payload) of the message that has waited for longest; those of erased cases are
    dropped.
    """
    for kept in conn.execute(_KEPT, {"name": name, "key": key}).all():
        try:
            return kept.id, kept.from_case_id, open_values(rt.vault, kept.key_id, kept.payload, "message")
        except KeyDestroyed:
            conn.execute(_FORGET, {"message_id": kept.id})
    return None


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


def forget_expired(rt: Runtime) -> None:
    """Drop messages that nobody has waited for in time."""
    with rt.database.write() as conn:
        conn.execute(_EXPIRE, {"now": to_seconds(rt.clock.now())})


def send_signal(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: tell every case that listens, except the sender."""
    name, payload = str(promise.payload["name"]), dict(promise.payload["payload"])
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


def run_service(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: carry out the operation a service task asked for, and complete the task with its
    result.
    """
    topic, element = str(promise.payload["topic"]), int(promise.payload["element"])
    if topic not in OPERATIONS:
        raise StepFailed(f"Операции «{topic}» нет в каталоге.", "Исправьте схему или обновите программу.")
    try:
        case = lock_case(rt, conn, promise.case_id or 0)
    except Conflict:  # the case is over: nobody waits for the operation
        return
    release = rt.library.release(case.release_id)
    waiting = bpmn.position(release.program(case.process), case.state).open
    if all(place.element_id != element for place in waiting):
        return  # a timer or a message has gone past the operation
    now = rt.clock.now()
    call = Call(topic, case.id, case.number, case.unit_id, case.agency_id, promise.payload["inputs"], now)
    outcome = OPERATIONS[topic](rt, conn, call)
    result = bpmn.step(
        release.program(case.process),
        case.state,
        CompleteService(element, outcome),
        step_context(rt, release, case, now),
    )
    node = next((case.ref(passed) for passed in result.passed if passed.element_id == element), topic)
    record_step(rt, conn, release, case, result, Deed(HistoryKind.SERVICE, SYSTEM, now, node=node))
