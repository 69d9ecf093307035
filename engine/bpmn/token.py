"""One living element instance of a case, on top of SpiffWorkflow's task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from engine.bpmn.incidents import guarded
from engine.bpmn.states import CANCELLED, FUTURE

if TYPE_CHECKING:
    from engine.bpmn.behaviour.node import Node
    from engine.bpmn.block import Block, Case
    from engine.bpmn.plan import Arc


class Token(Task):  # type: ignore[misc]
    """A task that lives only as long as something happens at its element.

    Differs from the library's task in three ways. Its id is a small number from the case's own counter. It
    carries no copy of the variables: those live in the block (see `scope`), `data` holds only what the
    element has just received. And a finished token is gone: the tree holds no history, so a case in its
    thousandth round is as small as in its first. A token's parent is the activity it belongs to (a boundary
    event, an instance of a loop), the event that undoes its work, or None.

    `marks` is what has to outlive the step: the moment of a timer, locals, an incident.
    """

    id: int
    workflow: Block
    task_spec: Node
    data: dict[str, Any]

    def __init__(self, block: Block, node: Node, number: int, parent: Token | None = None) -> None:
        # Not calling the library's constructor: it would make a random id and read the clock.
        self.id = number
        self.workflow = block
        self.task_spec = node
        self._state = FUTURE
        self._parent: int | None = None
        self._children: list[int] = []
        self.triggered = True
        self.thread_id = 0
        self.data = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        self.chosen: tuple[Arc, ...] | None = None
        """The ways a gateway has just chosen; None: all of them."""
        block.tasks[number] = self
        block.case.tokens[number] = self
        if parent is not None:
            self.belong_to(parent)

    @property
    def block(self) -> Block:
        return self.workflow

    @property
    def case(self) -> Case:
        return self.workflow.case

    @property
    def node(self) -> Node:
        return self.task_spec

    @property
    def marks(self) -> dict[str, Any]:
        return self.internal_data

    @property
    def host(self) -> Token | None:
        """The token this one belongs to: of the activity, of the loop, of the event that undoes work."""
        return None if self._parent is None else self.case.tokens.get(self._parent)

    def belongings(self) -> list[Token]:
        """Living boundary events and loop instances of this token."""
        tokens = self.case.tokens
        found = [tokens[child] for child in self._children if child in tokens]
        return [token for token in found if token._parent == self.id]

    def arrive(self) -> None:
        """Let the element receive the token; what goes wrong becomes an incident here."""
        if not self.node.stands_by(self):
            self.enter()
        guarded(self, lambda: self.task_spec.arrive(self))

    def enter(self) -> None:
        """The case has come to this element: its stage and status are now the case's.

        A call that names them speaks for everything inside: what a called pathway says is hidden behind it.
        """
        info = self.task_spec.info
        if info.stage or info.status:
            calls = [call.node.info for call in self.calls()]
            stage = "" if any(call.stage for call in calls) else info.stage
            status = "" if any(call.status for call in calls) else info.status
            self.case.journal.entered(stage, status)

    def calls(self) -> Iterator[Token]:
        """The calls inside which the token is, the nearest first."""
        block = self.block
        while block.host is not None:
            if block.variables is not None:
                yield block.host
            block = block.host.block

    @property
    def living(self) -> bool:
        return self.id in self.workflow.tasks

    def _set_state(self, value: int) -> None:
        # The library's setter reads the clock and logs the data of the task.
        self._state = value

    def cancel(self) -> None:
        """End without completing, with everything that belongs to the token."""
        if not self.living:
            return
        self.task_spec._on_cancel(self)
        for token in self.belongings():
            token.cancel()
        self._set_state(CANCELLED)
        self.remove()

    def belong_to(self, host: Token) -> None:
        self._parent = host.id
        host._children.append(self.id)

    def part_from_host(self) -> None:
        """Go on alone: the activity that the token belonged to is left, however that ends."""
        self._parent = None

    def remove(self) -> None:
        """Take the token out of the case; nothing is reported."""
        self.workflow.tasks.pop(self.id, None)
        self.case.tokens.pop(self.id, None)
