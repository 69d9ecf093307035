"""Where variables come from: for every element, which names may have been written before it begins.

Names are bits of one number, so that a level of thousands of elements is a few passes over numbers. Written
is what any element on any way to the reader may write; what runs beside it (another branch, an event
sub-process, an event at an edge that does not interrupt) counts as well, so a name is only called unknown
when nothing can have written it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Literal

from engine.bpmn import dialect
from engine.bpmn.analysis.branches import TooManyWays, written_beside
from engine.bpmn.analysis.data import ANYTHING, Data, Names, Read, data_of, locals_of
from engine.bpmn.analysis.ways import Ways, ways_of
from engine.bpmn.graph import Element, Scope
from engine.bpmn.rules.known import Known

MOST_ROUNDS = 30_000
"""Elements looked at until nothing changes any more. Beyond them nothing is said."""

When = Literal["never", "at opening", "by no name", "not always"]
"""Why a name may be missing: nothing writes it; only the opening of the case could; only what gives names
that the file does not tell (a message, an operation, a step without a form); not on every way.
"""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A name that an element reads though nothing writes it before.

    `written`: all names that the process writes somewhere.
    """

    element: Element
    name: str
    read: Read
    when: When
    written: Names


@dataclass(frozen=True, slots=True)
class _There:
    """As bits, the names that are there at one place."""

    closed: int
    """May be there, if a case is opened with what the files say."""
    opened: int
    """May be there, whatever a case is opened with."""
    named: int
    """May be there because something names them."""
    always: int
    """Are there on every way, whatever a case is opened with."""

    def with_locals(self, names: int) -> _There:
        return _There(self.closed | names, self.opened | names, self.named | names, self.always | names)


def unwritten(process: Scope, known: Known) -> list[Unwritten]:
    """Every name that is read before anything can have written it."""
    return _Flow(process, known).find()


