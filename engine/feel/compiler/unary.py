"""Tests: the right side of `in` and the cells of decision tables."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import ast
from engine.feel.comparison import ORDERS, contains, equal, in_range
from engine.feel.compiler.base import Code, Compiler, Frame, rule
from engine.feel.compiler.literals import constant
from engine.feel.compiler.operators import equality, order
from engine.feel.runtime import Run
from engine.feel.values import Range, Value

TESTED = "?"
"""The name of the value under test."""


@rule(ast.Comparison)
def compile_comparison(compiler: Compiler, node: ast.Comparison) -> Code:
    """A test that stands as a value is the range of what passes it: `(< 5)`."""
    operand = compiler.code(node.operand)
    make: dict[str, Callable[[Value], Range]] = {
        "<": lambda end: Range(None, end, False, False),
        "<=": lambda end: Range(None, end, False, True),
        ">": lambda end: Range(end, None, False, False),
        ">=": lambda end: Range(end, None, True, False),
        "=": lambda end: Range(end, end, True, True),
    }
    if node.operator not in make:
        return lambda frame: frame[0].warn(node.at, "«Не равно» — не промежуток.")
    build = make[node.operator]

    def span(frame: Frame) -> Value:
        end = operand(frame)
        if end is None:
            return frame[0].warn(node.at, "Граница промежутка пуста.")
        return build(end)

    return span


@rule(ast.In)
def compile_in(compiler: Compiler, node: ast.In) -> Code:
    value = compiler.code(node.value)
    cell = compiler.new_cell()
    tests = [_test(compiler, test, cell) for test in node.tests]

    def inside(frame: Frame) -> bool | None:
        frame[cell] = value(frame)
        return _any(tests, frame)

    return inside


@rule(ast.Tests)
def compile_tests(compiler: Compiler, node: ast.Tests) -> Code:
    """Whether the value in the cell of `?` passes; null counts as no."""
    cell = compiler.look_up(TESTED).cell
    assert cell is not None
    if not node.tests:
        return constant(True)
    tests = [_test(compiler, test, cell) for test in node.tests]
    if len(tests) == 1:
        only = tests[0]
        if node.negated:
            return lambda frame: only(frame) is False
        return lambda frame: only(frame) is True
    wanted = not node.negated
    return lambda frame: _any(tests, frame) is wanted


def _any(tests: list[Code], frame: Frame) -> bool | None:
    result: bool | None = False
    for test in tests:
        passed = test(frame)
        if passed is True:
            return True
        if passed is None:
            result = None
    return result


def _test(compiler: Compiler, node: ast.Node, cell: int) -> Code:
    """Whether the value in `cell` passes one test."""

    def tested(frame: Frame) -> Value:
        return frame[cell]

    if isinstance(node, ast.Comparison):
        operand = compiler.code(node.operand)
        if node.operator in ORDERS:
            return _unless_null(order(node.operator, tested, operand, node.at), cell)
        return equality(tested, operand, node.at, negated=node.operator == "!=")
    expected = compiler.code(node)
    if isinstance(node, ast.RangeLiteral):
        return _unless_null(_range_test(expected, cell, node.at), cell)
    if isinstance(node, ast.Literal):
        return lambda frame: equal(frame[0], frame[cell], expected(frame)) is True
    if mentions(node, TESTED):
        return lambda frame: (
            True if (answer := expected(frame)) is True else (None if answer is None else False)
        )
    boolean = not isinstance(node, (ast.Name, ast.Path, ast.ListLiteral, ast.ContextLiteral))

    def passes(frame: Frame) -> bool | None:
        answer = expected(frame)
        value = frame[cell]
        if boolean and type(answer) is bool and type(value) is not bool:
            return answer
        return member(frame[0], value, answer)

    return passes


def _unless_null(test: Code, cell: int) -> Code:
    """Null passes no comparison, which in a test is no reason for a warning."""
    return lambda frame: None if frame[cell] is None else test(frame)


def _range_test(span: Code, cell: int, position: int) -> Code:
    def test(frame: Frame) -> bool | None:
        bounds = span(frame)
        if bounds is None:
            return None
        result = in_range(frame[cell], bounds)
        if result is None:
            frame[0].warn(position, "Значение нельзя сравнить с границами промежутка.")
        return result

    return test


def member(run: Run, value: Value, expected: Value) -> bool | None:
    """Whether `value` equals `expected`, lies in it (a range) or is among its items (a list)."""
    if type(expected) is Range:
        return equal(run, value, expected) is True if type(value) is Range else in_range(value, expected)
    if type(expected) is list:
        run.charge(len(expected))
        return (
            contains(run, expected, value)
            or equal(run, value, expected) is True
            or any(member(run, value, item) is True for item in expected if type(item) in (Range, list))
        )
    return equal(run, value, expected) is True


def mentions(node: object, name: str) -> bool:
    """Whether a variable of this name occurs in the tree."""
    if isinstance(node, ast.Name):
        return node.text == name
    if isinstance(node, tuple):
        return any(mentions(part, name) for part in node)
    if isinstance(node, ast.Node):
        return any(mentions(getattr(node, field), name) for field in node.__dataclass_fields__)
    return False
