"""Running a case until nothing can move without the outside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeGuard

from engine.bpmn.behaviour.blocks import Enclosing
from engine.bpmn.behaviour.events import Catching
from engine.bpmn.behaviour.gateways import InclusiveGateway, Join, moving
from engine.bpmn.incidents import HELD, MESSAGE, guarded, note, stop
from engine.bpmn.states import READY, STARTED, WAITING

if TYPE_CHECKING:
    from engine.bpmn.behaviour.node import Node
    from engine.bpmn.block import Block, Case
    from engine.bpmn.token import Token

BUDGET = 20_000
"""Elements that one step may run. A loop that nobody and no moment ever stops ends here with an incident."""

LOOK = 4
"""Elements between two looks at the clock, which asks the system. Most steps end before the first."""

ROUND = "путь ходит по кругу и никого не ждёт. Исправьте условие выхода из круга, затем повторите."
LONG = (
    "путь вычисляется слишком долго. Упростите выражения на нём или уменьшите списки; "
    "чтобы он пошёл с этого места дальше, повторите."
)


def drain(case: Case) -> None:
    """Run ready tokens in their order; when none is left, see what has ended or is due."""
    budget = BUDGET
    held = False
    while not (case.completed or held):
        while case.queue:
            token = case.queue.popleft()
            if token.state != READY or not token.living:
                continue
            if budget == 0 or (budget % LOOK == 1 and case.context.tired()):
                _hold(case, token, ROUND if budget == 0 else LONG)
                held = True
                break
            budget -= 1
            _run(case, token)
        if not (held or _close_blocks(case) or _fire_due(case)):
            break
    _find_stuck(case)


def _run(case: Case, token: Token) -> None:
    case.running = token
    guarded(token, token.run, running=True)
    case.running = None


def _close_blocks(case: Case) -> bool:
    """Finish the blocks in which nothing lives any more; True when something can run again."""
    closed = False
    for block in sorted(case.all_blocks(), key=_depth, reverse=True):
        host = block.host
        if _has_more(host):
            host.node.inside_over(host)
            closed = True
            continue
        if block.completed or not block.is_over():
            continue
        block.cancel()
        if host is None:
            block.completed = True
        elif host.state == STARTED and isinstance(host.node, Enclosing):
            host.node.inside_over(host)
            closed = True
    return closed


def _has_more(host: Token | None) -> TypeGuard[Token]:
    """Whether an ad-hoc sub-process has steps to offer or its condition to ask."""
    return (
        host is not None
        and host.state == STARTED
        and isinstance(host.node, Enclosing)
        and host.node.has_more(host)
    )


def _depth(block: Block) -> int:
    return block.depth


def _fire_due(case: Case) -> bool:
    """Fire what has been due for longest, or else an inclusive join that need not wait.

    One at a time: what it sets going may end what the next one waits for.
    """
    due: list[tuple[datetime, int]] = []
    joins: list[Token] = []
    for token in case.waiting():
        if isinstance(token.node, InclusiveGateway):
            joins.append(token)
        elif isinstance(token.node, Catching) and (since := _due_since(token)) is not None:
            due.append((since, token.id))
    if due:
        token = case.tokens[min(due)[1]]
        guarded(token, lambda: token.node.fire(token))
        return True
    ready = next((token for token in joins if token.node.is_due(token)), None)
    if ready is None:
        return False
    guarded(ready, lambda: ready.node.settle(ready))
    return True


def _due_since(token: Token) -> datetime | None:
    found: list[datetime | None] = [None]
    guarded(token, lambda: found.append(token.node.trigger.due_since(token)))
    return found[-1]


def _find_stuck(case: Case) -> None:
    """Report joins at which a token waits for what can never come, each of them once."""
    joins = {(token.block, token.node): token for token in reversed(case.waiting()) if _waits_at_join(token)}
    said = {(token.block, token.node) for token in case.waiting() if MESSAGE in token.marks}
    hopeful = _hopeful(joins)
    for place, token in joins.items():
        if place not in hopeful and place not in said:
            note(
                token,
                "сюда пришли не все пути, и остальные уже не придут. "
                "Исправьте схему: соедините пути без ожидания или уберите лишний.",
            )


def _waits_at_join(token: Token) -> bool:
    return isinstance(token.node, Join)


def _hopeful(joins: dict[tuple[Block, Node], Token]) -> set[tuple[Block, Node]]:
    """Joins that something can still help: what moves by itself, or another join that has hope."""
    hopeful: set[tuple[Block, Node]] = set()
    found = True
    while found:
        found = False
        for place, token in joins.items():
            if place not in hopeful and _is_helped(token, joins, hopeful):
                hopeful.add(place)
                found = True
    return hopeful


def _is_helped(
    token: Token, joins: dict[tuple[Block, Node], Token], hopeful: set[tuple[Block, Node]]
) -> bool:
    for other in moving(token, token.node):
        there = (other.block, other.node)
        stands = there in joins and there not in hopeful and other.state == WAITING
        if not stands and token.node.is_helped(token, other):
            return True
    return False


def _hold(case: Case, token: Token, message: str) -> None:
    """Stop what would go on for ever at one token, and everything else that could go on with it."""
    stop(token, message, running=True)
    for other in case.queue:
        if other.state == READY and other.living:
            other.marks[HELD] = token.id
    case.queue.clear()
