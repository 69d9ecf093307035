"""One use of a model: its moment, its budget, what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.dmn.elements import Place
from engine.feel.errors import FeelWarning
from engine.feel.runtime import Meter, Run
from engine.feel.text import to_text
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

    `text` is the row in words. A row after the first match of a table that needs one is not `tried`.
    """

    number: int
    id: str | None
    tried: bool
    matched: bool
    failed: int | None
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One use of a decision table. `inputs` are pairs (label, value)."""

    decision: str
    hit_policy: str
    inputs: tuple[tuple[str, Value], ...]
    rows: tuple[RowTrace, ...]
    value: Value

    @property
    def matched(self) -> tuple[int, ...]:
        """Numbers of the rows that matched, from 1."""
        return tuple(row.number for row in self.rows if row.matched)

    @property
    def sentence(self) -> str:
        """What the table did, in words."""
        values = ", ".join(f"{label} = {to_text(value)}" for label, value in self.inputs)
        rows = "; ".join(f"строка {row.number}: {row.text}" for row in self.rows if row.matched)
        return f"«{self.decision}» ({values or 'без условий'}): {rows or 'не подошла ни одна строка'}."


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
