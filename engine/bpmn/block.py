"""A running case and the blocks inside it: the process itself, sub-processes, called processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.workflow import Workflow

from engine.bpmn.context import Context
from engine.bpmn.faults import Fault
from engine.bpmn.incidents import clear
from engine.bpmn.journal import Journal
from engine.bpmn.states import READY, STARTED, WAITING
from engine.bpmn.token import Token
from engine.errors import StepFailed
from engine.model import ELEMENT_BITS, Value

if TYPE_CHECKING:
    from engine.bpmn.behaviour.events import StartEvent
    from engine.bpmn.behaviour.node import Node
    from engine.bpmn.diagram import Program
    from engine.bpmn.plan import Arc, Plan

MAX_ELEMENTS = 1 << ELEMENT_BITS
MAX_DEPTH = 100
"""Processes and sub-processes inside one another."""


class Block(Workflow):  # type: ignore[misc]
    """One running level of a diagram.

    `host` is the token whose activity this block carries out, None for the case itself. `variables` is the
    scope of a process; an embedded sub-process has none and uses the scope around it. `marks` is what has to
    outlive the step: what can be compensated, counters of complex gateways.
    """

    spec: Plan
    tasks: dict[int, Token]

    def __init__(
        self, plan: Plan, case: Case, host: Token | None, variables: dict[str, Value] | None
    ) -> None:
        # Not calling the library's constructor: it would start the block and predict its whole future.
        self.spec = plan
        self.tasks = {}
        self.completed = False
        self.case = case
        self.host = host
        self.variables = variables
        self.marks: dict[str, Any] = {}
        self.depth: int = 0 if host is None else host.block.depth + 1

    @property
    def plan(self) -> Plan:
        return self.spec

    def spawn(self, node: Node, parent: Token | None = None, *, marks: dict[str, Any] | None = None) -> Token:
        """A new token at `node`, not yet arrived."""
        token = Token(self, node, self.case.next_number(), parent)
        if marks:
            token.marks.update(marks)
        return token

    def follow(self, arc: Arc, marks: dict[str, Any] | None = None) -> Token:
        """Move on along one sequence flow: a new token at its end, not yet arrived."""
        if arc.drawn:
            self.case.journal.flows.append(arc.id)
        token = self.spawn(arc.target, marks=marks)
        if arc.target.joins:
            token.marks["via"] = arc.id
        return token

    def begin(self, start: StartEvent, payload: Mapping[str, Value] | None = None) -> None:
        """Put a token at the start event and arm the event sub-processes of the block."""
        token = self.spawn(start)
        token.data = dict(payload or {})
        for handler in self.plan.handlers:
            self.spawn(handler).arrive()
        token.arrive()

    def is_outermost(self) -> bool:
        """Whether an end here ends the case: on its own level or in one of its event sub-processes."""
        host = self.host
        return host is None or (host.block.host is None and host.node in host.block.plan.handlers)

    def is_over(self) -> bool:
        """Whether nothing lives here any more but event sub-processes that have not been triggered."""
        handlers = self.plan.handlers
        return all(token.node in handlers and token._state != STARTED for token in self.tasks.values())

    def cancel(self, success: bool = False, spare: Token | None = None) -> list[Token]:
        """Cancel every token of the block except `spare`."""
        tokens = [token for token in self.tasks.values() if token is not spare]
        for token in tokens:
            token.cancel()
        return tokens


class Case(Block):
    """The case as it is loaded for one step."""

    def __init__(self, program: Program, context: Context, variables: dict[str, Value]) -> None:
        self.program = program
        self.context = context
        self.journal = Journal()
        self.tokens: dict[int, Token] = {}
        self.blocks: dict[int, Block] = {}
        """Sub-processes and called processes by the number of their host token."""
        self.queue: deque[Token] = deque()
        """Tokens that can run now, in the order in which they became ready."""
        self.running: Token | None = None
        self.counter = 0
        self.end_event: str | None = None
        super().__init__(program.main.plan, self, None, variables)

    def next_number(self) -> int:
        self.counter += 1
        if self.counter >= MAX_ELEMENTS:
            raise StepFailed(
                "В этом деле пройдено слишком много шагов, номера элементов кончились.",
                "Завершите дело и откройте новое.",
            )
        return self.counter

    def open_block(self, host: Token, plan: Plan, variables: dict[str, Value] | None) -> Block:
        """A block, still empty, for the activity at `host`. Raises Fault when nested too deep."""
        if host.block.depth >= MAX_DEPTH:
            raise Fault(
                f"процессы вложены друг в друга больше {MAX_DEPTH} раз",
                "Уберите из схемы вызов процессом самого себя.",
            )
        block = Block(plan, self, host, variables)
        self.blocks[host.id] = block
        return block

    def close_block(self, host: Token) -> None:
        """Forget the block of `host`; what still lives in it is cancelled."""
        block = self.blocks.pop(host.id, None)
        if block is not None:
            block.completed = True
            block.cancel()

    def all_blocks(self) -> Iterator[Block]:
        """The case and every block in it, outer ones first."""
        yield self
        yield from list(self.blocks.values())

    def make_ready(self, token: Token) -> None:
        """Let the drain run the token, whatever state it is in and whatever went wrong there before."""
        clear(token)
        token._set_state(READY)
        self.queue.append(token)

    def waiting(self) -> list[Token]:
        return [token for token in self.tokens.values() if token._state == WAITING]
