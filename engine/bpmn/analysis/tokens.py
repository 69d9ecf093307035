"""Where tokens go on one level: joins that wait for ever, and steps that are done twice by mistake.

Every way the tokens can take is tried, each state once. Which of several independent tokens moves first makes
no difference, so only one order is tried; where two tokens may meet without a join, the others move first, so
that they do meet. Conditions are not looked at: any way that is drawn may be taken. After `MOST_WORK` the
search ends with what it has found: it says nothing wrong, but may miss something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from engine.bpmn.analysis.branches import TooManyWays, forks_of
from engine.bpmn.analysis.ways import Ways
from engine.bpmn.graph import Element

MOST_WORK: Final = 60_000
"""States and tokens looked at on all levels of one file."""

_MOST_SUBSETS: Final = 4
"""Ways out of an inclusive gateway of which every choice is tried; of more, one alone and all together."""

_MOST_CHOICES: Final = 64
"""Ways on from one element; of more events at its edge, not all are tried together."""

_ENDING = frozenset({"terminate", "error", "cancel"})
"""Ends that stop everything else on their level."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A join where a token can wait for ever; `missing` are elements from which nothing has come."""

    join: Element
    missing: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Twice:
    """An element that two tokens can pass one after the other, although they come from one fork."""

    element: Element


@dataclass(slots=True)
class Work:
    """How much may still be looked at."""

    left: int = MOST_WORK

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def follow(ways: Ways, work: Work) -> list[Stuck | Twice]:
    """What can go wrong with the tokens of one level, each place once."""
    try:
        meetings = _meetings(ways)
    except TooManyWays:
        return []
    return _Search(_Net(ways, meetings), work).run()


def _meetings(ways: Ways) -> set[str]:
    """Elements that two branches of one fork can reach without a join between them."""
    found: set[str] = set()
    for branches in forks_of(ways):
        counts = Counter(id_ for branch in branches for id_ in branch.reached)
        found.update(id_ for id_, count in counts.items() if count > 1)
    elements = ways.scope.elements
    return {id_ for id_ in found if _matters_twice(ways, elements[id_])}


def _matters_twice(ways: Ways, element: Element) -> bool:
    """Whether several ways come together here and something is done afterwards."""
    if ways.joins(element) or len(ways.before.get(element.id, ())) < 2:
        return False
    seen: set[str] = set()
    while element.tag.endswith("Gateway") and element.id not in seen:
        seen.add(element.id)
        after = ways.after.get(element.id, [])
        if len(after) != 1:
            return True
        element = ways.scope.elements[after[0]]
    return element.tag != "endEvent"


class _Net:
    """The level as arcs, each a bit; a token is a bit that is set: it is about to enter the arc's target."""

    def __init__(self, ways: Ways, meetings: set[str]) -> None:
        self.ways = ways
        self.targets: list[Element] = []
        self.sources: list[Element | None] = []
        self.into: dict[str, int] = {}
        self.out: dict[str, list[tuple[str, int]]] = {}
        self.asking = {flow.source for flow in ways.scope.flows if flow.condition}
        self.begin = self._number()
        self.choices = {element.id: self._choices(element) for element in ways.scope.elements.values()}
        self.eager = self.meeting = self.parallel = self.inclusive = 0
        for id_, bits in self.into.items():
            element = ways.scope.elements[id_]
            if ways.joins(element):
                if element.tag == "parallelGateway":
                    self.parallel |= bits
                else:
                    self.inclusive |= bits
            elif id_ in meetings:
                self.meeting |= bits
            else:
                self.eager |= bits
        self.leads = self._leads()

    def _number(self) -> list[int]:
        """Give every arc a bit, branch by branch; the result are the states in which the level begins."""
        entries = self.ways.entries()
        first = {entry.id: self._arc(None, entry) for entry in entries}
        seen: set[str] = set()
        stack = [entry.id for entry in reversed(entries)]
        while stack:
            id_ = stack.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            following = self.ways.following(id_)
            for target in following:
                self._arc(self.ways.scope.elements[id_], self.ways.scope.elements[target])
            stack.extend(reversed(following))
        if self.ways.scope.of_kind("startEvent"):
            return list(first.values())
        return [sum(first.values())] if first else []

    def _arc(self, source: Element | None, target: Element) -> int:
        bit = 1 << len(self.targets)
        self.targets.append(target)
        self.sources.append(source)
        self.into[target.id] = self.into.get(target.id, 0) | bit
        if source is not None:
            self.out.setdefault(source.id, []).append((target.id, bit))
        return bit

    def _choices(self, element: Element) -> list[int]:
        """Which arcs get a token when one leaves the element: any one of these."""
        edge = {boundary.id: boundary for boundary in self.ways.boundaries.get(element.id, ())}
        leaving = self.out.get(element.id, [])
        choices = list(self._onwards(element, [bit for target, bit in leaving if target not in edge]))
        for target, bit in leaving:
            if target not in edge:
                continue
            if edge[target].flag("cancelActivity", default=True):
                choices.append(bit)
            elif len(choices) <= _MOST_CHOICES:
                choices += [choice | bit for choice in choices]
        return choices

    def _onwards(self, element: Element, arcs: list[int]) -> Iterator[int]:
        if not arcs:
            yield 0
        elif element.tag in ("exclusiveGateway", "eventBasedGateway"):
            yield from arcs
        elif element.tag in ("inclusiveGateway", "complexGateway") or element.id in self.asking:
            sizes = range(1, len(arcs) + 1) if len(arcs) <= _MOST_SUBSETS else (1, len(arcs))
            for size in sizes:
                for chosen in combinations(arcs, size):
                    yield sum(chosen)
        else:
            yield sum(arcs)

    def _leads(self) -> dict[str, int]:
        """By element: the arcs into inclusive joins that a token there can come to, not through that join."""
        leads: dict[str, int] = dict.fromkeys(self.ways.scope.elements, 0)
        changed = self.inclusive != 0
        order = list(self.ways.scope.elements)
        while changed:
            changed = False
            order.reverse()  # ways back are found as quickly as ways on
            for id_ in order:
                found = leads[id_]
                for target, bit in self.out.get(id_, ()):
                    found |= self.behind(target, bit, leads)
                if found != leads[id_]:
                    leads[id_] = found
                    changed = True
        return leads

    def behind(self, target: str, bits: int, leads: dict[str, int]) -> int:
        """What a token on arcs into `target` can come to."""
        own = self.into[target] & self.inclusive
        return (leads[target] & ~own) | (bits & own) if own else leads[target]


