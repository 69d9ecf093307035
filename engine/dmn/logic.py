"""Expressions of all forms, compiled: each becomes a function of the evaluation and the variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

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
    LiteralExpression,
    Nothing,
    Relation,
)
from engine.dmn.evaluation import Evaluation, Variables
from engine.dmn.tables import compile_table
from engine.dmn.workshop import Fault, Logic, Names, Workshop, compile_text, nothing
from engine.feel.errors import Problem
from engine.feel.iteration import items_of
from engine.feel.runtime import Run
from engine.feel.types import FunctionOf, Type
from engine.feel.values import Function, Value


def compile_logic(workshop: Workshop, expression: Expression, names: Names) -> Logic:
    """The logic of an expression whose variables are `names`."""
    rule = _RULES.get(type(expression))
    if rule is None:
        return nothing
    return workshop.coerced(rule(workshop, expression, names), expression.type)


def _literal(workshop: Workshop, expression: LiteralExpression, names: Names) -> Logic:
    text = expression.text
    if expression.language is not None:
        message = f"Выражения на языке {expression.language} не вычисляются, только на FEEL."
        workshop.faults.append(Fault(workshop.owner, text.place, message, "Запишите его на FEEL.", text.text))
        return lambda evaluation, _: evaluation.warn(workshop.owner, text.place, message)
    return compile_text(workshop, text, names)


def _context(workshop: Workshop, expression: BoxedContext, names: Names) -> Logic:
    scope = dict(names)
    entries: list[tuple[str | None, Logic]] = []
    for entry in expression.entries:
        if entry.variable is not None:
            scope[entry.variable.name] = workshop.types.members(entry.variable.type)
        logic = compile_logic(workshop, entry.value, scope)
        if entry.variable is None:
            entries.append((None, logic))
        else:
            entries.append((entry.variable.name, workshop.coerced(logic, entry.variable.type)))

    def context(evaluation: Evaluation, variables: Variables) -> Value:
        inner = dict(variables)
        result: dict[str, Value] = {}
        for name, logic in entries:
            value = logic(evaluation, inner)
            if name is None:
                return value
            inner[name] = result[name] = value
        return result

    return context


def _invocation(workshop: Workshop, expression: Invocation, names: Names) -> Logic:
    callee = compile_logic(workshop, expression.callee, names)
    bindings = [(name, compile_logic(workshop, value, names)) for name, value in expression.bindings]

    def invocation(evaluation: Evaluation, variables: Variables) -> Value:
        function = callee(evaluation, variables)
        if not isinstance(function, Function):
            return evaluation.warn(workshop.owner, workshop.place, "Вызывается не функция.")
        arguments = {name: logic(evaluation, variables) for name, logic in bindings}
        try:
            return function.invoke_named(evaluation.run(variables), arguments)
        except Problem as problem:
            return evaluation.warn(workshop.owner, workshop.place, f"Функция «{function.name}»: {problem}.")

    return invocation


def _list(workshop: Workshop, expression: BoxedList, names: Names) -> Logic:
    items = [compile_logic(workshop, item, names) for item in expression.items]
    return lambda evaluation, variables: [item(evaluation, variables) for item in items]


def _relation(workshop: Workshop, expression: Relation, names: Names) -> Logic:
    columns = [column.name for column in expression.columns]
    rows = [
        [
            (column.name, workshop.coerced(compile_logic(workshop, cell, names), column.type))
            for column, cell in zip(expression.columns, row, strict=False)
        ]
        for row in expression.rows
    ]

    def relation(evaluation: Evaluation, variables: Variables) -> Value:
        return [
            {**dict.fromkeys(columns), **{name: cell(evaluation, variables) for name, cell in row}}
            for row in rows
        ]

    return relation


class ModelFunction(Function):
    """A function that a model defines. `scope` holds the variables it sees besides its parameters."""

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        types: tuple[Type, ...],
        result: Type | None,
        body: Logic,
        evaluation: Evaluation,
        scope: Variables,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.signature = FunctionOf(types, result)
        self._types = types
        self.scope = scope
        self._body = body
        self._evaluation = evaluation

    def invoke(self, run: Run, arguments: list[Value]) -> Value:
        if len(arguments) != len(self.parameters):
            raise Problem(f"нужно значений: {len(self.parameters)}, дано: {len(arguments)}")
        variables = dict(self.scope)
        for name, wanted, value in zip(self.parameters, self._types, arguments, strict=True):
            try:
                variables[name] = wanted.coerce(value)
            except Problem as problem:
                raise Problem(f"значение «{name}»: {problem}") from None
        run.charge(10)
        with run.call():
            return self._body(self._evaluation, variables)

    def invoke_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        if not arguments.keys() <= set(self.parameters):
            raise Problem("имена значений не те: нужны " + ", ".join(self.parameters))
        return self.invoke(run, [arguments.get(name) for name in self.parameters])


def compile_function(
    workshop: Workshop, expression: FunctionDefinition, names: Names, name: str = ""
) -> Callable[[Evaluation, Variables], ModelFunction]:
    """What makes the function in an evaluation, around the variables it is given."""
    parameters = tuple(parameter.name for parameter in expression.parameters)
    types = tuple(workshop.types.get(parameter.type) for parameter in expression.parameters)
    result = None if expression.body.type is None else workshop.types.get(expression.body.type)
    body: Logic
    if expression.external:
        message = "Внешние функции (Java, PMML) здесь не выполняются."
        workshop.faults.append(Fault(workshop.owner, workshop.place, message, "Запишите её на FEEL."))

        def body(evaluation: Evaluation, _variables: Variables) -> Value:
            return evaluation.warn(workshop.owner, workshop.place, message)
    else:
        inner = {**names, **{one.name: workshop.types.members(one.type) for one in expression.parameters}}
        body = compile_logic(workshop, expression.body, inner)

    def make(evaluation: Evaluation, scope: Variables) -> ModelFunction:
        return ModelFunction(name, parameters, types, result, body, evaluation, scope)

    return make


def _function(workshop: Workshop, expression: FunctionDefinition, names: Names) -> Logic:
    return compile_function(workshop, expression, names)


def _conditional(workshop: Workshop, expression: Conditional, names: Names) -> Logic:
    condition = compile_logic(workshop, expression.condition, names)
    then = compile_logic(workshop, expression.then, names)
    otherwise = compile_logic(workshop, expression.otherwise, names)

    def conditional(evaluation: Evaluation, variables: Variables) -> Value:
        chosen = then if condition(evaluation, variables) is True else otherwise
        return chosen(evaluation, variables)

    return conditional


def _filter(workshop: Workshop, expression: BoxedFilter, names: Names) -> Logic:
    source = compile_logic(workshop, expression.source, names)
    match = compile_logic(workshop, expression.match, {**names, "item": {}})

    def filtered(evaluation: Evaluation, variables: Variables) -> Value:
        value = source(evaluation, variables)
        if value is None:
            return None
        run = evaluation.run(variables)
        kept = []
        for item in items_of(value):
            run.charge(10)
            members = item if type(item) is dict else {}
            if match(evaluation, {**variables, "item": item, **members}) is True:
                kept.append(item)
        return kept

    return filtered


def _iteration(workshop: Workshop, expression: Iteration, names: Names) -> Logic:
    variable = expression.variable
    source = compile_logic(workshop, expression.source, names)
    scope = {**names, variable.name: workshop.types.members(variable.type), "partial": {}}
    body = compile_logic(workshop, expression.body, scope)

    def turns(evaluation: Evaluation, variables: Variables, partial: list[Value]) -> Iterator[Value]:
        run = evaluation.run(variables)
        for item in items_of(source(evaluation, variables)):
            run.charge(10 + len(partial))
            yield body(evaluation, {**variables, variable.name: item, "partial": list(partial)})

    def loop(evaluation: Evaluation, variables: Variables) -> Value:
        results: list[Value] = []
        try:
            for value in turns(evaluation, variables, results):
                results.append(value)  # noqa: PERF402 - the next turn looks at the results so far
        except Problem as problem:
            return evaluation.warn(workshop.owner, workshop.place, str(problem))
        return results

    def quantified(evaluation: Evaluation, variables: Variables) -> Value:
        decisive = expression.kind == "some"
        result: bool | None = not decisive
        try:
            for answer in turns(evaluation, variables, []):
                if answer is decisive:
                    return decisive
                if type(answer) is not bool:
                    result = None
        except Problem as problem:
            return evaluation.warn(workshop.owner, workshop.place, str(problem))
        return result

    return loop if expression.kind == "for" else quantified


_RULES: Final[dict[type, Callable[[Workshop, Any, Names], Logic]]] = {
    LiteralExpression: _literal,
    DecisionTable: compile_table,
    BoxedContext: _context,
    Invocation: _invocation,
    BoxedList: _list,
    Relation: _relation,
    FunctionDefinition: _function,
    Conditional: _conditional,
    BoxedFilter: _filter,
    Iteration: _iteration,
    Nothing: lambda _workshop, _expression, _names: nothing,
}
