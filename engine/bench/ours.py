"""The engine's side: cases led through a pathway by the services that people's clicks call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, select

from engine.bench.instances import Ground, actor_of, compacted_bytes
from engine.bench.meter import Meter, Timed
from engine.bench.works import ZONE, Work
from engine.bpmn.timers import in_zone
from engine.cases.messages import deliver_to
from engine.cases.outbox import Handler, Promise, deliver_due
from engine.cases.service import complete_task, start_case
from engine.cases.tables import case_, wait
from engine.clock import MovableClock
from engine.definitions.library import Release
from engine.jobs.sweep import HANDLERS
from engine.model import Actor, CompleteTask, StartCase, WaitKind
from engine.runtime import Runtime
from engine.scenarios.steps import Complete, Message, Until
from engine.storage.counting import count_statements
from engine.worklist.tables import OPEN, task

_TASK: Final = select(task.c.id).where(
    task.c.case_id == bindparam("case_id"), task.c.node == bindparam("node"), task.c.status == OPEN
)
_WAIT: Final = select(wait.c.id).where(
    wait.c.case_id == bindparam("case_id"), wait.c.kind == WaitKind.MESSAGE, wait.c.name == bindparam("name")
)
_STATE: Final = select(func.length(case_.c.state)).where(case_.c.id == bindparam("case_id"))


def _print_nothing(_rt: Runtime, _conn: Connection, _promise: Promise, _: Any) -> None:
    """Making a document is no part of a completion, and its bytes are its own."""


_HANDLERS: Final = {**HANDLERS, "document": Handler(_print_nothing)}


class Ours:
    """One work on one instance."""

    def __init__(self, ground: Ground, work: Work) -> None:
        self.work = work
        self.rt, self._account = ground.instance(work)
        self.actor: Actor = actor_of(self.rt, self._account)
        self.statements: list[int] = []
        self.commits: list[int] = []
        """Of each completion of the second case."""
        self.waiting: list[int] = []
        """Bytes of the stored state between its steps."""
        self._warm_up()

    def release(self) -> Release:
        """The definitions that the cases run."""
        with self.rt.database.read() as conn:
            return self.rt.library.current(conn)

    def play(self, meter: Meter) -> None:
        """Lead one case through; only its completions are timed."""
        self._play(meter.time)

    def bytes(self) -> int:
        """Both databases of the instance, compacted."""
        return compacted_bytes(self.rt.database) + compacted_bytes(self.rt.vault.store.database)

    def _warm_up(self) -> None:
        """The first case makes queues and links programs; statements are counted at the second."""
        self._play(lambda complete: complete(), self._load_actor)
        self._play(self._counted, self._note_state)

    def _load_actor(self, _case_id: int) -> None:
        """Queues of roles are made when the first step needs them; afterwards the actor knows them all."""
        self.actor = actor_of(self.rt, self._account)

    def _counted(self, complete: Callable[[], None]) -> None:
        with count_statements(self.rt.database) as counted:
            complete()
        self.statements.append(counted.statements)
        self.commits.append(counted.commits)

    def _note_state(self, case_id: int) -> None:
        with self.rt.database.read() as conn:
            self.waiting.append(int(conn.execute(_STATE, {"case_id": case_id}).scalar_one()))

    def _play(self, timed: Timed, between: Callable[[int], None] = lambda _: None) -> None:
        rt = self.rt
        self._set_clock(self.work.at)
        started = start_case(
            rt, StartCase(self.actor, self.work.process, self.work.variables), check_form=False
        )
        for move in self.work.moves:
            deliver_due(rt, _HANDLERS)
            between(started.id)
            match move:
                case Complete():
                    command = CompleteTask(self.actor, self.number(started.id, move.node), move.data)
                    timed(partial(complete_task, rt, command, check_form=False))
                case Message():
                    with rt.database.write() as conn:
                        waiting = conn.execute(_WAIT, {"case_id": started.id, "name": move.name}).scalar_one()
                        deliver_to(rt, conn, started.id, waiting, move.name, move.payload)
                case Until():
                    self._set_clock(in_zone(move.moment, ZONE))
        deliver_due(rt, _HANDLERS)

    def number(self, case_id: int, node: str) -> int:
        with self.rt.database.read() as conn:
            return int(conn.execute(_TASK, {"case_id": case_id, "node": node}).scalar_one())

    def _set_clock(self, moment: Any) -> None:
        assert isinstance(self.rt.clock, MovableClock), "an instance to measure on has a clock of its own"
        self.rt.clock.set(moment)


def form_bytes(work: Work) -> int:
    """What the answers of one case take as JSON."""
    return sum(len(orjson.dumps(move.data)) for move in work.moves if isinstance(move, Complete))
