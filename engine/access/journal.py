"""The journal: who did what, and who looked at whose data. Written in the transaction of the deed itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, insert

from engine.access.tables import audit
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

VIEW = "view"

_ADD = insert(audit)


def record_view(
    rt: Runtime, conn: Connection, actor: Actor, kind: str, object_id: int, *, case_id: int | None = None
) -> None:
    """Note that the actor looks at personal data: `kind` is person, family, case, document."""
    record_action(rt, conn, actor, VIEW, kind, object_id, case_id=case_id)


def record_action(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    action: str,
    kind: str,
    object_id: int | None = None,
    *,
    case_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Note a deed. `details` are numbers, codes and names of fields, never anybody's personal values."""
    conn.execute(
        _ADD,
        {
            "at": to_seconds(rt.clock.now()),
            "actor_id": actor.user_id,
            "action": action,
            "kind": kind,
            "object_id": object_id,
            "case_id": case_id,
            "details": json.dumps(details, ensure_ascii=False) if details else None,
        },
    )
