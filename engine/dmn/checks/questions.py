"""What a table asks: its input expressions, the kind of their answers, its cells as sets of answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from engine import feel
from engine.dmn.checks.axes import CUT_KINDS, Axis, Span, atoms_for
from engine.dmn.checks.cells import Cell, read_cell
from engine.dmn.checks.constants import Constants
from engine.dmn.elements import DecisionTable, Input, Text
from engine.dmn.types import Restricted, TypeTable
from engine.feel import ast
from engine.feel.errors import FeelError
from engine.feel.types import AnyType, Simple, Type
from engine.feel.values import Value, kind_of

_COUNTS = frozenset({"count", "string length", "day of year", "week of year"})
"""Functions that answer with whole numbers from 0 up."""
_WHOLE_TYPES = frozenset({"integer", "long"})
"""Types of other editors for whole numbers; for FEEL they are numbers."""


@dataclass(frozen=True)
class Question:
    """An input expression. Several columns may ask it: `rows` holds of each row a cell for each of `inputs`.

    A cell is None where its text is no FEEL. `kind` is what the answers are: declared, or what all cells
    compare with; None where neither tells it. `is_count`: the answers are whole numbers from 0 up.
    """

    inputs: tuple[Input, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    allowed: tuple[Cell, ...]
    kind: str | None
    is_count: bool

    @property
    def label(self) -> str:
        return self.inputs[0].label

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells that can be read."""
        return (cell for row in self.rows for cell in row if cell is not None)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all values that the cells and the allowed values name."""
        return frozenset(kind_of(value) for cell in (*self.cells, *self.allowed) for value in cell.constants)

    def strangers(self, cell: Cell) -> list[Value]:
        """Values of a cell that are of another kind than the answers, and so never equal to one."""
        return [value for value in cell.constants if self.kind is not None and kind_of(value) != self.kind]

    @cached_property
    def axis(self) -> Axis:
        allowed = [cell for cell in self.allowed if not self.strangers(cell)]
        if self.kind is None:
            return Axis(None, allowed)
        fitting = [cell for cell in (*self.cells, *allowed) if not self.strangers(cell)]
        whole = self.is_count or any(one.type in _WHOLE_TYPES for one in self.inputs)
        return Axis(atoms_for(self.kind, fitting, whole=whole, lowest=0 if self.is_count else None), allowed)

    def span(self, row: int) -> Span:
        """The answers that a row takes. Of cells that can't be compared with them nothing is known."""
        least = most = self.axis.everything
        for cell in self.rows[row]:
            span = self._span_of(cell)
            least, most = least & span.least, most & span.most
        return Span(least & self.axis.domain, most & self.axis.domain)

    def is_sure(self, cell: Cell) -> bool:
        """Whether it can be told without data which answers pass a cell."""
        span = self._span_of(cell)
        return span.least == span.most

    def _span_of(self, cell: Cell | None) -> Span:
        return self.axis.span(None if cell is None or self.strangers(cell) else cell)


def questions_of(
    table: DecisionTable, constants: Constants, types: TypeTable, known: Mapping[str, Type]
) -> tuple[Question, ...]:
    """The questions of a table, each once; `known` are the types of variables by name."""
    places: dict[str, list[int]] = {}
    for place, column in enumerate(table.inputs):
        places.setdefault(" ".join(column.expression.text.split()) or f"#{place}", []).append(place)
    return tuple(_question(table, same, constants, types, known) for same in places.values())


def _question(
    table: DecisionTable,
    places: list[int],
    constants: Constants,
    types: TypeTable,
    known: Mapping[str, Type],
) -> Question:
    inputs = tuple(table.inputs[place] for place in places)
    rows = tuple(tuple(read_cell(rule.inputs[place], constants) for place in places) for rule in table.rules)
    allowed = [read_cell(one.allowed, constants) for one in inputs if one.allowed is not None]
    wanted = next((kind for one in inputs if not _is_any(kind := types.get(one.type).meant())), None)
    wanted = wanted or known.get(inputs[0].expression.text, AnyType()).meant()
    while isinstance(wanted, Restricted):
        allowed.append(read_cell(Text(wanted.tests.text, inputs[0].expression.place), Constants({}, {})))
        wanted = wanted.base.meant()
    question = Question(
        inputs=inputs,
        rows=rows,
        allowed=tuple(cell for cell in allowed if cell is not None),
        kind=wanted.kind if isinstance(wanted, Simple) and wanted.kind in CUT_KINDS else None,
        is_count=_is_count(inputs[0].expression.text, constants),
    )
    if not _is_any(wanted) or len(question.kinds) != 1:
        return question
    return replace(question, kind=min(question.kinds))


def _is_any(kind: Type) -> bool:
    return isinstance(kind, AnyType)


def _is_count(text: str, constants: Constants) -> bool:
    try:
        return _counts(feel.compile(text, names=constants.names).tree)
    except FeelError:
        return False


def _counts(node: ast.Node) -> bool:
    match node:
        case ast.Literal(Decimal() as value):
            return value >= 0 and value == int(value)
        case ast.Call(ast.Name(name), _):
            return name in _COUNTS
        case ast.If(branches, otherwise):
            return all(_counts(value) for _, value in branches) and _counts(otherwise)
    return False
