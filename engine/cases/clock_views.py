"""Reading the terms of a case: what runs, what stands still and why, who may change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.cases.clocks import may_extend, may_pause
from engine.cases.queries import CaseCard, case_card
from engine.cases.term_steps import steps_of_terms
from engine.deadlines.counting import Office, Unit
from engine.deadlines.due import DueWords, Pause, last_day_words, words
from engine.deadlines.interruptions import left_in_days
from engine.deadlines.norms import Norm
from engine.deadlines.queries import case_terms
from engine.deadlines.tables import term, term_extension, term_pause
from engine.errors import NotFound
from engine.model import Actor, Clock, Due, Outcome, Permission, Term
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import OPEN, task

_STANDING = (
    select(
        term.c.case_id,
        term.c.task_id,
        term.c.norm_id,
        term.c.paused_at,
        term.c.remainder,
        term_pause.c.reason,
    )
    .join_from(term, term_pause, (term_pause.c.term_id == term.c.id) & term_pause.c.ended_at.is_(None))
    .where(
        term.c.case_id.in_(bindparam("cases", expanding=True)),
        term.c.clock == int(Clock.PAUSED),
        term.c.ended_at.is_(None),
    )
)
_PAUSES = (
    select(term_pause, term.c.remainder)
    .join_from(term_pause, term, term.c.id == term_pause.c.term_id)
    .where(term.c.case_id == bindparam("case_id"))
    .order_by(term_pause.c.id)
)
_EXTENSIONS = (
    select(term_extension)
    .join_from(term_extension, term, term.c.id == term_extension.c.term_id)
    .where(term.c.case_id == bindparam("case_id"))
    .order_by(term_extension.c.id)
)
_QUEUES = select(task.c.queue_id).where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
_CASE_OF = select(term.c.case_id).where(term.c.id == bindparam("term_id"))


@dataclass(frozen=True, slots=True)
class PastPause:
    """A time at which the clock stood still; `until` None: it still does."""

    since: datetime
    until: datetime | None
    reason: str
    by: int
    attachment_id: int | None


@dataclass(frozen=True, slots=True)
class PastExtension:
    """A decision that made a term longer. `after_words`: the last day after it, marked while it may move."""

    at: datetime
    before: datetime
    after_words: str
    by: int
    attachment_id: int | None


@dataclass(frozen=True, slots=True)
class EndedTerm:
    """A term that is over: met, breached or not needed any more; `words` say how late it was. `step`: the
    title of the step it belonged to, empty for a term of the whole case.
    """

    term: Term
    norm: Norm
    step: str
    words: DueWords


@dataclass(frozen=True, slots=True)
class TermView:
    """An open term as its card shows it. `standing` is the sentence of a pause, empty while it runs. `step`:
    the title of the step it belongs to, empty for a term of the whole case.
    """

    term: Term
    norm: Norm
    step: str
    words: DueWords
    standing: str
    pauses: tuple[PastPause, ...]
    extensions: tuple[PastExtension, ...]
    may_pause: bool
    may_extend: bool


def pauses_of_steps(rt: Runtime, conn: Connection, rows: Sequence[AnyRow]) -> dict[int, Pause]:
    """Why the clocks of these steps stand still, by number of the step; one statement, none for no rows.

    A row has `id`, `case_id`, `norm_id` and `unit_id`.
    """
    if not rows:
        return {}
    own: dict[int, AnyRow] = {}
    shared: dict[tuple[int, int], AnyRow] = {}
    for found in conn.execute(_STANDING, {"cases": sorted({row.case_id for row in rows})}):
        if found.task_id is not None:
            own[found.task_id] = found
        else:
            shared[found.case_id, found.norm_id] = found
    pauses = {}
    for row in rows:
        standing = own.get(row.id) or shared.get((row.case_id, row.norm_id))
        if standing is not None:
            norm, office = rt.calendars.norm_by_id(standing.norm_id), rt.calendars.office(row.unit_id)
            pauses[row.id] = _pause(
                from_seconds(standing.paused_at), standing.reason, standing.remainder, norm, office
            )
    return pauses


def terms_of_case(
    rt: Runtime, conn: Connection, actor: Actor, card: CaseCard, now: datetime
) -> list[TermView]:
    """Terms of a case that run or stand still, the nearest first."""
    found = [each for each in case_terms(conn, card.id) if each.ended_at is None]
    if not found:
        return []
    queues = set(conn.execute(_QUEUES, {"case_id": card.id}).scalars())
    pauses = conn.execute(_PAUSES, {"case_id": card.id}).all()
    extensions = conn.execute(_EXTENSIONS, {"case_id": card.id}).all()
    steps = steps_of_terms(rt, conn, card, found)
    views = [
        _view(rt, actor, card, each, steps.get(each.id, ""), queues, pauses, extensions, now)
        for each in found
    ]
    return sorted(views, key=lambda view: view.term.due_at)


def ended_terms_of_case(rt: Runtime, conn: Connection, card: CaseCard) -> list[EndedTerm]:
    """Terms of a case that are over, the last one first."""
    calendar, office = rt.calendars.calendar(card.unit_id), rt.calendars.office(card.unit_id)
    terms = case_terms(conn, card.id)
    steps = steps_of_terms(rt, conn, card, terms)
    found = []
    for each in terms:
        if each.ended_at is not None:
            norm = rt.calendars.norm_by_id(each.norm_id)
            # What was done while the clock stood still was in time, whatever its last moment was before that.
            clock = Clock.NONE if each.outcome is Outcome.BREACHED else Clock.PAUSED
            told = words(Due(each.due.at, clock, each.ended_at), each.ended_at, calendar, office, norm)
            found.append(EndedTerm(each, norm, steps.get(each.id, ""), told))
    return sorted(found, key=lambda ended: (ended.term.ended_at, ended.term.id), reverse=True)


def term_page(
    rt: Runtime, conn: Connection, actor: Actor, term_id: int, now: datetime
) -> tuple[CaseCard, TermView]:
    """One open term with its case, if the actor may see that; NotFound otherwise."""
    case_id = conn.execute(_CASE_OF, {"term_id": term_id}).scalar_one_or_none()
    if case_id is None:
        raise NotFound("Такого срока нет.", "Обновите страницу дела.")
    card = case_card(rt, conn, actor, case_id)
    for view in terms_of_case(rt, conn, actor, card, now):
        if view.term.id == term_id:
            return card, view
    raise NotFound("Этот срок уже окончен.", "Откройте историю дела.")


def _view(
    rt: Runtime,
    actor: Actor,
    card: CaseCard,
    found: Term,
    step: str,
    queues: set[int],
    pauses: Sequence[AnyRow],
    extensions: Sequence[AnyRow],
    now: datetime,
) -> TermView:
    norm, office = rt.calendars.norm_by_id(found.norm_id), rt.calendars.office(card.unit_id)
    own = [row for row in pauses if row.term_id == found.id]
    last = own[-1] if own and own[-1].ended_at is None else None
    pause = (
        None
        if last is None
        else _pause(from_seconds(last.started_at), last.reason, last.remainder, norm, office)
    )
    calendar = rt.calendars.calendar(card.unit_id)
    open_case = card.active and actor.may(Permission.CASE_VIEW)
    return TermView(
        term=found,
        norm=norm,
        step=step,
        words=words(found.due, now, calendar, office, norm, pause),
        standing=pause.in_full(norm, office.zone) if pause else "",
        pauses=tuple(map(_past_pause, own)),
        extensions=tuple(
            _past_extension(row, last_day_words(from_seconds(row.due_after), now, calendar, office, norm))
            for row in extensions
            if row.term_id == found.id
        ),
        may_pause=open_case and may_pause(actor, norm, card, queues),
        may_extend=open_case and found.clock is Clock.RUNNING and may_extend(actor, norm),
    )


def _pause(since: datetime, reason: str, left: int, norm: Norm, office: Office) -> Pause:
    days = left_in_days(norm.rule, left, office)
    less = timedelta(seconds=left) if not days and norm.unit is not Unit.CALENDAR_DAYS else timedelta()
    return Pause(since, reason, days or 0, less)


def _past_pause(row: Any) -> PastPause:
    return PastPause(
        since=from_seconds(row.started_at),
        until=from_seconds(row.ended_at) if row.ended_at is not None else None,
        reason=row.reason,
        by=row.started_by,
        attachment_id=row.attachment_id,
    )


def _past_extension(row: Any, after_words: str) -> PastExtension:
    return PastExtension(
        at=from_seconds(row.at),
        before=from_seconds(row.due_before),
        after_words=after_words,
        by=row.decided_by,
        attachment_id=row.attachment_id,
    )
