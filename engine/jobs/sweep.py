"""One round over everything that is due. It can be repeated, interrupted and run twice at once without
harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engine.cases.calendar_starts import open_due
from engine.cases.clocks import PAUSES_OVERLONG, resume_overlong
from engine.cases.messages import collect_message, forget_expired, send_message, send_signal
from engine.cases.operations import give_up_service, run_service
from engine.cases.outbox import PROMISES_DUE, Handler, Handlers, deliver_due
from engine.cases.recalculation import CALENDARS_MOVED, recount_due
from engine.cases.sitting_calendar import QUESTIONS_WAIT, SITTINGS_BEGIN, open_sittings, urge
from engine.cases.sitting_terms import follow_sittings
from engine.cases.timers import TIMERS_DUE, fire_due
from engine.definitions.library import NEWEST_RELEASE
from engine.documents.making import prepare_document, store_document
from engine.records.marking import OLD_CARDS, mark_old_cards
from engine.records.measures import OLD_MEASURES, mark_old_measures
from engine.records.sitting_plan import CALENDARS_SHORT, filled_until, plan_by_rule
from engine.records.sittings import SITTINGS_CHANGED
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.away import STEPS_OF_AWAY, tell_away
from engine.worklist.digest import queue_digests
from engine.worklist.ladder import BATCH, RUNGS_DUE, tell_due
from engine.worklist.mail import LETTERS_DUE, send_due
from engine.worklist.risks import keep_risks

HANDLERS: Handlers = {
    "message": Handler(send_message),
    "collect": Handler(collect_message),
    "signal": Handler(send_signal),
    "service": Handler(run_service, give_up=give_up_service),
    "document": Handler(store_document, prepare_document),
}
"""How each kind of outbox row is carried out."""

_DUE = {"timers": TIMERS_DUE, "promises": PROMISES_DUE, "rungs": RUNGS_DUE, "letters": LETTERS_DUE}
_DUE_BY_THE_MINUTE = {
    "calendars": CALENDARS_MOVED,
    "changed_sittings": SITTINGS_CHANGED,
    "sittings_to_plan": CALENDARS_SHORT,
    "sittings_to_open": SITTINGS_BEGIN,
    "questions": QUESTIONS_WAIT,
    "pauses": PAUSES_OVERLONG,
    "away": STEPS_OF_AWAY,
    "cards": OLD_CARDS,
    "measures": OLD_MEASURES,
    "release": NEWEST_RELEASE.scalar_subquery(),
}
"""The calendar has no moments between two minutes, pauses last for days, and other processes seldom change a
calendar: these are looked at once a minute."""
_LOOK = select(*(due.label(name) for name, due in _DUE.items()))
_LOOK_AROUND = select(*(due.label(name) for name, due in (_DUE | _DUE_BY_THE_MINUTE).items()))


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round found due. Nothing due costs one statement and opens no state; once a minute two more
    where questions wait for a sitting, and one more where letters of the week are sent.
    """

    recounts: int
    starts: int
    resumed: int
    timers: int
    promises: int
    notices: int
    letters: int
    more_risks: bool
    marked: int

    @property
    def idle(self) -> bool:
        """True when there was nothing to do."""
        return not (
            self.recounts
            or self.starts
            or self.resumed
            or self.timers
            or self.promises
            or self.notices
            or self.letters
            or self.more_risks
            or self.marked
        )


def sweep(rt: Runtime, handlers: Handlers = HANDLERS, *, forecasts: bool = True, rungs: int = BATCH) -> Swept:
    """Count terms anew where a calendar was changed or a sitting planned, open what the calendar asks for,
    let clocks go on that have stood still long enough, fire timers, keep promises, tell people, send letters,
    keep what is forecast; a batch of each.

    One look says what is due, and only that is done; what this makes due is for the next round. A round that
    had work also tidies up: nobody waits for that, so a round with nothing due does not pay for it. Without
    `forecasts` nothing is forecast. `rungs`: how many rungs of ladders one commit tells of.
    """
    new_minute = rt.library.is_new_minute(rt.clock.now())
    due = _look(rt, new_minute)
    swept = Swept(
        recounts=(recount_due(rt) if due["calendars"] or rt.calendars.moved else 0)
        + (follow_sittings(rt) if due["changed_sittings"] else 0),
        starts=(open_due(rt, due["release"]) if due["release"] else 0)
        + (plan_by_rule(rt) if due["sittings_to_plan"] else 0)
        + (open_sittings(rt) if due["sittings_to_open"] else 0)
        + (urge(rt) if due["questions"] else 0),
        resumed=resume_overlong(rt) if due["pauses"] else 0,
        timers=fire_due(rt) if due["timers"] else 0,
        promises=deliver_due(rt, handlers) if due["promises"] else 0,
        notices=(tell_due(rt, rungs) if due["rungs"] else 0) + (tell_away(rt) if due["away"] else 0),
        letters=(queue_digests(rt) if new_minute else 0) + (send_due(rt) if due["letters"] else 0),
        more_risks=forecasts and keep_risks(rt),
        marked=(mark_old_cards(rt) if due["cards"] else 0)
        + (mark_old_measures(rt) if due["measures"] else 0),
    )
    if not swept.idle:
        forget_expired(rt)
    return swept


def _look(rt: Runtime, new_minute: bool) -> Mapping[str, int]:
    """By name whether there is something of it to do; `release`: the number of the newest one."""
    now = rt.clock.now()
    moments = {"now": to_seconds(now), "filled_until": filled_until(now)}
    around = {"earliest": _day(now, -1), "latest": _day(now, +1)}
    with rt.database.read() as conn:
        if not new_minute:
            return defaultdict(int, conn.execute(_LOOK, moments).one()._asdict())
        return conn.execute(_LOOK_AROUND, moments | around).one()._asdict()


def _day(now: datetime, more: int) -> str:
    """Yesterday or tomorrow: it may be another day where somebody is away."""
    return (now + timedelta(days=more)).date().isoformat()


def sweep_until_idle(
    rt: Runtime, handlers: Handlers = HANDLERS, rounds: int = 10_000, *, forecasts: bool = True
) -> None:
    """Sweep until nothing is due. `rounds` bounds a pathway that makes itself new work for ever."""
    for _ in range(rounds):
        if sweep(rt, handlers, forecasts=forecasts).idle:
            return
