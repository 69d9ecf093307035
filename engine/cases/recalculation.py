"""Open terms counted anew after a change of calendars: batches of cases, each its own short commit.

The changes that wait make one recalculation. It walks the open cases in their order and keeps how far it has
come in the commit of each batch, so it goes on where it was killed and counts each case once. Cases are
locked only when something in them moves. Their steps, the timers that wait on their terms, their ladders and
their histories follow in the same commit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from engine.access.absences import away_now
from engine.access.journal import record_action
from engine.cases.following import SET_TASK, SET_WAITS, step_rows, steps_among, wait_rows
from engine.cases.history import HistoryKind
from engine.cases.journal import history_row, write_histories
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.calendar import Calendar
from engine.deadlines.changes import changes_of
from engine.deadlines.counting import Office, Unit
from engine.deadlines.due import may_move
from engine.deadlines.interruptions import Counted, Longer, Stop, counted_due
from engine.deadlines.ladder import next_rung, plan
from engine.deadlines.norms import Norm
from engine.deadlines.queries import COUNTRY, changes_of_terms
from engine.deadlines.tables import calendar_change, moved_term, recalculation, term
from engine.deadlines.terms import moved_row
from engine.errors import KeyDestroyed
from engine.model import SYSTEM, Clock
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow, by_case
from engine.worklist.notices import RECOUNTED
from engine.worklist.tables import OPEN, notice, task

BATCH = 100
"""Cases of one commit: on SQLite people's writes wait behind it, on PostgreSQL those in the same cases."""

SETTLED = timedelta(seconds=10)
"""Other processes believe the calendar of before for `calendars.TRUSTED_SECONDS`. Counting begins when the
last term that they may have opened by it is there.
"""

