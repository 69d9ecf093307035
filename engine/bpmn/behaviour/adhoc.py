"""Ad-hoc sub-processes: people choose which of the steps inside to do, in which order and how often.

Choosing is doing: every step that may be begun is open, and as soon as it is done it is open again, until
the completion condition holds. The condition is asked after each activity inside, when nothing can go on by
itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.blocks import SubProcess
from engine.bpmn.behaviour.gateways import OFFER
from engine.bpmn.behaviour.loops import DONE_COUNT
from engine.bpmn.behaviour.node import Node
from engine.bpmn.evaluate import Formula
from engine.bpmn.states import STARTED

if TYPE_CHECKING:
    from engine.bpmn.block import Block
    from engine.bpmn.token import Token

ASK = "ask"
"""Mark: an activity inside has been done since the condition was asked."""

OVER = "over"
"""Mark: nothing is begun any more; what is at work may finish."""


class AdHoc(SubProcess):
    """A sub-process whose steps people choose themselves."""

    completion: Formula
    sequential = False
    cancels_rest = True
    offered: tuple[str, ...] = ()
    """Names of the nodes that no flow reaches."""

    def open(self, token: Token) -> None:
        block = token.case.open_block(token, self.plan, None)
        token._set_state(STARTED)
        for handler in self.plan.handlers:
            block.spawn(handler).arrive()

    def inner_done(self, token: Token) -> None:
        token.marks[ASK] = 1

    def inner_interrupted(self, token: Token) -> None:
        token.marks[OVER] = 1

    def has_more(self, token: Token) -> bool:
        if OVER in token.marks or compensation.QUEUE in token.marks:
            return False
        block = token.case.blocks[token.id]
        return ASK in token.marks or bool(self._missing(block) or self._surplus(block))

    def work(self, token: Token) -> bool | None:
        if compensation.QUEUE in token.marks:
            return super().work(token)
        block = token.case.blocks[token.id]
        if ASK in token.marks and self.completion.holds(token):
            token.marks[OVER] = 1
        token.marks.pop(ASK, None)
        if OVER not in token.marks:
            self._offer(block)
            return None
        for other in list(block.tasks.values()):
            if self.cancels_rest or _is_offer(other):
                other.cancel()
        return super().work(token) if block.is_over() else None

    def _offer(self, block: Block) -> None:
        for token in self._surplus(block):
            token.cancel()
        for node in self._missing(block):
            block.spawn(node, marks={OFFER: 1}).arrive()

    def _missing(self, block: Block) -> list[Node]:
        """What may be begun and is not yet open."""
        if self.sequential and _is_busy(block):
            return []
        there = {token.node.name for token in block.tasks.values() if OFFER in token.marks}
        return [self.plan.nodes[name] for name in self.offered if name not in there]

    def _surplus(self, block: Block) -> list[Token]:
        """What is open although something else has to be done first."""
        if not (self.sequential and _is_busy(block)):
            return []
        return [token for token in block.tasks.values() if _is_offer(token)]


def _is_offer(token: Token) -> bool:
    """Whether the token stands for a step that nobody has begun; a loop is begun with its first instance."""
    return OFFER in token.marks and not token.marks.get(DONE_COUNT)


def _is_busy(block: Block) -> bool:
    """Whether something is at work beside what is only offered."""
    at_work = (token for token in block.tasks.values() if token.host is None and not _is_offer(token))
    return any(token.node not in block.plan.handlers or token.state == STARTED for token in at_work)
