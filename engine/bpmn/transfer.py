"""Carrying the state of a case over to another version of its diagram, token by token.

Every token keeps its number, its marks and so its moments: a term that runs goes on running. What a version
can't continue is refused in words, and nothing is guessed. Boundary events and event sub-processes that the
new version has besides are armed; those that it has no more are waited for no more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn import incidents, state
from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.activities import Activity, ServiceTask
from engine.bpmn.behaviour.blocks import CallActivity, Enclosing, EventSubProcess, SubProcess
from engine.bpmn.behaviour.events import Boundary, Catching
from engine.bpmn.behaviour.gateways import COUNTS
from engine.bpmn.behaviour.loops import Loop
from engine.bpmn.behaviour.triggers import Message, Signal, Timer, Trigger
from engine.bpmn.block import Block, Case
from engine.bpmn.evaluate import Formula
from engine.bpmn.faults import Fault
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.bpmn.token import Token
from engine.errors import StepFailed

if TYPE_CHECKING:
    from engine.bpmn.behaviour.node import Node
    from engine.bpmn.context import Context
    from engine.bpmn.diagram import Program
    from engine.bpmn.plan import Plan

Renames = Mapping[tuple[str, str], str]
"""(process, id of an element in the old version) → its id in the new one, where that has changed."""


class NotMovable(StepFailed):
    """The case can't go on at this version. `later`: it can, once it has passed the place where it is now."""

    def __init__(self, message: str, *, later: bool = False, place: tuple[str, str] | None = None) -> None:
        super().__init__(message, "Дело остаётся на своей версии.")
        self.later = later
        self.place = place
        """(process, element) that the new version lacks."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The case on the new version, not yet run, with the names of what it waits for besides or no more."""

    case: Case
    armed: tuple[str, ...]
    dropped: tuple[str, ...]


def carry(old: Program, new: Program, state_bytes: bytes, mapping: Renames, context: Context) -> Carried:
    """The case of these bytes as the new program would have it. Raises NotMovable, StepFailed."""
    return _Carrying(state.load(old, state_bytes, context), new, mapping).carried()


class _Carrying:
    def __init__(self, before: Case, program: Program, mapping: Renames) -> None:
        self.before = before
        self.mapping = mapping
        self.after = Case(program, before.context, copy.deepcopy(sure(before.variables)))
        self.after.counter = before.counter
        self.after.end_event = before.end_event
        self.armed: list[str] = []
        self.dropped: list[str] = []

    def carried(self) -> Carried:
        belonging: list[tuple[Token, int]] = []
        for block in self.before.all_blocks():
            there = self._block(block)
            there.marks = self._block_marks(block, there.plan)
            belonging += self._tokens(block, there)
        for token, parent in belonging:
            token.belong_to(self.after.tokens[parent])
        for block in list(self.before.all_blocks()):
            self._arm(block)
        return Carried(self.after, tuple(self.armed), tuple(self.dropped))

    def _block(self, block: Block) -> Block:
        if block.host is None:
            return self.after
        host = self.after.tokens[block.host.id]
        if not isinstance(host.node, Enclosing):
            raise _changed_kind(block.host)
        try:
            plan = host.node.plan_for(self.after)
        except Fault as fault:
            raise NotMovable(f"{_at(block.host)}: {fault.message}.") from None
        return self.after.open_block(host, plan, copy.deepcopy(block.variables))

    def _tokens(self, block: Block, there: Block) -> Iterator[tuple[Token, int]]:
        """Make the tokens of a block; given are those that belong to another one, with its number."""
        for token in block.tasks.values():
            node = self._node(token, there.plan)
            if node is None:
                self.dropped.append(_name(token.node))
                continue
            _check(token, node)
            made = Token(there, node, token.id)
            made._state = token._state
            made.internal_data = copy.deepcopy(token.internal_data)
            made.data = copy.deepcopy(token.data)
            if "via" in made.marks:
                made.marks["via"] = self._way(token, node)
            if token.host is not None:
                yield made, token.host.id

    def _node(self, token: Token, plan: Plan) -> Node | None:
        """The element of the new version; None for an event that stands by and is there no more."""
        node = token.node
        stands_by = token.state == WAITING and isinstance(node, Boundary | EventSubProcess)
        found = plan.nodes.get(self._renamed(node, plan))
        if stands_by and (found is None or not _waits_alike(node, found)):
            return None
        if found is None:
            place = (node.info.process, node.info.node)
            raise NotMovable(f"{_at(token)}, а в новой версии такого места нет.", place=place)
        if type(found) is not type(node):
            raise _changed_kind(token)
        return found

    def _renamed(self, node: Node, plan: Plan) -> str:
        """The name in the new version; what the reader has added keeps its ending."""
        drawn = node.info.node
        new = self.mapping.get((plan.process, drawn), drawn)
        return new + node.name.removeprefix(drawn) if node.name.startswith(drawn) else node.name

    def _way(self, token: Token, join: Node) -> str:
        """The flow by which a token has come to a join, in the new version."""
        way: str = token.marks["via"]
        if way in join.incoming:
            return way
        nodes = token.block.plan.nodes.values()
        source = next(node for node in nodes if any(arc.id == way for arc in node.arcs))
        there = join._wf_spec.task_specs.get(self._renamed(source, join._wf_spec))
        ways: list[str] = [arc.id for arc in there.arcs if arc.target is join] if there is not None else []
        if len(ways) != 1:
            raise NotMovable(f"{_at(token)}, а путь, по которому оно пришло, в новой версии убран.")
        return ways[0]

    # --- what a level keeps

    def _block_marks(self, block: Block, plan: Plan) -> dict[str, Any]:
        marks = copy.deepcopy(block.marks)
        old = block.plan
        if COUNTS in marks:
            renamed = {self._renamed(old.nodes[name], plan): kept for name, kept in marks[COUNTS].items()}
            marks[COUNTS] = {name: kept for name, kept in renamed.items() if name in plan.nodes}
        if compensation.DONE in marks:
            marks[compensation.DONE] = [
                self._record(record, old, plan) for record in marks[compensation.DONE]
            ]
        return marks

    def _record(self, record: list[Any], old: Plan, plan: Plan) -> list[Any]:
        """A record of what can be undone, by the names of the new version."""
        name, marks, inner = record
        node = plan.nodes.get(self._renamed(old.nodes[name], plan))
        if inner is None and isinstance(node, Activity) and node.undone_by is not None:
            return [node.name, marks, None]
        before = old.nodes[name]
        if inner is not None and isinstance(node, SubProcess) and isinstance(before, SubProcess):
            return [node.name, marks, [self._record(each, before.plan, node.plan) for each in inner]]
        raise NotMovable(f"Сделанное на шаге «{_name(before)}» по новой версии уже нельзя было бы отменить.")

    # --- what stands by

    def _arm(self, block: Block) -> None:
        there = self.after if block.host is None else self.after.blocks[block.host.id]
        for token in list(block.tasks.values()):
            made = self.after.tokens.get(token.id)
            if made is None or not isinstance(token.node, Activity) or not isinstance(made.node, Activity):
                continue
            known = self._still_known(token.node.boundaries, made.node.boundaries, there.plan)
            for boundary in made.node.boundaries:
                if boundary.name not in known:
                    self._begin(there.spawn(boundary, made))
        known = self._still_known(block.plan.handlers, there.plan.handlers, there.plan)
        for handler in there.plan.handlers:
            if handler.name not in known:
                self._begin(there.spawn(handler))

    def _still_known(self, old: tuple[Any, ...], new: tuple[Any, ...], plan: Plan) -> set[str]:
        """New names of events that stood by before: they wait still, or have fired already."""
        by_name = {node.name: node for node in new}
        names = {self._renamed(node, plan): node for node in old}
        return {name for name, node in names.items() if name in by_name and _waits_alike(node, by_name[name])}

    def _begin(self, token: Token) -> None:
        self.armed.append(_name(token.node))
        token.arrive()


