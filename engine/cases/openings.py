"""Forms of new cases that somebody has begun and not sent yet: kept until the case is opened, so that a
closed page or a machine without power loses nothing.

What is typed about a person is sealed under the key of that person: it goes with them when they are erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.policy import require_start
from engine.cases.tables import opening
from engine.errors import InvalidData, KeyDestroyed
from engine.model import Actor
from engine.records.reach import require_subject
from engine.records.tables import person
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

NOBODY = 0
"""`opening.person_id` of a case that is about nobody: a sitting, a plan of visits."""

MAX_BYTES = 1_000_000
KEPT_FOR = timedelta(days=30)
"""Nobody's data are kept because somebody has once begun to type: so long after the last letter."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A form that waits for whoever began it. `person_id` is None when the case will be about nobody."""

    process: str
    person_id: int | None
    kept_at: datetime


def keep_opening(
    rt: Runtime, actor: Actor, process: str, person_id: int | None, content: Mapping[str, Any]
) -> datetime:
    """Keep what is typed so far, unchecked; returns the moment it was kept. Each person has one such form a
    pathway and subject. NotFound for a subject about whom the actor may open no case.
    """
    require_start(actor, process)
    plain = orjson.dumps(content)
    if len(plain) > MAX_BYTES:
        raise InvalidData(
            "Черновик больше 1 МБ и не сохранён.", {"": "Сократите самые длинные тексты формы."}
        )
    with rt.database.write() as conn:
        rt.library.current(conn).process(process)
        require_subject(conn, actor, person_id, None)
        now = rt.clock.now()
        conn.execute(delete(opening).where(opening.c.kept_at < to_seconds(now - KEPT_FOR)))
        key_id = _key(rt, conn, actor, process, person_id)
        values = {
            "key_id": key_id,
            "data": rt.vault.seal(key_id, plain, _purpose(actor.user_id, process, person_id)),
            "kept_at": to_seconds(now),
        }
        which = {"account_id": actor.user_id, "process": process, "person_id": person_id or NOBODY}
        insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
        statement = insert(opening).values(**which, **values)
        conn.execute(statement.on_conflict_do_update(index_elements=list(which), set_=values))
        return now


def kept_opening(
    rt: Runtime, conn: Connection, actor: Actor, process: str, person_id: int | None
) -> tuple[dict[str, Any], datetime] | None:
    """What the actor has typed and when it was kept; None when nothing was, or the person was erased."""
    row = conn.execute(select(opening).where(_this(actor.user_id, process, person_id))).one_or_none()
    if row is None:
        return None
    try:
        plain = rt.vault.open(row.key_id, row.data, _purpose(actor.user_id, process, person_id))
    except KeyDestroyed:
        return None
    return orjson.loads(plain), from_seconds(row.kept_at)


def begun(conn: Connection, actor: Actor) -> list[Begun]:
    """What the actor has begun and not opened, the last one first."""
    wanted = select(opening.c.process, opening.c.person_id, opening.c.kept_at).where(
        opening.c.account_id == actor.user_id
    )
    return [
        Begun(row.process, row.person_id or None, from_seconds(row.kept_at))
        for row in conn.execute(wanted.order_by(opening.c.kept_at.desc()))
    ]


def drop_opening(rt: Runtime, actor: Actor, process: str, person_id: int | None) -> None:
    """Forget what the actor has begun; there need not be anything."""
    with rt.database.write() as conn:
        forget_opening(conn, actor, process, person_id)


def forget_opening(conn: Connection, actor: Actor, process: str, person_id: int | None) -> None:
    """The same inside a transaction: the case is opened."""
    conn.execute(delete(opening).where(_this(actor.user_id, process, person_id)))


def take_over_openings(rt: Runtime, conn: Connection, gone_id: int, kept_id: int, key_id: int) -> None:
    """Two people are one: forms about the one who goes are about the one who stays, sealed under `key_id`.
    A form that was begun about both stays as it was about the one who stays.
    """
    for row in conn.execute(select(opening).where(opening.c.person_id == gone_id)).all():
        taken = conn.execute(select(opening.c.key_id).where(_this(row.account_id, row.process, kept_id)))
        if taken.first() is None:
            plain = rt.vault.open(row.key_id, row.data, _purpose(row.account_id, row.process, gone_id))
            sealed = rt.vault.seal(key_id, plain, _purpose(row.account_id, row.process, kept_id))
            moved = {**row._mapping, "person_id": kept_id, "key_id": key_id, "data": sealed}
            conn.execute(insert(opening), moved)
    conn.execute(delete(opening).where(opening.c.person_id == gone_id))


def _this(account_id: int, process: str, person_id: int | None) -> ColumnElement[bool]:
    return (
        (opening.c.account_id == account_id)
        & (opening.c.process == process)
        & (opening.c.person_id == (person_id or NOBODY))
    )


def _key(rt: Runtime, conn: Connection, actor: Actor, process: str, person_id: int | None) -> int:
    """The key of the person; of a form about nobody its own, the same as long as it is kept."""
    wanted = (
        select(person.c.key_id).where(person.c.id == person_id)
        if person_id is not None
        else select(opening.c.key_id).where(_this(actor.user_id, process, None))
    )
    known: int | None = conn.execute(wanted).scalar()
    return known or rt.vault.new_key("case")


def _purpose(account_id: int, process: str, person_id: int | None) -> str:
    return f"opening:{account_id}:{process}:{person_id or NOBODY}"