class _Flow:
    def __init__(self, process: Scope, known: Known) -> None:
        self.process = process
        self.known = known
        self.levels = [ways_of(scope) for scope in process.walk()]
        self.data: dict[Element, Data] = {}
        for ways in self.levels:
            leaving = ways.scope.leaving()
            for element in ways.scope.elements.values():
                flows = leaving.get(element.id, ())
                conditions = [found for flow in flows if (found := dialect.condition(flow, ways.scope))]
                self.data[element] = data_of(element, conditions, known)
        names = {name for data in self.data.values() for read in data.reads for name in read.names}
        self.bit = {name: 1 << number for number, name in enumerate(sorted(names))}
        self.all = (1 << len(self.bit)) - 1
        self.known_bits: dict[Names, int] = {}
        self.written = frozenset(name for data in self.data.values() for name in data.writes or ())
        self.makes = self._makes({element: data.writes for element, data in self.data.items()})
        self.names = self._makes({element: data.names for element, data in self.data.items()})

    def _bits(self, names: Iterable[str] | None) -> int:
        if names is None:
            return self.all
        key = frozenset(names)
        if key not in self.known_bits:
            found = 0
            for name in key:
                found |= self.bit.get(name, 0)
            self.known_bits[key] = found
        return self.known_bits[key]

    def _makes(self, writes: Mapping[Element, Names | None]) -> dict[Element, int]:
        """What each element may write, a sub-process with all that is inside it."""
        makes: dict[Element, int] = {}
        for ways in reversed(self.levels):
            for element in ways.scope.elements.values():
                inside = 0
                if element.body is not None:
                    for inner in element.body.elements.values():
                        inside |= makes[inner]
                makes[element] = inside | self._bits(writes[element])
        return makes

    def find(self) -> list[Unwritten]:
        """All names without a writer, in the order of the file."""
        if not self.bit:
            return []
        found: list[Unwritten] = []
        given = {self.process.id: self._at_opening()}
        for ways in self.levels:
            there = given.get(ways.scope.id)
            if there is None:
                continue
            for element, here in self._places(ways, there):
                found += self._missing(element, here)
                if element.body is not None:
                    given[element.id] = here.with_locals(self._bits(locals_of(element)))
        return found

    def _places(self, ways: Ways, given: _There) -> Iterator[tuple[Element, _There]]:
        """Every element of a level that can be reached, with what is there when it begins."""
        closed = self._before(ways, given.closed, self.makes)
        opened = self._before(ways, given.opened, self.makes)
        named = closed if self.names == self.makes else self._before(ways, given.named, self.names)
        always = self._on_every_way(ways, given.always)
        for element in ways.scope.elements.values():
            id_ = element.id
            if id_ in closed and id_ in opened:
                by_name = named.get(id_, self.all)
                yield element, _There(closed[id_], opened[id_], by_name, always.get(id_, self.all))

    def _at_opening(self) -> _There:
        """What the process has when it begins, before its start event."""
        handed = self.known.handed(self.process.id)
        if handed is ANYTHING:
            return _There(self.all, self.all, self.all, self.all)
        asked = any(dialect.step_info(start).form for start in self.process.of_kind("startEvent"))
        closed = self._bits(handed)
        opened = closed if handed or asked else self.all
        return _There(closed, opened, closed, opened)

    def _missing(self, element: Element, here: _There) -> Iterator[Unwritten]:
        said: set[str] = set()
        for read in self.data[element].reads:
            beside, named = self._bits(read.beside), self._bits(read.named)
            if read.after and element.body is not None:
                beside |= self.makes[element]
                named |= self.names[element]
            for name in sorted(read.names - said):
                when = self._when(self.bit[name], here, beside, named)
                if when is None or (when == "not always" and may_be_null(name, read.text)):
                    continue
                said.add(name)
                yield Unwritten(element, name, read, when, self.written)

    def _when(self, bit: int, here: _There, beside: int, named: int) -> When | None:
        if not bit & (here.opened | beside):
            return "never"
        if not bit & (here.closed | beside):
            return "at opening"
        if not bit & (here.named | named):
            return "by no name"
        return None if bit & (here.always | beside) else "not always"

    def _before(self, ways: Ways, given: int, makes: dict[Element, int]) -> dict[str, int]:
        """What may have been written before each element of a level that can be reached."""
        scope = ways.scope
        apart = [one for one in scope.elements.values() if _stands_apart(one)]
        everything = given
        for element in scope.elements.values():
            everything |= makes[element]
        for one in apart:
            if _goes_on_beside(one):
                given |= makes[one]
        if scope.is_ad_hoc:
            given = everything
        try:
            beside = written_beside(ways, makes)
        except TooManyWays:
            return {}
        before: dict[str, int] = {one.id: everything for one in apart}
        waiting: deque[str] = deque()
        for entry in ways.entries():
            before[entry.id] = given | beside.get(entry.id, 0)
            waiting.append(entry.id)
        rounds = 0
        while waiting:
            rounds += 1
            if rounds > MOST_ROUNDS:
                return {}
            id_ = waiting.popleft()
            element = scope.elements[id_]
            edge = before[id_] | (makes[element] if element.body is not None else 0)
            for target, brought in self._steps(ways, element, before[id_] | makes[element], edge):
                brought |= beside.get(target, 0)
                if target not in before or before[target] | brought != before[target]:
                    before[target] = before.get(target, 0) | brought
                    waiting.append(target)
        return before

    def _on_every_way(self, ways: Ways, given: int) -> dict[str, int]:
        """What has been written before each element, whichever way a token has come."""
        scope = ways.scope
        before = {one.id: given for one in scope.elements.values() if _stands_apart(one)}
        brought: dict[str, dict[str, int]] = {}
        waiting = deque(entry.id for entry in ways.entries())
        before.update(dict.fromkeys(waiting, given))
        rounds = 0
        while waiting:
            rounds += 1
            if rounds > MOST_ROUNDS:
                return {}
            id_ = waiting.popleft()
            element = scope.elements[id_]
            for target, names in self._steps(ways, element, before[id_] | self.makes[element], before[id_]):
                ways_in = brought.setdefault(target, {})
                ways_in[id_] = names
                all_come = scope.elements[target].tag == "parallelGateway"
                there = reduce(or_ if all_come else and_, ways_in.values())
                if before.get(target) != there:
                    before[target] = there
                    waiting.append(target)
        return before

    def _steps(self, ways: Ways, element: Element, behind: int, edge: int) -> Iterator[tuple[str, int]]:
        """Where a token goes on from an element, and what has been written by then; `edge`: over its edge."""
        for target in ways.after.get(element.id, ()):
            yield target, behind
        for boundary in ways.boundaries.get(element.id, ()):
            yield boundary.id, edge


def may_be_null(name: str, text: str) -> bool:
    """Whether the expression itself asks if the name has a value."""
    word = rf"(?<!\w){re.escape(name)}(?!\w)"
    asked = rf"{word}[^,()=]{{0,40}}!?=\s*null|null\s*!?=\s*{word}"
    return re.search(asked, text) is not None


def _stands_apart(element: Element) -> bool:
    return element.is_event_sub_process or element.is_compensation_handler


def _goes_on_beside(element: Element) -> bool:
    """Whether the rest of the level goes on while the element is at work, and after it."""
    if element.is_compensation_handler:
        return True
    starts = element.body.of_kind("startEvent") if element.is_event_sub_process and element.body else []
    return any(not start.flag("isInterrupting", default=True) for start in starts)
