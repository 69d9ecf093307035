"""Which running terms may be missed: the history of this instance, and the outlook of each open term by it.

The history is read once an hour: it changes slowly, and reading it costs as much as a hundred pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select

from engine.cases.tables import ACTIVE, case_
from engine.cases.visibility import watched
from engine.deadlines.due import DueWords, words
from engine.deadlines.forecast import (
    Calibration,
    History,
    Now,
    Outlook,
    Past,
    Place,
    calibrate,
    reason_words,
    span,
)
from engine.deadlines.norms import Norm
from engine.deadlines.tables import term, term_extension, term_pause
from engine.model import ERASED, FAR_FUTURE, Actor, Clock, Due, Outcome
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.storage.moments import due_from_seconds, from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import task

REMEMBERED = timedelta(days=365)
"""How far back the history goes."""
LEARNED = 10_000
"""Terms of the history, the newest."""
LOOKED_AT = 2_000
"""Running terms of a list, the nearest."""
FRESH = timedelta(hours=1)
OVERLAP = timedelta(minutes=5)
"""What ended while the history was read came too late for it; no transaction takes longer."""

_CHANGED = or_(
    exists().where(term_pause.c.term_id == term.c.id), exists().where(term_extension.c.term_id == term.c.id)
)
_ENDED = (
    select(
        term.c.id,
        term.c.case_id,
        term.c.task_id,
        term.c.key,
        term.c.norm_id,
        term.c.event_at,
        term.c.started_at,
        term.c.due_at,
        term.c.ended_at,
        term.c.outcome,
    )
    .where(
        term.c.ended_at >= bindparam("since"),
        term.c.outcome.in_((int(Outcome.MET), int(Outcome.BREACHED))),
        term.c.due_at < FAR_FUTURE,
        ~_CHANGED,
    )
    .order_by(term.c.ended_at.desc(), term.c.id.desc())
    .limit(LEARNED)
)
"""What was paused or made longer says nothing of how long such work takes."""

_PAUSED = select(term_pause).where(
    term_pause.c.term_id.in_(bindparam("terms", expanding=True)), term_pause.c.ended_at.is_not(None)
)
_COLUMNS = (
    term.c.id,
    term.c.case_id,
    term.c.task_id,
    term.c.key,
    term.c.norm_id,
    term.c.event_at,
    term.c.due_at,
    term.c.clock,
    case_.c.number,
    case_.c.label,
    case_.c.key_id,
    case_.c.process,
    case_.c.release_id,
    case_.c.unit_id,
    case_.c.owner_id,
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A running term with its outlook and the sentence why. Without a step it is a term of the case, and
    `responsible` is who leads that.
    """

    term_id: int
    case_id: int
    case_number: str
    label: str
    process_name: str
    task_id: int | None
    title: str
    responsible: int | None
    due_at: datetime
    words: DueWords
    outlook: Outlook
    reason: str


@dataclass(frozen=True, slots=True)
class Forecasts:
    """A list of forecasts: of how many terms, how many of them may well be missed, and those shown."""

    terms: int
    likely: int
    shown: list[Forecast]


class _Known:
    """What has been read of the past by now, the terms by their numbers."""

    def __init__(self, read_at: datetime, past: Mapping[int, Past]) -> None:
        self.read_at = read_at
        self.past = past
        self.history = History(past.values())

    @cached_property
    def calibration(self) -> Calibration | None:
        """Only its page asks for it."""
        return calibrate(self.past.values())


_kept: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()


def calibration_of(rt: Runtime, conn: Connection, now: datetime) -> Calibration | None:
    """How the forecasts of this instance would have turned out; None while nothing has ended."""
    return _known(rt, conn, now).calibration


def _known(rt: Runtime, conn: Connection, now: datetime) -> _Known:
    known = _kept.get(rt.database)
    if known is None or known.read_at > now:
        known = _kept[rt.database] = _Known(now, _ended_since(rt, conn, now - REMEMBERED))
    elif now - known.read_at >= FRESH:
        # What has ended stays as it was: only what has come since is read.
        past = {**known.past, **_ended_since(rt, conn, known.read_at - OVERLAP)}
        newest = sorted(past.items(), key=lambda pair: pair[1].ended_at)[-LEARNED:]
        kept = {number: each for number, each in newest if each.ended_at >= now - REMEMBERED}
        known = _kept[rt.database] = _Known(now, kept)
    return known


