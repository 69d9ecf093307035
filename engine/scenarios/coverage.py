"""Which elements and arrows of the tried diagrams were passed, over all scenarios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn.document import read_xml
from engine.bpmn.graph import Scope, read_graph
from engine.cases.locking import LockedCase
from engine.model import StepResult

Place = tuple[str, str]
"""(process, element): ids are unique only inside their process."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares from 0 to 1; `missing` are ids of elements and arrows that no scenario passed, as drawn."""

    elements: float
    flows: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Arrow:
    id: str
    target: Place


class Track:
    """Collects what cases pass; `note` is what a runtime's `watch` calls."""

    def __init__(self, diagrams: Iterable[bytes]) -> None:
        self._around: dict[Place, Place | None] = {}
        """Every drawn element and the sub-process it is drawn in."""
        self._arrows: list[_Arrow] = []
        self._passed: set[Place] = set()
        self._taken: set[str] = set()
        for content in diagrams:
            for process in read_graph(read_xml(content)).processes:
                for scope in process.walk():
                    self._add(scope)

    def _add(self, scope: Scope) -> None:
        around = (scope.process, scope.id) if scope.parent is not None else None
        self._around |= {
            (scope.process, element.id): around
            for element in scope.elements.values()
            if not element.is_compensation_boundary  # no token ever comes there
        }
        self._arrows += [_Arrow(flow.id, (scope.process, flow.target)) for flow in scope.flows]

    def note(self, case: LockedCase, result: StepResult) -> None:
        """What one step of a case passed; what was cancelled was not passed, but may have been come to."""
        self._passed.update(
            (each.process or case.process, each.node) for each in result.passed if not each.cancelled
        )
        self._taken.update(result.flows)

    def coverage(self) -> Coverage:
        """An element counts when a token came to it, a sub-process when one came to anything in it."""
        come_to: set[Place] = set()
        for place in self._passed | {arrow.target for arrow in self._arrows if arrow.id in self._taken}:
            here: Place | None = place
            while here is not None and here not in come_to:
                come_to.add(here)
                here = self._around.get(here)
        elements = [element for process, element in self._around if (process, element) not in come_to]
        arrows = [arrow.id for arrow in self._arrows if arrow.id not in self._taken]
        return Coverage(
            _share(elements, len(self._around)), _share(arrows, len(self._arrows)), (*elements, *arrows)
        )


def _share(missing: list[str], total: int) -> float:
    return round(1 - len(missing) / total, 4) if total else 1.0
