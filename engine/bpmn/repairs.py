"""What a person may do at one place of a case that can't go on by itself: pass over it, or move elsewhere.

Neither does the work of the element. Whatever would leave the case in a shape that no diagram can explain
(half of a parallel branch, one of several repeats, in the middle of undoing) is refused in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn import incidents, scope
from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.activities import Activity
from engine.bpmn.behaviour.blocks import EventSubProcess
from engine.bpmn.behaviour.events import Boundary, EndEvent, StartEvent, end_race
from engine.bpmn.behaviour.gateways import COUNTS, EventGateway, Join
from engine.bpmn.behaviour.loops import Loop
from engine.bpmn.behaviour.node import Node
from engine.bpmn.behaviour.triggers import CancelTransaction, Terminate
from engine.bpmn.evaluate import Formula
from engine.bpmn.states import WAITING
from engine.errors import StepFailed
from engine.model import Passed, StepInfo, Value

if TYPE_CHECKING:
    from engine.bpmn.plan import Plan
    from engine.bpmn.token import Token


@dataclass(frozen=True, slots=True)
class Remedies:
    """What can be done at one element instance of a case, and what it depends on.

    `no_skip`, `no_move`: why not, empty where it can be done. `targets`: steps of the same level that the
    case can be moved to. `gives`: names of variables that the element would have written. `needs`: names
    that its expressions read; of those that failed, where the incident tells which.
    """

    no_skip: str
    no_move: str
    targets: tuple[StepInfo, ...]
    gives: tuple[str, ...]
    needs: tuple[str, ...]


def remedies_at(token: Token) -> Remedies:
    """The remedies where the token stands."""
    no_move = _why_not_move(token)
    targets = () if no_move else tuple(node.info for node in _targets(token.block.plan))
    return Remedies(_why_not_skip(token), no_move, targets, _gives(token.node), _needs(token))


def skip(token: Token, values: dict[str, Value]) -> None:
    """Pass over the element; `values` stand for what it would have written. Raises StepFailed."""
    if why := _why_not_skip(token):
        raise StepFailed(why, "Выберите другой способ исправить дело.")
    incidents.release(token)
    if values:
        scope.write(token, values)
    node = token.node
    if isinstance(node, Join) and token.state == WAITING:
        token.block.marks.get(COUNTS, {}).pop(node.name, None)
        node.go_on(token)
        return
    _end_work(token)
    place, process = node.place(token)
    token.case.journal.passed(Passed(token.id, place, process=process, skipped=True))
    _go_past(token)
    token.remove()


def _end_work(token: Token) -> None:
    """End what is open, waits or works at the element."""
    end_race(token)
    token.node.cancelled(token)
    for child in token.belongings():
        child.cancel()


def _go_past(token: Token) -> None:
    """Leave the element without counting its work as done."""
    node, host = token.node, token.host
    if host is not None and host.node.gathers:
        host.node.instance_done(host, token)
        return
    token.chosen = None
    if isinstance(node, EndEvent) and node.drawn and token.block.is_outermost():
        token.case.end_event = node.info.node
    Node.leave(node, token)


def move(token: Token, target: str) -> None:
    """Go on at another element of the same level instead; `target` is its id. Raises StepFailed."""
    if why := _why_not_move(token):
        raise StepFailed(why, "Выберите другой способ исправить дело.")
    found = next((node for node in _targets(token.block.plan) if node.name == target), None)
    if found is None:
        raise StepFailed(
            f"На место «{target}» дело отсюда не перевести.",
            "Выберите шаг из списка на странице исправления.",
        )
    incidents.release(token)
    end_race(token)
    block = token.block
    token.cancel()
    marks = {"via": found.incoming[0]} if found.joins and found.incoming else None
    block.spawn(found, marks=marks).arrive()


def _why_not_skip(token: Token) -> str:
    node = token.node
    if why := _why_bound(token):
        return why
    if isinstance(node, Join) and token.state == WAITING and incidents.MESSAGE not in token.marks:
        return "Здесь соединяются пути, и остальные ещё могут прийти: подождите их или переведите их сюда."
    waits_at_join = isinstance(node, Join) and token.state == WAITING
    if not waits_at_join and any(arc.condition is not None or arc.default for arc in node.arcs):
        return "Отсюда ведут несколько путей: выберите шаг, на который перевести дело."
    if isinstance(node, EndEvent) and isinstance(node.trigger, Terminate | CancelTransaction):
        return "Это событие завершает всё остальное: пропустить его нельзя."
    return ""


def _why_not_move(token: Token) -> str:
    if why := _why_bound(token):
        return why
    if token.host is not None:
        return "Это один из повторов шага: переведите шаг целиком."
    if not _targets(token.block.plan):
        return "На этом уровне схемы больше нет шагов."
    return ""


def _why_bound(token: Token) -> str:
    """Why nothing at all can be done at the token itself."""
    host = token.host
    if isinstance(token.node, Boundary) and host is not None:
        return "Это событие ждёт на границе шага: исправляйте сам шаг."
    if isinstance(token.node, EventSubProcess) and token.state == WAITING:
        return "Этот подпроцесс ждёт своего события и делу не мешает."
    undoing = any(compensation.QUEUE in each.marks for each in (token, host) if each is not None)
    if undoing or _undoes(token):
        return "Здесь отменяется сделанное раньше: дождитесь конца отмены или прекратите дело."
    return ""


def _undoes(token: Token) -> bool:
    """Whether the token carries out a handler that undoes an activity."""
    return token.node in _handlers_of_undoing(token.block.plan)


def _targets(plan: Plan) -> list[Node]:
    """Elements of a level at which a token can begin by itself."""
    raced = {
        arc.target for node in plan.nodes.values() if isinstance(node, EventGateway) for arc in node.arcs
    }
    undoing = _handlers_of_undoing(plan)
    return [
        node
        for node in plan.nodes.values()
        if node.drawn
        and node.name == node.info.node
        and not isinstance(node, Boundary | StartEvent | EventSubProcess)
        and not (isinstance(node, Join) and len(node.incoming) > 1)
        and node not in raced
        and node not in undoing
    ]


def _handlers_of_undoing(plan: Plan) -> set[Node]:
    done = [node.inner if isinstance(node, Loop) else node for node in plan.nodes.values()]
    return {node.undone_by for node in done if isinstance(node, Activity) and node.undone_by is not None}


def _gives(node: Node) -> tuple[str, ...]:
    """Names that the element's result is written to, as far as the diagram says it."""
    named = [name for name, _ in node.outputs_mapped]
    for attribute in ("result_variable", "result_collection"):
        name = getattr(node, attribute, None)
        if name:
            named.append(name)
    named += [passing.target for passing in getattr(node, "passed_out", ()) if passing.target]
    return tuple(dict.fromkeys(named))


def _needs(token: Token) -> tuple[str, ...]:
    """Names that the expressions at the element read; of the failed ones where the incident says which."""
    node = token.node
    found = list(_formulas_in([value for key, value in vars(node).items() if key not in _ELSEWHERE]))
    found += [arc.condition for arc in node.arcs if arc.condition is not None]
    message = token.marks.get(incidents.MESSAGE, "")
    failed = [formula for formula in found if f"«{formula.text}»" in message]
    names = {name for formula in failed or found for name in formula.expression.names}
    return tuple(sorted(names - {scope.CASE}))


_ELSEWHERE = frozenset({"plan", "_wf_spec", "inner", "boundaries", "undone_by", "arcs", "outputs_mapped"})
"""Attributes of a node that lead to other nodes; its outputs read what it has received, not what it needs."""


def _formulas_in(value: Any) -> Iterator[Formula]:
    """The expressions inside an attribute of a node: mappings, triggers, passings."""
    if isinstance(value, Formula):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _formulas_in(each)
    elif is_dataclass(value) and not isinstance(value, type | StepInfo):
        for each in fields(value):
            yield from _formulas_in(getattr(value, each.name))