def _check(token: Token, node: Node) -> None:
    """Refuse what the new version would continue wrongly."""
    old = token.node
    host = token.host
    if any(compensation.QUEUE in each.marks for each in (token, host) if each is not None):
        raise NotMovable(f"{_at(token)}: здесь отменяется сделанное раньше.", later=True)
    if isinstance(old, ServiceTask) and old.is_open(token):
        raise NotMovable(f"{_at(token)}: выполняется операция.", later=True)
    if isinstance(old, Loop) and _loop_rule(old) != _loop_rule(node):
        raise NotMovable(f"{_at(token)}, внутри повторов, а их правило изменилось.", later=True)
    if isinstance(old, CallActivity) and isinstance(node, CallActivity) and old.called != node.called:
        raise NotMovable(f"{_at(token)}, а в новой версии он вызывает другой процесс.", later=True)
    if isinstance(old, Catching) and token.state == WAITING and not _waits_alike(old, node):
        raise NotMovable(f"{_at(token)} и ждёт события, а новая версия ждёт там другого.", later=True)


def _waits_alike(old: Node, new: Node) -> bool:
    """Whether a token that waits at the old element can go on waiting at the new one."""
    if type(old) is not type(new) or not (isinstance(old, Catching) and isinstance(new, Catching)):
        return False
    before, after = old.trigger, new.trigger
    if type(before) is not type(after):
        return False
    if isinstance(before, Timer) and isinstance(after, Timer):
        return (before.term is None) == (after.term is None)
    return _awaited(before) == _awaited(after)


def _awaited(trigger: Trigger) -> tuple[str, str]:
    match trigger:
        case Message():
            return trigger.name, trigger.key.text if trigger.key else ""
        case Signal():
            return trigger.name, ""
    return "", ""


def _loop_rule(node: Node) -> dict[str, Any]:
    """How a loop repeats, as it is written."""
    return {
        name: value.text if isinstance(value, Formula) else value
        for name, value in vars(node).items()
        if isinstance(value, Formula | bool | int | str | None) and name in _LOOP
    }


_LOOP = frozenset(
    {
        "condition", "maximum", "test_before", "sequential", "collection", "cardinality", "element",
        "completion", "result_collection", "result_item",
    }
)  # fmt: skip


def _changed_kind(token: Token) -> NotMovable:
    return NotMovable(f"{_at(token)}, а в новой версии это место другого вида.")


def _at(token: Token) -> str:
    stands = "остановилось" if incidents.MESSAGE in token.marks else "стоит"
    return f"Дело {stands} на месте «{_name(token.node)}»"


def _name(node: Node) -> str:
    return node.info.name or node.info.node
