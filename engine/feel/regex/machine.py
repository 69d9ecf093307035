"""Patterns as programs, and the machine that runs them.

The machine tries alternatives in order and goes back when one fails, but never enters the same choice at
the same character twice: without back references the rest of the text decides alone whether it fails again.
So the work is at most the length of the program times the length of the text, whatever the pattern. Only
patterns with back references can take longer; the budget of the evaluation stops those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from engine.feel.errors import Problem
from engine.feel.regex.charclasses import Span, fold
from engine.feel.regex.syntax import (
    BackReference,
    Capture,
    Characters,
    Choice,
    Letter,
    LineEnd,
    LineStart,
    PatternNode,
    Repeat,
    Sequence,
)

TEXT, SET, SPLIT, JUMP, SAVE, LINE_START, LINE_END, BACK, MATCH = range(9)

MAX_PROGRAM: Final = 5_000
_BATCH: Final = 256
"""Steps between two charges to the budget."""

Charge = Callable[[int], None]
Instruction = tuple[int, Any, Any]


class Assembler:
    """Writes the program of a tree."""

    def __init__(self, *, caseless: bool) -> None:
        self.program: list[Instruction] = []
        self.has_back_references = False
        self._caseless = caseless

    def emit(self, operation: int, first: Any = None, second: Any = None) -> int:
        if len(self.program) >= MAX_PROGRAM:
            raise Problem("образец слишком велик")
        self.program.append((operation, first, second))
        return len(self.program) - 1

    def _split(self, *, lazy: bool) -> int:
        """A choice between going on and jumping to where `_land` will say; lazy prefers the jump."""
        return self.emit(SPLIT, len(self.program) + 1, lazy)

    def _land(self, place: int) -> None:
        """Let the choice or jump at `place` lead to here."""
        operation, first, lazy = self.program[place]
        here = len(self.program)
        if operation == JUMP:
            self.program[place] = (JUMP, here, None)
        else:
            self.program[place] = (SPLIT, here, first) if lazy else (SPLIT, first, here)

    def write(self, node: PatternNode) -> None:
        match node:
            case Letter(character):
                self._text(character)
            case Characters(characters):
                self.emit(SET, characters.has)
            case Sequence(parts):
                self._sequence(parts)
            case Choice(options):
                self._choice(options)
            case Repeat():
                self._repeat(node)
            case Capture(number, inner):
                self.emit(SAVE, 2 * number)
                self.write(inner)
                self.emit(SAVE, 2 * number + 1)
            case BackReference(group):
                self.has_back_references = True
                self.emit(BACK, group)
            case LineStart():
                self.emit(LINE_START)
            case LineEnd():
                self.emit(LINE_END)

    def _sequence(self, parts: tuple[PatternNode, ...]) -> None:
        """Neighbouring letters are compared at one go."""
        for is_text, group in groupby(parts, key=lambda part: isinstance(part, Letter)):
            if is_text and not self._caseless:
                self._text("".join(part.character for part in group if isinstance(part, Letter)))
            else:
                for part in group:
                    self.write(part)

    def _text(self, text: str) -> None:
        if self._caseless and text.lower() != text.upper():
            self.emit(SET, Span(text, text, caseless=True).has)
        else:
            self.emit(TEXT, text, len(text))

    def _choice(self, options: tuple[PatternNode, ...]) -> None:
        jumps = []
        for option in options[:-1]:
            split = self._split(lazy=False)
            self.write(option)
            jumps.append(self.emit(JUMP))
            self._land(split)
        self.write(options[-1])
        for jump in jumps:
            self._land(jump)

    def _repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self.write(node.inner)
        if node.most is None:
            loop = len(self.program)
            split = self._split(lazy=node.lazy)
            self.write(node.inner)
            self.emit(JUMP, loop)
            self._land(split)
            return
        splits = []
        for _ in range(node.most - node.least):
            splits.append(self._split(lazy=node.lazy))
            self.write(node.inner)
        for split in splits:
            self._land(split)


@dataclass(frozen=True, slots=True)
class Match:
    """Where the whole match (group 0) and the groups lie: start and end, None where a group took no part."""

    spans: tuple[int | None, ...]

    @property
    def start(self) -> int:
        return self.spans[0] or 0

    @property
    def end(self) -> int:
        return self.spans[1] or 0

    def group(self, number: int, text: str) -> str:
        start, end = self.spans[2 * number], self.spans[2 * number + 1]
        return "" if start is None or end is None else text[start:end]


class Pattern:
    """A compiled pattern."""

    def __init__(self, tree: PatternNode, groups: int, *, caseless: bool, multiline: bool) -> None:
        assembler = Assembler(caseless=caseless)
        assembler.write(tree)
        assembler.emit(MATCH)
        self.groups = groups
        self._program = assembler.program
        self._remembers = not assembler.has_back_references
        self._caseless = caseless
        self._multiline = multiline
        operation, text, _ = self._program[0]
        self._prefix: str = text if operation == TEXT else ""

    def search(self, text: str, charge: Charge, start: int = 0) -> Match | None:
        """The first match at or after `start`. `charge` is told of the work."""
        tried: set[int] = set()
        while start <= len(text):
            if self._prefix:
                start = text.find(self._prefix, start)
                if start < 0:
                    return None
            found = self._match_at(text, start, charge, tried)
            if found is not None:
                return found
            start += 1
        return None

    def matches_nothing(self, charge: Charge) -> bool:
        """Whether the empty text matches."""
        return self.search("", charge) is not None

    def _match_at(  # noqa: C901 - one loop over the instructions is quicker and plainer than a method for each
        self, text: str, start: int, charge: Charge, tried: set[int]
    ) -> Match | None:
        program, width, remembers = self._program, len(text) + 1, self._remembers
        spans: tuple[int | None, ...] = (start, *(None,) * (2 * self.groups + 1))
        waiting: list[tuple[int, int, tuple[int | None, ...]]] = [(0, start, spans)]
        steps = 0
        while waiting:
            place, position, spans = waiting.pop()
            while True:
                steps += 1
                if steps == _BATCH:
                    charge(_BATCH)
                    steps = 0
                operation, first, second = program[place]
                if operation == TEXT:
                    if not text.startswith(first, position):
                        break
                    position += second
                    place += 1
                elif operation == SET:
                    if position + 1 == width or not first(text[position]):
                        break
                    position += 1
                    place += 1
                elif operation == SPLIT:
                    if remembers:
                        key = place * width + position
                        if key in tried:
                            break
                        tried.add(key)
                    waiting.append((second, position, spans))
                    place = first
                elif operation == JUMP:
                    place = first
                elif operation == SAVE:
                    spans = (*spans[:first], position, *spans[first + 1 :])
                    place += 1
                elif operation == MATCH:
                    charge(steps)
                    return Match((spans[0], position, *spans[2:]))
                else:
                    moved = self._check(operation, text, position, spans, first)
                    if moved is None:
                        break
                    position = moved
                    place += 1
        charge(steps)
        return None

    def _check(
        self, operation: int, text: str, position: int, spans: tuple[int | None, ...], group: int
    ) -> int | None:
        """The position after an anchor or a back reference, or None where it fails."""
        if operation == LINE_START:
            at_line = self._multiline and 0 < position < len(text) and text[position - 1] == "\n"
            return position if position == 0 or at_line else None
        if operation == LINE_END:
            at_line = self._multiline and text.startswith("\n", position)
            return position if position == len(text) or at_line else None
        start, end = spans[2 * group], spans[2 * group + 1]
        wanted = "" if start is None or end is None else text[start:end]
        found = text[position : position + len(wanted)]
        if self._caseless:
            same = [fold(one) for one in found] == [fold(one) for one in wanted]
        else:
            same = found == wanted
        return position + len(wanted) if same else None
