"""The tree of an expression. Every node knows where it begins (`at`), which plays no part in comparison.

Chains of `+ -`, `* /`, `and`, `or`, `else if` are one node each, so that a long chain is not a deep tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.feel.typerefs import TypeRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2026-01-14"`: a date, time, date and time or duration by its text."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable. `?` is the value under test in unary tests."""

    text: str


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """`[1..5)`: `closed_start` and `closed_end` say whether the ends belong to it."""

    start: Node
    end: Node
    closed_start: bool
    closed_end: bool


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """A test without its left side: `< 5`. `operator` is one of = != < <= > >=."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Operators of one rank, from left to right: `first`, then (operator, operand, position) each."""

    first: Node
    rest: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step(Node):
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in tests`; several tests stand in brackets."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class If(Node):
    """Pairs (condition, value) in order, and the value when no condition is true."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in source`; with `end` the source is the span `source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    type: TypeRef | None = None


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """`function(a, b) body`. An `external` one names code outside, which is never run here."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument of a call; `name` is None when it is given by position."""

    name: str | None
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    callee: Node
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The content of a decision table's input cell. Without `tests` (the cell is `-`) any value passes."""

    tests: tuple[Node, ...]
    negated: bool = False
