"""One use of a model: its moment, its budget, what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.dmn.describe import RowWords, sentence_of
from engine.dmn.elements import Place
from engine.feel.errors import FeelWarning
from engine.feel.runtime import Meter, Run
from engine.feel.values import Function, Value

Variables = dict[str, Value]


@dataclass(frozen=True, slots=True)
class DecisionWarning:
    """Why something in a decision was null. `position` counts characters of `text` from 0."""

    decision: str
    element: str | None
    line: int | None
    message: str
    text: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class RowTrace:
    """What became of a row: matched, or not because of the column `failed` (from 1).

    A row after the first match of a table that needs only one is not `tried`.
    """

    number: int
    id: str | None
    tried: bool
    matched: bool
    failed: int | None
    note: str
    words: RowWords = field(repr=False, compare=False)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in words, in the order of `TableTrace.columns`; «—» where any value passes."""
        return self.words.cells()

    @property
    def text(self) -> str:
        """The row as a sentence without a full stop."""
        return self.words.sentence()


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One use of a decision table. `inputs` are pairs (label, value), `results` labels of its results."""

    decision: str
    hit_policy: str
    inputs: tuple[tuple[str, Value], ...]
    results: tuple[str, ...]
    rows: tuple[RowTrace, ...]
    value: Value

    @property
    def columns(self) -> tuple[str, ...]:
        """Heads of the columns: conditions, then results."""
        return (*(label for label, _ in self.inputs), *self.results)

    @property
    def matched(self) -> tuple[int, ...]:
        """Numbers of the rows that matched, from 1."""
        return tuple(row.number for row in self.rows if row.matched)

    @property
    def sentence(self) -> str:
        """What the table did and the facts that led to it, in words."""
        return sentence_of(self.inputs, [(row.number, row.cells) for row in self.rows if row.matched])


@dataclass(slots=True)
class Evaluation:
    now: datetime | None
    functions: Mapping[str, Function]
    tables: list[TableTrace] | None = None
    """Traces of tables, when somebody wants them."""
    meter: Meter = field(default_factory=Meter)
    warnings: list[DecisionWarning] = field(default_factory=list)
    _noted: int = 0

    def run(self, variables: Variables) -> Run:
        return Run(variables, self.now, self.functions, self.meter)

    def warn(self, decision: str, place: Place, message: str) -> None:
        """Note why a value is null; returns None so that callers can `return evaluation.warn(…)`."""
        self.meter.warnings.append(FeelWarning(0, message))
        self.note(decision, place, "")

    def note(self, decision: str, place: Place, text: str) -> None:
        """Say where the warnings came from that expressions have left since the last call."""
        for warning in self.meter.warnings[self._noted :]:
            self.warnings.append(
                DecisionWarning(decision, place.id, place.line, warning.message, text, warning.position)
            )
        self._noted = len(self.meter.warnings)
