"""Writing one row of a case's history outside a step of the engine (taken, returned, handed over, told)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.cases.history import HistoryKind
from engine.cases.tables import history
from engine.cases.values import seal_values
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.prepared import Prepared

_WRITE_HISTORY = Prepared(insert(history))


def write_history(
    rt: Runtime,
    conn: Connection,
    *,
    case_id: int,
    key_id: int,
    now: datetime,
    actor: Actor,
    kind: HistoryKind,
    node: str | None = None,
    task_id: int | None = None,
    path: str | None = None,
    data: Mapping[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> None:
    """One row; `data` is sealed under the case's key."""
    row = history_row(
        rt, case_id=case_id, key_id=key_id, now=now, actor=actor, kind=kind, node=node, task_id=task_id,
        path=path, data=data, on_behalf_of=on_behalf_of,
    )  # fmt: skip
    _WRITE_HISTORY.run(conn, row)


def write_histories(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Rows of `history_row`, of many cases, with one statement."""
    if rows:
        _WRITE_HISTORY.run_all(conn, rows)


def history_row(
    rt: Runtime,
    *,
    case_id: int,
    key_id: int,
    now: datetime,
    actor: Actor,
    kind: HistoryKind,
    node: str | None = None,
    task_id: int | None = None,
    path: str | None = None,
    data: Mapping[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> dict[str, Any]:
    """A row to be written; KeyDestroyed when the case was erased."""
    return {
        "case_id": case_id,
        "at": to_seconds(now),
        "actor_id": actor.user_id,
        "for_id": on_behalf_of,
        "kind": kind,
        "node": node,
        "task_id": task_id,
        "path": path,
        "data": seal_values(rt.vault, key_id, data, f"history:{case_id}") if data else None,
    }
