"""What leaves an element: messages and signals, errors and escalations on their way up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.bpmn import scope
from engine.bpmn.behaviour.triggers import CancelTransaction, Error, Escalation, Message, Signal, Trigger
from engine.bpmn.faults import Fault
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.model import Sent, Value, WaitKind

if TYPE_CHECKING:
    from engine.bpmn.block import Block, Case
    from engine.bpmn.token import Token


def throw(token: Token, trigger: Trigger, payload: Mapping[str, Value]) -> None:
    """Carry out the throwing side of an event. Raises Fault."""
    node, process = token.node.place(token)
    case = token.case
    if isinstance(trigger, Message):
        key = trigger.key_of(token)
        case.journal.sent.append(Sent(node, WaitKind.MESSAGE, trigger.name, key, dict(payload), process))
    elif isinstance(trigger, Signal):
        case.journal.sent.append(Sent(node, WaitKind.SIGNAL, trigger.name, None, dict(payload), process))
        broadcast(case, trigger.name, payload)
    elif isinstance(trigger, Error):
        throw_error(token, trigger.code, "", from_inside=False)
    elif isinstance(trigger, Escalation):
        catcher = _catcher(token, Escalation, trigger.code, from_inside=False)
        if catcher is not None:
            catcher.node.fire(catcher, payload)
    elif isinstance(trigger, CancelTransaction):
        for catcher in _edge(sure(token.block.host)):
            if isinstance(trigger_of(catcher), CancelTransaction):
                catcher.node.fire(catcher, payload)


def trigger_of(token: Token) -> Trigger | None:
    """What the token's element waits for or throws; None for an element that is no event."""
    return getattr(token.node, "trigger", None)


def broadcast(case: Case, name: str, payload: Mapping[str, Value]) -> None:
    """A signal for everything in the case that waits for it at this moment."""
    for token in case.waiting():
        if token.living and token.state == WAITING:
            trigger = trigger_of(token)
            if isinstance(trigger, Signal) and trigger.name == name:
                token.node.fire(token, payload)


def throw_error(token: Token, code: str | None, message: str, *, from_inside: bool) -> None:
    """A business error climbs until something catches it. Raises Fault when nothing does.

    `from_inside`: the activity of the token itself has failed, so its own boundary events come first.
    """
    catcher = _catcher(token, Error, code, from_inside=from_inside)
    if catcher is None:
        shown = f" «{code}»" if code else ""
        raise Fault(
            f"ошибка{shown} никем не обрабатывается",
            "Добавьте в схему обработку этой ошибки или устраните причину и повторите.",
        )
    catcher.node.fire(catcher, scope.storable(catcher.node.trigger.payload(code, message)))


def _catcher(
    token: Token, kind: type[Error | Escalation], code: str | None, *, from_inside: bool
) -> Token | None:
    for candidates in _levels(token, from_inside=from_inside):
        matching = [
            candidate
            for candidate in candidates
            if candidate.state == WAITING
            and isinstance(trigger := trigger_of(candidate), kind)
            and trigger.code in (None, code)
        ]
        if matching:
            return min(matching, key=lambda candidate: candidate.node.trigger.code is None)
    return None


def _levels(token: Token, *, from_inside: bool) -> Iterator[list[Token]]:
    """Groups of tokens that may catch what the token throws, nearest first."""
    if from_inside:
        yield _edge(token)
    block: Block = token.block
    out_of_handler = False
    while True:
        if not out_of_handler:  # what a handler throws goes past its siblings
            yield [other for other in block.tasks.values() if other.node in block.plan.handlers]
        if block.host is None:
            return
        yield _edge(block.host)
        out_of_handler = block.host.node in block.host.block.plan.handlers
        block = block.host.block


def _edge(token: Token) -> list[Token]:
    """Boundary events of the activity that the token carries out: the whole loop's, for an instance."""
    host = token.host
    return (host if host is not None and host.node.loops else token).belongings()
