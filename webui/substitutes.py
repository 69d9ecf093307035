"""Whom a person stands in for today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.access.queries import substitutions
from engine.model import Actor
from engine.runtime import Runtime
from webui.frame import local_now


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
    own_queues = rt.directory.tree().own_queues
    others = {account: queue for account, queue in own_queues.items() if queue in person.queues}
    others.pop(person.user_id, None)
    if not others:
        return StandIn()
    today = local_now(person).date().isoformat()
    found = substitutions(rt, person.user_id, day=today)
    last_days = {
        each.absent_id: date.fromisoformat(each.last_day)
        for each in found
        if each.substitute_id == person.user_id and each.first_day <= today
    }
    return StandIn(last_days, frozenset(others.values()))
