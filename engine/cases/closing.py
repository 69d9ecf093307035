"""What has to be settled before a case may end.

A case that still waits for a partner's answer is not closed by anybody: first the answer, or the document is
revoked. When a case ends by itself (a timer, a message), nobody waits any more and its open documents are
revoked.
"""

from __future__ import annotations

from sqlalchemy import Connection

from engine.cases.locking import LockedCase
from engine.errors import Conflict
from engine.model import SYSTEM, Actor
from engine.records import referrals
from engine.runtime import Runtime


def before_the_end(rt: Runtime, conn: Connection, case: LockedCase, actor: Actor) -> None:
    """A case is about to end: Conflict when somebody ends it whose case waits for answers."""
    waited_for = referrals.open_of_case(conn, case.id)
    if not waited_for:
        return
    if actor.user_id == SYSTEM.user_id:
        referrals.revoke_all(rt, conn, case.id)
        return
    raise Conflict(
        f"Дело {case.number} нельзя закрыть: нет ответа на документы {', '.join(waited_for)}.",
        "Внесите ответ или отзовите документ на странице «Направления», затем завершите шаг ещё раз.",
    )
