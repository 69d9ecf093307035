"""From the graph of a file to the plans that cases run on.

Two phases a level: first all nodes are made, then flows are wired, so neither long chains nor loops in a
diagram cost depth of recursion. The graph has been checked and normalised; what is wrong here is a defect of
the checks.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn import dialect
from engine.bpmn.behaviour import triggers
from engine.bpmn.behaviour.activities import Activity, DecisionTask, ScriptTask, ServiceTask, UserTask
from engine.bpmn.behaviour.adhoc import AdHoc
from engine.bpmn.behaviour.blocks import CallActivity, EventSubProcess, Passing, SubProcess
from engine.bpmn.behaviour.events import (
    Boundary,
    CatchEvent,
    EndEvent,
    ReceiveTask,
    SendTask,
    StartEvent,
    ThrowEvent,
)
from engine.bpmn.behaviour.gateways import (
    ComplexGateway,
    EventGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from engine.bpmn.behaviour.loops import Loop, MultiInstance, StandardLoop
from engine.bpmn.behaviour.node import Mapped, Node
from engine.bpmn.dialect import Written
from engine.bpmn.evaluate import Formula, Source, formula, source
from engine.bpmn.graph import Element, Graph, Scope, is_true, local_name
from engine.bpmn.normalise import child_name, first_elements
from engine.bpmn.plan import Arc, Plan
from engine.bpmn.sure import sure
from engine.bpmn.ways import find_ways
from engine.model import StepInfo


def build(graph: Graph, process: Scope) -> Plan:
    """The plan of a normalised process."""
    return _Level(graph, process).build()


class _Level:
    """Builds the plan of one level and of those inside it."""

    def __init__(self, graph: Graph, scope: Scope) -> None:
        self.graph = graph
        self.scope = scope
        self.plan = Plan(scope.id, scope.process)
        self.nodes: dict[str, Node] = {}

    def build(self) -> Plan:
        for element in self.scope.elements.values():
            if not element.is_compensation_boundary:
                self.nodes[element.id] = self._make(element)
        self._attach_boundary_events()
        self._wire_flows()
        find_ways(self.plan)
        self.plan.starts = tuple(node for node in self.nodes.values() if isinstance(node, StartEvent))
        self.plan.handlers = tuple(node for node in self.nodes.values() if isinstance(node, EventSubProcess))
        return self.plan

    def _attach_boundary_events(self) -> None:
        for element in self.scope.of_kind("boundaryEvent"):
            host = self.nodes[sure(element.attached_to)]
            boundary = self.nodes.get(element.id)
            if element.is_compensation_boundary:
                done = host.inner if isinstance(host, Loop) else host
                done.undone_by = self.nodes[sure(dialect.undone_by(element))]
            elif isinstance(host, Activity) and isinstance(boundary, Boundary):
                host.boundaries = (*host.boundaries, boundary)

    def _wire_flows(self) -> None:
        leaving: dict[str, list[Arc]] = {id_: [] for id_ in self.nodes}
        reaching: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for flow in self.scope.flows:
            default = self.scope.elements[flow.source].default == flow.id
            condition = None if default else _formula(dialect.condition(flow, self.scope))
            leaving[flow.source].append(Arc(flow.id, self.nodes[flow.target], condition, default, flow.drawn))
            reaching[flow.target].append(flow.id)
        for id_, node in self.nodes.items():
            node.wire(leaving[id_], reaching[id_])

    def _make(self, element: Element) -> Node:
        info = dialect.step_info(element)
        if element.is_event_sub_process:
            return self._event_sub_process(element, info)
        loop = dialect.loop_of(element)
        name = element.id if loop is None else child_name(element.id)
        node = _MAKERS[element.tag](self, element, info, name)
        return node if loop is None else self._loop(element, info, node)

    # --- activities

    def _user_task(self, element: Element, info: StepInfo, name: str) -> Node:
        task = UserTask(self.plan, name, info, *_mapped(element))
        task.assignee = _source(dialect.attribute(element, "assignee"))
        task.due = _source(dialect.attribute(element, "dueDate"))
        task.item = _formula(dialect.property_formula(element, "item"))
        return task

    def _passing_task(self, element: Element, info: StepInfo, name: str) -> Node:
        return Activity(self.plan, name, info, *_mapped(element))

    def _service_task(self, element: Element, info: StepInfo, name: str) -> Node:
        task = ServiceTask(self.plan, name, info, *_mapped(element))
        task.topic = sure(info.topic)
        return task

    def _script_task(self, element: Element, info: StepInfo, name: str) -> Node:
        task = ScriptTask(self.plan, name, info, *_mapped(element))
        task.script = sure(_formula(dialect.script(element)))
        task.result_variable = dialect.camunda(element.xml, "resultVariable")
        return task

    def _decision_task(self, element: Element, info: StepInfo, name: str) -> Node:
        if info.decision is None:
            return self._service_task(element, info, name)
        task = DecisionTask(self.plan, name, info, *_mapped(element))
        task.decision = info.decision
        task.result_variable = dialect.camunda(element.xml, "resultVariable")
        task.shape = dialect.camunda(element.xml, "mapDecisionResult")
        return task

    def _send_task(self, element: Element, info: StepInfo, name: str) -> Node:
        if info.topic is not None:
            return self._service_task(element, info, name)
        task = SendTask(self.plan, name, info, *_mapped(element))
        task.trigger = self._message(element, element.attribute("messageRef"))
        return task

    def _receive_task(self, element: Element, info: StepInfo, name: str) -> Node:
        task = ReceiveTask(self.plan, name, info, *_mapped(element))
        task.trigger = self._message(element, element.attribute("messageRef"))
        return task

    def _call_activity(self, element: Element, info: StepInfo, name: str) -> Node:
        task = CallActivity(self.plan, name, info, *_mapped(element))
        task.called = sure(info.called)
        task.item = _formula(dialect.property_formula(element, "item"))
        task.passed_in = _passings(element, "in")
        task.passed_out = _passings(element, "out")
        return task

    def _sub_process(self, element: Element, info: StepInfo, name: str) -> Node:
        task = SubProcess(self.plan, name, info, *_mapped(element))
        task.plan = _Level(self.graph, sure(element.body)).build()
        return task

    def _ad_hoc(self, element: Element, info: StepInfo, name: str) -> Node:
        task = AdHoc(self.plan, name, info, *_mapped(element))
        body = sure(element.body)
        task.plan = _Level(self.graph, body).build()
        task.offered = tuple(first.id for first in first_elements(body))
        task.completion = sure(_formula(dialect.ad_hoc_end(element)))
        task.sequential = element.attribute("ordering") == "Sequential"
        task.cancels_rest = element.flag("cancelRemainingInstances", default=True)
        return task

    def _event_sub_process(self, element: Element, info: StepInfo) -> Node:
        handler = EventSubProcess(self.plan, element.id, info)
        body = sure(element.body)
        handler.plan = _Level(self.graph, body).build()
        begin = handler.plan.starts[0]
        handler.trigger = begin.trigger
        handler.interrupting = body.elements[begin.name].flag("isInterrupting", default=True)
        return handler

    def _loop(self, element: Element, info: StepInfo, inner: Node) -> Node:
        xml = sure(dialect.loop_of(element))
        loop: Loop
        if local_name(xml) == "standardLoopCharacteristics":
            loop = standard = StandardLoop(self.plan, element.id, info)
            standard.condition = _formula(dialect.loop_text(element, "loopCondition"))
            standard.maximum = int(xml.get("loopMaximum") or 0) or None
            standard.test_before = is_true(xml.get("testBefore") or "")
        else:
            loop = many = MultiInstance(self.plan, element.id, info)
            many.sequential = is_true(xml.get("isSequential") or "")
            many.cardinality = _formula(dialect.loop_text(element, "loopCardinality"))
            many.collection = _formula(dialect.collection(element))
            many.completion = _formula(dialect.loop_text(element, "completionCondition"))
            many.element = dialect.loop_item(xml, "inputDataItem") or dialect.camunda(xml, "elementVariable")
            many.result_collection = dialect.loop_result(xml)
            many.result_item = dialect.loop_item(xml, "outputDataItem")
        loop.inner = inner
        return loop

    # --- gateways

    def _exclusive(self, element: Element, info: StepInfo, name: str) -> Node:
        return ExclusiveGateway(self.plan, name, info, drawn=element.drawn)

    def _parallel(self, element: Element, info: StepInfo, name: str) -> Node:
        return ParallelGateway(self.plan, name, info, drawn=element.drawn)

    def _inclusive(self, element: Element, info: StepInfo, name: str) -> Node:
        return InclusiveGateway(self.plan, name, info, drawn=element.drawn)

    def _complex(self, element: Element, info: StepInfo, name: str) -> Node:
        gateway = ComplexGateway(self.plan, name, info, drawn=element.drawn)
        gateway.activation = _formula(dialect.activation(element))
        return gateway

    def _event_gateway(self, element: Element, info: StepInfo, name: str) -> Node:
        return EventGateway(self.plan, name, info, drawn=element.drawn)

    # --- events

    def _start(self, element: Element, info: StepInfo, name: str) -> Node:
        event = StartEvent(
            self.plan, name, info, drawn=element.drawn, outputs=_mapping(element, "outputParameter")
        )
        event.trigger = self._trigger(element)
        return event

    def _end(self, element: Element, info: StepInfo, name: str) -> Node:
        event = EndEvent(self.plan, name, info, drawn=element.drawn)
        event.trigger = self._trigger(element)
        event.payload_mapped = _mapping(element, "inputParameter")
        return event

    def _throw(self, element: Element, info: StepInfo, name: str) -> Node:
        event = ThrowEvent(self.plan, name, info, drawn=element.drawn)
        event.trigger = self._trigger(element)
        event.payload_mapped = _mapping(element, "inputParameter")
        return event

    def _catch(self, element: Element, info: StepInfo, name: str) -> Node:
        event = CatchEvent(self.plan, name, info, outputs=_mapping(element, "outputParameter"))
        event.trigger = self._trigger(element)
        return event

    def _boundary(self, element: Element, info: StepInfo, name: str) -> Node:
        interrupting = element.flag("cancelActivity", default=True)
        outputs = _mapping(element, "outputParameter")
        event = Boundary(self.plan, name, info, interrupting=interrupting, outputs=outputs)
        event.trigger = self._trigger(element)
        return event

    def _trigger(self, element: Element) -> triggers.Trigger:
        kind = element.event
        if kind in ("", "link"):
            return triggers.Trigger()
        definition = element.events[0]
        if kind == "message":
            return self._message(element, definition.get("messageRef"))
        if kind == "signal":
            return triggers.Signal(self.graph.signals[definition.get("signalRef", "")])
        if kind == "timer":
            return _timer(element)
        if kind == "conditional":
            return triggers.Condition(sure(_formula(dialect.event_condition(element))))
        if kind == "error":
            code = self.graph.errors.get(definition.get("errorRef", ""))
            names = (
                dialect.camunda(definition, name) for name in ("errorCodeVariable", "errorMessageVariable")
            )
            return triggers.Error(code, *names)
        if kind == "escalation":
            return triggers.Escalation(self.graph.escalations.get(definition.get("escalationRef", "")))
        if kind == "compensate":
            waits = is_true(definition.get("waitForCompletion") or "true")
            return triggers.Compensate(definition.get("activityRef"), waits=waits)
        return triggers.CancelTransaction() if kind == "cancel" else triggers.Terminate()

    def _message(self, element: Element, reference: str | None) -> triggers.Message:
        return triggers.Message(
            self.graph.messages[reference or ""], _formula(dialect.property_formula(element, "key"))
        )


_MAKERS: dict[str, Callable[[_Level, Element, StepInfo, str], Node]] = {
    "task": _Level._passing_task,
    "manualTask": _Level._passing_task,
    "userTask": _Level._user_task,
    "serviceTask": _Level._service_task,
    "scriptTask": _Level._script_task,
    "businessRuleTask": _Level._decision_task,
    "sendTask": _Level._send_task,
    "receiveTask": _Level._receive_task,
    "callActivity": _Level._call_activity,
    "subProcess": _Level._sub_process,
    "transaction": _Level._sub_process,
    "adHocSubProcess": _Level._ad_hoc,
    "exclusiveGateway": _Level._exclusive,
    "parallelGateway": _Level._parallel,
    "inclusiveGateway": _Level._inclusive,
    "complexGateway": _Level._complex,
    "eventBasedGateway": _Level._event_gateway,
    "startEvent": _Level._start,
    "endEvent": _Level._end,
    "intermediateThrowEvent": _Level._throw,
    "intermediateCatchEvent": _Level._catch,
    "boundaryEvent": _Level._boundary,
}


def _timer(element: Element) -> triggers.Timer:
    written = sure(dialect.timer(element))
    term = dialect.term_of(written.text)
    return triggers.Timer(None, term) if term is not None else triggers.Timer(source(written.text))


def _mapping(element: Element, kind: str) -> Mapped:
    return tuple((name, source(written.text)) for name, written in dialect.parameters(element, kind))


def _mapped(element: Element) -> tuple[Mapped, Mapped]:
    """Inputs and outputs of an activity."""
    return _mapping(element, "inputParameter"), _mapping(element, "outputParameter")


def _passings(element: Element, kind: str) -> tuple[Passing, ...]:
    return tuple(Passing(_formula(one.written), one.target) for one in dialect.passings(element, kind))


def _source(written: Written | None) -> Source | None:
    return None if written is None else source(written.text)


def _formula(written: Written | None) -> Formula | None:
    return None if written is None else formula(written.text)
