"""Carrying out what commits have promised: at least once outside, exactly once inside the database.

A handler runs in the transaction that deletes its row. What it writes to the database and the deletion are
one commit; what
it does outside (a letter) may be repeated after a crash, and carries the row's idempotency key so that the
receiver can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, delete, select, update

from engine.cases.tables import outbox
from engine.cases.values import open_values
from engine.errors import KeyDestroyed, MarshrutError
from engine.model import Value
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

log = structlog.get_logger(__name__)

BATCH = 100
TRIES = 8
"""After this many the row stands still and a person must look; with the waits below that is about a day."""

_DUE = (
    select(outbox.c.id)
    .where(outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("limit"))
)
_TAKE = (
    select(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.next_at.is_not(None))
    .with_for_update(skip_locked=True)
)
_LOOK = select(outbox).where(outbox.c.id == bindparam("row_id"))
_DONE = delete(outbox).where(outbox.c.id == bindparam("row_id"))
_FAILED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(tries=bindparam("made"), next_at=bindparam("later"), problem=bindparam("why"))
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
        prepared = _prepare(rt, handlers, row_id)
        with rt.database.write() as conn:
            row = conn.execute(_TAKE, {"row_id": row_id}).one_or_none()
            if row is None:
                return
            promise = _opened(rt, row)
            if promise is not None:
                handlers[row.kind].store(rt, conn, promise, prepared)
            conn.execute(_DONE, {"row_id": row_id})
    except MarshrutError as error:
        _keep(rt, row_id, error.message)
    except Exception as error:  # noqa: BLE001 - one handler's defect must not stop the others
        log.error("outbox.defect", row_id=row_id, error=type(error).__name__)
        _keep(rt, row_id, "Внутренняя ошибка: сообщите разработчикам.")


def _prepare(rt: Runtime, handlers: Handlers, row_id: int) -> Any:
    with rt.database.read() as conn:
        row = conn.execute(_LOOK, {"row_id": row_id}).one_or_none()
    prepare = handlers[row.kind].prepare if row is not None else None
    if row is None or prepare is None:
        return None
    promise = _opened(rt, row)
    return None if promise is None else prepare(rt, promise)


def _opened(rt: Runtime, row: AnyRow) -> Promise | None:
    """The promise of a row; None when the case was erased: there is nothing left to promise."""
    try:
        payload = open_values(rt.vault, row.key_id, row.payload, "outbox")
    except KeyDestroyed:
        return None
    return Promise(row.id, row.idempotency_key, row.case_id, row.key_id, payload)


def _keep(rt: Runtime, row_id: int, why: str) -> None:
    now = rt.clock.now()
    with rt.database.write() as conn:
        row = conn.execute(_TAKE, {"row_id": row_id}).one_or_none()
        if row is None:
            return
        made = row.tries + 1
        later = to_seconds(now + timedelta(seconds=2**made * 30)) if made < TRIES else None
        conn.execute(_FAILED, {"row_id": row_id, "made": made, "later": later, "why": why})
