"""SpiffWorkflow as it comes: its own parser, its own engine, its own serializer.

The one place outside `engine.bpmn` that imports it, because it is what the engine is compared with. Stock
SpiffWorkflow can't run the shipped diagrams, so they are made simpler first: the same nodes and flows, each
with less to do than the engine has. What leads a case is the same: conditions of gateways are computed by our
FEEL, decisions by our DMN, handed to it the way it foresees, as a script engine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer, DefaultRegistry
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.bench.decisions import Asked, asked, handed_back
from engine.bpmn.document import read_xml
from engine.model import Value

_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

_BY_ITSELF: Final = frozenset({"scriptTask", "sendTask", "serviceTask"})
"""Become empty throw events: the token passes, nothing is computed or sent."""

_FROM_OUTSIDE: Final = frozenset({"intermediateCatchEvent", "receiveTask"})
"""Become user tasks: the case waits there, without subscribing to anything."""

_DROPPED: Final = frozenset({"collaboration", "extensionElements"})

LONG_AFTER: Final = '"P365D"'
"""When timers are due: they are armed, and never fire."""

_NEVER: Final = "=false"

_LOGGERS: Final = ("spiff.task", "spiff.workflow", "spiff.data")

Decide = Callable[[str, Mapping[str, Value], datetime], Value]
"""The answer of a decision by its key."""


class Stock:
    """One process, parsed and ready to start."""

    def __init__(self, process: str, diagrams: Iterable[bytes], decide: Decide) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        parser = BpmnParser()
        self._scripts = _Scripts(decide)
        self.receivers: dict[str, str] = {}
        """Nodes that wait for messages, by the message's name."""
        self._handed_back: list[tuple[str, feel.Expression]] = []
        for diagram in diagrams:
            root = read_xml(diagram)
            self.receivers |= _receivers(root)
            self._scripts.learn(root)
            self._handed_back += handed_back(root)
            simplify(root)
            parser.add_bpmn_xml(root)
        self._spec = parser.get_spec(process)
        self._called = parser.get_subprocess_specs(process)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(registry=_registry()))

    def start(self, variables: Mapping[str, Value], now: datetime) -> str:
        """A new workflow, run until it waits; as JSON with its whole spec."""
        workflow = BpmnWorkflow(self._spec, self._called)
        workflow.get_next_task(state=TaskState.READY).data.update(variables)
        return self._run(workflow, now)

    def understood(self, payload: Mapping[str, Value], now: datetime) -> dict[str, Value]:
        """What a message brings, and what the process that called makes of that."""
        made = {name: taken.evaluate(payload, now=now) for name, taken in self._handed_back}
        return {**payload, **made}

    def complete(self, stored: str, node: str, data: Mapping[str, Value], now: datetime) -> str:
        """Load a workflow, complete its open task of that node, let it run, dump it."""
        workflow = self._serializer.deserialize_json(stored)
        task = workflow.get_next_task(state=TaskState.READY, spec_name=node)
        task.data.update(data)
        task.run()
        return self._run(workflow, now)

    def _run(self, workflow: BpmnWorkflow, now: datetime) -> str:
        self._scripts.now = now
        workflow.script_engine = self._scripts
        workflow.do_engine_steps()
        dumped: str = self._serializer.serialize_json(workflow)
        return dumped


class _Scripts(PythonScriptEngine):  # type: ignore[misc]
    """Computes in FEEL and DMN what a diagram asks for. Everything is compiled once."""

    now: datetime

    def __init__(self, decide: Decide) -> None:
        super().__init__()
        self._decide = decide
        self._asked: dict[str, Asked] = {}
        self._expressions: dict[str, feel.Expression] = {}

    def learn(self, root: etree._Element) -> None:
        """Note what the decision tasks of a diagram ask for."""
        for node in root.iter(f"{_BPMN}businessRuleTask"):
            self._asked[str(node.get("id"))] = asked(node)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if expression == LONG_AFTER:
            return LONG_AFTER.strip('"')
        compiled = self._expressions.get(expression)
        if compiled is None:
            compiled = self._expressions[expression] = feel.compile(feel.unwrap(expression))
        return compiled.evaluate(task.data, now=self.now)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        """`script` is the number of a decision task: its answer goes into the data."""
        found = self._asked[script]
        answer = self._decide(found.decision, task.data, self.now)
        task.data.update(found.results(answer, task.data, self.now))
        return True


def _registry() -> DefaultRegistry:
    """The serializer's own, which also knows the other kinds of values that forms and decisions give."""
    registry = DefaultRegistry()
    registry.register(Decimal, lambda value: {"value": str(value)}, lambda kept: Decimal(kept["value"]))
    for kind in (date, time):
        registry.register(
            kind,
            lambda value: {"value": value.isoformat()},
            lambda kept, k=kind: k.fromisoformat(kept["value"]),
        )
    return registry


def _receivers(root: etree._Element) -> dict[str, str]:
    names = {found.get("id"): str(found.get("name")) for found in root.iter(f"{_BPMN}message")}
    waiting = list(root.iter(f"{_BPMN}receiveTask"))
    return {names[found.get("messageRef")]: str(found.get("id")) for found in waiting}


def simplify(root: etree._Element) -> None:
    """Make of a diagram what stock SpiffWorkflow can run: the same nodes and flows, less in them."""
    for process in root.iter(f"{_BPMN}process"):
        for node in list(process.iter(f"{_BPMN}*")):
            _simplify(process, node)
    for name in _DROPPED:
        for found in list(root.iter(_BPMN + name)):
            found.getparent().remove(found)  # type: ignore[union-attr]
    for plane in root.findall("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"):
        root.remove(plane)


def _simplify(process: etree._Element, node: etree._Element) -> None:
    kind = str(node.tag).removeprefix(_BPMN)
    if kind in _BY_ITSELF:
        node.tag = f"{_BPMN}intermediateThrowEvent"
    elif kind in _FROM_OUTSIDE:
        node.tag = f"{_BPMN}userTask"
    elif kind == "businessRuleTask":
        node.tag = f"{_BPMN}scriptTask"
        etree.SubElement(node, f"{_BPMN}script").text = node.get("id")
    elif kind == "eventBasedGateway":
        node.tag = f"{_BPMN}exclusiveGateway"
        _take_the_first(process, node)
    elif kind == "timerEventDefinition":
        for when in node:
            when.tag, when.text = f"{_BPMN}timeDuration", LONG_AFTER
    if str(node.tag) in {f"{_BPMN}intermediateThrowEvent", f"{_BPMN}userTask"}:
        for definition in node:
            if str(definition.tag).endswith("EventDefinition"):
                node.remove(definition)


def _take_the_first(process: etree._Element, gateway: etree._Element) -> None:
    """Where the events of several flows are waited for, wait for the first alone."""
    flows = [
        flow for flow in process.iter(f"{_BPMN}sequenceFlow") if flow.get("sourceRef") == gateway.get("id")
    ]
    gateway.set("default", str(flows[0].get("id")))
    for flow in flows[1:]:
        etree.SubElement(flow, f"{_BPMN}conditionExpression").text = _NEVER
