"""Carrying out what commits have promised: at least once outside, exactly once inside the database.

A handler runs in the transaction that deletes its row. What it writes to the database and the deletion are
one commit; what
it does outside (a letter) may be repeated after a crash, and carries the row's idempotency key so that the
receiver can tell. Slow work before that transaction is done by one worker: the row is claimed first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from engine.cases.tables import incident, outbox
from engine.cases.values import open_values
from engine.errors import KeyDestroyed, MarshrutError
from engine.model import Value, task_id
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

log = structlog.get_logger(__name__)

BATCH = 100
TRIES = 11
"""After this many the row stands still and a person must look; with the waits below that is 17 hours."""

CLAIMED_FOR = timedelta(minutes=5)
"""How long nobody else takes up a promise whose slow part somebody prepares: longer than any document takes.
What a worker had begun that was killed is taken up again when this is over.
"""

BROKEN_PROMISE = 0
"""In the place of an element in incidents of rows that stand still: no element of a case has this number."""

_NOT_DONE = {
    "message": "Сообщение не доставлено",
    "collect": "Сообщение не получено",
    "signal": "Сигнал не передан",
    "document": "Документ не сделан",
}

_DUE = (
    select(outbox.c.id)
    .where(outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("limit"))
)
PROMISES_DUE = exists().where(outbox.c.next_at <= bindparam("now"))
_TAKE = (
    select(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.next_at.is_not(None))
    .with_for_update(skip_locked=True)
)
_LOOK = select(outbox).where(outbox.c.id == bindparam("row_id"))
_CLAIM = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.next_at <= bindparam("now"))
    .values(next_at=bindparam("until"))
)
_FREE = (
    update(outbox)
    .where(outbox.c.tries == 0, outbox.c.next_at > bindparam("now"))
    .values(next_at=bindparam("now"))
)
_DONE = delete(outbox).where(outbox.c.id == bindparam("row_id"))
_FAILED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(tries=bindparam("made"), next_at=bindparam("later"), problem=bindparam("why"))
)
_TRY_AGAIN = (
    update(outbox)
    .where(outbox.c.case_id == bindparam("the_case"), outbox.c.next_at.is_(None))
    .values(next_at=bindparam("moment"), tries=0)
)
_WRITE_INCIDENT = insert(incident)
_SOLVE = (
    update(incident)
    .where(incident.c.element == bindparam("the_element"), incident.c.solved_at.is_(None))
    .values(solved_at=bindparam("moment"), solved_by=bindparam("who"))
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One outbox row, opened."""

    id: int
    idempotency_key: str
    case_id: int | None
    key_id: int
    payload: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Handler:
    """How promises of one kind are kept.

    `store` runs inside the transaction that deletes the row. Slow work that touches no table (rendering a
    document, talking
    to a mail server) belongs into `prepare`, which runs before the transaction, so that no lock waits for it.
    """

    store: Callable[[Runtime, Connection, Promise, Any], None]
    prepare: Callable[[Runtime, Promise], Any] | None = None
    give_up: Callable[[Runtime, Connection, Promise, str], None] | None = None
    """Says in the case itself why the last try failed; without it the row stands still with an incident."""


Handlers = Mapping[str, Handler]


def deliver_due(rt: Runtime, handlers: Handlers, limit: int = BATCH) -> int:
    """Carry out what is due, one commit a row; returns how many rows were found."""
    with rt.database.read() as conn:
        found = conn.execute(_DUE, {"now": to_seconds(rt.clock.now()), "limit": limit}).scalars().all()
    for row_id in found:
        deliver(rt, handlers, row_id)
    return len(found)


