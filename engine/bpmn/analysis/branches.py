"""What runs at the same time: branches behind a fork, and what begins at the edge of a step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.analysis.ways import Ways
from engine.bpmn.graph import Element

MOST_STEPS = 400_000
"""Steps along the branches of one level. Beyond them nothing is said: such a diagram nobody has drawn."""


class TooManyWays(Exception):
    """The level has too many branches to follow them all."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several ways that are taken at once: where it begins, and where it leads by itself.

    `reached` ends before a join that waits for another branch of the same fork.
    """

    first: tuple[str, ...]
    reached: frozenset[str]


def forks_of(ways: Ways) -> list[list[Branch]]:
    """The branches of every fork of a level. Raises TooManyWays."""
    steps = _Steps(ways)
    found = []
    for element in ways.scope.elements.values():
        begin = _beginnings(ways, element)
        if len(begin) > 1:
            found.append(steps.branches(begin))
    return found


def written_beside(ways: Ways, makes: Mapping[Element, int]) -> dict[str, int]:
    """By the first element of a branch: what the other branches may write. Raises TooManyWays.

    `makes` says as bits what each element writes.
    """
    elements = ways.scope.elements
    found: dict[str, int] = {}
    for branches in forks_of(ways):
        writes = []
        for branch in branches:
            bits = 0
            for id_ in branch.reached:
                bits |= makes[elements[id_]]
            writes.append(bits)
        for branch, others in zip(branches, _all_but_each(writes), strict=True):
            for first in branch.first:
                found[first] = found.get(first, 0) | others
    return found


def _beginnings(ways: Ways, element: Element) -> list[tuple[str, ...]]:
    """Groups of elements that begin a branch: where the token goes on, and what starts at its edge."""
    after = ways.after.get(element.id, [])
    onwards: list[tuple[str, ...]] = [(target,) for target in after]
    if after and not ways.forks(element):
        onwards = [tuple(after)]
    edge = ways.boundaries.get(element.id, ())
    return onwards + [(one.id,) for one in edge if not one.flag("cancelActivity", default=True)]


class _Steps:
    """Follows branches and counts the steps."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.steps = 0

    def branches(self, begin: list[tuple[str, ...]]) -> list[Branch]:
        elements = self.ways.scope.elements
        counts = Counter(id_ for first in begin for id_ in self._reached(first, frozenset()))
        shared = frozenset(
            id_ for id_, count in counts.items() if count > 1 and self.ways.joins(elements[id_])
        )
        return [Branch(first, self._reached(first, shared)) for first in begin]

    def _reached(self, begin: tuple[str, ...], until: frozenset[str]) -> frozenset[str]:
        reached: set[str] = set()
        waiting = list(begin)
        while waiting:
            id_ = waiting.pop()
            if id_ in reached or id_ in until:
                continue
            reached.add(id_)
            waiting.extend(self.ways.following(id_))
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise TooManyWays
        return frozenset(reached)


def _all_but_each(values: list[int]) -> list[int]:
    """For each value the union of all others."""
    found = [0] * len(values)
    before = after = 0
    last = len(values) - 1
    for number in range(len(values)):
        found[number] |= before
        before |= values[number]
        found[last - number] |= after
        after |= values[last - number]
    return found
