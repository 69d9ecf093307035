"""Decision tables: which rows match, and what follows from it under each hit policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from engine import feel
from engine.dmn.describe import CellWords, RowWords
from engine.dmn.elements import DecisionTable, Input, Output, Rule, Text
from engine.dmn.evaluation import Evaluation, RowTrace, TableTrace, Variables
from engine.dmn.workshop import Logic, Names, Workshop, compile_text, nothing
from engine.feel.builtins import BUILTINS
from engine.feel.comparison import equal
from engine.feel.errors import Problem
from engine.feel.runtime import Meter, Run
from engine.feel.values import Value

Cell = Callable[[Run, Value], bool]
"""Whether a value passes a cell."""

_SYMBOLS: Final = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS: Final = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of conditions. `allowed` is None when every value is."""

    input: Input
    value: Logic
    allowed: Cell | None


@dataclass(frozen=True, slots=True)
class Result:
    """A column of results. `order` are its allowed values, best first; `allows` says if a value is one."""

    output: Output
    default: Logic | None
    order: Logic
    allows: Cell | None


@dataclass(frozen=True, slots=True)
class Row:
    rule: Rule
    cells: tuple[Cell | None, ...]
    """None where any value passes."""
    results: tuple[Logic, ...]


def compile_table(workshop: Workshop, table: DecisionTable, names: Names) -> Logic:
    return _Table(workshop, table, names).evaluate


