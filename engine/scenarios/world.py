"""One case on a throwaway instance: what can be asked of it, and time that passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from engine.access.tables import account_role, queue
from engine.bpmn import Place, Position
from engine.cases.messages import collect_message
from engine.cases.outbox import Handler, Promise, deliver_due
from engine.cases.queries import CaseCard, case_card, case_position, case_variables, step_variables
from engine.cases.tables import outbox, wait
from engine.cases.timers import fire_case
from engine.clock import MovableClock
from engine.deadlines.tables import term
from engine.definitions.library import Release
from engine.model import Actor, StepInfo, Value, WaitKind, split_task_id
from engine.runtime import Runtime
from engine.scenarios.verdict import Failed
from engine.storage.moments import due_from_seconds, from_seconds, to_seconds
from engine.worklist.ladder import tell_due
from engine.worklist.tables import OPEN, notice, task

MOST_MOMENTS: Final = 20_000
"""Moments at which something may happen in one scenario: a timer of every half an hour runs a year."""

MOST_ROUNDS: Final = 500
"""Rounds at one moment; a pathway that needs more makes itself new work for ever."""

_TASKS: Final = (
    select(task.c.id, task.c.node, task.c.due_at)
    .where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
    .order_by(task.c.id)
)
_WAITS: Final = (
    select(wait.c.id, wait.c.key)
    .where(
        wait.c.case_id == bindparam("case_id"),
        wait.c.kind == WaitKind.MESSAGE,
        wait.c.name == bindparam("name"),
    )
    .order_by(wait.c.id)
)
_NEXT: Final = tuple(
    select(func.min(column)).where(column > bindparam("now"))
    for column in (wait.c.due_at, term.c.next_at, outbox.c.next_at)
)
_PROBLEM: Final = select(outbox.c.problem).where(outbox.c.problem.is_not(None)).limit(1)
_LAST_NOTICE: Final = select(func.coalesce(func.max(notice.c.id), 0))
_NOTICES: Final = (
    select(account_role.c.role, queue.c.roles)
    .join_from(notice, account_role, account_role.c.account_id == notice.c.account_id, isouter=True)
    .outerjoin(task, task.c.id == notice.c.task_id)
    .outerjoin(queue, queue.c.id == task.c.role_queue_id)
    .where(notice.c.id > bindparam("after"))
    .order_by(notice.c.id)
)


def _nothing(_rt: Runtime, _conn: Connection, _promise: Promise, _: None) -> None:
    """Nobody outside hears of it."""


_HANDLERS: Final = {
    "collect": Handler(collect_message),
    "message": Handler(_nothing),
    "signal": Handler(_nothing),
    "service": Handler(_nothing),
    "document": Handler(_nothing),
}
"""A trial has no outside: messages are noted, operations wait for the scenario, no document is made."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open step; `element` is its number inside the case."""

    id: int
    node: str
    due: datetime | None

    @property
    def element(self) -> int:
        return split_task_id(self.id)[1]


@dataclass(frozen=True, slots=True)
class WaitRow:
    """An element that waits for a message with this key."""

    id: int
    key: str

    @property
    def element(self) -> int:
        return split_task_id(self.id)[1]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Whom a notice went to; `own`: it is about a step of that role, or about a case that the person owns."""

    role: str | None
    own: bool


class World:
    """The instance as one case sees it. `sent` are names of messages that left the case, in order."""

    def __init__(self, rt: Runtime, actor: Actor, case_id: int, sent: list[str]) -> None:
        self.rt = rt
        self.actor = actor
        self.case_id = case_id
        self.sent = sent
        self._moments = 0
        self._notices_behind = 0

    # --- what can be asked ------------------------------------------------------------------------

    def card(self) -> CaseCard:
        with self.rt.database.read() as conn:
            return self._card(conn)

    def _card(self, conn: Connection) -> CaseCard:
        return case_card(self.rt, conn, self.actor, self.case_id)

    def release(self) -> Release:
        return self.rt.library.release(self.card().release_id)

    def variables(self) -> Mapping[str, Value]:
        """Those of the case's top scope."""
        with self.rt.database.read() as conn:
            return case_variables(self.rt, conn, self._card(conn))

    def seen_at(self, element: int) -> Mapping[str, Value]:
        """The variables that an element instance sees."""
        with self.rt.database.read() as conn:
            return step_variables(self.rt, conn, self._card(conn), element)

    def position(self) -> Position:
        with self.rt.database.read() as conn:
            return case_position(self.rt, conn, self._card(conn)).now

    def info(self, place: Place) -> StepInfo:
        """What the diagram says of an element."""
        return self.release().process(place.process).steps[place.node]

    def tasks(self) -> list[TaskRow]:
        """Open steps in the order of opening."""
        with self.rt.database.read() as conn:
            rows = conn.execute(_TASKS, {"case_id": self.case_id}).all()
        return [TaskRow(row.id, row.node, due_from_seconds(row.due_at)) for row in rows]

    def waits_for(self, name: str) -> list[WaitRow]:
        """Who waits for a message of that name, the longest waiting first."""
        with self.rt.database.read() as conn:
            rows = conn.execute(_WAITS, {"case_id": self.case_id, "name": name}).all()
        return [WaitRow(row.id, row.key) for row in rows]

    def leave_notices_behind(self) -> None:
        """An action begins: notices are asked for from now on."""
        with self.rt.database.read() as conn:
            self._notices_behind = int(conn.execute(_LAST_NOTICE).scalar_one())

    def notices(self) -> list[NoticeRow]:
        """Notices since the last action began."""
        with self.rt.database.read() as conn:
            rows = conn.execute(_NOTICES, {"after": self._notices_behind}).all()
        return [
            NoticeRow(row.role, row.role is None or row.role in (row.roles or "").split()) for row in rows
        ]

    # --- time that passes ---------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.rt.clock.now()

    def settle(self) -> None:
        """Let everything happen that is due now. Raises Failed when it never ends or can't be done."""
        for _ in range(MOST_ROUNDS):
            busy = fire_case(self.rt, self.case_id)
            busy = deliver_due(self.rt, _HANDLERS) > 0 or busy
            busy = tell_due(self.rt) > 0 or busy
            self._refuse_problems()
            if not busy:
                return
        raise Failed("Дело снова и снова даёт себе работу в одно и то же мгновение.")

    def pass_until(self, moment: datetime) -> None:
        """Move the clock there; on the way everything happens at its own moment."""
        clock = self.rt.clock
        assert isinstance(clock, MovableClock), "a trial has a clock that can be moved"
        while (found := self._next_moment()) is not None and found <= moment:
            self._moments += 1
            if self._moments > MOST_MOMENTS:
                raise Failed(f"За время сценария что-то срабатывает больше {MOST_MOMENTS} раз.")
            clock.set(found)
            self.settle()
        clock.set(moment)
        self.settle()

    def _next_moment(self) -> datetime | None:
        now = to_seconds(self.now())
        with self.rt.database.read() as conn:
            found = [conn.execute(statement, {"now": now}).scalar() for statement in _NEXT]
        return from_seconds(min((each for each in found if each is not None), default=None))

    def _refuse_problems(self) -> None:
        with self.rt.database.read() as conn:
            problem = conn.execute(_PROBLEM).scalar()
        if problem is not None:
            raise Failed(problem)
