"""What happened outside and the office notes: a person agreed, refused, asked to close the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.access.policy import require_case
from engine.cases.keys import key_token
from engine.cases.locking import LockedCase, lock_case
from engine.cases.messages import deliver_to
from engine.cases.queries import CaseCard
from engine.cases.tables import wait
from engine.errors import Conflict
from engine.model import Actor, Permission, Value, WaitKind
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

_AWAITED = (
    select(wait.c.id, wait.c.node, wait.c.name)
    .where(
        wait.c.case_id == bindparam("case_id"),
        wait.c.kind == WaitKind.MESSAGE,
        wait.c.key == bindparam("own"),
    )
    .order_by(wait.c.id)
)
"""Events that speak of the case itself, in its own diagram or in a called one. What is known by a key of its
own speaks of something else: nobody may bring a commission's decision by hand."""


@dataclass(frozen=True, slots=True)
class AwaitedEvent:
    """An event that the case waits for. `name` is the message's, `title` what the diagram calls the event."""

    name: str
    title: str


def awaited_events(rt: Runtime, conn: Connection, card: CaseCard) -> list[AwaitedEvent]:
    """Events that may be noted in a case now, in the order in which it began to wait for them."""
    release = rt.library.release(card.release_id)
    waits = _noted_by_hand(rt, conn, card)
    return [AwaitedEvent(row.name, release.step(card.process, row.node).name) for row in waits]


def note_event(
    rt: Runtime, actor: Actor, case_id: int, name: str, data: Mapping[str, Value] | None = None
) -> None:
    """The event has happened: the case goes on from where it waited for the message of that name.

    Who may open cases of the unit may note what people said. Conflict when the case does not wait for it.
    """
    with rt.database.write() as conn:
        case = lock_case(rt, conn, case_id)
        require_case(actor, Permission.CASE_START, case)
        waits = [row for row in _noted_by_hand(rt, conn, case) if row.name == name]
        if not waits:
            raise Conflict(
                f"Дело {case.number} этого события больше не ждёт.", "Откройте дело: оно уже пошло дальше."
            )
        deliver_to(rt, conn, case_id, waits[0].id, name, data or {}, actor)


def _noted_by_hand(rt: Runtime, conn: Connection, case: CaseCard | LockedCase) -> list[AnyRow]:
    """The awaited events of a case but those that its diagram leaves to other cases and to the product."""
    release = rt.library.release(case.release_id)
    waits = conn.execute(_AWAITED, {"case_id": case.id, "own": key_token(rt.vault, case.number)})
    return [row for row in waits if release.step(case.process, row.node).by_hand]
