"""The journal: who did what, and who looked at whose data. Written in the transaction of the deed itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, insert, select, union

from engine.access.tables import audit
from engine.cases.tables import case_
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.tables import OPEN, task

VIEW = "view"

_ADD = insert(audit)
_WHOSE = union(
    select(case_.c.owner_id).where(case_.c.id == bindparam("case_id")),
    select(task.c.assignee_id).where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN),
)


def record_view(
    rt: Runtime, conn: Connection, actor: Actor, kind: str, object_id: int, *, case_id: int | None = None
) -> None:
    """Note that the actor looks at personal data: `kind` is person, family, case, document."""
    record_action(rt, conn, actor, VIEW, kind, object_id, case_id=case_id)


def record_views(rt: Runtime, conn: Connection, actor: Actor, kind: str, ids: Collection[int]) -> None:
    """The same of many cases at once, with one statement: `kind` is case."""
    rows = [
        {
            "at": to_seconds(rt.clock.now()),
            "actor_id": actor.user_id,
            "action": VIEW,
            "kind": kind,
            "object_id": number,
            "case_id": number,
            "details": None,
        }
        for number in ids
    ]
    if rows:
        conn.execute(_ADD, rows)


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
    """Note a deed. `details` are numbers, codes and names of fields, never anybody's personal values.

    What is done in a case of an absent colleague, or while a step of it waits for them, is noted with «for»:
    the numbers of those whom the actor stands in for.
    """
    absent = _absent_owners(conn, actor, case_id)
    if absent:
        details = {**(details or {}), "for": absent}
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


def _absent_owners(conn: Connection, actor: Actor, case_id: int | None) -> list[int]:
    """Asked only of who stands in for somebody: whose case or open step it is."""
    absent = actor.stands_for
    if case_id is None or not absent:
        return []
    return sorted(absent.keys() & set(conn.execute(_WHOSE, {"case_id": case_id}).scalars()))
