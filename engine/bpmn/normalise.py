"""Rewriting of what is only another way to draw the same thing, so that the builder meets fewer cases.

Runs after the checks, on a graph that can be run. The names given here are part of every stored state: a
change of them is a change of `READER_VERSION`. They hold a space and brackets, which no id of a file can.
"""

from __future__ import annotations

from engine.bpmn.graph import Element, Flow, Scope
from engine.bpmn.names import ACTIVITIES, GATEWAYS


def split_name(element_id: str) -> str:
    """The gateway behind an activity or event with conditional flows."""
    return f"{element_id} [split]"


def start_name(scope_id: str) -> str:
    """The start event of a level that was drawn without one."""
    return f"{scope_id} [start]"


def child_name(element_id: str) -> str:
    """One instance of a looped activity."""
    return f"{element_id} [child]"


def normalise(process: Scope) -> None:
    """Rewrite the graph of a process in place."""
    for scope in process.walk():
        _join_links(scope)
        _default_of_exclusive(scope)
        _split_conditional_flows(scope)
        _add_start(scope)


def _join_links(scope: Scope) -> None:
    """A link is a sequence flow drawn with a gap."""
    catches = {
        link_name(element): element for element in scope.of_kind("intermediateCatchEvent") if is_link(element)
    }
    for element in scope.of_kind("intermediateThrowEvent"):
        if is_link(element):
            target = catches[link_name(element)]
            scope.flows.append(Flow(f"{element.id} [link]", element.id, target.id, drawn=False))
    for element in catches.values():
        element.tag = "intermediateThrowEvent"


def is_link(element: Element) -> bool:
    return element.event == "link"


def link_name(element: Element) -> str:
    """The name by which the two ends of a link find each other."""
    return (element.events[0].get("name") or "").strip()


def _default_of_exclusive(scope: Scope) -> None:
    """The one way without a condition is the default one, also when it is not marked as such."""
    leaving = scope.leaving()
    for element in scope.of_kind("exclusiveGateway"):
        unconditional = [flow for flow in leaving.get(element.id, []) if flow.condition is None]
        if element.default is None and len(unconditional) == 1:
            element.default = unconditional[0].id


def _split_conditional_flows(scope: Scope) -> None:
    """Conditions right behind an activity or event are an inclusive gateway that was not drawn."""
    leaving = scope.leaving()
    for element in list(scope.elements.values()):
        flows = leaving.get(element.id, [])
        if element.tag.endswith("Gateway") or not any(flow.condition for flow in flows):
            continue
        gateway = Element(
            split_name(element.id),
            "inclusiveGateway",
            scope,
            name=element.name,
            default=element.default,
            stands_for=element.id,
        )
        scope.elements[gateway.id] = gateway
        for flow in flows:
            flow.source = gateway.id
        scope.flows.append(Flow(f"{element.id} [to split]", element.id, gateway.id, drawn=False))


def _add_start(scope: Scope) -> None:
    """A level without start event begins at all elements that no flow reaches."""
    if scope.is_ad_hoc or scope.of_kind("startEvent"):
        return
    begin = Element(start_name(scope.id), "startEvent", scope)
    first = first_elements(scope)
    scope.elements[begin.id] = begin
    for element in first:
        scope.flows.append(Flow(f"{begin.id} {element.id}", begin.id, element.id, drawn=False))


def first_elements(scope: Scope) -> list[Element]:
    """What a level without start event begins with: whatever no flow reaches."""
    reaching = scope.reaching()
    return [
        element for element in scope.elements.values() if element.id not in reaching and _may_begin(element)
    ]


def _may_begin(element: Element) -> bool:
    if element.is_event_sub_process or element.is_compensation_handler:
        return False
    return element.tag in ACTIVITIES | GATEWAYS or element.tag.startswith("intermediate")
