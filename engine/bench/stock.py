"""SpiffWorkflow as it comes: its own parser, its own engine, its own serializer.

The one place outside `engine.bpmn` that imports it, because it is what the engine is compared with. Stock
SpiffWorkflow can't run the shipped diagrams, so they are made simpler first: the same nodes and flows, each
with less to do than the engine has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.document import read_xml

_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

_BY_ITSELF: Final = frozenset({"businessRuleTask", "scriptTask", "sendTask", "serviceTask"})
"""Become empty throw events: the token passes, nothing is computed or sent."""

_FROM_OUTSIDE: Final = frozenset({"intermediateCatchEvent", "receiveTask"})
"""Become user tasks: the case waits there, without subscribing to anything."""

_DROPPED: Final = frozenset({"collaboration", "extensionElements"})

LONG_AFTER: Final = '"P365D"'
"""When timers are due: they are armed, and never fire."""

TAKEN: Final = "taken"
"""The variable that says which flow each gateway takes."""

_LOGGERS: Final = ("spiff.task", "spiff.workflow", "spiff.data")


class Stock:
    """One process, parsed and ready to start."""

    def __init__(self, process: str, diagrams: Iterable[bytes]) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        parser = BpmnParser()
        self._sources: dict[str, str] = {}
        self.receivers: dict[str, str] = {}
        """Nodes that wait for messages, by the message's name."""
        for diagram in diagrams:
            root = read_xml(diagram)
            self.receivers |= _receivers(root)
            simplify(root)
            for flow in root.iter(f"{_BPMN}sequenceFlow"):
                self._sources[str(flow.get("id"))] = str(flow.get("sourceRef"))
            parser.add_bpmn_xml(root)
        self._spec = parser.get_spec(process)
        self._called = parser.get_subprocess_specs(process)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def start(self, variables: Mapping[str, Any], flows: Iterable[str]) -> str:
        """A new workflow that will take these flows, run until it waits; as JSON with its whole spec."""
        workflow = BpmnWorkflow(self._spec, self._called)
        first = workflow.get_next_task(state=TaskState.READY)
        first.data.update(variables, **{TAKEN: {self._sources[flow]: flow for flow in flows}})
        return self._run(workflow)

    def complete(self, stored: str, node: str, data: Mapping[str, Any]) -> str:
        """Load a workflow, complete its open task of that node, let it run, dump it."""
        workflow = self._serializer.deserialize_json(stored)
        task = workflow.get_next_task(state=TaskState.READY, spec_name=node)
        task.data.update(data)
        task.run()
        return self._run(workflow)

    def _run(self, workflow: BpmnWorkflow) -> str:
        workflow.do_engine_steps()
        dumped: str = self._serializer.serialize_json(workflow)
        return dumped


def _receivers(root: etree._Element) -> dict[str, str]:
    names = {found.get("id"): str(found.get("name")) for found in root.iter(f"{_BPMN}message")}
    waiting = list(root.iter(f"{_BPMN}receiveTask"))
    return {names[found.get("messageRef")]: str(found.get("id")) for found in waiting}


def simplify(root: etree._Element) -> None:
    """Make of a diagram what stock SpiffWorkflow can run: the same nodes and flows, less in them."""
    for process in root.iter(f"{_BPMN}process"):
        for node in list(process.iter(f"{_BPMN}*")):
            _simplify(node)
        for gateway in process.iter(f"{_BPMN}exclusiveGateway"):
            _follow(process, gateway)
    for name in _DROPPED:
        for found in list(root.iter(_BPMN + name)):
            found.getparent().remove(found)  # type: ignore[union-attr]
    for plane in root.findall("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"):
        root.remove(plane)


def _simplify(node: etree._Element) -> None:
    kind = str(node.tag).removeprefix(_BPMN)
    if kind in _BY_ITSELF:
        node.tag = f"{_BPMN}intermediateThrowEvent"
    elif kind in _FROM_OUTSIDE:
        node.tag = f"{_BPMN}userTask"
    elif kind == "eventBasedGateway":
        node.tag = f"{_BPMN}exclusiveGateway"
    elif kind == "timerEventDefinition":
        for when in node:
            when.tag, when.text = f"{_BPMN}timeDuration", LONG_AFTER
    if str(node.tag) in {f"{_BPMN}intermediateThrowEvent", f"{_BPMN}userTask"}:
        for definition in node:
            if str(definition.tag).endswith("EventDefinition"):
                node.remove(definition)


def _follow(process: etree._Element, gateway: etree._Element) -> None:
    """Let a gateway take the flow that the engine took; where it took none, the default one or the first."""
    leaving = [
        flow for flow in process.iter(f"{_BPMN}sequenceFlow") if flow.get("sourceRef") == gateway.get("id")
    ]
    if gateway.get("default") is None:
        gateway.set("default", str(leaving[0].get("id")))
    for flow in leaving:
        for condition in list(flow):
            flow.remove(condition)
        if flow.get("id") != gateway.get("default"):
            condition = etree.SubElement(flow, f"{_BPMN}conditionExpression")
            condition.text = f'{TAKEN}.get("{gateway.get("id")}") == "{flow.get("id")}"'