class _Search:
    def __init__(self, net: _Net, work: Work) -> None:
        self.net = net
        self.work = work
        self.found: dict[tuple[str, str], Stuck | Twice] = {}
        self.seen: set[int] = set()
        self.stack: list[int] = []

    def run(self) -> list[Stuck | Twice]:
        for marking in self.net.begin:
            self._reach(marking)
        while self.stack and self.work.spend():
            self._move(self.stack.pop())
        return list(self.found.values())

    def _reach(self, marking: int) -> None:
        if marking and marking not in self.seen:
            self.seen.add(marking)
            self.stack.append(marking)

    def _move(self, marking: int) -> None:
        net = self.net
        if eager := marking & net.eager:
            self._pass(marking, eager & -eager)
            return
        for join in self._targets(marking & net.parallel):
            if marking & net.into[join.id] == net.into[join.id]:
                self._pass(marking, net.into[join.id])
                return
        meeting = list(self._targets(marking & net.meeting))
        for element in meeting:
            here = marking & net.into[element.id]
            if here & (here - 1):
                self.found.setdefault(("twice", element.id), Twice(element))
            self._pass(marking, here)
        if meeting:
            return
        for join in self._targets(marking & net.inclusive):
            if self._may_go_on(marking, join):
                self._pass(marking, marking & net.into[join.id])
                return
        for join in self._targets(marking & net.parallel):
            missing = net.into[join.id] & ~marking
            sources = {source.id: source for bit in _bits(missing) if (source := net.sources[bit])}
            self.found.setdefault(("stuck", join.id), Stuck(join, tuple(sources.values())))

    def _targets(self, bits: int) -> Iterator[Element]:
        seen: set[str] = set()
        for bit in _bits(bits):
            self.work.left -= 1
            target = self.net.targets[bit]
            if target.id not in seen:
                seen.add(target.id)
                yield target

    def _pass(self, marking: int, taken: int) -> None:
        """The tokens `taken` enter their target as one, and one leaves it."""
        element = self.net.targets[taken.bit_length() - 1]
        if element.tag == "endEvent" and element.event in _ENDING:
            return
        rest = marking & ~taken
        for choice in self.net.choices[element.id]:
            if not rest & choice:  # two tokens on one arc: the place where they met has been told of
                self._reach(rest | choice)

    def _may_go_on(self, marking: int, join: Element) -> bool:
        """Whether nothing can come any more by a flow that has brought no token, as the engine sees it."""
        net = self.net
        full = marking & net.into[join.id]
        empty = net.into[join.id] & ~full
        for bit in _bits(marking & ~full):
            self.work.left -= 1
            leads = net.behind(net.targets[bit].id, 1 << bit, net.leads)
            if leads & empty and not leads & full:
                return False
        return True


def _bits(bits: int) -> Iterator[int]:
    """Numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
