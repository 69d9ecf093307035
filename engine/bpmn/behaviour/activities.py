"""Activities: something is done at them, so they may have inputs, outputs, boundary events and loops."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from engine.bpmn import scope, timers
from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.node import Mapped, Node, evaluate_mapped
from engine.bpmn.evaluate import Formula, Source, in_words
from engine.bpmn.faults import Fault
from engine.bpmn.incidents import MESSAGE
from engine.bpmn.plan import Plan
from engine.bpmn.states import FUTURE, READY
from engine.feel.values import kind_in_russian
from engine.model import Explained, OpenTask, ServiceCall, StepInfo, Value

if TYPE_CHECKING:
    from engine.bpmn.behaviour.events import Boundary
    from engine.bpmn.token import Token

DONE = "done"
"""Mark: the person or the operation has come back with a result; only the engine's own work is left."""

RESULT = "decisionResult"
"""The name by which output parameters see the answer of a decision that has no variable of its own."""


class Activity(Node):
    """Base, and the activity in which nothing happens (a plain or manual task)."""

    reported = True
    undone_by: Node | None = None
    """The handler that undoes the activity, from its compensation boundary event."""
    item: Source | None = None
    """Which one it is, in words, where there are several."""

    def __init__(
        self, plan: Plan, name: str, info: StepInfo, inputs: Mapped = (), outputs: Mapped = ()
    ) -> None:
        super().__init__(plan, name, info, outputs=outputs)
        self.inputs_mapped = inputs
        self.boundaries: tuple[Boundary, ...] = ()

    def arrive(self, token: Token) -> None:
        if token.state == FUTURE:
            for boundary in self.boundaries:
                token.block.spawn(boundary, token).arrive()
        if self.inputs_mapped:
            token.marks[scope.INPUTS] = scope.storable(evaluate_mapped(self.inputs_mapped, token))
        self.open(token)

    def open(self, token: Token) -> None:
        """The activity begins. Raises Fault before it has changed anything."""
        token.case.make_ready(token)

    def leave(self, token: Token) -> None:
        for child in token.belongings():
            child.cancel()
        if self.undone_by is not None and compensation.QUEUE not in token.marks:
            compensation.remember(token)
        host = token.host
        if host is not None and host.node.gathers:
            host.node.instance_done(host, token)
        elif compensation.QUEUE not in token.marks:
            if (around := token.block.host) is not None:
                around.node.inner_done(around)
            super().leave(token)


class Handed(Activity):
    """An activity whose result comes from outside: from a person or from an operation."""

    automatic = False

    def is_open(self, token: Token) -> bool:
        return token.state == READY and MESSAGE not in token.marks and DONE not in token.marks

    def receive(self, token: Token, result: dict[str, Value]) -> None:
        """The result is here: only the engine's own work is left."""
        token.data = dict(result)
        token.marks[DONE] = 1
        token.case.make_ready(token)


class UserTask(Handed):
    """A step for a person."""

    assignee: Source | None = None
    due: Source | None = None

    def open(self, token: Token) -> None:
        node, process = self.place(token)
        due = self._due(token)
        if due is None and self.info.norm is not None:
            self.require_norms(token, self.info.norm)
        task = OpenTask(
            token.id,
            node,
            roles=self.info.roles,
            assignee=self.assignee.value(token) if self.assignee else None,
            due=due,
            item=self._item(token),
            process=process,
        )
        token._set_state(READY)
        token.case.journal.opened(task)

    def cancelled(self, token: Token) -> None:
        if self.is_open(token):
            token.case.journal.cancelled(token.id)

    def _due(self, token: Token) -> date | datetime | None:
        if self.due is None:
            return None
        value = self.due.value(token)
        if value is None:
            return None
        schedule = timers.read_value(value)
        if schedule is None or isinstance(schedule, timers.Repeated):
            raise Fault(
                f"срок шага вместо даты или длительности получил: {kind_in_russian(value)}",
                "Исправьте данные и повторите.",
            )
        if isinstance(schedule, date) and not isinstance(schedule, datetime):
            return schedule
        return timers.first_moment(schedule, token.case.context.now, token.case.context.zone)

    def _item(self, token: Token) -> str:
        """Which one it is: as the step says, as its loop counts, else as the nearest call around it says."""
        host = token.host
        if self.item is None and host is not None and host.node.loops:
            return str(host.node.describe(token, host))
        for place in (token, *token.calls()):
            formula = place.node.item if isinstance(place.node, Activity) else None
            if formula is not None:
                value = formula.value(place)
                return "" if value is None else in_words(value)
        return ""


class ServiceTask(Handed):
    """A step for an operation of the catalogue, carried out by the caller after the commit."""

    topic: str

    def open(self, token: Token) -> None:
        node, process = self.place(token)
        inputs = token.marks.get(scope.INPUTS, {})
        token._set_state(READY)
        token.case.journal.calls(ServiceCall(token.id, node, self.topic, dict(inputs), process))

    def cancelled(self, token: Token) -> None:
        if self.is_open(token):
            token.case.journal.wait_over(token.id)


class ScriptTask(Activity):
    """A FEEL context whose entries are written into the scope, or any value into `result_variable`."""

    script: Formula
    result_variable: str | None = None

    def work(self, token: Token) -> bool:
        value = self.script.value(token)
        if self.result_variable:
            token.data = scope.storable({self.result_variable: value})
        elif isinstance(value, dict):
            token.data = scope.storable(value)
        else:
            raise Fault("сценарий дал не набор полей", "Запишите его как { имя: выражение } и повторите.")
        self.write_results(token)
        return True


class DecisionTask(Activity):
    """Asks a decision by key and writes its answer."""

    decision: str
    result_variable: str | None = None
    shape: str | None = None

    def work(self, token: Token) -> bool:
        inputs = token.marks[scope.INPUTS] if self.inputs_mapped else scope.view(token).as_dict()
        answer = token.case.context.decide(self.decision, inputs)
        value = shaped(answer.value, self.shape)
        if self.result_variable:
            token.data = scope.storable({self.result_variable: value})
        else:
            results = dict(value) if isinstance(value, dict) else {}
            if self.outputs_mapped:
                results[RESULT] = value
            token.data = scope.storable(results)
        self.write_results(token)
        node, process = self.place(token)
        token.case.journal.decisions.append(
            Explained(node, self.decision, value, answer.explanation, process)
        )
        return True


def shaped(value: Value, shape: str | None) -> Value:
    """The answer as `camunda:mapDecisionResult` asks for it. Raises Fault when it has no such shape."""
    if shape == "singleEntry":
        return _entry(_only(value))
    if shape == "singleResult":
        return _only(value)
    if shape == "collectEntries":
        return [_entry(item) for item in _many(value)]
    return _many(value) if shape == "resultList" else value


def _many(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _only(value: Value) -> Value:
    if not isinstance(value, list):
        return value
    if len(value) > 1:
        raise Fault(
            "решение дало несколько ответов вместо одного", "Исправьте таблицу или вид результата в схеме."
        )
    return value[0] if value else None


def _entry(value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise Fault(
            "решение дало несколько полей вместо одного", "Исправьте таблицу или вид результата в схеме."
        )
    return next(iter(value.values()))
