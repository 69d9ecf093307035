"""Which joins a token can still come to, and by which of their incoming flows.

Found once for a whole plan, when it is built: every incoming flow of a join gets a bit, and every node the
bits of the flows that can be reached from it. A join's own bits are not passed on behind it: what has to go
through a join first cannot be what the join waits for.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.behaviour.activities import Activity
from engine.bpmn.behaviour.gateways import Join
from engine.bpmn.behaviour.node import Node
from engine.bpmn.plan import Arc, Plan


def find_ways(plan: Plan) -> None:
    """Set `ways` of all nodes and `bits` of all joins."""
    next_bit = 1
    for node in plan.nodes.values():
        if isinstance(node, Join) and len(node.incoming) > 1:
            for flow in node.incoming:
                node.bits[flow] = next_bit
                next_bit <<= 1
            node.all_bits = node.bits_of(node.incoming)
    nodes = _backwards(plan)[::-1]
    changed = next_bit > 1
    while changed:
        changed = False
        nodes.reverse()  # ways back are found as quickly as ways on
        for node in nodes:
            ways = node.ways
            for arc in node.arcs:
                ways |= _behind(arc)
            for boundary in _boundaries(node):
                ways |= boundary.ways
            if ways != node.ways:
                node.ways = ways
                changed = True


def _behind(arc: Arc) -> int:
    target = arc.target
    if isinstance(target, Join) and target.bits:
        return (target.ways & ~target.all_bits) | target.bits[arc.id]
    return target.ways


def _boundaries(node: Node) -> tuple[Node, ...]:
    return node.boundaries if isinstance(node, Activity) else ()


def _backwards(plan: Plan) -> list[Node]:
    """The nodes with those behind them first, as far as loops allow: few rounds are then enough."""
    found: list[Node] = []
    seen: set[str] = set()
    for begin in plan.nodes.values():
        if begin.name in seen:
            continue
        seen.add(begin.name)
        stack = [(begin, _following(begin))]
        while stack:
            node, following = stack[-1]
            for target in following:
                if target.name not in seen:
                    seen.add(target.name)
                    stack.append((target, _following(target)))
                    break
            else:
                stack.pop()
                found.append(node)
    return found


def _following(node: Node) -> Iterator[Node]:
    for arc in node.arcs:
        yield arc.target
    yield from _boundaries(node)
