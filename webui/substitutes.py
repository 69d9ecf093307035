"""Whom a person stands in for today, and what is said beside the name of whoever is away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.access.absences import Away
from engine.access.actors import away_today
from engine.access.queries import names_of
from engine.model import Actor
from engine.runtime import Runtime
from webui.ui import date_words


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
        away = away_today(rt, conn)
    last_days = {account: away[account].last_day for account in lent if account in away}
    return StandIn(last_days, frozenset(lent.values()))


def away_notes(rt: Runtime, conn: Connection, people: Iterable[int | None]) -> dict[int, str]:
    """For those of these people who are away today: «отсутствует до 30 января, пт, замещает Ёлкина Д. О.»."""
    away = away_among(rt, conn, people)
    if not away:
        return {}
    names = names_of(conn, {each.acting_id or 0 for each in away})
    return {each.account_id: note(each, names) for each in away}


def away_among(rt: Runtime, conn: Connection, people: Iterable[int | None]) -> list[Away]:
    """Those of these people who are away today."""
    today = away_today(rt, conn)
    return [today[each] for each in set(people) if each in today]


def note(away: Away, names: Mapping[int, str]) -> str:
    """Until when, and who acts. Not why: that is for the person and their head."""
    day, acting = date_words(away.last_day), names.get(away.acting_id or 0)
    if acting:
        return _("отсутствует до %(day)s, замещает %(name)s", day=day, name=acting)
    return _("отсутствует до %(day)s, никто не замещает", day=day)
