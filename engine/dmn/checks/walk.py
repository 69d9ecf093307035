"""The tables inside the logic of a decision or a function, each with what its cells see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.dmn.checks.constants import Constants
from engine.dmn.elements import (
    BoxedContext,
    BoxedFilter,
    BoxedList,
    Conditional,
    DecisionTable,
    Expression,
    FunctionDefinition,
    Invocation,
    Iteration,
    Relation,
    Variable,
)
from engine.dmn.types import TypeTable
from engine.feel.types import Type


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of the names in scope: the value of some, the type of some."""

    constants: Constants
    known: Mapping[str, Type]
    types: TypeTable

    def inside(self, variables: Iterable[Variable]) -> Scope:
        """The scope with these variables added; they hide others of the same name."""
        added = list(variables)
        names = {one.name: self.types.members(one.type) for one in added}
        known = {**self.known, **{one.name: self.types.get(one.type) for one in added}}
        return Scope(self.constants.inside(names), known, self.types)


def tables_in(expression: Expression, scope: Scope) -> Iterator[tuple[DecisionTable, Scope]]:
    if isinstance(expression, DecisionTable):
        yield expression, scope
    for part, inner in _parts(expression, scope):
        yield from tables_in(part, inner)


def _parts(expression: Expression, scope: Scope) -> Iterator[tuple[Expression, Scope]]:
    match expression:
        case BoxedContext(entries=entries):
            for entry in entries:
                yield entry.value, scope
                if entry.variable is not None:
                    scope = scope.inside([entry.variable])
        case Invocation(callee=callee, bindings=bindings):
            yield callee, scope
            yield from ((value, scope) for _, value in bindings)
        case BoxedList(items=items):
            yield from ((item, scope) for item in items)
        case Relation(rows=rows):
            yield from ((cell, scope) for row in rows for cell in row)
        case FunctionDefinition(parameters=parameters, body=body):
            yield body, scope.inside(parameters)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from ((part, scope) for part in (condition, then, otherwise))
        case BoxedFilter(source=source, match=match):
            yield source, scope
            yield match, scope.inside([Variable("item", None)])
        case Iteration(variable=variable, source=source, body=body):
            yield source, scope
            yield body, scope.inside([variable, Variable("partial", None)])
