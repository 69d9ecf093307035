"""How points and ranges lie to each other, after the interval relations of J. Allen.

Every end becomes a pair (value, side): side is 0 for an end that belongs to the range, +1 just after the
value, -1 just before it. A point is a range whose two ends are (point, 0). Each relation then is a
comparison of pairs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from engine.feel import ast
from engine.feel.builtins.registry import BUILTINS, builtin
from engine.feel.comparison import order_key
from engine.feel.errors import FeelError, Problem
from engine.feel.parser import parse_expression
from engine.feel.runtime import Run
from engine.feel.text import from_at_literal
from engine.feel.values import Range, Value

End = tuple[Value, int]

_PARAMETER: Final = {
    "r": "range{}: range",
    "p": "point{}: number|string|date|time|date and time|days and time duration|years and months duration",
}

_INFINITE: Final = 2
"""The side of an end that does not exist: beyond any value, in the direction of its sign."""


def _lower(value: Value) -> End:
    if type(value) is not Range:
        return value, 0
    if value.start is None:
        return None, -_INFINITE
    return value.start, 0 if value.closed_start else 1


def _upper(value: Value) -> End:
    if type(value) is not Range:
        return value, 0
    if value.end is None:
        return None, _INFINITE
    return value.end, 0 if value.closed_end else -1


def _order(left: End, right: End) -> int:
    """Below 0, 0 or above 0 as `left` lies before, at or after `right`."""
    if _INFINITE in (abs(left[1]), abs(right[1])):
        sides = [side if abs(side) == _INFINITE else 0 for side in (left[1], right[1])]
        return sides[0] - sides[1]
    keys = order_key(left[0], right[0])
    if keys is None:
        raise Problem("эти значения нельзя сравнить между собой")
    if keys[0] != keys[1]:
        return -1 if keys[0] < keys[1] else 1
    return left[1] - right[1]


def _relation(name: str, pairs: str, holds: Callable[[Value, Value], bool]) -> None:
    """Register a relation for the pairs it is defined for: p(oint) and r(ange), in order."""

    def function(_run: Run, first: Value, second: Value) -> bool:
        return holds(first, second)

    for pair in pairs.split():
        first, second = pair[0], pair[1]
        numbers = ("1", "2") if first == second else ("", "")
        builtin(f"{name}({_PARAMETER[first].format(numbers[0])}, {_PARAMETER[second].format(numbers[1])})")(
            function
        )


def _before(a: Value, b: Value) -> bool:
    return _order(_upper(a), _lower(b)) < 0


def _includes(a: Value, b: Value) -> bool:
    return _order(_lower(a), _lower(b)) <= 0 and _order(_upper(a), _upper(b)) >= 0


def _finishes(a: Value, b: Value) -> bool:
    return _order(_upper(a), _upper(b)) == 0 and _order(_lower(a), _lower(b)) >= 0


def _starts(a: Value, b: Value) -> bool:
    return _order(_lower(a), _lower(b)) == 0 and _order(_upper(a), _upper(b)) <= 0


def _meets(a: Value, b: Value) -> bool:
    return _order(_upper(a), _lower(b)) == 0


def _overlaps_before(a: Value, b: Value) -> bool:
    return (
        _order(_lower(a), _lower(b)) < 0
        and _order(_upper(a), _lower(b)) >= 0
        and _order(_upper(a), _upper(b)) <= 0
    )


_relation("before", "pp pr rp rr", _before)
_relation("after", "pp pr rp rr", lambda a, b: _before(b, a))
_relation("meets", "rr", _meets)
_relation("met by", "rr", lambda a, b: _meets(b, a))
_relation("overlaps", "rr", lambda a, b: not _before(a, b) and not _before(b, a))
_relation("overlaps before", "rr", _overlaps_before)
_relation("overlaps after", "rr", lambda a, b: _overlaps_before(b, a))
_relation("finishes", "pr rr", _finishes)
_relation("finished by", "rp rr", lambda a, b: _finishes(b, a))
_relation("includes", "rp rr", _includes)
_relation("during", "pr rr", lambda a, b: _includes(b, a))
_relation("starts", "pr rr", _starts)
_relation("started by", "rp rr", lambda a, b: _starts(b, a))
_relation("coincides", "pp rr", lambda a, b: _includes(a, b) and _includes(b, a))


_WRITTEN: Final = re.compile(r"\s*([\[(\]])(.*)\.\.(.*)([\])\[])\s*", re.DOTALL)


@builtin("range(from: string)")
def range_from_text(run: Run, text: str) -> Range:
    """The range that a text such as `[1..5)` writes. Its ends are constants; one may be missing: `[18..)`."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise Problem("это не запись промежутка (пишите так: [1..5])")
    opening, start_text, end_text, closing = match.groups()
    start, end = _end(run, start_text), _end(run, end_text)
    closed_start, closed_end = opening == "[", closing == "]"
    if (start is None and (closed_start or end is None)) or (end is None and closed_end):
        raise Problem("у промежутка нет начала или конца")
    if start is not None and end is not None and _order((start, 0), (end, 0)) > 0:
        raise Problem("начало промежутка больше его конца")
    return Range(start, end, closed_start, closed_end)


def _end(run: Run, text: str) -> Value:
    """The end of a range that a text writes, or null when there is none."""
    if not text.strip():
        return None
    try:
        value = _constant(run, parse_expression(text))
    except FeelError:
        value = None
    if value is None:
        raise Problem("начало и конец промежутка должны быть постоянными")
    return value


def _constant(run: Run, node: ast.Node) -> Value:
    """The value of a constant: a number, a string, an at-literal, `date("…")` and the like; else null."""
    match node:
        case ast.Literal(value):
            return value
        case ast.Negation(ast.Literal(value=Decimal() as number)):
            return -number
        case ast.AtLiteral(text):
            return from_at_literal(text)
        case ast.Call(ast.Name("date" | "time" | "date and time" | "duration" as name), (argument,)):
            return BUILTINS[name].invoke(run, [_constant(run, argument.value)])
    return None
