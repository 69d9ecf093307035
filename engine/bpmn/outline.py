"""A file as it was drawn, element by element: for comparing versions, which runs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn import dialect
from engine.bpmn.check import finding_of
from engine.bpmn.diagram import refused
from engine.bpmn.document import NotReadable, read_xml
from engine.bpmn.graph import Element, Graph, Scope, is_true, read_graph
from engine.bpmn.names import BPMN_DI
from engine.model import StepInfo


@dataclass(frozen=True, slots=True)
class Drawn:
    """One element. `event` is the kind of an event (`timer`, …), empty for a plain one and for what is none.

    `written` holds what it says besides `info`, by a key such as `timer`, `message` or `inputParameter имя`.
    `level` is the id of the sub-process or process it lies in.
    """

    info: StepInfo
    event: str
    level: str
    attached_to: str
    written: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DrawnFlow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    name: str
    condition: str
    default: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """One process of a file."""

    id: str
    name: str
    properties: Mapping[str, str]
    elements: Mapping[str, Drawn]
    flows: Mapping[str, DrawnFlow]


def outline(xml: bytes, *, name: str = "") -> tuple[Outline, ...]:
    """The processes of a file, in their order. Raises DefinitionRefused when it is no diagram."""
    try:
        graph = read_graph(read_xml(xml))
    except NotReadable as problem:
        raise refused(name, (finding_of(problem),)) from None
    return tuple(_process(graph, process) for process in graph.processes)


def is_drawn(xml: bytes) -> bool:
    """Whether the file holds a drawing that a viewer can show, though the file itself may be refused."""
    try:
        return read_xml(xml).find(f".//{BPMN_DI}BPMNShape") is not None
    except NotReadable:
        return False


def _process(graph: Graph, process: Scope) -> Outline:
    elements = {element.id: _drawn(graph, element) for element in process.all_elements()}
    flows = {
        flow.id: DrawnFlow(
            flow.id,
            flow.source,
            flow.target,
            flow.name or "",
            flow.condition or "",
            scope.elements[flow.source].default == flow.id if flow.source in scope.elements else False,
        )
        for scope in process.walk()
        for flow in scope.flows
    }
    title = process.xml.get("name") or process.id
    return Outline(process.id, title, dialect.properties(process.xml), elements, flows)


def _drawn(graph: Graph, element: Element) -> Drawn:
    return Drawn(
        dialect.step_info(element),
        element.event,
        element.scope.id,
        element.attached_to or "",
        dict(_written(graph, element)),
    )


_FLAGS = {"boundaryEvent": ("cancelActivity", True), "startEvent": ("isInterrupting", True)}
_ATTRIBUTES = ("resultVariable", "mapDecisionResult")
_REFERENCES = {"signal": "signals", "error": "errors", "escalation": "escalations"}


def _written(graph: Graph, element: Element) -> Iterator[tuple[str, str]]:
    for kind in ("inputParameter", "outputParameter"):
        for name, written in dialect.parameters(element, kind):
            yield f"{kind} {name}", written.text
    for kind in ("in", "out"):
        for passing in dialect.passings(element, kind):
            yield f"{kind} {passing.target}".strip(), passing.written.text if passing.written else "*"
    for found in dialect.texts_of(element):
        yield found.what, found.text
    if (timer := dialect.timer(element)) is not None:
        yield "timer", timer.text
    yield from _referred(graph, element)
    for name in _ATTRIBUTES:
        if (value := dialect.camunda(element.xml, name)) is not None:
            yield name, value
    loop = dialect.loop_of(element)
    if loop is not None:
        yield "loop", "sequential" if is_true(loop.get("isSequential") or "") else "parallel"
    if element.tag in _FLAGS and element.event:
        name, default = _FLAGS[element.tag]
        yield name, str(element.flag(name, default=default)).lower()


def _referred(graph: Graph, element: Element) -> Iterator[tuple[str, str]]:
    """The name of the message, signal, error or escalation that an element speaks of."""
    message = element.attribute("messageRef")
    definition = element.events[0] if element.events else None
    if definition is not None and element.event == "message":
        message = definition.get("messageRef")
    if message:
        yield "message", graph.messages.get(message, message)
    if definition is not None and element.event in _REFERENCES:
        names: Mapping[str, str | None] = getattr(graph, _REFERENCES[element.event])
        reference = definition.get(f"{element.event}Ref", "")
        yield element.event, names.get(reference) or reference