class _Table:
    def __init__(self, workshop: Workshop, table: DecisionTable, names: Names) -> None:
        self._workshop = workshop
        self._table = table
        self._words = CellWords(names)
        self._columns = tuple(self._column(one, names) for one in table.inputs)
        self._results = tuple(self._result(one, names) for one in table.outputs)
        self._rows = tuple(self._row(rule, names) for rule in table.rules)

    # Compilation

    def _column(self, written: Input, names: Names) -> Column:
        logic = compile_text(self._workshop, written.expression, names)
        allowed = None if written.allowed is None else self._cell(written.allowed, names)
        return Column(written, self._workshop.coerced(logic, written.type), allowed)

    def _result(self, written: Output, names: Names) -> Result:
        default = None
        if written.default is not None:
            default = self._workshop.coerced(
                compile_text(self._workshop, written.default, names), written.type
            )
        allowed = written.allowed or self._workshop.types.allowed(written.type or self._table.type)
        if allowed is None:
            return Result(written, default, nothing, None)
        listed = Text(f"[{allowed.text}]", allowed.place)
        return Result(
            written, default, compile_text(self._workshop, listed, names), self._cell(allowed, names)
        )

    def _row(self, rule: Rule, names: Names) -> Row:
        cells = tuple(self._cell(text, names) for text in rule.inputs)
        results = tuple(
            self._workshop.coerced(self._entry(text, names), output.type)
            for text, output in zip(rule.outputs, self._table.outputs, strict=True)
        )
        return Row(rule, cells, results)

    def _entry(self, text: Text, names: Names) -> Logic:
        return nothing if text.text == "-" else compile_text(self._workshop, text, names)

    def _cell(self, text: Text, names: Names) -> Cell | None:
        if text.text in ("", "-"):
            return None
        tests = self._workshop.expression(text, names, tests=True)
        if tests is None:
            return lambda _run, _value: False
        return lambda run, value: tests.run(run, value) is True

    # Evaluation

    def evaluate(self, evaluation: Evaluation, variables: Variables) -> Value:
        run = evaluation.run(variables)
        run.charge(1 + len(self._rows) * len(self._columns))
        values = [column.value(evaluation, variables) for column in self._columns]
        allowed = self._inputs_allowed(evaluation, run, values)
        verdicts = self._verdicts(evaluation, run, values) if allowed else []
        matched = [row for row, failed in zip(self._rows, verdicts, strict=False) if not failed]
        value = self._outcome(evaluation, variables, matched) if allowed else None
        if evaluation.tables is not None:
            evaluation.tables.append(self._trace(evaluation, variables, values, verdicts, value))
        return value

    def _inputs_allowed(self, evaluation: Evaluation, run: Run, values: list[Value]) -> bool:
        for column, value in zip(self._columns, values, strict=True):
            if value is not None and column.allowed is not None and not column.allowed(run, value):
                label, text = column.input.label, feel.to_text(value)
                self._warn(evaluation, f"«{label}» = {text}: такого значения таблица не допускает.")
                return False
        return True

    def _verdicts(self, evaluation: Evaluation, run: Run, values: list[Value]) -> list[int]:
        """Of each row, as far as needed, the first column (from 1) whose value does not pass; 0 if all do."""
        verdicts = []
        only_first = self._table.hit_policy == "FIRST"
        for row in self._rows:
            failed = self._failed_column(evaluation, run, row, values)
            verdicts.append(failed)
            if only_first and not failed:
                break
        return verdicts

    def _failed_column(self, evaluation: Evaluation, run: Run, row: Row, values: list[Value]) -> int:
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            if cell is not None and not cell(run, value):
                text = row.rule.inputs[place]
                evaluation.note(self._workshop.owner, text.place, text.text)
                return place + 1
        return 0

    def _warn(self, evaluation: Evaluation, message: str) -> None:
        return evaluation.warn(self._workshop.owner, self._table.place, message)

    # What follows

    def _outcome(self, evaluation: Evaluation, variables: Variables, matched: list[Row]) -> Value:
        if not matched:
            return self._default(evaluation, variables)
        policy = self._table.hit_policy
        if policy == "UNIQUE" and len(matched) > 1:
            numbers = ", ".join(str(self._rows.index(row) + 1) for row in matched)
            return self._warn(evaluation, f"Подошло несколько строк ({numbers}), а должна одна.")
        if policy in ("UNIQUE", "FIRST"):
            return self._value(self._outputs(evaluation, variables, matched[0]))
        found = [self._outputs(evaluation, variables, row) for row in matched]
        if policy == "ANY":
            return self._agreed(evaluation, variables, found)
        if policy in ("PRIORITY", "OUTPUT ORDER"):
            found = self._by_priority(evaluation, variables, found)
            if policy == "PRIORITY":
                return self._value(found[0])
        if self._table.aggregation is not None:
            return self._aggregated(evaluation, variables, found)
        return [self._value(outputs) for outputs in found]

    def _default(self, evaluation: Evaluation, variables: Variables) -> Value:
        if any(result.default is not None for result in self._results):
            defaults = [nothing if result.default is None else result.default for result in self._results]
            return self._value([default(evaluation, variables) for default in defaults])
        if self._table.aggregation == "COUNT":
            return Decimal(0)
        # Null is what the standard says of a table whose rows all miss. What collects has collected nothing:
        # other engines give the empty list, and tables that come from them count on it.
        collects = self._table.hit_policy == "COLLECT" and self._table.aggregation is None
        return [] if collects else None

    def _outputs(self, evaluation: Evaluation, variables: Variables, row: Row) -> list[Value]:
        outputs = [logic(evaluation, variables) for logic in row.results]
        for place, result in enumerate(self._results):
            value = outputs[place]
            if value is not None and result.allows and not result.allows(evaluation.run(variables), value):
                self._warn(evaluation, f"Итог {feel.to_text(value)} не входит в допустимые значения столбца.")
                outputs[place] = None
        return outputs

    def _value(self, outputs: list[Value]) -> Value:
        """The value alone for a single column of results, else a context by their names."""
        if len(self._results) == 1:
            return outputs[0]
        return {
            result.output.name or result.output.label: value
            for result, value in zip(self._results, outputs, strict=True)
        }

    def _agreed(self, evaluation: Evaluation, variables: Variables, found: list[list[Value]]) -> Value:
        run = evaluation.run(variables)
        if any(equal(run, found[0], outputs) is not True for outputs in found[1:]):
            return self._warn(evaluation, "Подошли строки с разными итогами, а они должны совпадать.")
        return self._value(found[0])

    def _by_priority(
        self, evaluation: Evaluation, variables: Variables, found: list[list[Value]]
    ) -> list[list[Value]]:
        """Best first: by the order in which the columns list their allowed values, the left one first."""
        run = evaluation.run(variables)
        orders = [result.order(evaluation, variables) for result in self._results]

        def rank(outputs: list[Value]) -> list[int]:
            return [_position(run, order, value) for order, value in zip(orders, outputs, strict=True)]

        return sorted(found, key=rank)

    def _aggregated(self, evaluation: Evaluation, variables: Variables, found: list[list[Value]]) -> Value:
        if self._table.aggregation == "COUNT":
            return Decimal(len(found))
        function = BUILTINS[{"SUM": "sum", "MIN": "min", "MAX": "max"}[self._table.aggregation or "SUM"]]
        try:
            columns = [list(column) for column in zip(*found, strict=True)]
            return self._value([function.invoke(evaluation.run(variables), [column]) for column in columns])
        except Problem as problem:
            return self._warn(evaluation, f"Итоги строк не свести в один: {problem}.")

    # Traces

    def _trace(
        self,
        evaluation: Evaluation,
        variables: Variables,
        values: list[Value],
        verdicts: list[int],
        value: Value,
    ) -> TableTrace:
        run = Run(variables, evaluation.now, evaluation.functions, Meter())
        rows = []
        for number, row in enumerate(self._rows, 1):
            tried = number <= len(verdicts)
            failed = verdicts[number - 1] if tried else 0
            matched = tried and not failed
            words = RowWords(self._table, row.rule, matched, self._words, run)
            rows.append(
                RowTrace(number, row.rule.place.id, tried, matched, failed or None, row.rule.note, words)
            )
        return TableTrace(
            decision=self._workshop.owner,
            hit_policy=_SYMBOLS[self._table.hit_policy]
            + _AGGREGATIONS.get(self._table.aggregation or "", ""),
            inputs=tuple(
                (column.input.label, one) for column, one in zip(self._columns, values, strict=True)
            ),
            results=tuple(output.label or output.name or "Итог" for output in self._table.outputs),
            rows=tuple(rows),
            value=value,
        )


def _position(run: Run, order: Value, value: Value) -> int:
    if type(order) is not list:
        return 0
    return next((place for place, one in enumerate(order) if equal(run, one, value) is True), len(order))
