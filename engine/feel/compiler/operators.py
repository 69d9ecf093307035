"""Arithmetic, comparison and logic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from engine.feel import ast
from engine.feel.arithmetic import OPERATIONS, POWER_COST, negate
from engine.feel.comparison import ORDERS, compare, equal
from engine.feel.compiler.base import Code, Compiler, Frame, rule
from engine.feel.compiler.literals import constant
from engine.feel.runtime import Run
from engine.feel.types import Simple, resolve, unknown_type
from engine.feel.values import Value, kind_in_russian, kind_of

_LONG: Final = 10_000
"""Characters of a string from which comparing it costs work."""

_DOING: Final = {
    "+": "сложить",
    "-": "вычесть",
    "*": "умножить",
    "/": "разделить",
    "**": "возвести в степень",
}


PARTS: Final = {
    "list": "<number>",
    "range": "<date>",
    "context": "<имя: string>",
    "function": "<number>->number",
}
"""Types that say nothing without those of their parts, and how these are written."""


_WRITTEN: Final = {
    "date": '@"2026-01-31"',
    "time": '@"17:00:00"',
    "date and time": '@"2026-01-31T17:00:00"',
    "days and time duration": '@"P10D"',
    "years and months duration": '@"P1Y6M"',
}
"""How values are written that people take for texts."""


@rule(ast.Negation)
def compile_negation(compiler: Compiler, node: ast.Negation) -> Code:
    if isinstance(node.operand, ast.Literal) and type(node.operand.value) is Decimal:
        return constant(negate(node.operand.value))
    operand = compiler.code(node.operand)

    def negation(frame: Frame) -> Value:
        value = operand(frame)
        result = negate(value)
        if result is None:
            return frame[0].warn(
                node.at, f"Перед этим значением ({kind_in_russian(value)}) минуса быть не может."
            )
        return result

    return negation


@rule(ast.Arithmetic)
def compile_arithmetic(compiler: Compiler, node: ast.Arithmetic) -> Code:
    first = compiler.code(node.first)
    steps = [(OPERATIONS[step.operator], compiler.code(step.operand), step) for step in node.rest]
    if node.rest[0].operator == "**":
        first = _costing(first, POWER_COST * len(steps))
    if len(steps) == 1:
        return _binary(first, *steps[0])

    def chain(frame: Frame) -> Value:
        value = first(frame)
        for operation, operand, step in steps:
            right = operand(frame)
            result = operation(value, right)
            if result is None:
                return _no_result(frame[0], step, value, right)
            if type(result) is str:
                frame[0].charge_text(result)
            value = result
        return value

    return chain


def _costing(code: Code, cost: int) -> Code:
    def costing(frame: Frame) -> Value:
        frame[0].charge(cost)
        return code(frame)

    return costing


def _binary(left: Code, operation: Callable[[Value, Value], Value], right: Code, step: ast.Step) -> Code:
    def binary(frame: Frame) -> Value:
        left_value, right_value = left(frame), right(frame)
        result = operation(left_value, right_value)
        if result is None:
            return _no_result(frame[0], step, left_value, right_value)
        if type(result) is str:
            frame[0].charge_text(result)
        return result

    return binary


def _no_result(run: Run, step: ast.Step, left: Value, right: Value) -> None:
    return run.warn(step.at, _why_no_result(step.operator, left, right))


def _why_no_result(operator: str, left: Value, right: Value) -> str:
    kinds = {kind_of(left), kind_of(right)}
    if operator == "/" and type(right) is Decimal and not right:
        return "Деление на ноль."
    if kinds == {"number"}:
        return "Такой степени нет или она слишком велика." if operator == "**" else "Число слишком велико."
    message = f"Нельзя {_DOING[operator]}: {kind_in_russian(left)} и {kind_in_russian(right)}."
    if operator in ("+", "-") and "number" in kinds and kinds & {"date", "time", "date and time"}:
        return message + ' Сроки пишутся так: @"P5D" — пять дней, @"PT2H" — два часа, @"P1M" — месяц.'
    if operator in ("+", "-") and "string" in kinds:
        return message + _how_to_write(kinds)
    return message


def _how_to_write(kinds: set[str]) -> str:
    """How a date or the like is written, when one of two values is a text and the other is one."""
    return next((f" Это пишется так: {_WRITTEN[kind]}." for kind in sorted(kinds & _WRITTEN.keys())), "")


@rule(ast.Compare)
def compile_compare(compiler: Compiler, node: ast.Compare) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    if node.operator in ORDERS:
        return order(node.operator, left, right, node.at)
    return equality(left, right, node.at, negated=node.operator == "!=")


def order(operator: str, left: Code, right: Code, position: int) -> Code:
    holds = ORDERS[operator]

    def ordered(frame: Frame) -> bool | None:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            return holds(a, b)
        result = compare(operator, a, b)
        if result is None:
            _not_comparable(frame[0], position, a, b)
        return result

    return ordered


def equality(left: Code, right: Code, position: int, *, negated: bool) -> Code:
    def equals(frame: Frame) -> bool | None:
        a, b = left(frame), right(frame)
        if type(a) is str and type(b) is str:
            if len(a) > _LONG:
                frame[0].charge(len(a) >> 8)
            return (a == b) is not negated
        result = equal(frame[0], a, b)
        if result is None:
            _not_comparable(frame[0], position, a, b)
            return None
        return result is not negated

    return equals


def _not_comparable(run: Run, position: int, left: Value, right: Value) -> None:
    if left is None or right is None:
        return run.warn(position, "Сравнить с пустым значением нельзя.")
    kinds = (kind_in_russian(left), kind_in_russian(right))
    if kinds[0] == kinds[1]:
        return run.warn(position, f"Эти значения ({kinds[0]}) нельзя сравнить между собой.")
    message = f"Сравниваются значения разного вида: {kinds[0]} и {kinds[1]}."
    written = {kind_of(left), kind_of(right)}
    return run.warn(position, message + (_how_to_write(written) if "string" in written else ""))


@rule(ast.And)
def compile_and(compiler: Compiler, node: ast.And) -> Code:
    return _logic([compiler.code(part) for part in node.parts], node, decisive=False)


@rule(ast.Or)
def compile_or(compiler: Compiler, node: ast.Or) -> Code:
    return _logic([compiler.code(part) for part in node.parts], node, decisive=True)


def _logic(parts: list[Code], node: ast.And | ast.Or, *, decisive: bool) -> Code:
    """Logic of three values: null and anything that is no boolean mean "unknown"."""
    opposite = not decisive

    def logic(frame: Frame) -> bool | None:
        result: bool | None = opposite
        for part in parts:
            value = part(frame)
            if value is decisive:
                return value is True
            if value is not opposite:
                result = None
                if value is not None:
                    frame[0].warn(node.at, f"Здесь нужно да или нет, а дано: {kind_in_russian(value)}.")
        return result

    return logic


@rule(ast.Between)
def compile_between(compiler: Compiler, node: ast.Between) -> Code:
    value, low, high = (compiler.code(part) for part in (node.value, node.low, node.high))

    def between(frame: Frame) -> bool | None:
        middle, bottom, top = value(frame), low(frame), high(frame)
        not_below, not_above = compare(">=", middle, bottom), compare("<=", middle, top)
        if not_below is None or not_above is None:
            _not_comparable(frame[0], node.at, middle, bottom if not_below is None else top)
            return None
        return not_below and not_above

    return between


@rule(ast.InstanceOf)
def compile_instance_of(compiler: Compiler, node: ast.InstanceOf) -> Code:
    value = compiler.code(node.value)
    wanted = resolve(node.type, compiler.types)
    if wanted is None:
        return lambda frame: frame[0].warn(node.at, unknown_type(node.type))
    if isinstance(wanted, Simple) and wanted.kind in PARTS:
        example = f"{wanted.kind}{PARTS[wanted.kind]}"
        return lambda frame: frame[0].warn(node.at, f"Нужно сказать, чего: {example}.")
    return lambda frame: wanted.has_instance(value(frame))
