"""How the drawing reads: what is not on it, what lies on top of one another, how much there is of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from engine.bpmn.analysis.layout import Drawing, drawing_of
from engine.bpmn.graph import Flow, Graph, Scope, line_of
from engine.bpmn.rules.hits import Hit, at, elements, scope_name, scopes

MOST_ELEMENTS: Final = 60
"""Elements of one level that still fit on a screen with their names readable."""

_MOST_TOLD: Final = 10
"""Findings of one kind on one level: whoever repairs the first ones sees the others."""


def missing(graph: Graph) -> Iterator[Hit]:
    """One finding for each element that is not shown; one for each process when nothing is."""
    if not graph.shapes:
        for process in graph.processes:
            yield Hit("no-layout", process.id, scope_name(process), line_of(process.xml))
        return
    for element in elements(graph):
        if element.id not in graph.shapes:
            yield at("no-layout", element)


def places(graph: Graph) -> Iterator[Hit]:
    drawing = drawing_of(graph)
    for scope in scopes(graph):
        if drawing.corners:
            yield from _arrows_not_shown(scope, drawing)
        for element, other in islice(drawing.overlaps(scope), _MOST_TOLD):
            yield at("layout-overlap", element, other=other.name or other.id)
        for arrow, element in islice(drawing.passings(scope), _MOST_TOLD):
            yield _at_flow("layout-through", arrow, other=element.name or element.id)
        crossings = list(drawing.crossings(scope))
        if crossings:
            first, second = crossings[0]
            yield _at_flow("layout-crossing", first, other=second.name or second.id, count=len(crossings))


def _arrows_not_shown(scope: Scope, drawing: Drawing) -> Iterator[Hit]:
    for flow in scope.flows:
        ends_shown = flow.source in drawing.boxes and flow.target in drawing.boxes
        if ends_shown and len(drawing.corners.get(flow.id, ())) < 2:
            yield _at_flow("flow-no-layout", flow)


def _at_flow(rule: str, flow: Flow, **details: object) -> Hit:
    return Hit(rule, flow.id, flow.name, flow.line, details)


def size(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        count = sum(one.attached_to is None for one in scope.elements.values())
        if count > MOST_ELEMENTS:
            details: dict[str, object] = {"count": count, "most": MOST_ELEMENTS}
            yield Hit("diagram-large", scope.id, scope_name(scope), line_of(scope.xml), details)