_SETTLED_CHANGES = calendar_change.c.recalculation_id.is_(None) & (
    calendar_change.c.at <= bindparam("settled")
)
CALENDARS_MOVED = exists().where(calendar_change.c.recalculation_id.is_(None)) | exists().where(
    recalculation.c.finished_at.is_(None)
)
_UNFINISHED = (
    select(recalculation)
    .where(recalculation.c.finished_at.is_(None))
    .order_by(recalculation.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_WAITING = select(calendar_change.c.id).where(_SETTLED_CHANGES).with_for_update(skip_locked=True)
_BEGIN = insert(recalculation).returning(recalculation)
_TAKE = (
    update(calendar_change)
    .where(calendar_change.c.id.in_(bindparam("ids", expanding=True)))
    .values(recalculation_id=bindparam("becomes"))
)
_COME_SO_FAR = (
    update(recalculation)
    .where(recalculation.c.id == bindparam("the_recalculation"))
    .values({name: bindparam(name) for name in ("last_case", "terms", "moved", "finished_at")})
)
_CASES = (
    select(case_.c.id, case_.c.unit_id)
    .where(case_.c.status == ACTIVE, case_.c.id > bindparam("after"))
    .order_by(case_.c.id)
    .limit(bindparam("limit"))
)
_LOCK = (
    select(case_.c.id, case_.c.unit_id, case_.c.owner_id, case_.c.key_id)
    .where(case_.c.id.in_(bindparam("ids", expanding=True)), case_.c.status == ACTIVE)
    .order_by(case_.c.id)
    .with_for_update()
)
_TERMS = (
    select(term)
    .where(term.c.case_id.in_(bindparam("ids", expanding=True)), term.c.ended_at.is_(None))
    .order_by(term.c.case_id, term.c.id)
)
_TASKS = select(task.c.id, task.c.case_id, task.c.norm_id, task.c.assignee_id).where(
    task.c.case_id.in_(bindparam("ids", expanding=True)), task.c.status == OPEN
)
_SET_TERM = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values({name: bindparam(name) for name in ("due_at", "clock", "rung", "next_at", "remainder")})
)
_ADD_MOVED = insert(moved_term)
_TOLD = (
    select(moved_term.c.told_id)
    .where(moved_term.c.recalculation_id == bindparam("the_recalculation"), moved_term.c.told_id.is_not(None))
    .distinct()
)
_ADD_NOTICE = insert(notice)

Changes = Mapping[int, list[Stop | Longer]]


def recount_due(rt: Runtime, limit: int = BATCH) -> int:
    """Count one batch of cases anew, if calendars were changed; returns how many commits were made.

    Two workers at once are harmless: the second one finds the recalculation taken.
    """
    now = rt.clock.now()
    with rt.database.read() as conn:
        rt.calendars.moved = bool(conn.execute(select(CALENDARS_MOVED)).scalar_one())
    if not rt.calendars.moved:
        return 0
    rt.calendars.forget()  # this process may be one of those that believe the calendar of before
    with rt.database.write() as conn:
        work = conn.execute(_UNFINISHED).one_or_none() or _begin(conn, now)
        if work is None:
            return 0
        _walk(rt, conn, work, now, limit)
    return 1


def _begin(conn: Connection, now: datetime) -> AnyRow | None:
    """A new recalculation for all the changes that wait; None when they are too fresh, or just taken."""
    waiting = conn.execute(_WAITING, {"settled": to_seconds(now - SETTLED)}).scalars().all()
    if not waiting:
        return None
    fresh = {"started_at": to_seconds(now), "finished_at": None, "last_case": 0, "terms": 0, "moved": 0}
    work = conn.execute(_BEGIN, fresh).one()
    conn.execute(_TAKE, {"ids": waiting, "becomes": work.id})
    return work


def _walk(rt: Runtime, conn: Connection, work: AnyRow, now: datetime, limit: int) -> None:
    """The next cases of a recalculation; after the last of them it is finished and people are told."""
    units = _units(rt, conn, work.id)
    among = _CASES if units is None else _CASES.where(case_.c.unit_id.in_(units))
    cases = conn.execute(among, {"after": work.last_case, "limit": limit}).all()
    batch = _Batch(rt, conn, work.id, now)
    counted = batch.recount({row.id: row.unit_id for row in cases})
    finished = len(cases) < limit
    conn.execute(
        _COME_SO_FAR,
        {
            "the_recalculation": work.id,
            "last_case": cases[-1].id if cases else work.last_case,
            "terms": work.terms + counted,
            "moved": work.moved + len(batch.moved),
            "finished_at": to_seconds(now) if finished else None,
        },
    )
    if finished:
        _tell(rt, conn, work.id, now)
        details = {"terms": work.terms + counted, "moved": work.moved + len(batch.moved)}
        record_action(rt, conn, SYSTEM, "calendar.recount", "recalculation", work.id, details=details)


def _units(rt: Runtime, conn: Connection, number: int) -> Collection[int] | None:
    """Units whose calendars were changed, with those below them; None: all of them."""
    changed = {each.calendar for each in changes_of(conn, number)}
    if COUNTRY in changed:
        return None
    tree = rt.directory.tree()
    return {unit for each in changed for unit in tree.below(int(each))}


def _tell(rt: Runtime, conn: Connection, number: int, now: datetime) -> None:
    """One notice for everybody whose terms were moved, and for who stands in for them."""
    people = set(conn.execute(_TOLD, {"the_recalculation": number}).scalars())
    away = away_now(conn, rt.directory.tree(), now)
    people |= {away[each].acting_id for each in people if each in away}
    rows = [
        {
            "account_id": person, "at": to_seconds(now), "kind": RECOUNTED, "rung": 0, "case_id": None,
            "recalculation_id": number,
        }
        for person in sorted(each for each in people if each is not None)
    ]  # fmt: skip
    if rows:
        conn.execute(_ADD_NOTICE, rows)


@dataclass(frozen=True, slots=True)
class _Move:
    """A term that is counted otherwise now; `row` is as it was, `becomes` are the columns of `_SET_TERM`."""

    row: AnyRow
    norm: Norm
    becomes: dict[str, Any]

    @property
    def due(self) -> int:
        return int(self.becomes["due_at"])

    @property
    def moves(self) -> bool:
        """False when only its ladder or what a pause has kept changes."""
        return self.due != int(self.row.due_at)


@dataclass
class _Batch:
    """Some cases of a recalculation, inside one transaction."""

    rt: Runtime
    conn: Connection
    number: int
    now: datetime
    moved: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `moved_term`."""
    counted: dict[int, tuple[AnyRow, _Move | None]] = field(default_factory=dict)
    """What became of the rows that were counted before their cases were locked."""

    def recount(self, units: Mapping[int, int]) -> int:
        """Count the open terms of these cases (case → its unit) anew; returns how many there are."""
        terms = self._terms(list(units))
        touched = sorted({move.row.case_id for move in self._moves(terms, units)})
        if touched:
            cases = {row.id: row for row in self.conn.execute(_LOCK, {"ids": touched})}
            self._write(cases)
        return len(terms)

    def _terms(self, ids: Sequence[int]) -> Sequence[AnyRow]:
        return self.conn.execute(_TERMS, {"ids": ids}).all() if ids else []

    def _moves(self, terms: Sequence[AnyRow], units: Mapping[int, int]) -> list[_Move]:
        """What moves among these terms. A row that is still as it was counted is not counted again: whoever
        stops or lengthens a term changes its row.
        """
        fresh = [row for row in terms if row.id not in self.counted or self.counted[row.id][0] != row]
        changes = changes_of_terms(self.conn, [row.id for row in fresh]) if fresh else {}
        for row in fresh:
            self.counted[row.id] = row, self._move(row, units[row.case_id], changes)
        found = (self.counted[row.id][1] for row in terms)
        return [move for move in found if move is not None]

    def _move(self, row: AnyRow, unit_id: int, changes: Changes) -> _Move | None:
        calendars = self.rt.calendars
        norm = calendars.norm_by_id(row.norm_id)
        if norm.unit is Unit.SITTING:  # it is on its day, worked or not
            return None
        calendar, office = calendars.calendar(unit_id), calendars.office(unit_id)
        counted = counted_due(
            norm.rule, from_seconds(row.event_at), changes.get(row.id, []), calendar, office
        )
        becomes = _becomes(row, norm, counted, self.now, calendar, office)
        same = all(getattr(row, name) == value for name, value in becomes.items() if name != "the_term")
        return None if same else _Move(row, norm, becomes)

    def _write(self, cases: Mapping[int, AnyRow]) -> None:
        """What moves in these cases, which are locked now: read once more, somebody may have been there."""
        ids = list(cases)
        terms = self._terms(ids)
        moves = self._moves(terms, {number: row.unit_id for number, row in cases.items()})
        if not moves:
            return
        terms_of, tasks_of = by_case(terms), by_case(self.conn.execute(_TASKS, {"ids": ids}))
        entries: list[dict[str, Any]] = []
        steps: list[dict[str, Any]] = []
        waits: list[dict[str, Any]] = []
        for move in moves:
            if not move.moves:
                continue
            row, case, stands = move.row, cases[move.row.case_id], Clock(move.row.clock)
            with_it = steps_among(row, terms_of[case.id], tasks_of[case.id])
            steps += step_rows([each.id for each in with_it], move.due, stands)
            waits += wait_rows(row, move.due, stands)
            self.moved.append(self._moved(move, case, with_it))
            entries += self._entry(move, case)
        self.conn.execute(_SET_TERM, [move.becomes for move in moves])
        write_histories(self.conn, entries)
        for statement, rows in ((SET_TASK, steps), (SET_WAITS, waits), (_ADD_MOVED, self.moved)):
            if rows:
                self.conn.execute(statement, rows)

    def _moved(self, move: _Move, case: AnyRow, with_it: Sequence[AnyRow]) -> dict[str, Any]:
        working = (each.assignee_id for each in with_it if each.assignee_id is not None)
        return {
            "recalculation_id": self.number,
            "term_id": move.row.id,
            "case_id": case.id,
            "task_id": move.row.task_id,
            "due_before": move.row.due_at,
            "due_after": move.due,
            "told_id": next(working, case.owner_id),
        }

    def _entry(self, move: _Move, case: AnyRow) -> list[dict[str, Any]]:
        """The row of the case's history; none where the case was erased, its history is closed."""
        calendar, office = self.rt.calendars.calendar(case.unit_id), self.rt.calendars.office(case.unit_id)
        was, becomes = (from_seconds(each).astimezone(office.zone) for each in (move.row.due_at, move.due))
        shape = "%d.%m.%Y" if was.date() != becomes.date() else "%d.%m.%Y, %H:%M"
        provisional = may_move(becomes, self.now, calendar, office, move.norm)
        told = {
            "срок": move.norm.title,
            "причина": "изменился рабочий календарь",
            "было": f"{was:{shape}}",
            "стало": f"{becomes:{shape}}{', предварительно' if provisional else ''}",
        }
        try:
            entry = history_row(
                self.rt, case_id=case.id, key_id=case.key_id, now=self.now, actor=SYSTEM,
                kind=HistoryKind.TERM_RECOUNTED, task_id=move.row.task_id, data=told,
            )  # fmt: skip
        except KeyDestroyed:
            return []
        return [entry]


def _becomes(
    row: AnyRow, norm: Norm, counted: Counted, now: datetime, calendar: Calendar, office: Office
) -> dict[str, Any]:
    """The columns of a term counted anew. One whose end stays keeps what it has told and is to tell."""
    paused = row.clock == Clock.PAUSED
    if to_seconds(counted.due) != row.due_at:
        becomes = moved_row(row, norm, counted.due, now, calendar, office)
    else:
        becomes = {"the_term": row.id, "due_at": row.due_at, "rung": row.rung, "next_at": row.next_at}
        if row.next_at is not None and row.next_at > to_seconds(now):
            planned = plan(norm, from_seconds(row.event_at), counted.due, calendar, office)
            upcoming = next_rung(planned, row.rung, now)
            becomes["next_at"] = to_seconds(upcoming.at) if upcoming else None
    becomes["clock"], becomes["remainder"] = row.clock, counted.left
    if paused:
        becomes["rung"], becomes["next_at"] = row.rung, None
    return becomes
