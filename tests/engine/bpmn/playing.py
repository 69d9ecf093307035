"""A case in a test: every command starts from the bytes that the one before it left.

What the results of the steps say is kept the way the case service keeps it, and after every step compared
with where the case really stands: a result that forgets something fails whichever test it happens in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine import bpmn
from engine.bpmn import state
from engine.bpmn.position import Position
from engine.model import OpenTask, Sent, ServiceCall, StepResult, Wait, WaitKind

MOSCOW = ZoneInfo("Europe/Moscow")
MORNING = datetime(2026, 1, 12, 9, 0, tzinfo=MOSCOW)


class Play:
    """A running case."""

    def __init__(
        self,
        xml: bytes,
        variables: Mapping[str, Any] | None = None,
        *,
        process: str | None = None,
        others: tuple[bytes, ...] = (),
        versions: Mapping[int, bytes] | None = None,
        now: datetime = MORNING,
        terms: dict[str, datetime | None] | None = None,
        start_event: str | None = None,
        **context: Any,
    ) -> None:
        found = {one.id: one for file in (xml, *others) for one in bpmn.read(file).processes}
        for version, file in (versions or {}).items():
            found |= {one.id: one for one in bpmn.read(file, version=version).processes}
        main = found[process] if process else next(iter(found.values()))
        self.program = bpmn.link(main, found)
        self.now = now
        self.terms = terms or {}
        self.outside = {"case": {"номер": "ИП-1"}, **context}
        self.tasks: dict[int, OpenTask] = {}
        self.waits: dict[int, Wait] = {}
        self.services: dict[int, ServiceCall] = {}
        self.stopped: dict[int, str] = {}
        self.sent: list[Sent] = []
        self.passed: list[str] = []
        self.flows: list[str] = []
        self.ended = False
        self.end_event: str | None = None
        self.last: StepResult
        self._take(bpmn.start(self.program, variables or {}, self._context(), start_event))

    # --- what one can do

    def do(self, node: str, _index: int = 0, **data: Any) -> Play:
        """Complete an open task of the node."""
        return self.step(bpmn.Complete(self.task(node, _index).element_id, data))

    def wait(self, **time: float) -> Play:
        """Let time pass, then let timers fire."""
        self.now += timedelta(**time)
        return self.step(bpmn.Fire())

    def until(self, node: str) -> Play:
        """Let time pass until the moment of the waiting timer of the node."""
        moment = self.due(node)
        assert moment is not None
        self.now = moment
        return self.step(bpmn.Fire())

    def deliver(self, name: str, _index: int = 0, **payload: Any) -> Play:
        found = [wait for wait in self.waits.values() if wait.kind is WaitKind.MESSAGE and wait.name == name]
        assert found, f"nobody waits for the message {name}"
        return self.step(bpmn.Deliver(found[_index].element_id, name, payload))

    def signal(self, name: str, **payload: Any) -> Play:
        return self.step(bpmn.Signal(name, payload))

    def serve(self, node: str, **result: Any) -> Play:
        return self.step(bpmn.CompleteService(self.service(node).element_id, result))

    def fail(self, node: str, code: str | None = None, message: str = "почта не отвечает") -> Play:
        return self.step(bpmn.FailService(self.service(node).element_id, code, message))

    def throw(self, node: str, code: str) -> Play:
        return self.step(bpmn.ThrowError(self.task(node).element_id, code))

    def retry(self, node: str) -> Play:
        return self.step(bpmn.Retry(self.incident(node)))

    def skip(self, node: str, _index: int = 0, **values: Any) -> Play:
        return self.step(bpmn.Skip(self.place(node, _index), values))

    def move(self, node: str, target: str, _index: int = 0) -> Play:
        return self.step(bpmn.Move(self.place(node, _index), target))

    def remedies(self, node: str, index: int = 0) -> bpmn.Remedies:
        return bpmn.remedies(self.program, self.state, self.place(node, index))

    def place(self, node: str, index: int = 0) -> int:
        """The element instance at a node, whatever it does there."""
        position = self.position
        everywhere = (*position.open, *position.waiting, *position.inside, *position.incidents)
        return [place.element_id for place in everywhere if place.node == node][index]

    def set(self, **values: Any) -> Play:
        return self.step(bpmn.SetVariables(values))

    def step(self, command: bpmn.Command) -> Play:
        self._take(bpmn.step(self.program, self.state, command, self._context()))
        return self

    # --- what one can see

    @property
    def open(self) -> list[str]:
        """Nodes of the open tasks, with repeats."""
        return sorted(task.node for task in self.tasks.values())

    @property
    def waiting(self) -> list[str]:
        """Nodes of what is waited for outside: timers, messages, signals."""
        return sorted(wait.node for wait in self.waits.values())

    @property
    def incidents(self) -> list[str]:
        places = self.position.incidents
        return sorted(place.node for place in places)

    @property
    def variables(self) -> dict[str, Any]:
        return bpmn.variables(self.state)

    @property
    def position(self) -> Position:
        return bpmn.position(self.program, self.state)

    def task(self, node: str, index: int = 0) -> OpenTask:
        found = [task for task in self.tasks.values() if task.node == node]
        assert found, f"{node} is not open; open: {self.open}"
        return found[index]

    def service(self, node: str) -> ServiceCall:
        return next(call for call in self.services.values() if call.node == node)

    def incident(self, node: str) -> int:
        return next(place.element_id for place in self.position.incidents if place.node == node)

    def message(self, node: str) -> str:
        return self.stopped[self.incident(node)]

    def sees(self, node: str, index: int = 0) -> dict[str, Any]:
        return bpmn.task_variables(self.program, self.state, self.task(node, index).element_id)

    def due(self, node: str) -> datetime | None:
        """The moment of the waiting timer of the node."""
        moment = next(wait for wait in self.waits.values() if wait.node == node).moment
        return None if moment is None else moment.astimezone(MOSCOW)

    # --- keeping the books

    def _context(self) -> bpmn.Context:
        return bpmn.Context(now=self.now, zone=MOSCOW, terms=self.terms, **self.outside)

    def _take(self, result: StepResult) -> None:
        self.last = result
        self.state = result.state
        for task in result.opened:
            assert task.element_id not in self.tasks
            self.tasks[task.element_id] = task
        for wait in result.waits:
            assert wait.element_id not in self.waits
            self.waits[wait.element_id] = wait
        for call in result.services:
            self.services[call.element_id] = call
        for element_id in (*result.closed, *result.cancelled):
            del self.tasks[element_id]
        for element_id in result.ended_waits:
            assert self.waits.pop(element_id, None) or self.services.pop(element_id, None)
        for element_id in result.solved:
            del self.stopped[element_id]
        for incident in result.incidents:
            self.stopped[incident.element_id] = incident.message
        self.sent += result.sent
        self.passed += [passed.node for passed in result.passed if not passed.cancelled]
        self.flows += result.flows
        self.ended, self.end_event = result.ended, result.end_event
        self._compare()

    def _compare(self) -> None:
        position = self.position
        assert {place.element_id for place in position.open} == {*self.tasks, *self.services}
        assert {place.element_id: place.message for place in position.incidents} == self.stopped
        assert set(self.waits) <= {place.element_id for place in position.waiting}
        assert self.ended == (position == Position())
        context = bpmn.Context(now=datetime.fromtimestamp(0, UTC), zone=UTC)
        assert state.dump(state.load(self.program, self.state, context)) == self.state
