"""What has to be settled before a case may end.

A case that still waits for a partner's help is not closed by anybody: first the answer, or the document is
revoked. Requests of data hold up no end, and when a case ends by itself (a timer, a message) nothing does:
nobody waits any more and what is open is revoked.
"""

from __future__ import annotations

from sqlalchemy import Connection

from engine.cases.locking import LockedCase
from engine.errors import Conflict
from engine.model import SYSTEM, Actor
from engine.records import referrals
from engine.runtime import Runtime


def before_the_end(rt: Runtime, conn: Connection, case: LockedCase, actor: Actor) -> None:
    """A case is about to end: Conflict when somebody ends it that waits for help."""
    if not referrals.open_of_case(conn, case.id):
        return
    waited_for = referrals.help_awaited(conn, case.id)
    if actor.user_id == SYSTEM.user_id or not waited_for:
        referrals.revoke_all(rt, conn, case.id)
        return
    raise Conflict(
        f"Дело {case.number} нельзя закрыть: нет ответа на документы {', '.join(waited_for)}.",
        "Внесите ответ или отзовите документ на странице «Документы партнёрам», затем повторите.",
    )
