"""A tree as text again. Parsing the text gives an equal tree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from engine.feel import ast
from engine.feel.lexer import quote
from engine.feel.names import is_plain
from engine.feel.numbers import number_text
from engine.feel.parser import ADDITION, AND, COMPARISON, INSTANCE, MULTIPLICATION, OR, POSTFIX, POWER, UNARY
from engine.feel.typerefs import ContextType, FunctionType, ListType, NamedType, RangeType, TypeRef

_OPEN: Final = 0
"""The rank of what takes everything to its right (`if`, `for`, a function's body)."""

_CLOSED: Final = 100
"""The rank of what needs no brackets anywhere."""


def to_source(node: ast.Node) -> str:
    """The text of an expression or of unary tests, with no more brackets than needed."""
    return _write(node)[0]


def _write(node: ast.Node) -> tuple[str, int]:
    """The text of a node and its rank."""
    return _WRITERS[type(node)](node)


def _inside(node: ast.Node, rank: int) -> str:
    """The text of a node as an operand that must bind tighter than `rank`."""
    text, own = _write(node)
    return text if own > rank else f"({text})"


def _literal(node: ast.Literal) -> tuple[str, int]:
    match node.value:
        case None:
            return "null", _CLOSED
        case bool():
            return ("true" if node.value else "false"), _CLOSED
        case Decimal():
            return number_text(node.value), _CLOSED
        case str():
            return quote(node.value), _CLOSED


def _arithmetic(node: ast.Arithmetic) -> tuple[str, int]:
    operator = node.rest[0].operator
    rank = ADDITION if operator in "+-" else MULTIPLICATION if operator in "*/" else POWER
    parts = [_inside(node.first, rank)]
    parts += [f"{step.operator} {_inside(step.operand, rank)}" for step in node.rest]
    return " ".join(parts), rank


def _joined(word: str, rank: int) -> Callable[[Any], tuple[str, int]]:
    return lambda node: (f" {word} ".join(_inside(part, rank) for part in node.parts), rank)


def _compare(node: ast.Compare) -> tuple[str, int]:
    left = _inside(node.left, COMPARISON - 1)
    return f"{left} {node.operator} {_inside(node.right, COMPARISON)}", COMPARISON


def _between(node: ast.Between) -> tuple[str, int]:
    low, high = _inside(node.low, COMPARISON), _inside(node.high, COMPARISON)
    return f"{_inside(node.value, COMPARISON - 1)} between {low} and {high}", COMPARISON


def _in(node: ast.In) -> tuple[str, int]:
    tests = ", ".join(map(_test, node.tests))
    return f"{_inside(node.value, COMPARISON - 1)} in ({tests})", COMPARISON


def _range(node: ast.RangeLiteral) -> tuple[str, int]:
    opening, closing = "[" if node.closed_start else "(", "]" if node.closed_end else ")"
    return f"{opening}{to_source(node.start)} .. {_inside(node.end, COMPARISON)}{closing}", _CLOSED


def _if(node: ast.If) -> tuple[str, int]:
    branches = [
        f"if {to_source(condition)} then {to_source(value)} else " for condition, value in node.branches
    ]
    return "".join(branches) + to_source(node.otherwise), _OPEN


def _iterators(iterators: tuple[ast.Iterator, ...]) -> str:
    return ", ".join(
        f"{one.name} in {to_source(one.source)}" + (f"..{to_source(one.end)}" if one.end else "")
        for one in iterators
    )


def _for(node: ast.For) -> tuple[str, int]:
    return f"for {_iterators(node.iterators)} return {to_source(node.body)}", _OPEN


def _quantified(node: ast.Quantified) -> tuple[str, int]:
    word = "every" if node.every else "some"
    return f"{word} {_iterators(node.iterators)} satisfies {to_source(node.condition)}", _OPEN


def _function(node: ast.FunctionLiteral) -> tuple[str, int]:
    parameters = ", ".join(
        one.name if one.type is None else f"{one.name}: {type_source(one.type)}" for one in node.parameters
    )
    return f"function({parameters}) {'external ' if node.external else ''}{to_source(node.body)}", _OPEN


def _call(node: ast.Call) -> tuple[str, int]:
    arguments = ", ".join(
        to_source(one.value) if one.name is None else f"{one.name}: {to_source(one.value)}"
        for one in node.arguments
    )
    return f"{_inside(node.callee, POSTFIX - 1)}({arguments})", POSTFIX


def _context(node: ast.ContextLiteral) -> tuple[str, int]:
    entries = (f"{key if is_plain(key) else quote(key)}: {to_source(value)}" for key, value in node.entries)
    return "{" + ", ".join(entries) + "}", _CLOSED


def _comparison(node: ast.Comparison) -> tuple[str, int]:
    """Outside of tests a comparison stands in brackets."""
    return f"({_test(node)})", _CLOSED


def _test(node: ast.Node) -> str:
    if isinstance(node, ast.Comparison):
        return f"{node.operator} {_inside(node.operand, COMPARISON)}"
    return to_source(node)


def _tests(node: ast.Tests) -> tuple[str, int]:
    text = ", ".join(map(_test, node.tests)) or "-"
    return (f"not({text})" if node.negated else text), _OPEN


def type_source(written: TypeRef) -> str:
    """A written type as text."""
    match written:
        case NamedType(name):
            return name
        case ListType(item):
            return f"list<{type_source(item)}>"
        case RangeType(item):
            return f"range<{type_source(item)}>"
        case ContextType(fields):
            return "context<" + ", ".join(f"{name}: {type_source(one)}" for name, one in fields) + ">"
        case FunctionType(parameters, result):
            return f"function<{', '.join(map(type_source, parameters))}> -> {type_source(result)}"


_WRITERS: Final[dict[type[ast.Node], Callable[[Any], tuple[str, int]]]] = {
    ast.Literal: _literal,
    ast.AtLiteral: lambda node: (f"@{quote(node.text)}", _CLOSED),
    ast.Name: lambda node: (node.text, _CLOSED),
    ast.ListLiteral: lambda node: (f"[{', '.join(map(to_source, node.items))}]", _CLOSED),
    ast.ContextLiteral: _context,
    ast.RangeLiteral: _range,
    ast.Comparison: _comparison,
    ast.Negation: lambda node: (f"-{_inside(node.operand, UNARY - 1)}", UNARY),
    ast.Arithmetic: _arithmetic,
    ast.Compare: _compare,
    ast.And: _joined("and", AND),
    ast.Or: _joined("or", OR),
    ast.Between: _between,
    ast.In: _in,
    ast.InstanceOf: lambda node: (
        f"{_inside(node.value, INSTANCE - 1)} instance of {type_source(node.type)}",
        INSTANCE,
    ),
    ast.If: _if,
    ast.For: _for,
    ast.Quantified: _quantified,
    ast.FunctionLiteral: _function,
    ast.Call: _call,
    ast.Path: lambda node: (f"{_inside(node.base, POSTFIX - 1)}.{node.name}", POSTFIX),
    ast.Filter: lambda node: (f"{_inside(node.base, POSTFIX - 1)}[{to_source(node.condition)}]", POSTFIX),
    ast.Tests: _tests,
}
