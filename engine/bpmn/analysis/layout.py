"""Where things stand on the drawing of one level: what lies on top of one another, which arrows cross.

Only elements and arrows of the same level are compared: a sub-process may be drawn on a sheet of its own. The
work is bounded: a drawing that is worse than `MOST_WORK` allows has been told of before that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from lxml import etree

from engine.bpmn.graph import Element, Flow, Graph, Scope
from engine.bpmn.names import BPMN_DI

MOST_WORK: Final = 60_000
"""Pairs of shapes and lines that are compared on one level."""

_TOUCH: Final = 2.0
"""Pixels by which shapes may overlap and lines may touch: editors round."""

Point = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right - _TOUCH
            and other.left < self.right - _TOUCH
            and self.top < other.bottom - _TOUCH
            and other.top < self.bottom - _TOUCH
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A straight piece of an arrow."""

    flow: Flow
    a: Point
    b: Point

    @property
    def box(self) -> Box:
        return Box(
            min(self.a[0], self.b[0]),
            min(self.a[1], self.b[1]),
            max(self.a[0], self.b[0]),
            max(self.a[1], self.b[1]),
        )

    def crosses(self, other: Line) -> bool:
        """Whether the lines pass through each other, not only touch."""
        sides = (_side(self.a, self.b, other.a), _side(self.a, self.b, other.b))
        others = (_side(other.a, other.b, self.a), _side(other.a, other.b, self.b))
        return sides[0] * sides[1] < 0 and others[0] * others[1] < 0

    def passes(self, box: Box) -> bool:
        """Whether the line runs through a shape, not only along its edge."""
        inner = Box(box.left + _TOUCH, box.top + _TOUCH, box.right - _TOUCH, box.bottom - _TOUCH)
        if inner.left >= inner.right or inner.top >= inner.bottom:
            return False
        begin, end = 0.0, 1.0
        for start, step, low, high in (
            (self.a[0], self.b[0] - self.a[0], inner.left, inner.right),
            (self.a[1], self.b[1] - self.a[1], inner.top, inner.bottom),
        ):
            if step == 0:
                if not low < start < high:
                    return False
                continue
            first, last = sorted(((low - start) / step, (high - start) / step))
            begin, end = max(begin, first), min(end, last)
        return begin < end


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a file says of places: boxes of shapes and corners of arrows by the id of what they show."""

    boxes: dict[str, Box]
    corners: dict[str, tuple[Point, ...]]

    def overlaps(self, scope: Scope) -> Iterator[tuple[Element, Element]]:
        """Pairs of elements of a level that lie on top of one another."""
        placed = [
            (box, element)
            for element in scope.elements.values()
            if element.attached_to is None and (box := self.boxes.get(element.id)) is not None
        ]
        for (box, element), (other_box, other) in _near(placed):
            if box.overlaps(other_box):
                yield element, other

    def crossings(self, scope: Scope) -> Iterator[tuple[Flow, Flow]]:
        """Pairs of arrows of a level that cross; those that come from or lead to the same element do not."""
        found: set[tuple[str, str]] = set()
        for (_, line), (_, other) in _near(self._lines(scope)):
            pair = (line.flow.id, other.flow.id)
            if pair not in found and not _share_an_end(line.flow, other.flow) and line.crosses(other):
                found |= {pair, pair[::-1]}
                yield line.flow, other.flow

    def passings(self, scope: Scope) -> Iterator[tuple[Flow, Element]]:
        """Arrows of a level that run through an element that they have nothing to do with."""
        things: list[tuple[Box, Line | Element]] = [*self._lines(scope)]
        things += [(box, one) for one in scope.elements.values() if (box := self.boxes.get(one.id))]
        said: set[str] = set()
        for first, second in _near(things):
            (_, line), (box, element) = (first, second) if isinstance(first[1], Line) else (second, first)
            if not isinstance(line, Line) or isinstance(element, Line) or line.flow.id in said:
                continue
            own = _own(scope, line.flow)
            if element.id not in own and element.attached_to not in own and line.passes(box):
                said.add(line.flow.id)
                yield line.flow, element

    def _lines(self, scope: Scope) -> list[tuple[Box, Line]]:
        found = [Line(flow, a, b) for flow in scope.flows for a, b in pairwise(self.corners.get(flow.id, ()))]
        return [(line.box, line) for line in found]


def _near(things: Sequence[tuple[Box, T]]) -> Iterator[tuple[tuple[Box, T], tuple[Box, T]]]:
    """Pairs of things whose boxes touch, from left to right."""
    placed = sorted(things, key=lambda pair: pair[0].left)
    work = MOST_WORK
    for number, first in enumerate(placed):
        box = first[0]
        for later in range(number + 1, len(placed)):
            second = placed[later]
            other = second[0]
            work -= 1
            if work < 0 or other.left > box.right:
                break
            if other.top <= box.bottom and box.top <= other.bottom:
                yield first, second


def _share_an_end(flow: Flow, other: Flow) -> bool:
    return not {flow.source, flow.target}.isdisjoint((other.source, other.target))


def _own(scope: Scope, flow: Flow) -> set[str]:
    """The ends of an arrow and the activities at whose edge they stand."""
    ends = {flow.source, flow.target}
    hosts = {scope.elements[id_].attached_to or "" for id_ in ends if id_ in scope.elements}
    return ends | hosts


def drawing_of(graph: Graph) -> Drawing:
    """The places of a file; what can't be read as a place is left out."""
    boxes: dict[str, Box] = {}
    corners: dict[str, tuple[Point, ...]] = {}
    for shape in graph.root.iter(BPMN_DI + "BPMNShape"):
        for bounds in shape:
            if (box := _box(bounds)) is not None:
                boxes.setdefault(shape.get("bpmnElement", ""), box)
                break
    for edge in graph.root.iter(BPMN_DI + "BPMNEdge"):
        points = [point for node in edge if (point := _point(node)) is not None]
        corners.setdefault(edge.get("bpmnElement", ""), tuple(points))
    return Drawing(boxes, corners)


def _box(node: etree._Element) -> Box | None:
    left, top, width, height = (_number(node.get(name)) for name in ("x", "y", "width", "height"))
    if left is None or top is None or width is None or height is None:
        return None
    return Box(left, top, left + width, top + height)


def _point(node: etree._Element) -> Point | None:
    x, y = _number(node.get("x")), _number(node.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
