"""What is known of a model without any data: settings kept in decisions, expressions over nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from engine import feel
from engine.dmn.errors import DmnError
from engine.dmn.evaluation import Evaluation
from engine.dmn.graph import DecisionNode, Graph, InputNode, Node, names_of
from engine.dmn.session import Session
from engine.dmn.workshop import Names
from engine.feel import ast
from engine.feel.arithmetic import negate
from engine.feel.errors import FeelError
from engine.feel.values import Value

_MOMENTS: Final = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 6, 15, 12, 30, tzinfo=UTC))
"""What is the same at both of these does not depend on the moment."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is the same in every case; `why` says why it is null where it should not be."""

    value: Value
    why: str = ""


class Constants:
    """What an expression sees: all `names` in scope, and of some the value, the same in every case."""

    def __init__(self, names: Names, values: Mapping[str, Value]) -> None:
        self.names = names
        self._values = values

    def inside(self, names: Names) -> Constants:
        """What is known where these names are added, and hide others of the same name."""
        values = {name: value for name, value in self._values.items() if name not in names}
        return Constants({**self.names, **names}, values)

    def of(self, node: ast.Node) -> Known | None:
        """The value of a part of an expression; None when it depends on the case or can't be worked out."""
        match node:
            case ast.Literal(value):
                return Known(value)
            case ast.Negation(ast.Literal(Decimal() as number)):
                return Known(negate(number))
        try:
            return self.of_text(feel.to_source(node))
        except FeelError:
            return None

    def of_text(self, text: str) -> Known | None:
        """Like `of`, for a whole expression. Raises FeelError when it is none or too big."""
        compiled = feel.compile(text, names=self.names)
        if compiled.functions or not compiled.names <= self._values.keys():
            return None
        first, second = (compiled.outcome(self._values, now=moment) for moment in _MOMENTS)
        if feel.to_text(first.value) != feel.to_text(second.value):
            return None
        why = first.warnings[0].message if first.warnings and first.value is None else ""
        return Known(first.value, why)


def constants_of(graph: Graph, node: Node) -> Constants:
    """What is known of the names that the logic of an element sees."""
    found: dict[str, Value] = {}
    for required in node.requires:
        if isinstance(required, DecisionNode) and _needs_no_data(required):
            known = value_of(graph, required)
            if known is not None:
                found[required.variable] = known.value
    return Constants(names_of(node), found)


def value_of(graph: Graph, node: DecisionNode) -> Known | None:
    """The value of a decision that needs no data; None when it needs some or depends on the moment."""
    if not _needs_no_data(node):
        return None
    texts = []
    for moment in _MOMENTS:
        evaluation = Evaluation(moment, {})
        try:
            value = Session(graph, {}, evaluation).value_of(node)
            texts.append(feel.to_text(value))
        except (FeelError, DmnError):
            return None
    if texts[0] != texts[1]:
        return None
    return Known(value, evaluation.warnings[0].message if evaluation.warnings else "")


def _needs_no_data(node: Node) -> bool:
    seen: set[Node] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, InputNode) or one.imported or one.free_names or one.free_functions:
            return False
        if one not in seen:
            seen.add(one)
            waiting += one.requires
    return True