def past_terms(rt: Runtime, conn: Connection, now: datetime) -> list[Past]:
    """Terms that have ended within a year, with the steps opened in them."""
    return list(_ended_since(rt, conn, now - REMEMBERED).values())


def _ended_since(rt: Runtime, conn: Connection, first: datetime) -> dict[int, Past]:
    since = to_seconds(first)
    ended = _ENDED.subquery("ended")
    rows = conn.execute(
        select(ended, case_.c.process, case_.c.unit_id).join(case_, case_.c.id == ended.c.case_id),
        {"since": since},
    ).all()
    opened = (
        select(ended.c.id, task.c.node, task.c.opened_at)
        .join(task, and_(task.c.case_id == ended.c.case_id, _opened_in(ended.c)))
        .order_by(task.c.opened_at, task.c.id)
    )
    places: dict[int, list[AnyRow]] = defaultdict(list)
    for place in conn.execute(opened, {"since": since}):
        places[place.id].append(place)
    return {row.id: _past(rt, row, places[row.id]) for row in rows}


def _opened_in(ended: Any) -> ColumnElement[bool]:
    """The step of the term itself; of a case's term the steps opened while it ran."""
    while_it_ran = and_(
        ended.task_id.is_(None), task.c.opened_at >= ended.started_at, task.c.opened_at < ended.ended_at
    )
    return or_(task.c.id == ended.task_id, while_it_ran)


def _past(rt: Runtime, row: AnyRow, places: Sequence[AnyRow]) -> Past:
    measure = _Measure(rt, row)
    return Past(
        key=(row.process, row.key),
        length=measure.since_event(row.due_at),
        took=measure.since_event(row.ended_at),
        missed=row.outcome == Outcome.BREACHED,
        ended_at=from_seconds(row.ended_at),
        places=[
            Place(each.node, measure.since_event(each.opened_at), from_seconds(each.opened_at))
            for each in places
        ],
    )


class _Measure:
    """Lengths within one term."""

    def __init__(self, rt: Runtime, row: AnyRow) -> None:
        self.norm = rt.calendars.norm_by_id(row.norm_id)
        self._calendar, self.office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
        self._event = row.event_at

    def since_event(self, moment: int) -> int:
        return self.between(self._event, moment)

    def between(self, first: int, last: int) -> int:
        return span(self.norm, from_seconds(first), from_seconds(last), self._calendar, self.office)


def forecasts(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int, *, by_due: bool = False
) -> Forecasts:
    """The running terms that the actor watches and that are not overdue, the least likely to be met first, or
    by their due moment; of those a list looks at, LOOKED_AT.
    """
    running = (
        _running(now)
        .where(case_.c.status == ACTIVE, watched(actor))
        .order_by(term.c.due_at, term.c.id)
        .limit(LOOKED_AT)
    )
    seen = _seen(rt, conn, conn.execute(running).all(), now)
    likely = sum(each.outlook.likely for each in seen)
    ordered = seen if by_due else sorted(seen, key=lambda each: -each.outlook.chance)
    return Forecasts(len(seen), likely, _forecasts(rt, ordered[:limit], now))


def forecasts_of_case(rt: Runtime, conn: Connection, case_id: int, now: datetime) -> dict[int, Forecast]:
    """By term, for the running terms of a case."""
    seen = _seen(rt, conn, conn.execute(_running(now).where(term.c.case_id == case_id)).all(), now)
    return {each.term_id: each for each in _forecasts(rt, seen, now)}


def outlooks_after(rt: Runtime, conn: Connection, term_id: int, now: datetime, limit: int) -> list[Seen]:
    """Running terms of all cases in the order of their numbers, those after `term_id`."""
    running = _running(now).where(case_.c.status == ACTIVE, term.c.id > term_id)
    return _seen(rt, conn, conn.execute(running.order_by(term.c.id).limit(limit)).all(), now)


