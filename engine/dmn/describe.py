"""Rows of decision tables in words, for a card and for a sentence.

What a cell compares with is told by its value in this very case: `>= Пороги.много_детей` is «не меньше 3».
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from engine import feel
from engine.dmn.elements import DecisionTable, Rule, Text
from engine.dmn.words import compared, label_words, range_words, shortened, value_words
from engine.feel import ast
from engine.feel.errors import FeelError
from engine.feel.runtime import Run
from engine.feel.values import Function, Range, Value

DASH: Final = "—"
"""Stands in a cell that lets every value pass, and for a result that is nothing."""
BY_FORMULA: Final = "по формуле"
"""A result that is worked out only when its row matches."""

_FILLED, _EMPTY = "заполнено", "не заполнено"
_TESTED: Final = ast.Name("?")
_ZERO: Final = ast.Literal(Decimal(0))


class CellWords:
    """What is the same of one table in every case: its expressions, and the words of cells that ask for
    nothing of the case. `names` are those that its expressions see.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._kept: dict[tuple[str, str, bool], str] = {}
        self._tests: dict[str, feel.Expression] = {}
        self._values: dict[str, feel.Expression] = {}

    def tests(self, text: str) -> feel.Expression:
        """The compiled unary tests of a text. Raises FeelError."""
        found = self._tests.get(text)
        if found is None:
            found = self._tests[text] = feel.compile_unary(text, names=self._names)
        return found

    def value(self, text: str) -> feel.Expression:
        """The compiled expression of a text. Raises FeelError."""
        found = self._values.get(text)
        if found is None:
            found = self._values[text] = feel.compile(text, names=self._names)
        return found

    def told(self, kind: str, cell: Text, quoted: bool, tell: Callable[[], tuple[str, bool]]) -> str:
        """The words of a cell; `tell` gives them, and whether they hold for every case."""
        key = kind, cell.text, quoted
        words = self._kept.get(key)
        if words is None:
            words, always = tell()
            if always:
                self._kept[key] = words
        return words


@dataclass(frozen=True, slots=True)
class RowWords:
    """A row of a table that was used in `run`."""

    table: DecisionTable
    rule: Rule
    matched: bool
    cell_words: CellWords
    run: Run

    def cells(self) -> tuple[str, ...]:
        """The cells as a table shows them: conditions, then results."""
        conditions = (self._condition(cell, quoted=False) or DASH for cell in self.rule.inputs)
        return (*conditions, *(self._result(cell, quoted=False) for cell in self.rule.outputs))

    def sentence(self) -> str:
        """«если возраст не меньше 18, то группа — «взрослый»», without a full stop."""
        conditions = [
            _about(column.label, words)
            for column, cell in zip(self.table.inputs, self.rule.inputs, strict=True)
            if (words := self._condition(cell, quoted=True))
        ]
        results = [
            _about(output.label, words)
            for output, cell in zip(self.table.outputs, self.rule.outputs, strict=True)
            if (words := self._result(cell, quoted=True)) != DASH
        ]
        outcome = "; ".join(results) or "итога нет"
        if conditions:
            return f"если {' и '.join(conditions)}, то {outcome}"
        others = self.table.hit_policy == "FIRST" and self.rule is not self.table.rules[0]
        return f"{'в остальных случаях' if others else 'в любом случае'} {outcome}"

    def _condition(self, cell: Text, *, quoted: bool) -> str:
        """A cell in words, or as it is written where there are no short words; empty when all passes."""
        if cell.text in ("", "-"):
            return ""
        return self.cell_words.told("condition", cell, quoted, lambda: self._tell_condition(cell, quoted))

    def _tell_condition(self, cell: Text, quoted: bool) -> tuple[str, bool]:
        try:
            compiled = self.cell_words.tests(cell.text)
        except FeelError:
            return shortened(cell.text), True
        tree = compiled.tree
        words = _Teller(self._value_of, quoted).tests(tree) if isinstance(tree, ast.Tests) else None
        return words or shortened(cell.text), _is_constant(compiled)

    def _result(self, cell: Text, *, quoted: bool) -> str:
        if cell.text in ("", "-"):
            return DASH
        return self.cell_words.told("result", cell, quoted, lambda: self._tell_result(cell, quoted))

    def _tell_result(self, cell: Text, quoted: bool) -> tuple[str, bool]:
        try:
            compiled = self.cell_words.value(cell.text)
            named = isinstance(compiled.tree, (ast.Name, ast.Path))
            if compiled.names and not named and not self.matched:
                return BY_FORMULA, False
            value = compiled.run(self.run)
        except FeelError:
            return shortened(cell.text), False
        return DASH if value is None else value_words(value, quoted=quoted), _is_constant(compiled)

    def _value_of(self, node: ast.Node) -> Value:
        """What a part of a cell is in this case; null for one that asks about the tested value."""
        if isinstance(node, ast.Literal):
            return node.value
        try:
            compiled = self.cell_words.value(feel.to_source(node))
            return None if _TESTED.text in compiled.names else compiled.run(self.run)
        except FeelError:
            return None


