"""The ladder of reminders of one term, as the macro `ladder` draws it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.deadlines.ladder import STEP_WORDS, plan
from engine.deadlines.norms import OWNER, Norm, Rung, Step
from engine.model import Term
from webui.frame import role_words, short_role
from webui.guards import runtime

TITLES = {
    Step.HALF: _l("половина"),
    Step.DAY_BEFORE: _l("за 1 день"),
    Step.DUE: _l("срок"),
    Step.PLUS_1: _l("+1 день"),
    Step.PLUS_3: _l("+3 дня"),
}


def ladder_lines(ladder: Iterable[Rung]) -> list[dict[str, str]]:
    """Whom a norm tells, and when, as lines of a list."""
    return [
        {
            "title": STEP_WORDS[rung.step].capitalize(),
            "to": ", ".join(_("исполнитель") if who == OWNER else role_words(who).lower() for who in rung.to),
        }
        for rung in ladder
    ]


def ladder_rungs(term: Term, norm: Norm, now: datetime, unit_id: int) -> list[dict[str, Any]]:
    """Rungs with their day and who is told, by the calendar and clock of the unit whose case it is; the first
    one that is still to come is the next.
    """
    calendars = runtime().calendars
    office = calendars.office(unit_id)
    planned = plan(norm, term.event_at, term.due_at, calendars.calendar(unit_id), office)
    upcoming = next((each.number for each in planned if each.at > now), None)
    return [
        {
            "title": TITLES[each.rung.step],
            "words": f"{_when(each.at.astimezone(office.zone), now, norm)}, {_told(each.rung.to)}",
            "state": "passed" if each.at <= now else "next" if each.number == upcoming else "later",
            "is_due": each.rung.step is Step.DUE,
        }
        for each in planned
    ]


def _when(at: datetime, now: datetime, norm: Norm) -> str:
    """«13.03»; with the year when it isn't this one, with the time where the norm counts hours or minutes."""
    day = f"{at:%d.%m}" if at.year == now.year else f"{at:%d.%m.%Y}"
    return f"{day} {at:%H:%M}" if norm.unit.in_clock_time else day


def _told(to: tuple[str, ...]) -> str:
    """Who is told: the last named is the highest."""
    who = to[-1] if to else OWNER
    return _("исполнитель") if who == OWNER else short_role(who).lower()