def _running(now: datetime) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join_from(term, case_, case_.c.id == term.c.case_id)
        .where(
            term.c.ended_at.is_(None),
            term.c.clock == int(Clock.RUNNING),
            term.c.due_at >= to_seconds(now),
            term.c.due_at < FAR_FUTURE,  # not up to a sitting that nobody has planned
        )
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """A running term, the step its case stands at, and what is to be expected."""

    row: AnyRow
    step: AnyRow | None
    norm: Norm
    here: Now
    outlook: Outlook


def _seen(rt: Runtime, conn: Connection, rows: Sequence[AnyRow], now: datetime) -> list[Seen]:
    if not rows:
        return []
    history = _known(rt, conn, now).history
    own = _steps(conn, task.c.id.in_([row.task_id for row in rows if row.task_id is not None]))
    newest = _newest(conn, {row.case_id for row in rows if row.task_id is None})
    by_step = {step.id: step for step in own}
    by_case = {step.case_id: step for step in newest}
    pauses = _pauses(conn, [row.id for row in rows])
    seen = []
    for row in rows:
        step = by_case.get(row.case_id) if row.task_id is None else by_step.get(row.task_id)
        measure = _Measure(rt, row)
        here = _here(row, step, measure, pauses.get(row.id, ()), now)
        seen.append(Seen(row, step, measure.norm, here, history.outlook(here)))
    return seen


def _steps(conn: Connection, wanted: ColumnElement[bool]) -> Sequence[AnyRow]:
    return conn.execute(
        select(task.c.id, task.c.case_id, task.c.node, task.c.opened_at, task.c.assignee_id).where(wanted)
    ).all()


def _newest(conn: Connection, case_ids: Collection[int]) -> Iterable[AnyRow]:
    """The step of each case that was opened last: where the case stands."""
    last = select(func.max(task.c.id)).where(task.c.case_id.in_(case_ids)).group_by(task.c.case_id)
    return _steps(conn, task.c.id.in_(last))


def _pauses(conn: Connection, terms: Sequence[int]) -> Mapping[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for pause in conn.execute(_PAUSED, {"terms": terms}):
        found[pause.term_id].append(pause)
    return found


def _here(
    row: AnyRow, step: AnyRow | None, measure: _Measure, pauses: Iterable[AnyRow], now: datetime
) -> Now:
    """Where the term stands; the time of pauses has not passed."""
    seconds = to_seconds(now)
    since = row.event_at if step is None else max(step.opened_at, row.event_at)
    stood = sum(measure.between(max(pause.started_at, since), pause.ended_at) for pause in pauses)
    return Now(
        key=(row.process, row.key),
        length=measure.since_event(row.due_at),
        left=measure.between(seconds, row.due_at),
        node=step.node if step is not None else "",
        passed=max(measure.between(since, seconds) - stood, 0),
    )


def _forecasts(rt: Runtime, seen: Sequence[Seen], now: datetime) -> list[Forecast]:
    labels = rt.vault.open_many([(each.row.key_id, each.row.label, "case.label") for each in seen])
    return [_forecast(rt, each, label, now) for each, label in zip(seen, labels, strict=True)]


def _forecast(rt: Runtime, seen: Seen, label: bytes | None, now: datetime) -> Forecast:
    row, step, of_step = seen.row, seen.step, seen.row.task_id is not None
    release = rt.library.release(row.release_id)
    name = release.step(row.process, step.node).name if step is not None else ""
    due = Due(at=due_from_seconds(row.due_at), clock=Clock(row.clock))
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    return Forecast(
        term_id=row.id,
        case_id=row.case_id,
        case_number=row.number,
        label=ERASED if label is None else label.decode(),
        process_name=release.process(row.process).name,
        task_id=row.task_id,
        title=name if of_step else seen.norm.title,
        responsible=step.assignee_id if of_step and step is not None else row.owner_id,
        due_at=from_seconds(row.due_at),
        words=words(due, now, calendar, office, seen.norm),
        outlook=seen.outlook,
        reason=reason_words(seen.outlook, seen.here, seen.norm, office, "" if of_step else name),
    )
