"""Undoing what was done: handlers of completed activities run in reverse order, one after another.

Nothing of a finished activity stays alive for this. When an activity that has a handler leaves, its block
notes a record: the handler and the locals it will need; a sub-process leaves one record with all those from
inside. The event that asks for compensation takes the records, and its token waits while the handlers run.
Handlers see today's variables, not those of the time when the work was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn import scope

if TYPE_CHECKING:
    from engine.bpmn.block import Block
    from engine.bpmn.token import Token

DONE = "undo"
"""Mark of a block: records of what can be undone in it, the latest last."""

QUEUE = "queue"
"""Mark of a token: records that it has still to undo, the latest last."""


BESIDE = "beside"
"""Mark of a token that undoes while the way behind its event has already gone on."""


def remember(token: Token, records: list[Any] | None = None) -> None:
    """Note that the activity of the token is done, with the records from inside if it held a block."""
    marks = {kind: token.marks[kind] for kind in (scope.INPUTS, scope.ITEM) if kind in token.marks}
    token.block.marks.setdefault(DONE, []).append([token.node.name, marks, records])


def take(token: Token, activity: str | None) -> list[Any]:
    """Take the records that an event at the token asks for: of one activity or of all."""
    block = _scope_of(token, activity)
    records = block.marks.pop(DONE, [])
    wanted = [record for record in records if activity in (None, block.plan.nodes[record[0]].info.node)]
    left = [record for record in records if record not in wanted]
    if left:
        block.marks[DONE] = left
    return wanted


def undo_next(token: Token, block: Block) -> bool:
    """Begin to undo the last record of the token's queue in `block`; True when none is left."""
    queue: list[Any] = token.marks[QUEUE]
    if not queue:
        return True
    name, marks, records = queue.pop()
    done = block.plan.nodes[name]
    if records is None:
        block.spawn(done.undone_by, token, marks=marks).arrive()
    else:
        again = block.spawn(done, token, marks={**marks, QUEUE: records})
        token.case.open_block(again, done.plan_for(token.case), None)
        token.case.make_ready(again)
    return False


def compensate(token: Token, activity: str | None) -> bool | None:
    """The work of an event that asks for compensation: None while handlers run, True at the end."""
    if QUEUE not in token.marks:
        token.marks[QUEUE] = take(token, activity)
    return undo_next(token, _scope_of(token, activity)) or None


def undo_beside(token: Token, activity: str | None) -> bool:
    """The work of an event that does not wait: a token of its own lets the handlers run."""
    records = take(token, activity)
    if records:
        beside = token.block.spawn(token.node, marks={QUEUE: records, BESIDE: True})
        token.case.make_ready(beside)
    return True


def _scope_of(token: Token, activity: str | None) -> Block:
    """The block whose work an event undoes: in an event sub-process that of the level around it, unless the
    activity it names is beside it.
    """
    block = token.block
    if activity is not None and activity in (node.info.node for node in block.plan.nodes.values()):
        return block
    host = block.host
    return host.block if host is not None and host.node in host.block.plan.handlers else block