def _is_constant(compiled: feel.Expression) -> bool:
    """Whether an expression asks for nothing of the case and of the day."""
    return (
        compiled.names <= {_TESTED.text}
        and not compiled.functions
        and not any(clock in compiled.text for clock in ("now", "today"))
    )


def sentence_of(inputs: Sequence[tuple[str, Value]], matched: Sequence[tuple[int, Sequence[str]]]) -> str:
    """«Сработала строка 2: возраст — 34; доход — 9000.»: of the rows that matched, number and cells.

    The facts are those that the rows ask for; where they ask for nothing, all: they kept other rows out.
    """
    asked = [any(cells[place] != DASH for _, cells in matched) for place in range(len(inputs))]
    facts = "; ".join(
        f"{label_words(label)} — {value_words(value, quoted=True)}"
        for (label, value), was_asked in zip(inputs, asked, strict=True)
        if was_asked or not any(asked)
    )
    ending = f": {facts}." if facts else "."
    if not matched:
        return f"Не подошла ни одна строка{ending}"
    *first, last = (str(number) for number, _ in matched)
    return (
        f"Сработали строки {', '.join(first)} и {last}{ending}"
        if first
        else f"Сработала строка {last}{ending}"
    )


def _about(label: str, words: str) -> str:
    """«возраст не меньше 18», «группа — «взрослый»»."""
    if not label:
        return words
    compares = words.startswith(_COMPARING)
    return f"{label_words(label)} {words}" if compares else f"{label_words(label)} — {words}"


_COMPARING: Final = tuple(
    f"{word} "
    for word in (
        "меньше", "больше", "не меньше", "не больше", "раньше", "позже", "не раньше", "не позже", "от", "с",
    )
)  # fmt: skip
"""What needs no dash after its subject."""


class _Teller:
    """Tells tests; every method answers None for what has no short words."""

    def __init__(self, value_of: Callable[[ast.Node], Value], quoted: bool) -> None:
        self._value_of = value_of
        self._words = partial(value_words, quoted=quoted)
        self._quoted = quoted

    def tests(self, tree: ast.Tests) -> str | None:
        if not tree.negated:
            return self._joined(map(self._test, tree.tests), " или ")
        if len(tree.tests) == 1:
            return self._not(tree.tests[0])
        listed = self._joined(map(self._test, tree.tests), ", ")
        return None if listed is None else f"кроме {listed}"

    def _joined(self, words: Iterable[str | None], between: str) -> str | None:
        found = list(words)
        told = [one for one in found if one is not None]
        return between.join(told) if told and len(told) == len(found) else None

    def _test(self, node: ast.Node) -> str | None:
        match node:
            case ast.Comparison(operator, operand):
                return self._compared(operator, operand)
            case ast.Compare(operator, left, right) if left == _TESTED:
                return self._compared(operator, right)
            case ast.Compare(operator, ast.Call() as call, right):
                return self._measured(operator, call, right)
            case ast.In(value, tests) if value == _TESTED:
                return self._joined(map(self._test, tests), " или ")
            case ast.And(parts):
                return self._joined(map(self._test, parts), " и ")
            case ast.Or(parts):
                return self._joined(map(self._test, parts), " или ")
            case ast.Call(ast.Name("not"), (ast.Argument(None, inner),)):
                return self._not(inner)
            case ast.Call(ast.Name("list contains"), (ast.Argument(None, asked), ast.Argument(None, item))):
                return None if asked != _TESTED else self._contained("есть", item)
            case ast.Literal(None):
                return _EMPTY
        return self._equal_to(node)

    def _not(self, node: ast.Node) -> str | None:
        match node:
            case ast.Call(ast.Name("list contains"), (ast.Argument(None, asked), ast.Argument(None, item))):
                return None if asked != _TESTED else self._contained("нет", item)
            case ast.Literal(None):
                return _FILLED
        words = self._test(node)
        return None if words is None else f"не {words}"

    def _compared(self, operator: str, operand: ast.Node) -> str | None:
        if operand == ast.Literal(None):
            return {"=": _EMPTY, "!=": _FILLED}.get(operator)
        if operator == "=":
            return self._equal_to(operand)
        value = self._value_of(operand)
        if value is None:
            return None
        if operator == "!=":
            return f"не {self._words(value)}"
        return compared(operator, value, quoted=self._quoted)

    def _equal_to(self, node: ast.Node) -> str | None:
        value = self._value_of(node)
        if isinstance(value, Range):
            return range_words(value, quoted=self._quoted)
        if isinstance(value, list):
            return " или ".join(map(self._words, value)) or None
        return None if value is None or isinstance(value, (dict, Function)) else self._words(value)

    def _contained(self, verb: str, item: ast.Node) -> str | None:
        value = self._value_of(item)
        return None if value is None else f"{verb} {value_words(value, quoted=True)}"

    def _measured(self, operator: str, call: ast.Call, right: ast.Node) -> str | None:
        """`count(?) > 0` and the like."""
        match call:
            case ast.Call(ast.Name("count" | "string length"), (ast.Argument(None, asked),)) if (
                asked == _TESTED and right == _ZERO
            ):
                return {">": _FILLED, "!=": _FILLED, "=": _EMPTY}.get(operator)
        return None
