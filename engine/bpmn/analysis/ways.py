"""One level of a diagram as ways from element to element, whatever they are drawn with.

Flows that lead nowhere are left out: the checks look at files that are wrong in other respects too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.bpmn.graph import Element, Scope
from engine.bpmn.normalise import is_link, link_name

SYNCHRONISING = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
"""Gateways that may send several tokens on, and wait for several."""

_CHOOSING = frozenset({"exclusiveGateway", "eventBasedGateway"})


@dataclass(slots=True)
class Ways:
    """The elements of a level and where each leads: by flows and by links, not over the edge of a step."""

    scope: Scope
    after: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    boundaries: dict[str, list[Element]] = field(default_factory=dict)
    """Events at the edge of an activity, by its id."""

    def entries(self) -> list[Element]:
        """Where the level begins: its start events, or all that nothing leads to where none is drawn."""
        starts = self.scope.of_kind("startEvent")
        if starts:
            return starts
        return [one for one in self.scope.elements.values() if one.id not in self.before and begins(one)]

    def forks(self, element: Element) -> bool:
        """Whether several tokens may leave the element at once."""
        return element.tag not in _CHOOSING and len(self.after.get(element.id, ())) > 1

    def joins(self, element: Element) -> bool:
        """Whether the element may wait for several tokens."""
        return element.tag in SYNCHRONISING and len(self.before.get(element.id, ())) > 1

    def following(self, id: str) -> list[str]:
        """Where a token can go from the element, also over its edge."""
        over = [boundary.id for boundary in self.boundaries.get(id, ())]
        return [*self.after.get(id, ()), *over]


def begins(element: Element) -> bool:
    """Whether a token may begin at the element when no flow leads to it."""
    return not (
        element.is_event_sub_process
        or element.is_compensation_handler
        or element.attached_to is not None
        or (element.tag == "intermediateCatchEvent" and is_link(element))
    )


def ways_of(scope: Scope) -> Ways:
    """The ways of one level."""
    ways = Ways(scope)
    steps = [(flow.source, flow.target) for flow in scope.flows]
    catches = {link_name(one): one.id for one in scope.of_kind("intermediateCatchEvent") if is_link(one)}
    for element in scope.elements.values():
        if element.tag == "intermediateThrowEvent" and is_link(element) and link_name(element) in catches:
            steps.append((element.id, catches[link_name(element)]))
        if element.attached_to in scope.elements and not element.is_compensation_boundary:
            ways.boundaries.setdefault(element.attached_to, []).append(element)
    for source, target in steps:
        if source in scope.elements and target in scope.elements:
            ways.after.setdefault(source, []).append(target)
            ways.before.setdefault(target, []).append(source)
    return ways
