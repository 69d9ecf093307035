"""Rows of decision tables in words: «если доход — меньше 10000 и состав — «полная», то мера — «пособие»»."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

from engine.dmn.elements import DecisionTable, Rule, Text
from engine.feel import ast
from engine.feel.errors import FeelError
from engine.feel.numbers import number_text
from engine.feel.parser import parse_tests

_COMPARISONS: Final = {
    "<": "меньше",
    "<=": "не больше",
    ">": "больше",
    ">=": "не меньше",
    "=": "",
    "!=": "не",
}


def describe_row(table: DecisionTable, rule: Rule) -> str:
    """A row as a sentence without a full stop. Cells that let any value pass are left out."""
    conditions = [
        f"{column.label} — {describe_tests(cell.text)}"
        for column, cell in zip(table.inputs, rule.inputs, strict=True)
        if cell.text not in ("", "-")
    ]
    results = [
        f"{output.label or output.name} — {_result(cell)}" if output.label or output.name else _result(cell)
        for output, cell in zip(table.outputs, rule.outputs, strict=True)
    ]
    outcome = ", ".join(results)
    return f"если {' и '.join(conditions)}, то {outcome}" if conditions else f"в любом случае {outcome}"


@lru_cache(maxsize=1024)
def describe_tests(text: str) -> str:
    """The content of an input cell in words; what has no short wording stays as it is written."""
    try:
        tests = parse_tests(text)
    except FeelError:
        return text
    words = [_test(test, text) for test in tests.tests]
    if any(word is None for word in words):
        return text
    joined = " или ".join(word for word in words if word is not None)
    return f"кроме: {joined}" if tests.negated else joined


def _result(cell: Text) -> str:
    return describe_tests(cell.text) if cell.text not in ("", "-") else "пусто"


def _test(node: ast.Node, text: str) -> str | None:
    match node:
        case ast.Comparison(operator, operand):
            value = _value(operand)
            return None if value is None else f"{_COMPARISONS[operator]} {value}".strip()
        case ast.RangeLiteral():
            return _range(node)
        case ast.Name(name) if name == text.strip():
            return name
    return _value(node)


def _range(node: ast.RangeLiteral) -> str | None:
    start, end = _value(node.start), _value(node.end)
    if start is None or end is None:
        return None
    if node.closed_start and node.closed_end:
        return f"от {start} до {end} включительно"
    first = f"не меньше {start}" if node.closed_start else f"больше {start}"
    return f"{first} и " + (f"не больше {end}" if node.closed_end else f"меньше {end}")


def _value(node: ast.Node) -> str | None:
    match node:
        case ast.Literal(value):
            return _constant(value)
        case ast.Negation(ast.Literal(value=Decimal() as number)):
            return f"−{number_text(number)}"
        case ast.AtLiteral(text):
            return text
        case ast.Call(ast.Name("date" | "time" | "date and time" | "duration"), (ast.Argument(None, inner),)):
            return inner.value if isinstance(inner, ast.Literal) and isinstance(inner.value, str) else None
    return None


def _constant(value: Decimal | str | bool | None) -> str:
    match value:
        case bool():
            return "да" if value else "нет"
        case Decimal():
            return number_text(value).replace(".", ",")
        case str():
            return f"«{value}»"
    return "пусто"
