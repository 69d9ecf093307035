"""The layout of shipped diagrams: people read them from left to right and copy them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import pytest

from tests.processes.shipped import BPMN, EVENTS, GATEWAYS, Box, Drawing, drawing, names_of_drawings, tag

SCREEN = (1440, 900)
"""The smallest screen on which a whole drawing is read, in pixels."""
LETTERS = 12
"""How high the words of a drawing are before it is made smaller to fit a screen, in pixels."""
LEAST = 9
"""How high words must be to be read, in pixels."""

every_drawing = pytest.mark.parametrize("process", names_of_drawings())


def parent(node: Any) -> str | None:
    """The sub-process around a node, or None."""
    around = node.getparent()
    return around.get("id") if tag(around) == "subProcess" else None


def around(node: Any) -> set[str | None]:
    """The sub-processes that hold a node, at whatever depth."""
    return {each.get("id") for each in node.iterancestors() if tag(each) == "subProcess"}


def attached(node: Any) -> bool:
    return tag(node) == "boundaryEvent"


@every_drawing
def test_everything_is_drawn(process):
    found = drawing(process)
    assert {*found.nodes, *found.lanes} <= found.shapes.keys()
    assert found.flows.keys() <= found.edges.keys()


@every_drawing
def test_nothing_is_drawn_that_is_not_there(process):
    found = drawing(process)
    pools = {pool.get("id") for pool in found.root.iter(BPMN + "participant")}
    assert set(found.shapes) == {*found.nodes, *found.lanes, *pools}
    assert set(found.edges) == set(found.flows)


@every_drawing
def test_the_whole_drawing_is_read_on_one_screen(process):
    found = drawing(process)
    [pool] = found.root.iter(BPMN + "participant")
    around = found.box(pool.get("id"))
    scale = min(1.0, SCREEN[0] / around.width, SCREEN[1] / around.height)
    assert scale * LETTERS >= LEAST, f"{around.width:.0f} × {around.height:.0f}"


@every_drawing
def test_shapes_do_not_overlap(process):
    found = drawing(process)
    clashes = [
        (a, b)
        for (a, one), (b, two) in combinations(found.nodes.items(), 2)
        if not attached(one) and not attached(two) and a not in around(two) and b not in around(one)
        if found.box(a).overlaps(found.box(b))
    ]
    assert clashes == []


@every_drawing
def test_a_sub_process_holds_its_steps(process):
    found = drawing(process)
    outside = [
        a for a, n in found.nodes.items() if parent(n) and not found.box(parent(n)).holds(found.box(a))
    ]
    assert outside == []


@every_drawing
def test_lanes_fill_the_pool_without_a_gap(process):
    found = drawing(process)
    [pool] = found.root.iter(BPMN + "participant")
    around = found.box(pool.get("id"))
    lanes = sorted((found.box(name) for name in found.lanes), key=lambda box: box.top)
    assert [lanes[0].top, lanes[-1].bottom] == [around.top, around.bottom]
    assert [above.bottom for above in lanes[:-1]] == [below.top for below in lanes[1:]]


@every_drawing
def test_every_step_lies_in_the_lane_that_names_it(process):
    found = drawing(process)
    lane_of = {
        ref.text: name for name, lane in found.lanes.items() for ref in lane.findall(BPMN + "flowNodeRef")
    }
    assert lane_of.keys() == {name for name, node in found.nodes.items() if parent(node) is None}
    for name, lane in lane_of.items():
        box, around = found.box(name), found.box(lane)
        middle = Box(box.left, box.top + box.height / 2, box.width, 0)
        whole = tag(found.nodes[name]) == "subProcess" or attached(found.nodes[name])
        assert around.holds(middle if whole else box), name


@every_drawing
def test_flows_run_straight_from_edge_to_edge(process):
    found = drawing(process)
    for name, flow in found.flows.items():
        line = found.line(name)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line)), name
        assert found.box(flow.get("sourceRef")).has_on_edge(line[0]), name
        assert found.box(flow.get("targetRef")).has_on_edge(line[-1]), name


def segments(found: Drawing, name: str) -> Iterator[Box]:
    """The pieces of a flow as thin boxes."""
    for (ax, ay), (bx, by) in pairwise(found.line(name)):
        yield Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))


@every_drawing
def test_flows_run_through_no_shape(process):
    found = drawing(process)
    hit = [
        (name, other)
        for name, flow in found.flows.items()
        for other, node in found.nodes.items()
        if tag(node) != "subProcess" and other not in (flow.get("sourceRef"), flow.get("targetRef"))
        if any(piece.overlaps(found.box(other).shrunk(1)) for piece in segments(found, name))
    ]
    assert hit == []


@every_drawing
def test_flows_do_not_cross(process):
    found = drawing(process)
    crossing = [
        (a, b)
        for a, b in combinations(found.flows, 2)
        for one in segments(found, a)
        for two in segments(found, b)
        if strictly_cross(one, two) or strictly_cross(two, one)
    ]
    assert crossing == []


def strictly_cross(flat: Box, steep: Box) -> bool:
    """A level piece and an upright one that cut each other between their ends."""
    return (
        flat.height == 0
        and steep.width == 0
        and flat.left < steep.left < flat.right
        and steep.top < flat.top < steep.bottom
    )


@every_drawing
def test_what_has_a_name_outside_its_shape_has_a_place_for_it(process):
    found = drawing(process)
    named = {
        name: node
        for name, node in {**found.nodes, **found.flows}.items()
        if node.get("name") and (tag(node) in EVENTS | GATEWAYS or name in found.flows)
    }
    assert [name for name in named if found.label(name) is None] == []


@every_drawing
def test_names_cover_no_step(process):
    found = drawing(process)
    covered = [
        (name, other)
        for name in (*found.nodes, *found.flows)
        if (label := found.label(name)) is not None
        for other, node in found.nodes.items()
        if tag(node) != "subProcess" and label.overlaps(found.box(other))
    ]
    assert covered == []


@every_drawing
def test_names_do_not_cover_one_another(process):
    found = drawing(process)
    labels = {name: box for name in (*found.nodes, *found.flows) if (box := found.label(name)) is not None}
    assert [(a, b) for (a, one), (b, two) in combinations(labels.items(), 2) if one.overlaps(two)] == []


@every_drawing
def test_a_question_is_asked_where_the_way_divides_and_each_way_out_answers_it(process):
    found = drawing(process)
    for gateway in found.of_kind("exclusiveGateway"):
        ways = found.leaving(gateway.get("id"))
        if len(ways) > 1:
            assert gateway.get("name", "").endswith("?"), gateway.get("id")
            assert all(way.get("name") for way in ways), gateway.get("id")
            free = [way.get("id") for way in ways if way.find(BPMN + "conditionExpression") is None]
            assert free == [gateway.get("default")], gateway.get("id")


@every_drawing
def test_a_gateway_divides_or_joins_but_not_both(process):
    found = drawing(process)
    for gateway in found.of_kind(*GATEWAYS):
        name = gateway.get("id")
        into = [flow for flow in found.flows.values() if flow.get("targetRef") == name]
        assert 1 in (len(into), len(found.leaving(name))), name
