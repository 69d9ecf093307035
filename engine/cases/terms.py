"""The terms of one case during one step: what starts, what ends, what a new task is due with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.cases.locking import LockedCase
from engine.deadlines.counting import Unit
from engine.deadlines.due import overdue_from
from engine.deadlines.norms import Norm, Start
from engine.deadlines.tables import END_TERM, OPEN_TERM
from engine.deadlines.terms import end_term, open_term
from engine.model import FAR_FUTURE, Clock, StepInfo, Value
from engine.records.sittings import ASKED, sitting_days_for
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.prepared import Prepared

_OPEN_TERM = Prepared(OPEN_TERM)
_END_TERM = Prepared(END_TERM)


class TermBook:
    """Collects the term rows of one step and writes them with one statement each.

    `variables` are the case's: a norm may have variants that hang on them (a palliative patient).
    """

    def __init__(
        self, rt: Runtime, conn: Connection, case: LockedCase, now: datetime, variables: Mapping[str, Value]
    ) -> None:
        self._rt = rt
        self._conn = conn
        self._case = case
        self._now = now
        self._variables = variables
        self._opening: list[dict[str, Any]] = []
        self._ending: dict[int, dict[str, Any]] = {}
        self._started: set[str] = set()
        self._running = {
            row.key: (row.due_at, row.norm_id, row.clock) for row in case.terms if row.task_id is None
        }
        """Terms of the case as a whole by key: (due moment in seconds, norm, clock)."""

    def pass_node(self, info: StepInfo) -> None:
        """The element has completed: its terms end and start. A term that runs already is not restarted.

        One until whose end the case rested has run its course: nobody was late, however long after its last
        moment the timer was looked at.
        """
        for key in info.end_terms:
            self._end_case_term(key, rested=key == info.waits_for)
        for key in info.start_terms:
            if key not in self._running:
                row = self._open(key, task_id=None)
                self._running[key] = (row["due_at"], row["norm_id"], Clock.RUNNING)
                self._started.add(key)

    def give_up_rests(self, cancelled: Iterable[StepInfo], completed: Iterable[StepInfo]) -> None:
        """The case rests no more for what it waited for: such a term has become needless, unless something
        that has completed ends it. Called before anything starts terms.
        """
        ended = {key for info in completed for key in info.end_terms}
        for info in cancelled:
            key = info.waits_for
            if key is not None and key in info.end_terms and key not in ended:
                self._end_case_term(key, cancelled=True)

    def due_of_task(
        self, number: int, info: StepInfo, due: date | datetime | None
    ) -> tuple[int | None, int | None, Clock]:
        """(due moment in seconds, norm, clock) of a task that opens now.

        A date computed by the diagram wins, a day lasting until the office closes; then a term of the case
        with the norm's key; otherwise the step gets a term of its own.
        """
        if due is not None:
            return to_seconds(self._end_of(due)), None, Clock.RUNNING
        if info.norm is None:
            return None, None, Clock.NONE
        if info.norm in self._running:
            return self._running[info.norm]
        row = self._open(info.norm, task_id=number)
        return row["due_at"], row["norm_id"], Clock.RUNNING

    def moment_of(self, key: str) -> int | None:
        """When a timer on the case's term fires, in seconds; None while the term doesn't run."""
        due_at, _, clock = self._running.get(key, (None, None, Clock.NONE))
        if due_at is None or due_at == FAR_FUTURE or clock != Clock.RUNNING:
            return None
        return overdue_from(due_at)

    def followers(self) -> list[dict[str, Any]]:
        """Timers that waited for a term which has started in this step: rows for the statement that dates
        them.
        """
        return [
            {"the_case": self._case.id, "the_term": key, "moment": self.moment_of(key)}
            for key in self._started
        ]

    def end_of_tasks(self, done: Iterable[int], needless: Iterable[int]) -> None:
        """Terms of these tasks end: met or breached when the task was done, cancelled when it became
        needless.
        """
        for numbers, cancelled in ((set(done), False), (set(needless), True)):
            for row in self._case.terms:
                if row.task_id in numbers:
                    self._end(row, cancelled=cancelled)

    def end_all(self) -> None:
        """The case is over: what still runs is cancelled."""
        for row in self._case.terms:
            if row.id not in self._ending:
                self._end(row, cancelled=True)
        self._opening = [row for row in self._opening if row["task_id"] is not None]

    def write(self, conn: Connection) -> None:
        """At most two statements."""
        if self._ending:
            _END_TERM.run_all(conn, list(self._ending.values()))
        if self._opening:
            _OPEN_TERM.run_all(conn, self._opening)

    def _end_of(self, due: date | datetime) -> datetime:
        if isinstance(due, datetime):
            return due
        kind = self._rt.calendars.calendar(self._case.unit_id).day(due).kind
        return self._rt.calendars.office(self._case.unit_id).closes(due, kind)

    def _open(self, key: str, task_id: int | None) -> dict[str, Any]:
        norm = self._norm(key)
        event = self._case.filed_at if norm.start is Start.APPLICATION else self._now
        row = open_term(
            norm,
            case_id=self._case.id,
            event=event,
            now=self._now,
            calendar=self._rt.calendars.calendar(self._case.unit_id),
            office=self._rt.calendars.office(self._case.unit_id),
            task_id=task_id,
            sittings=self._sittings(norm, event),
        )
        self._opening.append(row)
        return row

    def _sittings(self, norm: Norm, event: datetime) -> list[date]:
        """None yet for the commission that the case is only about to ask."""
        if norm.unit is not Unit.SITTING or norm.commission == ASKED:
            return []
        return sitting_days_for(self._rt, self._conn, norm.commission, self._case.unit_id, event)

    def _norm(self, key: str) -> Norm:
        zone = self._rt.calendars.office(self._case.unit_id).zone
        norms = self._rt.calendars.norms()
        wanted = self._variables if norms.has_variants(key) else None
        return norms.find(key, self._now.astimezone(zone).date(), wanted)

    def _end_case_term(self, key: str, *, rested: bool = False, cancelled: bool = False) -> None:
        self._running.pop(key, None)
        self._opening = [row for row in self._opening if row["key"] != key or row["task_id"] is not None]
        for row in self._case.terms:
            if row.key == key and row.task_id is None:
                at = from_seconds(row.due_at) if rested else self._now
                self._end(row, cancelled=cancelled, at=at)

    def _end(self, row: Any, *, cancelled: bool, at: datetime | None = None) -> None:
        paused = row.clock == Clock.PAUSED
        ended = end_term(row.id, row.due_at, at or self._now, cancelled=cancelled, paused=paused)
        self._ending.setdefault(row.id, ended)
