"""Cells that are of no use where they stand: of a wrong kind, never true, not among the allowed values."""

from __future__ import annotations

from collections.abc import Iterator

from engine import feel
from engine.dmn.checks.cells import Cell, Test
from engine.dmn.checks.questions import Question
from engine.dmn.checks.subject import Subject
from engine.dmn.elements import Output, Place, Text
from engine.dmn.words import value_words
from engine.errors import Finding
from engine.feel.errors import FeelError, Problem
from engine.feel.values import Range, Value, kind_in_russian, russian_kind


class ColumnCheck:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._table = subject.table
        self._finding = subject.finding

    def findings(self) -> Iterator[Finding]:
        for question in self._subject.questions:
            yield from self._cells(question)
        yield from self._results()
        yield from self._priority()

    # Conditions

    def _cells(self, question: Question) -> Iterator[Finding]:
        if question.kind is None and len(question.kinds) > 1:
            kinds = " и ".join(sorted(map(russian_kind, question.kinds)))
            yield self._finding(
                "dmn-type",
                "warning",
                f"Столбец «{question.label}»: в клетках значения разного вида ({kinds}).",
                "Запишите все клетки столбца значениями одного вида.",
                question.inputs[0].expression.place,
            )
        for row, cells in enumerate(question.rows):
            for column, cell in zip(question.inputs, cells, strict=True):
                if cell is not None:
                    where = f"Строка {row + 1}, «{column.label}»"
                    yield from self._cell(question, cell, where)

    def _cell(self, question: Question, cell: Cell, where: str) -> Iterator[Finding]:
        place = cell.text.place
        strangers = question.strangers(cell)
        if strangers:
            yield self._finding(
                "dmn-type",
                "error",
                f"{where}: {value_words(strangers[0], quoted=True)} — {kind_in_russian(strangers[0])}, "
                f"а здесь {russian_kind(question.kind or '')}. Такое условие не выполнится никогда.",
                "Исправьте значение или вид столбца.",
                place,
            )
            return
        for test in cell.tests:
            if test is not None:
                yield from self._test(question, test, where, place)
        if cell.negated and not question.axis.span(cell).most & question.axis.domain:
            yield self._never(where, cell.text.text, place)

    def _test(self, question: Question, test: Test, where: str, place: Place) -> Iterator[Finding]:
        if test.why:
            message = f"{where}: с этим условием строка не сработает никогда. {test.why}"
            yield self._finding("dmn-null", "warning", message, "Исправьте выражение в клетке.", place)
        for value in test.values:
            bits = question.axis.passing(Test((value,)))
            if bits == 0:
                yield self._never(where, feel.to_text(value), place)
            elif bits is not None and not bits & question.axis.domain:
                yield self._finding(
                    "dmn-not-allowed",
                    "warning",
                    f"{where}: {_value_or_range(value)} не входит в возможные значения столбца.",
                    "Исправьте значение или добавьте его в допустимые значения столбца.",
                    place,
                )

    def _never(self, where: str, text: str, place: Place) -> Finding:
        return self._finding(
            "dmn-never",
            "warning",
            f"{where}: условию {text} не отвечает ни одно значение.",
            "Проверьте границы: слева пишут меньшую.",
            place,
        )

    # Results

    def _results(self) -> Iterator[Finding]:
        for column, output in enumerate(self._table.outputs):
            label = output.label or "Итог"
            for number, rule in enumerate(self._table.rules, 1):
                yield from self._result(output, rule.outputs[column], f"Строка {number}, «{label}»")
            if output.default is not None:
                yield from self._result(output, output.default, f"Итог по умолчанию, «{label}»")

    def _result(self, output: Output, text: Text, where: str) -> Iterator[Finding]:
        known = self._subject.known(text)
        if known is None:
            return
        if known.why:
            message = f"{where}: этот итог всегда пуст. {known.why}"
            yield self._finding("dmn-null", "warning", message, "Исправьте выражение в клетке.", text.place)
        problem = self._problem(output, known.value)
        if problem is not None:
            rule, words = problem
            message = f"{where}: {words}. Итог этой строки будет пустым."
            yield self._finding(rule, "error", message, "Исправьте значение или вид столбца.", text.place)

    def _problem(self, output: Output, value: Value) -> tuple[str, str] | None:
        """The rule that a result breaks, and how; None for a result that fits its column."""
        if value is None:
            return None
        try:
            fitted = self._subject.types.get(output.type).coerce(value)
        except Problem as problem:
            return "dmn-type", f"{value_words(value, quoted=True)} не годится, {problem}"
        allowed = self._subject.allowed(output)
        if allowed is None or _allows(allowed, fitted):
            return None
        return "dmn-not-allowed", f"{value_words(value, quoted=True)} не входит в допустимые итоги столбца"

    def _priority(self) -> Iterator[Finding]:
        if self._table.hit_policy not in ("PRIORITY", "OUTPUT ORDER"):
            return
        if all(self._subject.allowed(output) is None for output in self._table.outputs):
            yield self._finding(
                "dmn-priority",
                "error",
                "Строки выбираются по важности итогов, а порядок итогов не задан.",
                "Перечислите допустимые итоги столбца, самый важный первым.",
                self._table.place,
            )


def _allows(allowed: Text, value: Value) -> bool:
    """Whether a result is among the allowed ones; also true where that depends on the case."""
    try:
        tests = feel.compile_unary(allowed.text)
        return bool(tests.names - {"?"}) or feel.unary(allowed.text, value)
    except FeelError:
        return True


def _value_or_range(value: Value) -> str:
    text = feel.to_text(value) if isinstance(value, Range) else value_words(value, quoted=True)
    return f"промежуток {text}" if isinstance(value, Range) else text
