"""The values of one input, cut into atoms between which no cell of the table tells a difference.

Below 5, 5 itself, between 5 and 10…: within an atom every cell passes for all values or for none. A set of
values is then a set of atoms, an int with one bit for each, and questions about tables are questions of bits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from engine.dmn.checks.cells import Cell, Test
from engine.dmn.checks.scales import SCALES, Key, Scale, exact_kind
from engine.dmn.words import value_words
from engine.feel.numbers import CONTEXT
from engine.feel.values import Range, Value

ANOTHER: Final = object()
"""Stands for every text that the table does not name, and for a value of a kind that nothing tells."""

CUT_KINDS: Final = frozenset({"boolean", "string", *SCALES})
"""Kinds of values that can be cut into atoms."""


@dataclass(frozen=True, slots=True)
class Span:
    """What passes a cell: surely the atoms in `least`, perhaps those in `most`, surely no others."""

    least: int
    most: int


class Points:
    """Values one by one; with `open` there are others that nothing names."""

    def __init__(self, values: Sequence[Value], *, open: bool) -> None:  # noqa: A002 - it is the word for it
        self.values = [*values, ANOTHER] if open else list(values)
        self.possible = (1 << len(self.values)) - 1
        self.plain = (1 << len(values)) - 1 if values else self.possible
        self._places = {value: place for place, value in enumerate(values)}

    def bits(self, value: Value) -> int | None:
        return None if isinstance(value, Range) else 1 << self._places[value]


class Line:
    """Values on a scale: the `keys` that cells name, and what lies before, between and behind them.

    Atom 0 lies before the first key, atom 1 is the first key, atom 2 lies between it and the second…
    """

    def __init__(self, scale: Scale, keys: Iterable[Key]) -> None:
        self._scale = scale
        self._keys = sorted(set(keys))
        examples = [self._example(place) for place in range(2 * len(self._keys) + 1)]
        self.values = [None if key is None else scale.value(key) for key in examples]
        self.possible = _bits(key is not None for key in examples)
        is_plain = _looks_like(scale, self._keys)
        self.plain = _bits(key is not None and is_plain(key) for key in examples)

    def bits(self, value: Value) -> int | None:
        if not isinstance(value, Range):
            return 1 << self._place(value)
        first, last = 0, 2 * len(self._keys)
        if value.start is not None:
            first = self._place(value.start) + (not value.closed_start)
        if value.end is not None:
            last = self._place(value.end) - (not value.closed_end)
        return (1 << last + 1) - (1 << first) if first <= last else 0

    def _place(self, value: Value) -> int:
        return 2 * bisect_left(self._keys, self._scale.key(value)) + 1

    def _example(self, place: int) -> Key | None:
        """The key in an atom that people understand best; None where there is none at all."""
        if place % 2:
            key = self._keys[place // 2]
            return key if self._exists(key) else None
        before = self._keys[place // 2 - 1] if place else None
        after = self._keys[place // 2] if place // 2 < len(self._keys) else None
        for key in self._candidates(before, after):
            if (before is None or key > before) and (after is None or key < after) and self._exists(key):
                return key
        return None

    def _candidates(self, before: Key | None, after: Key | None) -> list[Key]:
        """Keys between two others, best first. If there are any at all, one of these is."""
        scale = self._scale
        if before is not None:
            last = scale.highest if after is None else _middle(before, after)
            nearest = int(Decimal(before).to_integral_value(ROUND_FLOOR)) + 1
            return [nearest - 1 + scale.unit, nearest, *([] if last is None else [last])]
        last = scale.lowest
        nearest = 0 if after is None else int(Decimal(after).to_integral_value(ROUND_CEILING)) - 1
        return [nearest + 1 - scale.unit, nearest, *([] if last is None else [last])]

    def _exists(self, key: Key) -> bool:
        scale = self._scale
        if scale.whole and key != int(key):
            return False
        return (scale.lowest is None or key >= scale.lowest) and (
            scale.highest is None or key <= scale.highest
        )


def _looks_like(scale: Scale, keys: Sequence[Key]) -> Callable[[Key], bool]:
    """Whether a key looks like these: a whole number if they are, not a negative one if they aren't."""
    if scale.whole or not keys:
        return lambda _key: True
    whole, positive = all(key == int(key) for key in keys), all(key >= 0 for key in keys)
    return lambda key: not (whole and key != int(key)) and not (positive and key < 0)


class Axis:
    """One input with its atoms. The last atom is null.

    `domain`: the atoms that an input can have. `plain`: those of them that look like what the cells name;
    the others (a fraction among whole numbers, a text that nothing names) are told of apart.
    """

    def __init__(self, atoms: Points | Line | None, allowed: Iterable[Cell]) -> None:
        self._atoms = atoms
        shape = atoms or Points((), open=True)
        self.values: list[Value] = [*shape.values, None]
        self.null = 1 << len(shape.values)
        self.everything = 2 * self.null - 1
        self.domain = shape.possible | self.null
        self.plain = shape.plain
        for cell in allowed:
            self.domain &= self.span(cell).most | self.null
        self.plain &= self.domain

    def words(self, atom: int) -> str:
        """A value of an atom as people read it."""
        value = self.values[atom]
        return "другое значение" if value is ANOTHER else value_words(value, quoted=True)

    def span(self, cell: Cell | None) -> Span:
        """What passes a cell; of one that can't be read nothing is known."""
        if cell is None:
            return Span(0, self.everything)
        if not cell.tests:
            return Span(self.everything, self.everything)
        sets = [None if test is None else self.passing(test) for test in cell.tests]
        least = 0
        for bits in sets:
            least |= bits or 0
        most = self.everything if None in sets else least
        if not cell.negated:
            return Span(least, most)
        unsure = self.null if any(test and test.unsure_of_null for test in cell.tests) else 0
        return Span(self.everything & ~most & ~unsure, self.everything & ~least & ~unsure)

    def passing(self, test: Test) -> int | None:
        """The atoms that pass a test; None when that can't be told."""
        found = 0
        for value in test.values:
            bits = self.null if value is None else self._bits_of(value)
            if bits is None:
                return None
            found |= bits
        return self.everything & ~found if test.negated else found

    def _bits_of(self, value: Value) -> int | None:
        return None if self._atoms is None else self._atoms.bits(value)


def atoms_for(kind: str, cells: Iterable[Cell], *, whole: bool, lowest: int | None) -> Points | Line | None:
    """The atoms of an input whose values, and those named in the cells, are of this kind.

    None for a kind that can't be cut into any, and where some moments have a zone and others have none.
    """
    named = [value for cell in cells for value in cell.constants]
    if kind == "boolean":
        return Points((True, False), open=False)
    if kind == "string":
        return Points(tuple(dict.fromkeys(named)), open=True)
    exact = {exact_kind(value) for value in named} or {kind}
    scale = SCALES.get(exact.pop())
    if scale is None or exact:
        return None
    if kind == "number":
        scale = replace(scale, whole=whole, lowest=lowest)
    return Line(scale, (scale.key(value) for value in named))


def _middle(one: Key, other: Key) -> Decimal:
    return CONTEXT.divide(CONTEXT.add(Decimal(one), Decimal(other)), Decimal(2))


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)
