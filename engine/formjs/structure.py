"""What a form consists of once it was read: fields, dynamic lists, and the scopes that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from engine.feel import Expression, FeelError
from engine.formjs import words
from engine.formjs.inputs import Input
from engine.formjs.values import get_path, set_path
from engine.model import Value

ROWS_LIMIT: Final = 200
"""Rows of one dynamic list."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as the viewer takes it: a unary test of nothing.

    So it holds not only when the expression is true but also when it is null, say because a field it looks
    at is empty. `negated`: the whole condition is a `not(…)` around the expression.
    """

    expression: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What expressions of a form may look at: the answers as the browser sees them, the case, the moment."""

    context: Mapping[str, Value]
    known: Mapping[str, Value]
    now: datetime | None

    def value(self, expression: Expression) -> Value:
        """Null, as in the viewer, when the expression goes over a limit."""
        try:
            return expression.evaluate(self.context, now=self.now)
        except FeelError:
            return None

    def holds(self, condition: Condition) -> bool:
        value = self.value(condition.expression)
        return (value is True or value is None) != condition.negated


class Late(Protocol):
    """A rule that needs other answers, variables of the case or the moment."""

    def __call__(self, value: Value, call: Call) -> Value:
        """The value, perhaps another one; ValidationError where it breaks the rule."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A component with a value. `hides` are its own condition and those of the groups around it.

    `name` is the path with dots. `fixed` is set in the form once for all (disabled or read-only), `readonly`
    is decided by the answers. `default` is what the viewer shows when the case knows nothing.
    """

    path: tuple[str, ...]
    name: str
    kind: str
    label: str
    input: Input
    hides: tuple[Condition, ...]
    fixed: bool
    readonly: Condition | None
    default: Any
    late: tuple[Late, ...]

    def shown(self, known: Mapping[str, Value]) -> Any:
        """What the viewer shows before anybody touches the field, ready for JSON."""
        value = get_path(known, self.path)
        if value is not None:
            return self.input.show(value)
        return self.input.blank() if self.default is None else self.default


@dataclass(frozen=True, slots=True)
class Rows:
    """A dynamic list: the same fields again and again. `changeable` when rows may be added and removed."""

    path: tuple[str, ...]
    name: str
    label: str
    hides: tuple[Condition, ...]
    scope: Scope
    at_first: int
    changeable: bool
    least: int
    most: int
    message: str

    def known_rows(self, known: Mapping[str, Value]) -> list[Mapping[str, Value]]:
        """The rows the case knows, or the empty ones that the form begins with."""
        rows = get_path(known, self.path)
        if not isinstance(rows, list | tuple):
            return [{} for _ in range(self.at_first)]
        return [row if isinstance(row, dict) else {} for row in rows]

    def shown(self, known: Mapping[str, Value]) -> list[Any]:
        """The rows that the viewer shows before anybody touches them, ready for JSON."""
        return [self.scope.shown(row) for row in self.known_rows(known)]

    def amount_remark(self, amount: int, shown: int) -> str | None:
        """What is wrong with so many rows, if anything."""
        if not self.changeable:
            return None if amount == shown else words.rows_fixed(self.label, shown)
        if amount < self.least:
            return self.message or words.rows_wanted(self.label, self.least)
        return (self.message or words.rows_too_many(self.label, self.most)) if amount > self.most else None


@dataclass(frozen=True)
class Scope:
    """Fields that share one place in the data: the whole form, or a row of a dynamic list."""

    leaves: tuple[Leaf, ...]
    rows: tuple[Rows, ...]

    @cached_property
    def items(self) -> tuple[Leaf | Rows, ...]:
        """Everything that holds a value."""
        return (*self.leaves, *self.rows)

    @cached_property
    def names(self) -> dict[str, Any]:
        """Keys that may be in the data, nested as in the data; None where a value of any shape may lie."""
        tree: dict[str, Any] = {}
        for item in self.items:
            set_path(tree, item.path, None)
        return tree

    @cached_property
    def computed(self) -> bool:
        """True when anything here looks at other values, so that a context is needed."""
        return any(leaf.hides or leaf.readonly or leaf.late for leaf in self.leaves) or any(
            rows.hides or rows.scope.computed for rows in self.rows
        )

    def shown(self, known: Mapping[str, Value]) -> dict[str, Any]:
        """The data of the viewer before anybody touches it."""
        data: dict[str, Any] = {}
        for leaf in self.leaves:
            set_path(data, leaf.path, leaf.shown(known))
        for rows in self.rows:
            set_path(data, rows.path, rows.shown(known))
        return data

    @cached_property
    def conditional(self) -> tuple[tuple[Condition, tuple[str, ...]], ...]:
        """Each condition once, with the names of the fields and lists that it hides."""
        names: dict[int, list[str]] = {}
        conditions = {}
        for item in self.items:
            for condition in item.hides:
                conditions[id(condition)] = condition
                names.setdefault(id(condition), []).append(item.name)
        return tuple((condition, tuple(names[key])) for key, condition in conditions.items())

    def hidden(self, call: Call) -> set[str]:
        """Names of the fields and lists that a condition hides."""
        hidden: set[str] = set()
        for condition, names in self.conditional:
            if not hidden.issuperset(names) and call.holds(condition):
                hidden.update(names)
        return hidden
