"""What a case does next, by whom and by when: one answer for lists, the page of the case and its file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from engine.cases.queries import CaseCard
from engine.cases.tables import case_, incident, wait
from engine.deadlines.due import DueWords, words
from engine.deadlines.tables import term, term_of
from engine.model import Actor, Term, WaitKind
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow, by_case
from engine.versions.naming import StepsOfCase
from engine.worklist.inbox import INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.tables import OPEN, task


class Kind(StrEnum):
    """What a case does next: a step of somebody, waiting for an event or in a step that waits, the engine's
    own work, nothing until it is repaired, nothing any more.
    """

    STEP = "step"
    WAITS = "waits"
    RECEIVES = "receives"
    WORKS = "works"
    STANDS = "stands"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class NextAction:
    """`title` is what the diagram calls the step or what is waited for. `words` tell the term of the step, or
    the nearest term that runs in a case that waits, unless the day it waits for comes sooner; `until` the
    moment when waiting ends by itself. `stands`:
    an element of the case has stopped, whatever goes on beside it.
    """

    kind: Kind
    title: str = ""
    task_id: int | None = None
    assignee_id: int | None = None
    roles: tuple[str, ...] = ()
    words: DueWords | None = None
    until: datetime | None = None
    stands: bool = False

    @property
    def dated(self) -> bool:
        """Whether anything says by when."""
        return self.until is not None or (self.words is not None and bool(self.words.date_words))


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_STEPS = (
    select(*INBOX_COLUMNS)
    .join_from(task, case_, task.c.case_id == case_.c.id)
    .where(task.c.case_id.in_(_IDS), task.c.status == OPEN)
    .order_by(task.c.due_at, task.c.id)
)
_INCIDENTS = (
    select(incident.c.case_id, incident.c.node)
    .where(incident.c.case_id.in_(_IDS), incident.c.solved_at.is_(None))
    .order_by(incident.c.id)
)
_WAITS = select(wait).where(wait.c.case_id.in_(_IDS)).order_by(wait.c.id)
_TERMS = (
    select(term)
    .where(term.c.case_id.in_(_IDS), term.c.task_id.is_(None), term.c.ended_at.is_(None))
    .order_by(term.c.due_at)
)

_STANDING_BY = frozenset({"boundaryEvent", "startEvent"})
"""Events that only may come: no case waits for them, whatever else it does."""

_AFTER = {WaitKind.TIMER: 1, WaitKind.SIGNAL: 2}
"""A case rather waits for an answer than for a day, the nearest one first; a signal is said to everybody, and
most cases never hear it.
"""

_KINDS = {"receiveTask": Kind.RECEIVES}
"""A step that waits is called by what it does, an event by what happens."""


def next_actions(
    rt: Runtime, conn: Connection, actor: Actor, cards: Collection[CaseCard], now: datetime
) -> dict[int, NextAction]:
    """The next action of each of these cases, which the actor may see; statements do not grow with them."""
    running = {card.id: card for card in cards if card.active}
    if not running:
        return {card.id: NextAction(Kind.OVER) for card in cards}
    ids = {"ids": list(running)}
    steps = _first_steps(inbox_rows(rt, conn, conn.execute(_STEPS, ids).all(), now, actor.unit_id))
    stopped = {row.case_id: row.node for row in reversed(conn.execute(_INCIDENTS, ids).all())}
    idle = [number for number in running if number not in steps]
    waits, terms = by_case(conn.execute(_WAITS, {"ids": idle})), _terms(conn, idle)
    found = {card.id: NextAction(Kind.OVER) for card in cards}
    for number, card in running.items():
        if number in steps:
            found[number] = _step(steps[number], stands=number in stopped)
        elif number in stopped:
            name = StepsOfCase(rt, conn, number, card.process, card.release_id)(stopped[number]).name
            found[number] = NextAction(Kind.STANDS, name, stands=True)
        else:
            found[number] = _waiting(rt, conn, card, waits[number], terms.get(number), now)
    return found


def owner_roles(rt: Runtime, card: CaseCard) -> tuple[str, ...]:
    """The roles to which a case belongs until somebody in one works on it; none named by some pathways."""
    return rt.library.release(card.release_id).process(card.process).owners


def _first_steps(rows: Iterable[InboxRow]) -> dict[int, InboxRow]:
    """The step that is due first of each case."""
    first: dict[int, InboxRow] = {}
    for row in rows:
        first.setdefault(row.case_id, row)
    return first


def _terms(conn: Connection, case_ids: Sequence[int]) -> dict[int, Term]:
    """The term of each case that ends first."""
    first: dict[int, Term] = {}
    for row in conn.execute(_TERMS, {"ids": list(case_ids)}) if case_ids else ():
        first.setdefault(row.case_id, term_of(row))
    return first


def _step(row: InboxRow, *, stands: bool) -> NextAction:
    return NextAction(
        Kind.STEP, row.title, row.task_id, row.assignee_id, row.step.roles, row.words, row.due.at, stands
    )


def _waiting(
    rt: Runtime, conn: Connection, card: CaseCard, waits: list[AnyRow], running: Term | None, now: datetime
) -> NextAction:
    steps = StepsOfCase(rt, conn, card.id, card.process, card.release_id)
    awaited = [(steps(row.node), row) for row in waits]
    awaited = [(step, row) for step, row in awaited if step.kind not in _STANDING_BY]
    awaited.sort(key=lambda pair: (_AFTER.get(pair[1].kind, 0), pair[1].due_at or 0))
    ends = min((row.due_at for row in waits if row.due_at is not None), default=None)
    told = None
    first = awaited[0][1].due_at if awaited else None
    if running is not None and (first is None or to_seconds(running.due_at) < first):
        calendar, office = rt.calendars.calendar(card.unit_id), rt.calendars.office(card.unit_id)
        told = words(running.due, now, calendar, office, rt.calendars.norm_by_id(running.norm_id))
    step = awaited[0][0] if awaited else None
    return NextAction(
        _KINDS.get(step.kind, Kind.WAITS) if step is not None else Kind.WORKS,
        step.name if step is not None else "",
        words=told,
        until=from_seconds(ends) if ends is not None else None,
    )
