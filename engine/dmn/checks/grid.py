"""Rows of a table as boxes over its axes: which of them meet, and what they leave uncovered.

A box is one set of atoms an axis (see `axes`), a point one atom an axis. Nothing here knows of decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import and_
from typing import Final

Box = Sequence[int]
Point = tuple[int, ...]

MOST_STEPS: Final = 150_000
"""How far the searches for what is uncovered go in one file: about a second."""


class TooComplex(Exception):
    """The search was given up: the boxes lie too much across one another."""


@dataclass(slots=True)
class Steps:
    """What is left for all searches in a file."""

    left: int = MOST_STEPS

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooComplex


def common(one: Box, other: Box, preferred: Box) -> Point | None:
    """A point of both boxes, of the preferred atoms where there is a choice; None when they don't meet."""
    both = tuple(map(and_, one, other))
    if not all(both):
        return None
    return tuple(_lowest(bits & wanted or bits) for bits, wanted in zip(both, preferred, strict=True))


class Cover:
    """Boxes that together cover a part of the space. Rows count from 0; a set of rows is an int too."""

    def __init__(self, boxes: Sequence[Box], domain: Box) -> None:
        self._all = (1 << len(boxes)) - 1
        self._rows = [
            _rows_by_atom([box[axis] for box in boxes], domain[axis]) for axis in range(len(domain))
        ]
        """Of each axis, the rows that have an atom."""

    def hole(self, region: Box, rows: int | None, steps: Steps) -> Point | None:
        """A point of the region in none of these rows (None: of all rows); None when there is no such point.

        Raises TooComplex.
        """
        alive = self._all if rows is None else rows
        groups = [self._groups(axis, region[axis], alive) for axis in range(len(region))]
        if not all(groups):
            return None
        order = sorted(range(len(region)), key=lambda axis: -len(groups[axis]))
        found = _Search([groups[axis] for axis in order], steps).below(0, alive)
        if found is None:
            return None
        return tuple(atom for _, atom in sorted(zip(order, found, strict=True)))

    def reason(self, point: Point) -> list[int]:
        """The axes on which a point must be as it is to be in no row; elsewhere it may be anything."""
        needed = list(range(len(point)))
        for axis in reversed(range(len(point))):
            alive = self._all
            for other in needed:
                if other != axis:
                    alive &= self._rows[other][point[other]]
            if not alive:
                needed.remove(axis)
        return needed

    def _groups(self, axis: int, atoms: int, alive: int) -> dict[int, int]:
        """The different sets of rows that the atoms have, each with the first such atom."""
        groups: dict[int, int] = {}
        for atom in _places(atoms):
            groups.setdefault(self._rows[axis][atom] & alive, atom)
        return groups


class _Search:
    """Goes from axis to axis and keeps the rows that still contain the point so far."""

    def __init__(self, groups: list[dict[int, int]], steps: Steps) -> None:
        self._groups = groups
        self._steps = steps
        self._covered: set[tuple[int, int]] = set()
        self._whole = [_intersection(one) for one in groups] + [-1]
        for axis in reversed(range(len(groups))):
            self._whole[axis] &= self._whole[axis + 1]
        """Rows that contain everything from this axis on."""

    def below(self, axis: int, alive: int) -> list[int] | None:
        """Atoms of the axes from this one on with which no row is left."""
        if alive & self._whole[axis] or (axis, alive) in self._covered:
            return None
        if not alive:
            return [next(iter(groups.values())) for groups in self._groups[axis:]]
        self._steps.take()
        for rows, atom in self._groups[axis].items():
            rest = self.below(axis + 1, alive & rows)
            if rest is not None:
                return [atom, *rest]
        self._covered.add((axis, alive))
        return None


def _intersection(groups: dict[int, int]) -> int:
    rows = -1
    for each in groups:
        rows &= each
    return rows


def _rows_by_atom(sets: Sequence[int], domain: int) -> dict[int, int]:
    """Of each atom of the domain, the rows whose set has it: the matrix of bits turned about its diagonal."""
    width = domain.bit_length()
    lines = [f"{atoms & domain:0{width}b}" for atoms in reversed(sets)]
    columns = zip(*lines, strict=True) if lines else ["0"] * width
    rows = [int("".join(column), 2) for column in columns]
    rows.reverse()
    return {atom: rows[atom] for atom in _places(domain)}


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
