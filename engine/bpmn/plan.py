"""What a diagram compiles to: a plan for each level, shared by all cases and never changed by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.bpmn.faults import Fault

if TYPE_CHECKING:
    from engine.bpmn.behaviour.blocks import EventSubProcess
    from engine.bpmn.behaviour.events import StartEvent
    from engine.bpmn.behaviour.node import Node
    from engine.bpmn.evaluate import Formula


@dataclass(frozen=True, slots=True, eq=False)
class Arc:
    """A sequence flow as the engine follows it. `drawn` is False for one that the reader added."""

    id: str
    target: Node
    condition: Formula | None = None
    default: bool = False
    drawn: bool = True


class Plan(WorkflowSpec):  # type: ignore[misc]
    """The nodes of one level of a diagram by name.

    Names are ids of the diagram, or the pinned synthetic names that `normalise` gives; they are part of every
    stored state. Unlike the library's process specification a plan has no start and end tasks of its own:
    their names would collide with ids of real diagrams, and a block is over when nothing lives in it.
    """

    task_specs: dict[str, Node]

    def __init__(self, name: str, process: str) -> None:
        super().__init__(name)
        self.process = process
        self.starts: tuple[StartEvent, ...] = ()
        self.handlers: tuple[EventSubProcess, ...] = ()

    def plain_start(self) -> StartEvent:
        """The start event without a trigger: where a caller begins. Raises Fault when there is none."""
        found = self.start_event(None)
        if found is None:
            raise Fault(
                "у вызываемого процесса нет простого начала",
                "Добавьте в его схему начальное событие без условия.",
            )
        return found

    def start_event(self, name: str | None) -> StartEvent | None:
        """The start event of that name, the plain one for None; None when there is none."""
        if name is not None:
            return next((start for start in self.starts if start.name == name), None)
        return next((start for start in self.starts if start.is_plain), None)

    @property
    def nodes(self) -> dict[str, Node]:
        return self.task_specs
