"""Where a case stands: which elements of the diagram are open, wait, or need repair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.bpmn.behaviour.activities import Handed
from engine.bpmn.incidents import HELD, MESSAGE
from engine.bpmn.states import STARTED

if TYPE_CHECKING:
    from engine.bpmn.block import Case
    from engine.bpmn.token import Token


@dataclass(frozen=True, slots=True)
class Place:
    """One element instance. `message` is the text of its incident, empty where there is none."""

    element_id: int
    node: str
    process: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Element instances by what they do.

    `open`: user tasks and service calls; `waiting`: events and joins; `inside`: activities with something at
    work in them; `incidents`: what stands still until it is repaired.
    """

    open: tuple[Place, ...] = ()
    waiting: tuple[Place, ...] = ()
    inside: tuple[Place, ...] = ()
    incidents: tuple[Place, ...] = ()


def position_of(case: Case) -> Position:
    """The position of a loaded case."""
    groups: dict[str, list[Place]] = {"open": [], "waiting": [], "inside": [], "incidents": []}
    for token in case.tokens.values():
        if token.node.drawn or MESSAGE in token.marks:
            node, process = token.node.place(token)
            groups[_group(token)].append(Place(token.id, node, process, token.marks.get(MESSAGE, "")))
    return Position(**{name: tuple(places) for name, places in groups.items()})


def _group(token: Token) -> str:
    if MESSAGE in token.marks:
        return "incidents"
    if token.state == STARTED:
        return "inside"
    if HELD in token.marks or not isinstance(token.node, Handed):
        return "waiting"
    return "open"
