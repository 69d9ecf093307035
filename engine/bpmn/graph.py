"""A BPMN file as a graph of elements and flows, as it was drawn.

Checks look at this graph; `normalise` rewrites it into one that can be built; nothing of it is kept while
cases run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from lxml import etree

from engine.bpmn.names import BPMN, BPMN_DI, EVENTS, FLOW_NODES, SUB_PROCESSES

MAX_SIZE: Final = 5_000
"""Elements and flows that a file may have; well above any diagram that people can read."""


@dataclass(slots=True, eq=False)
class Flow:
    """A sequence flow. `drawn` is False for one that the reader added."""

    id: str
    source: str
    target: str
    condition: str | None = None
    line: int | None = None
    name: str | None = None
    language: str | None = None
    drawn: bool = True


@dataclass(slots=True, eq=False)
class Element:
    """A flow node. `xml` is None for one that the reader added."""

    id: str
    tag: str
    scope: Scope
    name: str = ""
    line: int | None = None
    xml: etree._Element | None = None
    attached_to: str | None = None
    default: str | None = None
    body: Scope | None = None
    lane: str = ""
    stands_for: str = ""
    """Id of the drawn element that one added by the reader belongs to; what happens here is told of that."""

    @property
    def drawn(self) -> bool:
        return self.xml is not None

    @property
    def events(self) -> list[etree._Element]:
        """Event definitions in an event."""
        if self.xml is None or self.tag not in EVENTS:
            return []
        return [child for child in self.xml if local_name(child).endswith("EventDefinition")]

    @property
    def event(self) -> str:
        """Kind of the event: `message`, `timer`, …; empty for an event without definition."""
        events = self.events
        return local_name(events[0]).removesuffix("EventDefinition") if events else ""

    @property
    def is_event_sub_process(self) -> bool:
        return self.tag == "subProcess" and self.flag("triggeredByEvent")

    @property
    def is_compensation_boundary(self) -> bool:
        """It never waits: it only says which activity undoes the one it is attached to."""
        return self.tag == "boundaryEvent" and self.event == "compensate"

    @property
    def is_compensation_handler(self) -> bool:
        return self.flag("isForCompensation")

    def flag(self, attribute: str, default: bool = False) -> bool:
        """The value of a yes-or-no attribute."""
        value = self.attribute(attribute)
        return default if value is None else is_true(value)

    def attribute(self, name: str) -> str | None:
        return None if self.xml is None else self.xml.get(name)

    def child(self, name: str) -> etree._Element | None:
        """The first child element of the notation with this local name."""
        return None if self.xml is None else self.xml.find(BPMN + name)


@dataclass(slots=True, eq=False)
class Scope:
    """One level: a process or a sub-process."""

    id: str
    process: str
    xml: etree._Element
    parent: Scope | None = None
    elements: dict[str, Element] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    associations: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_ad_hoc(self) -> bool:
        """It has no order: people choose what is done in it."""
        return local_name(self.xml) == "adHocSubProcess"

    def leaving(self) -> dict[str, list[Flow]]:
        """Flows by the id of the element they leave."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.source, []).append(flow)
        return found

    def reaching(self) -> dict[str, list[Flow]]:
        """Flows by the id of the element they reach."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.target, []).append(flow)
        return found

    def walk(self) -> Iterator[Scope]:
        """The level itself and all below it."""
        yield self
        for element in self.elements.values():
            if element.body is not None:
                yield from element.body.walk()

    def all_elements(self) -> Iterator[Element]:
        for scope in self.walk():
            yield from scope.elements.values()

    def of_kind(self, *tags: str) -> list[Element]:
        return [element for element in self.elements.values() if element.tag in tags]


@dataclass(slots=True, eq=False)
class Graph:
    """The whole file."""

    root: etree._Element
    processes: list[Scope]
    """Those that are to be run: the ones marked as executable, or all when none is."""
    messages: dict[str, str]
    signals: dict[str, str]
    errors: dict[str, str | None]
    """Ids of errors to their codes."""
    escalations: dict[str, str | None]
    shapes: frozenset[str]
    """Ids that the diagram layout shows."""


def is_true(value: str) -> bool:
    """The yes of a yes-or-no attribute."""
    return value.strip() in ("true", "1")


def local_name(node: etree._Element) -> str:
    """Local name of an element of the notation, empty for anything else."""
    return node.tag.removeprefix(BPMN) if node.tag.startswith(BPMN) else ""


def line_of(node: etree._Element | None) -> int | None:
    """Line of the file where an element begins."""
    return None if node is None else cast(int | None, node.sourceline)


def text_of(node: etree._Element | None) -> str | None:
    """Text of an element without the white space around it; None when there is none."""
    if node is None or node.text is None:
        return None
    return node.text.strip() or None


def read_graph(root: etree._Element) -> Graph:
    """The graph of a file; takes what is there, however wrong it is."""
    processes = [_read_process(node) for node in root.findall(BPMN + "process")]
    runnable = [scope for scope in processes if is_true(scope.xml.get("isExecutable") or "")] or processes
    return Graph(
        root=root,
        processes=runnable,
        messages={node.get("id", ""): node.get("name", "") for node in root.findall(BPMN + "message")},
        signals={node.get("id", ""): node.get("name", "") for node in root.findall(BPMN + "signal")},
        errors={node.get("id", ""): node.get("errorCode") or None for node in root.findall(BPMN + "error")},
        escalations={
            node.get("id", ""): node.get("escalationCode") or None
            for node in root.findall(BPMN + "escalation")
        },
        shapes=frozenset(
            node.get("bpmnElement", "") for node in root.iter(BPMN_DI + "BPMNShape", BPMN_DI + "BPMNEdge")
        ),
    )


def _read_process(xml: etree._Element) -> Scope:
    id_ = xml.get("id") or "process"
    return _read_scope(xml, id_, id_, None)


def _read_scope(xml: etree._Element, id_: str, process: str, parent: Scope | None) -> Scope:
    scope = Scope(id_, process, xml, parent)
    unnamed = 0
    for node in xml:
        kind = local_name(node)
        if kind in FLOW_NODES:
            if not node.get("id"):
                unnamed += 1
            _read_element(scope, node, kind, node.get("id") or f"{scope.id}__{kind}{unnamed}")
        elif kind == "sequenceFlow":
            scope.flows.append(_read_flow(node, node.get("id") or f"{scope.id}__flow{len(scope.flows) + 1}"))
        elif kind == "association":
            scope.associations.append((node.get("sourceRef", ""), node.get("targetRef", "")))
    _read_lanes(scope)
    return scope


def _read_element(scope: Scope, node: etree._Element, kind: str, id_: str) -> None:
    element = Element(
        id=id_,
        tag=kind,
        scope=scope,
        name=" ".join((node.get("name") or "").split()),
        line=line_of(node),
        xml=node,
        attached_to=node.get("attachedToRef"),
        default=node.get("default"),
    )
    if kind in SUB_PROCESSES:
        element.body = _read_scope(node, id_, scope.process, scope)
    scope.elements[id_] = element


def _read_flow(node: etree._Element, id_: str) -> Flow:
    condition = node.find(BPMN + "conditionExpression")
    return Flow(
        id=id_,
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        condition=text_of(condition),
        line=line_of(node),
        name=node.get("name"),
        language=None if condition is None else condition.get("language"),
    )


def _read_lanes(scope: Scope) -> None:
    for lane in scope.xml.iter(BPMN + "lane"):
        for reference in lane.findall(BPMN + "flowNodeRef"):
            element = scope.elements.get(text_of(reference) or "")
            if element is not None:
                element.lane = lane.get("name") or lane.get("id") or ""