def deliver(rt: Runtime, handlers: Handlers, row_id: int) -> None:
    """Carry out one promise; a failure is kept with the row and tried again later."""
    try:
        with rt.database.read() as conn:
            found = conn.execute(_LOOK, {"row_id": row_id}).one_or_none()
        prepare = handlers[found.kind].prepare if found is not None else None
        if prepare is not None and not _claimed(rt, row_id):
            return
        prepared = _prepared(rt, prepare, found)
        with rt.database.write() as conn:
            row = conn.execute(_TAKE, {"row_id": row_id}).one_or_none()
            if row is None:
                return
            promise = _opened(rt, row)
            if promise is not None:
                handlers[row.kind].store(rt, conn, promise, prepared)
            conn.execute(_DONE, {"row_id": row_id})
    except MarshrutError as error:
        _keep(rt, handlers, row_id, error.message)
    except Exception as error:  # noqa: BLE001 - one handler's defect must not stop the others
        log.error("outbox.defect", row_id=row_id, error=type(error).__name__)
        _keep(rt, handlers, row_id, "Внутренняя ошибка: сообщите разработчикам.")


def free_claims(rt: Runtime) -> None:
    """What a killed server had begun to prepare need not wait until its claim is over: for a server that has
    just started and is alone with its database. A promise that has never failed waits for nothing else.
    """
    with rt.database.write() as conn:
        conn.execute(_FREE, {"now": to_seconds(rt.clock.now())})


def _claimed(rt: Runtime, row_id: int) -> bool:
    """True when the promise is this worker's to prepare; False when another one has taken it or kept it."""
    now = rt.clock.now()
    with rt.database.write() as conn:
        wanted = {"row_id": row_id, "now": to_seconds(now), "until": to_seconds(now + CLAIMED_FOR)}
        return conn.execute(_CLAIM, wanted).rowcount == 1


def _prepared(rt: Runtime, prepare: Callable[[Runtime, Promise], Any] | None, row: AnyRow | None) -> Any:
    promise = _opened(rt, row) if prepare is not None and row is not None else None
    return None if prepare is None or promise is None else prepare(rt, promise)


def _opened(rt: Runtime, row: AnyRow) -> Promise | None:
    """The promise of a row; None when the case was erased: there is nothing left to promise."""
    try:
        payload = open_values(rt.vault, row.key_id, row.payload, "outbox")
    except KeyDestroyed:
        return None
    return Promise(row.id, row.idempotency_key, row.case_id, row.key_id, payload)


def _keep(rt: Runtime, handlers: Handlers, row_id: int, why: str) -> None:
    now = rt.clock.now()
    with rt.database.write() as conn:
        row = conn.execute(_TAKE, {"row_id": row_id}).one_or_none()
        if row is None:
            return
        made = row.tries + 1
        if made >= TRIES:
            _give_up(rt, conn, handlers, row, why)
            return
        later = to_seconds(now + timedelta(seconds=2**made * 30))
        conn.execute(_FAILED, {"row_id": row_id, "made": made, "later": later, "why": why})


def _give_up(rt: Runtime, conn: Connection, handlers: Handlers, row: AnyRow, why: str) -> None:
    """A person must look. The row stays, unless the case itself keeps what is to be tried again."""
    promise, handler = _opened(rt, row), handlers.get(row.kind)
    if promise is None:
        conn.execute(_DONE, {"row_id": row.id})
    elif handler is not None and handler.give_up is not None:
        handler.give_up(rt, conn, promise, why)
        conn.execute(_DONE, {"row_id": row.id})
    else:
        conn.execute(_FAILED, {"row_id": row.id, "made": TRIES, "later": None, "why": why})
        conn.execute(_WRITE_INCIDENT, _incident(row, promise, why, rt.clock.now()))


def _incident(row: AnyRow, promise: Promise, why: str, now: datetime) -> dict[str, Any]:
    case_id = promise.case_id or 0
    return {
        "element": task_id(case_id, BROKEN_PROMISE),
        "case_id": case_id,
        "node": promise.payload["node"],
        "message": f"{_NOT_DONE.get(row.kind, row.kind)}: {why}",
        "at": to_seconds(now),
    }


def try_again(conn: Connection, case_id: int, now: datetime, actor_id: int) -> int:
    """Take up what stands still of a case's promises, and end its incidents; returns how many there were."""
    moment = to_seconds(now)
    conn.execute(_SOLVE, {"the_element": task_id(case_id, BROKEN_PROMISE), "moment": moment, "who": actor_id})
    return conn.execute(_TRY_AGAIN, {"the_case": case_id, "moment": moment}).rowcount
