"""Gateways: which ways a token takes, and which tokens go on as one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.bpmn.behaviour.node import RACE, Node
from engine.bpmn.evaluate import Formula
from engine.bpmn.faults import Fault
from engine.bpmn.plan import Arc, Plan
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.model import StepInfo

if TYPE_CHECKING:
    from engine.bpmn.block import Block
    from engine.bpmn.token import Token

COUNTS = "rounds"
"""Mark of a block: for each complex gateway that has gone on the flows that have had their token."""

OFFER = "offer"
"""Mark: the token stands for a step of an ad-hoc sub-process that may be begun or not."""

_NO_WAY = "Исправьте данные дела или добавьте в схему путь по умолчанию, затем повторите."


class ExclusiveGateway(Node):
    """One way: the first whose condition holds, in the order of the file, otherwise the default one."""

    def work(self, token: Token) -> bool:
        token.chosen = (self._choose(token),) if self.arcs else ()
        return True

    def _choose(self, token: Token) -> Arc:
        for arc in self.arcs:
            if arc.condition is not None and arc.condition.holds(token):
                return arc
        for arc in self.arcs:
            if arc.default:
                return arc
        raise Fault("ни одно условие не выполнено, а пути по умолчанию нет", _NO_WAY)


class Join(Node):
    """Base of gateways that make one token of several. A waiting token remembers the flow it came by.

    Arrivals are consumed when the gateway fires, so a second round of a loop starts from nothing.
    """

    joins = True

    def __init__(self, plan: Plan, name: str, info: StepInfo, *, drawn: bool = True) -> None:
        super().__init__(plan, name, info, drawn=drawn)
        self.bits: dict[str, int] = {}
        """The bit of each incoming flow in the `ways` of nodes; empty when there is only one flow."""
        self.all_bits = 0

    def arrive(self, token: Token) -> None:
        token._set_state(WAITING)
        if len(self.incoming) < 2 or self.is_complete(token):
            self.go_on(token)

    def is_complete(self, token: Token) -> bool:
        """Whether the token need not wait for others."""
        raise NotImplementedError

    def arrived(self, token: Token) -> dict[str, Token]:
        """The first waiting token of each incoming flow that has one."""
        found: dict[str, Token] = {}
        for other in token.block.tasks.values():
            if other.node is self and other.state == WAITING:
                found.setdefault(other.marks["via"], other)
        return found

    def go_on(self, token: Token) -> None:
        """Consume one arrival of each flow; `token` goes on for all of them."""
        for other in self.arrived(token).values():
            if other is not token:
                other.cancel()
        token.case.make_ready(token)

    def settle(self, token: Token) -> None:
        """The join need not wait any more, although not everything has come."""
        self.go_on(token)

    def is_helped(self, token: Token, other: Token) -> bool:
        """Whether another token of the block can still bring what the waiting one needs."""
        missing = self.all_bits & ~self.bits_of(self.arrived(token))
        return bool(missing & other.node.ways)

    def bits_of(self, flows: Iterable[str]) -> int:
        return sum(self.bits[flow] for flow in flows)


class ParallelGateway(Join):
    """Waits for one token on each incoming flow and sends one out on each outgoing flow."""

    def is_complete(self, token: Token) -> bool:
        arrived = self.arrived(token)
        return arrived[token.marks["via"]] is token and len(arrived) == len(self.incoming)


class InclusiveGateway(Join):
    """Every way whose condition holds; waits for the tokens that can still come.

    Whether one can still come is decided when nothing else can run: another token counts if it can reach a
    flow that has brought none, and cannot reach one that has.
    """

    def is_complete(self, token: Token) -> bool:
        return False

    def is_due(self, token: Token) -> bool:
        """Whether the join can fire now; asked when nothing else can run."""
        arrived = self.arrived(token)
        if arrived[token.marks["via"]] is not token:
            return False
        return not self._is_awaited(token, arrived)

    def is_helped(self, token: Token, other: Token) -> bool:
        return self._helps(other, self.bits_of(self.arrived(token)))

    def _is_awaited(self, token: Token, flows: Iterable[str]) -> bool:
        """Whether a token can still come by a flow that is not among these."""
        full = self.bits_of(flows)
        return any(self._helps(other, full) for other in moving(token, self) if OFFER not in other.marks)

    def _helps(self, other: Token, full: int) -> bool:
        ways = other.node.ways
        return bool(ways & self.all_bits & ~full) and not ways & full

    def work(self, token: Token) -> bool:
        if not self.arcs:
            token.chosen = ()
            return True
        if len(self.arcs) == 1 and self.arcs[0].condition is None:
            token.chosen = self.arcs
            return True
        chosen = tuple(
            arc
            for arc in self.arcs
            if not arc.default and (arc.condition is None or arc.condition.holds(token))
        )
        token.chosen = chosen or tuple(arc for arc in self.arcs if arc.default)
        if not token.chosen:
            raise Fault("ни одно условие не выполнено, а пути по умолчанию нет", _NO_WAY)
        return True


class ComplexGateway(InclusiveGateway):
    """Goes on as soon as its condition holds for the tokens that wait at it, such as `activationCount >= 2`.

    Having gone on, it swallows one token of each other flow, as long as one can still come there; then the
    next round begins with the tokens that have waited meanwhile.
    """

    activation: Formula | None = None

    def arrive(self, token: Token) -> None:
        if self.activation is None:
            super().arrive(token)
            return
        token._set_state(WAITING)
        flows = self._round(token)
        if flows is None:
            self._try(token)
        elif token.marks["via"] not in flows:
            flows.append(token.marks["via"])
            block = token.block
            token.remove()
            if len(flows) == len(self.incoming):
                self._next_round(block)

    def is_due(self, token: Token) -> bool:
        if self.activation is None:
            return super().is_due(token)
        flows = self._round(token)
        return flows is not None and not self._is_awaited(token, flows)

    def settle(self, token: Token) -> None:
        if self.activation is None:
            super().settle(token)
        else:
            self._next_round(token.block)

    def is_helped(self, token: Token, other: Token) -> bool:
        if self.activation is None:
            return super().is_helped(token, other)
        return bool(self.all_bits & other.node.ways)

    def _round(self, token: Token) -> list[str] | None:
        """The flows that have had their token in this round; None before the gateway goes on."""
        found: list[str] | None = token.block.marks.get(COUNTS, {}).get(self.name)
        return found

    def _next_round(self, block: Block) -> None:
        block.marks[COUNTS].pop(self.name)
        left = [token for token in block.tasks.values() if token.node is self and token.state == WAITING]
        if left:
            self._try(left[-1])

    def _try(self, token: Token) -> None:
        """Go on if the condition holds. Raises Fault."""
        arrived = self.arrived(token)
        waiting = sum(other.node is self and other.state == WAITING for other in token.block.tasks.values())
        if sure(self.activation).value(token, {"activationCount": Decimal(waiting)}) is not True:
            return
        rounds = token.block.marks.setdefault(COUNTS, {})
        rounds[self.name] = list(arrived)
        self.go_on(arrived[token.marks["via"]])
        if len(arrived) == len(self.incoming):
            self._next_round(token.block)


class EventGateway(Node):
    """The events behind it compete: the first one that comes ends the others."""

    def leave(self, token: Token) -> None:
        for arc in self.arcs:
            token.block.follow(arc, {RACE: token.id}).arrive()


def moving(token: Token, gateway: Join) -> list[Token]:
    """Tokens of the block that may still travel along flows."""
    handlers = token.block.plan.handlers
    return [
        other
        for other in token.block.tasks.values()
        if other.node is not gateway and other.node not in handlers
    ]
