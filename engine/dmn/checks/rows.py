"""Rows of a table against one another: which match together, which never count, what none of them takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from engine import feel
from engine.dmn.checks.grid import Box, Cover, Point, Steps, TooComplex, common
from engine.dmn.checks.questions import Question
from engine.dmn.checks.subject import Subject
from engine.dmn.elements import Text
from engine.dmn.words import label_words
from engine.errors import Finding

MOST: Final = 10
"""Findings of one rule about one table; who has corrected these sees the next."""

_ONE_ROW: Final = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
"""Ways to choose rows that give one result; the others take whatever matches, be it nothing."""


_TOO_COMPLEX: Final = "слишком много сочетаний условий"
MOST_ROWS: Final = 500
"""Rows of a table that are compared with one another."""


class RowCheck:
    """What can't be told without the data of a case is passed over, and said in one finding of its own."""

    def __init__(self, subject: Subject, steps: Steps) -> None:
        self._subject = subject
        self._table = subject.table
        self._questions = subject.questions
        self._finding = subject.finding
        self._steps = steps
        self._passed_over: list[str] = []
        spans = [
            [question.span(row) for question in self._questions] for row in range(len(self._table.rules))
        ]
        self._least: list[Box] = [[span.least for span in row] for row in spans]
        """Of each row the answers that it surely takes."""
        self._most: list[Box] = [[span.most for span in row] for row in spans]
        """Of each row the answers that it may take."""

    def findings(self) -> Iterator[Finding]:
        policy = self._table.hit_policy
        if policy not in _ONE_ROW:
            return
        if len(self._table.rules) > MOST_ROWS:
            self._passed_over.append("слишком много строк")
            yield from self._left_out()
            return
        yield from islice(self._meetings() if policy in ("UNIQUE", "ANY") else self._shadowed(), MOST)
        yield from self._gap()
        yield from self._left_out()

    def _meetings(self) -> Iterator[Finding]:
        """Pairs of rows that match together where only one may, or where their results differ."""
        unique = self._table.hit_policy == "UNIQUE"
        for first, second, point in self._pairs():
            same = self._same_results(first, second)
            if not unique and same is None:
                self._passed_over.append(f"итоги строк {first + 1} и {second + 1}")
            if not unique and same is not False:
                continue
            asked = [place for place in range(len(point)) if self._asks(place, first, second)]
            why = "а должна подойти одна" if unique else "а итоги у них разные"
            narrow = "Сузьте условия одной из строк или выберите способ «первая подходящая» (FIRST)."
            yield self._finding(
                "dmn-overlap",
                "error",
                f"Строки {first + 1} и {second + 1} подходят вместе, {why}{self._example(point, asked)}."
                " Итог будет пустым.",
                "Оставьте одну из этих строк: итоги у них одинаковые." if same else narrow,
                self._table.rules[second].place,
            )

    def _pairs(self) -> Iterator[tuple[int, int, Point]]:
        """Rows that surely match together, with the answers at which they do."""
        plain = [question.axis.plain for question in self._questions]
        for second in range(len(self._least)):
            for first in range(second):
                point = common(self._least[first], self._least[second], plain)
                if point is not None:
                    yield first, second, point

    def _asks(self, place: int, *rows: int) -> bool:
        """Whether one of the rows has a condition on a question."""
        return any(cell is None or cell.tests for row in rows for cell in self._questions[place].rows[row])

    def _same_results(self, first: int, second: int) -> bool | None:
        """Whether two rows have the same results; None where that depends on the case."""
        sure = True
        for one, other in zip(
            self._table.rules[first].outputs, self._table.rules[second].outputs, strict=True
        ):
            if one.text == other.text:
                continue
            left, right = self._subject.known(one), self._subject.known(other)
            if left is None or right is None:
                sure = False
            elif feel.evaluate("a = b", {"a": left.value, "b": right.value}) is not True:
                return False
        return sure or None

    def _shadowed(self) -> Iterator[Finding]:
        """Rows that never come to anything because others are better wherever they match."""
        cover = Cover(self._least, tuple(question.axis.domain for question in self._questions))
        for row, (rule, better) in enumerate(zip(self._table.rules, self._better_rows(), strict=True)):
            region = self._most[row]
            if not better or not all(region):
                continue
            try:
                if cover.hole(region, sum(1 << other for other in better), self._steps) is not None:
                    continue
            except TooComplex:
                self._passed_over.append(_TOO_COMPLEX)
                return
            alone = next((other for other in better if _inside(region, self._least[other])), None)
            who = "другим строкам" if alone is None else f"строке {alone + 1}"
            yield self._finding(
                "dmn-unreachable",
                "warning",
                f"Строка {row + 1} никогда не сработает: все её случаи раньше достаются {who}.",
                "Поставьте строку выше, сузьте условия других строк или удалите её.",
                rule.place,
            )

    def _better_rows(self) -> list[list[int]]:
        """Of each row those that win over it where both match; none where that depends on the case."""
        if self._table.hit_policy == "FIRST":
            return [list(range(row)) for row in range(len(self._table.rules))]
        ranks = [self._rank(row) for row in range(len(self._table.rules))]
        return [
            []
            if rank is None
            else [one for one, other in enumerate(ranks) if other is not None and (other, one) < (rank, row)]
            for row, rank in enumerate(ranks)
        ]

    def _rank(self, row: int) -> list[int] | None:
        """How important the results of a row are, less for more; None where that depends on the case."""
        places = []
        for output, text in zip(self._table.outputs, self._table.rules[row].outputs, strict=True):
            allowed = self._subject.allowed(output)
            if allowed is None:
                continue
            order = self._subject.known(Text(f"[{allowed.text}]", text.place))
            known = self._subject.known(text)
            if order is None or known is None or not isinstance(order.value, list):
                return None
            written = [feel.to_text(value) for value in order.value]
            value = feel.to_text(known.value)
            places.append(written.index(value) if value in written else len(written))
        return places

    def _gap(self) -> Iterator[Finding]:
        """Answers for which no row matches. Missing ones count only where the table asks for them."""
        if any(output.default is not None for output in self._table.outputs):
            return
        if not self._table.rules:
            message = "В таблице нет ни одной строки."
            yield self._finding("dmn-gap", "warning", message, "Добавьте строки.", self._table.place)
            return
        given = tuple(self._given(question) for question in self._questions)
        cover = Cover(self._most, given)
        plain = tuple(
            bits & question.axis.plain for bits, question in zip(given, self._questions, strict=True)
        )
        try:
            ordinary = cover.hole(plain, None, self._steps)
            point = ordinary or cover.hole(given, None, self._steps)
        except TooComplex:
            self._passed_over.append(_TOO_COMPLEX)
            return
        if point is None:
            return
        example = self._example(point, cover.reason(point))
        yield self._finding(
            "dmn-gap",
            "info" if ordinary is None else "warning",
            f"Есть случай, для которого нет строки{example}. Итог будет пустым.",
            "Если таких данных не бывает, перечислите допустимые значения столбца."
            if ordinary is None
            else "Добавьте строку для таких данных, последнюю строку с «-» или итог по умолчанию.",
            self._table.place,
        )

    def _given(self, question: Question) -> int:
        """The answers that a table must have a row for."""
        axis = question.axis
        asks_for_null = any(None in test.values for cell in question.cells for test in cell.tests if test)
        return axis.domain if asks_for_null else axis.domain & ~axis.null

    def _example(self, point: Point, asked: Sequence[int]) -> str:
        """«, например: возраст — 61; жильё — «нет жилья»»; empty where the data don't matter."""
        facts = [
            f"{label_words(self._questions[place].label)} — "
            + self._questions[place].axis.words(point[place])
            for place in asked
        ]
        return f", например: {'; '.join(facts)}" if facts else " при любых данных"

    def _left_out(self) -> Iterator[Finding]:
        """What the checks of rows had to pass over."""
        reasons = [
            f"строка {row + 1}, «{column.label}»"
            for question in self._questions
            for row, cells in enumerate(question.rows)
            for column, cell in zip(question.inputs, cells, strict=True)
            if cell is not None and not question.is_sure(cell)
        ]
        reasons += dict.fromkeys(self._passed_over)
        if len(reasons) > MOST:
            reasons = [*reasons[:MOST], f"и ещё {len(reasons) - MOST}"]
        if reasons:
            yield self._finding(
                "dmn-unchecked",
                "info",
                f"Пересечения и пропуски проверены не все: {'; '.join(reasons)}.",
                "Эти условия зависят от данных дела. Проверьте их сценариями.",
                self._table.place,
            )


def _inside(region: Box, other: Box) -> bool:
    return all(not bits & ~wide for bits, wide in zip(region, other, strict=True))
