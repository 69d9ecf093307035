"""Whom a person stands in for today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.access.absences import away_now
from engine.model import Actor
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class StandIn:
    """`absent`: account → the last day; `queues`: their own queues, open to the person until then."""

    absent: Mapping[int, date] = field(default_factory=dict)
    queues: frozenset[int] = frozenset()

    def account_of(self, assignee_id: int | None) -> int | None:
        """The absent colleague whose step it is; None for a step of anybody else."""
        return assignee_id if assignee_id in self.absent else None


def stand_in(rt: Runtime, person: Actor) -> StandIn:
    """Nothing is asked of the database for who stands in for nobody."""
    lent = person.stands_for
    if not lent:
        return StandIn()
    with rt.database.read() as conn:
        away = away_now(conn, rt.directory.tree(), rt.clock.now())
    last_days = {account: away[account].last_day for account in lent if account in away}
    return StandIn(last_days, frozenset(lent.values()))
