"""What the standard forbids: flows that lead nowhere, events that cannot be where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.graph import MAX_SIZE, Element, Flow, Graph, Scope, line_of, local_name, text_of
from engine.bpmn.names import ACTIVITIES, EVENT_KINDS
from engine.bpmn.normalise import is_link, link_name
from engine.bpmn.rules.hits import Hit, at, elements, scopes
from engine.bpmn.sure import sure

_CATCH = frozenset({"message", "signal", "timer", "conditional", "link"})
_THROW = frozenset({"", "message", "signal", "escalation", "link", "compensate"})
_END = frozenset({"", "message", "signal", "error", "escalation", "terminate", "compensate", "cancel"})
_BOUNDARY = frozenset(
    {"message", "signal", "timer", "conditional", "error", "escalation", "compensate", "cancel"}
)
_START = frozenset({"", "message", "signal", "timer", "conditional"})
_HANDLER_START = frozenset({"message", "signal", "timer", "conditional", "error", "escalation", "compensate"})


def processes(graph: Graph) -> Iterator[Hit]:
    if not graph.processes:
        yield Hit("no-process", line=line_of(graph.root))
    for process in graph.processes:
        if not process.xml.get("id"):
            yield Hit("process-no-id", line=line_of(process.xml))


def size(graph: Graph) -> Iterator[Hit]:
    if sum(len(scope.elements) + len(scope.flows) for scope in scopes(graph)) > MAX_SIZE:
        yield Hit("file-too-complex", details={"elements": MAX_SIZE})


def duplicate_ids(graph: Graph) -> Iterator[Hit]:
    seen: Counter[str] = Counter()
    for node in graph.root.iter():
        id_ = node.get("id")
        if id_ and local_name(node):
            seen[id_] += 1
            if seen[id_] == 2:
                yield Hit("duplicate-id", id_, line=line_of(node), details={"id": id_})


def _lost_end(graph: Graph, scope: Scope, flow: Flow) -> str:
    """Which end of an arrow is not at its level, in words."""
    where, id_ = ("откуда", flow.source) if flow.source not in scope.elements else ("куда", flow.target)
    if not id_:
        return f"не указано, {where} она ведёт"
    if any(id_ in each.elements for each in scopes(graph)):
        return f"«{id_}», {where} она ведёт, лежит на другом уровне"
    return f"элемента «{id_}», {where} она ведёт, нет"


def flows(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        for flow in scope.flows:
            ends = [scope.elements.get(id_) for id_ in (flow.source, flow.target)]
            source, target = ends
            if source is None or target is None:
                words: dict[str, object] = {
                    "flow": flow.name or flow.id,
                    "why": _lost_end(graph, scope, flow),
                }
                yield Hit("flow-to-nowhere", flow.id, flow.name, flow.line, words)
                continue
            if target.tag == "startEvent":
                yield at("start-incoming", target)
            if target.tag == "boundaryEvent":
                yield at("boundary-incoming", target)
            if source.tag == "endEvent":
                yield at("end-outgoing", source)
            for element in (source, target):
                if element.is_event_sub_process:
                    yield at("handler-flow", element)


def defaults(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        leaving = scope.leaving()
        for element in scope.elements.values():
            flows_out = leaving.get(element.id, [])
            if element.default is not None and element.default not in [flow.id for flow in flows_out]:
                yield at("default-unknown", element)
            if element.tag == "exclusiveGateway" and len(flows_out) > 1:
                free = [flow for flow in flows_out if flow.condition is None and flow.id != element.default]
                if len(free) > (0 if element.default else 1):
                    yield at("gateway-two-defaults", element)


def boundary_hosts(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph, "boundaryEvent"):
        host = element.scope.elements.get(element.attached_to or "")
        if host is None or host.tag not in ACTIVITIES or host.is_event_sub_process:
            yield at("boundary-no-host", element)


def event_gateways(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        leaving = scope.leaving()
        hosts = {one.attached_to for one in scope.of_kind("boundaryEvent")}
        for element in scope.of_kind("eventBasedGateway"):
            if element.attribute("eventGatewayType") == "Parallel" and not element.flag("instantiate"):
                yield at("event-gateway-parallel", element)
            for flow in leaving.get(element.id, []):
                target = scope.elements.get(flow.target)
                if target is None:
                    continue
                if not _waits(target):
                    yield at("event-gateway-target", element, target=target.name or target.id)
                elif target.id in hosts:
                    yield at("event-gateway-edge", element, target=target.name or target.id)


def _waits(element: Element) -> bool:
    return element.tag == "receiveTask" or (element.tag == "intermediateCatchEvent" and not is_link(element))


def links(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        catches = Counter(link_name(one) for one in scope.of_kind("intermediateCatchEvent") if is_link(one))
        throws = [one for one in scope.of_kind("intermediateThrowEvent") if is_link(one)]
        for element in throws:
            if catches[link_name(element)] != 1:
                yield at("link-unmatched", element, link=link_name(element))
        for name, count in catches.items():
            if count > 1 and name not in {link_name(one) for one in throws}:
                yield Hit("link-unmatched", scope.id, details={"link": name})


def event_kinds(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        allowed = _allowed(element)
        if allowed is None:
            continue
        if (reference := element.child("eventDefinitionRef")) is not None:
            yield at("event-reference", element, line_of(reference), ref=text_of(reference) or "")
        elif len(element.events) > 1 or element.flag("parallelMultiple"):
            yield at("events-several", element)
        elif not element.event and "" not in allowed:
            if element.tag != "startEvent":  # what starts a handler has a rule of its own
                yield at("catch-no-event", element)
        elif element.event not in allowed:
            yield at("event-kind", element, kind=EVENT_KINDS.get(element.event, element.event))


def _allowed(element: Element) -> frozenset[str] | None:
    if element.tag == "startEvent":
        return _HANDLER_START if _is_handler(element.scope) else _START
    return {
        "intermediateCatchEvent": _CATCH,
        "intermediateThrowEvent": _THROW,
        "endEvent": _END,
        "boundaryEvent": _BOUNDARY,
    }.get(element.tag)


def starts(graph: Graph) -> Iterator[Hit]:
    for process in graph.processes:
        plain = [one for one in process.of_kind("startEvent") if not one.events]
        for element in plain[1:]:
            yield at("starts-several", element)
        for element in process.of_kind("startEvent"):
            if element.event == "conditional":
                yield at("start-conditional", element)
    for element in elements(graph, "subProcess", "transaction"):
        found = sure(element.body).of_kind("startEvent")
        if element.is_event_sub_process:
            if len(found) != 1 or not found[0].events:
                yield at("handler-start", element)
        elif len(found) > 1 or any(one.events for one in found):
            yield at("sub-process-start", element)


def _is_handler(scope: Scope) -> bool:
    return scope.parent is not None and scope.parent.elements[scope.id].is_event_sub_process
