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
from engine.model import StepInfo

if TYPE_CHECKING:
    from engine.bpmn.token import Token

COUNTS = "counts"
"""Mark of a block: for each complex gateway how many tokens came in this round, and whether it has fired."""

OFFER = "offer"
"""Mark: the token stands for a step of an ad-hoc sub-process that may be begun or not."""

_NO_WAY = "Исправьте данные дела или добавьте в схему путь по умолчанию, затем повторите."


class ExclusiveGateway(Node):
    """One way: the first whose condition holds, in the order of the file, otherwise the default one."""

    def work(self, token: Token) -> bool:
        token.chosen = (self._choose(token),)
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

    def hopeless(self, token: Token) -> bool:
        """Whether nothing that lives in the block can ever bring what the token waits for."""
        missing = self.all_bits & ~self.bits_of(self.arrived(token))
        return not any(missing & other.node.ways for other in _moving(token, self))

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
        full = self.bits_of(arrived)
        empty = self.all_bits & ~full
        ways = [other.node.ways for other in _moving(token, self) if OFFER not in other.marks]
        return not any(way & empty and not way & full for way in ways)

    def hopeless(self, token: Token) -> bool:
        return False

    def work(self, token: Token) -> bool:
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
    """Goes on with the arrival that fulfils its condition, such as `activationCount >= 2`.

    Later arrivals of the same round are swallowed; a round is over when every incoming flow has brought one.
    """

    activation: Formula | None = None

    def arrive(self, token: Token) -> None:
        if self.activation is None:
            super().arrive(token)
            return
        counts = token.block.marks.setdefault(COUNTS, {})
        count, fired = counts.get(self.name, [0, False])
        count += 1
        holds = not fired and self.activation.value(token, {"activationCount": Decimal(count)}) is True
        counts[self.name] = [0, False] if count == len(self.incoming) else [count, fired or holds]
        token._set_state(WAITING)
        if fired:
            token.remove()
        elif holds:
            self.go_on(token)

    def is_due(self, token: Token) -> bool:
        return self.activation is None and super().is_due(token)

    def hopeless(self, token: Token) -> bool:
        return self.activation is not None and Join.hopeless(self, token)


class EventGateway(Node):
    """The events behind it compete: the first one that comes ends the others."""

    def leave(self, token: Token) -> None:
        for arc in self.arcs:
            token.block.follow(arc, {RACE: token.id}).arrive()


def _moving(token: Token, gateway: Join) -> list[Token]:
    """Tokens of the block that may still travel along flows."""
    handlers = token.block.plan.handlers
    return [
        other
        for other in token.block.tasks.values()
        if other.node is not gateway and other.node not in handlers
    ]
