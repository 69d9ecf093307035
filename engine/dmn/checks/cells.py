"""Cells of conditions as sets of values, where that can be told without any data.

`< 5`, `[1..3]`, `"a", "b"`, `not(true)`, `>= Пороги.доход` are sets; `list contains(?, "x")` is none: of such
a test only the bounds are known, from no value at all to every value.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine import feel
from engine.dmn.checks.constants import Constants
from engine.dmn.elements import Text
from engine.feel import ast
from engine.feel.comparison import order_key
from engine.feel.errors import FeelError
from engine.feel.values import Function, Range, Value


@dataclass(frozen=True, slots=True)
class Test:
    """Passed by each of `values` (by the values inside of a Range); when `negated`, by all others.

    `unsure_of_null`: whether null neither passes it nor fails it, which a `not(…)` around it tells apart.
    `why` says what is wrong with a test that nothing passes because its operand is null.
    """

    values: tuple[Value, ...]
    negated: bool = False
    unsure_of_null: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The tests of a cell, None for each that is no set; without any, every value passes."""

    text: Text
    tests: tuple[Test | None, ...]
    negated: bool

    @property
    def constants(self) -> list[Value]:
        """All values that it names, also the ends of ranges; never null."""
        named: list[Value] = []
        for test in self.tests:
            for value in () if test is None else test.values:
                named += [value.start, value.end] if isinstance(value, Range) else [value]
        return [value for value in named if value is not None]


def read_cell(text: Text, constants: Constants) -> Cell | None:
    """The tests of an input cell or of allowed values; None for a text that is no FEEL."""
    if not text.text:
        return Cell(text, (), False)
    try:
        tree = feel.compile_unary(text.text, names=constants.names).tree
    except FeelError:
        return None
    assert isinstance(tree, ast.Tests)
    return Cell(text, tuple(_test(node, constants) for node in tree.tests), tree.negated)


def _test(node: ast.Node, constants: Constants) -> Test | None:
    if isinstance(node, ast.Comparison):
        return _comparison(node, constants)
    if isinstance(node, ast.RangeLiteral):
        return _range(node, constants)
    known = constants.of(node)
    if known is None:
        return None
    value = known.value
    if isinstance(value, Range):
        return Test((value,), unsure_of_null=True) if _has_ends(value) else None
    if type(value) is list:
        return Test(tuple(value)) if all(_is_single(item) for item in value) else None
    if not _is_single(value) or (type(value) is bool and not _is_plain(node)):
        return None
    return Test((value,), why=known.why)


def _range(node: ast.RangeLiteral, constants: Constants) -> Test | None:
    start, end = constants.of(node.start), constants.of(node.end)
    if start is None or end is None:
        return None
    if order_key(start.value, end.value) is None:
        why = start.why or end.why or "Начало и конец промежутка нельзя сравнить между собой."
        return Test((), unsure_of_null=True, why=why)
    span = Range(start.value, end.value, node.closed_start, node.closed_end)
    return Test((span,), unsure_of_null=True)


def _comparison(node: ast.Comparison, constants: Constants) -> Test | None:
    known = constants.of(node.operand)
    if known is None or not _is_single(known.value):
        return None
    value = known.value
    if node.operator in ("=", "!="):
        return Test((value,), negated=node.operator == "!=", why=known.why)
    if value is None:
        return Test((), unsure_of_null=True, why=known.why or "Сравнить с пустым значением нельзя.")
    span = {
        "<": Range(None, value, False, False),
        "<=": Range(None, value, False, True),
        ">": Range(value, None, False, False),
        ">=": Range(value, None, True, False),
    }[node.operator]
    return Test((span,), unsure_of_null=True)


def _has_ends(span: Range) -> bool:
    """Whether its ends are values of their own and not both missing."""
    ends = [end for end in (span.start, span.end) if end is not None]
    return bool(ends) and all(_is_single(end) for end in ends)


def _is_single(value: Value) -> bool:
    return not isinstance(value, (list, dict, Range, Function))


def _is_plain(node: ast.Node) -> bool:
    """Whether true and false stand for themselves; of other expressions they are the verdict of the test."""
    return isinstance(node, (ast.Literal, ast.Name, ast.Path))
