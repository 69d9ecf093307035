"""One round over everything that is due. It can be repeated, interrupted and run twice at once without
harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.cases.calendar_starts import open_due
from engine.cases.clocks import resume_overlong
from engine.cases.messages import collect_message, forget_expired, send_message, send_signal
from engine.cases.operations import give_up_service, run_service
from engine.cases.outbox import Handler, Handlers, deliver_due
from engine.cases.recalculation import recount_due
from engine.cases.sitting_calendar import keep_calendar
from engine.cases.sitting_terms import follow_sittings
from engine.cases.timers import fire_due
from engine.documents.making import prepare_document, store_document
from engine.records.marking import mark_old_cards
from engine.runtime import Runtime
from engine.worklist.away import tell_away
from engine.worklist.digest import queue_digests
from engine.worklist.ladder import BATCH, tell_due
from engine.worklist.mail import send_due
from engine.worklist.risks import keep_risks

HANDLERS: Handlers = {
    "message": Handler(send_message),
    "collect": Handler(collect_message),
    "signal": Handler(send_signal),
    "service": Handler(run_service, give_up=give_up_service),
    "document": Handler(store_document, prepare_document),
}
"""How each kind of outbox row is carried out."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round found due. Nothing due costs three statements (once a minute twelve; one
    more where letters are sent) and opens no state.
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

    The calendar has no moments between two minutes, pauses last for days, and other processes seldom change
    a calendar: these are looked at once a minute. A round that had work also tidies up: nobody waits for
    that, so a round with nothing due does not pay for it. Without `forecasts` nothing is forecast.
    `rungs`: how many rungs of ladders one commit tells of.
    """
    new_minute = rt.library.is_new_minute(rt.clock.now())
    swept = Swept(
        recounts=(recount_due(rt) if new_minute or rt.calendars.moved else 0)
        + (follow_sittings(rt) if new_minute else 0),
        starts=open_due(rt) + keep_calendar(rt) if new_minute else 0,
        resumed=resume_overlong(rt) if new_minute else 0,
        timers=fire_due(rt),
        promises=deliver_due(rt, handlers),
        notices=tell_due(rt, rungs) + (tell_away(rt) if new_minute else 0),
        letters=(queue_digests(rt) if new_minute else 0) + send_due(rt),
        more_risks=forecasts and keep_risks(rt),
        marked=mark_old_cards(rt) if new_minute else 0,
    )
    if not swept.idle:
        forget_expired(rt)
    return swept


def sweep_until_idle(
    rt: Runtime, handlers: Handlers = HANDLERS, rounds: int = 10_000, *, forecasts: bool = True
) -> None:
    """Sweep until nothing is due. `rounds` bounds a pathway that makes itself new work for ever."""
    for _ in range(rounds):
        if sweep(rt, handlers, forecasts=forecasts).idle:
            return
