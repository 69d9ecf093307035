"""The letter of the week: on its first working morning every manager who wants letters gets the figures of
their reach. Once a week, however many workers look: the queue holds one row for a person and a Monday.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select

from engine.access.actors import load_actor
from engine.access.tables import account
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.worklist.letters import Kind
from engine.worklist.mail import Choice, mail_row, queue_once
from engine.worklist.tables import mail, mail_choice

_WISHING = (
    select(mail_choice.c.account_id, account.c.unit_id)
    .join_from(mail_choice, account, account.c.id == mail_choice.c.account_id)
    .where(account.c.active, mail_choice.c.choice != Choice.NONE)
)
_QUEUED = select(mail.c.account_id, mail.c.about).where(
    mail.c.kind == Kind.WEEKLY, mail.c.about >= bindparam("since")
)


def queue_digests(rt: Runtime) -> int:
    """Queue the letters of this week that are not queued yet; returns how many."""
    server, now = rt.settings.mail, rt.clock.now()
    if server is None:
        return 0
    with rt.database.read() as conn:
        wishing = conn.execute(_WISHING).all()
        since = _monday(now.date()).toordinal() - 7
        asked = conn.execute(_QUEUED, {"since": since}) if wishing else ()
        queued = {(row.account_id, row.about) for row in asked}
    rows = []
    for person in wishing:
        week = _monday(now.astimezone(rt.calendars.office(person.unit_id).zone).date())
        known = (person.account_id, week.toordinal()) in queued
        if (
            not known
            and _begun(rt, person.unit_id, week, now)
            and _manages(load_actor(rt, person.account_id))
        ):
            rows.append(mail_row(server, person.account_id, Kind.WEEKLY, week.toordinal(), now))
    if rows:
        with rt.database.write() as conn:
            queue_once(rt, conn, rows)
    return len(rows)


def _manages(actor: Actor) -> bool:
    return actor.may(Permission.TASK_REASSIGN, Scope.TEAM)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _begun(rt: Runtime, unit_id: int, week: date, now: datetime) -> bool:
    """The office has opened on the first working day of the week."""
    first = rt.calendars.calendar(unit_id).next_working(week)
    return now >= rt.calendars.office(unit_id).opens(first)
