"""A table under examination, with what its checks have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.checks.constants import Constants, Known
from engine.dmn.checks.questions import Question, questions_of
from engine.dmn.checks.walk import Scope
from engine.dmn.elements import DecisionTable, Output, Place, Text
from engine.dmn.types import TypeTable
from engine.errors import Finding, Severity
from engine.feel.errors import FeelError


@dataclass
class Subject:
    """The table that belongs to `decision`, its questions, and what is known without any data."""

    decision: str
    table: DecisionTable
    types: TypeTable
    questions: tuple[Question, ...]
    _constants: Constants
    _known: dict[str, Known | None] = field(default_factory=dict)

    def finding(self, rule: str, severity: Severity, message: str, hint: str, place: Place) -> Finding:
        return Finding(rule, severity, message, hint, place.id, self.decision, place.line)

    def known(self, text: Text) -> Known | None:
        """The value of a result that is the same in every case."""
        if text.text not in self._known:
            try:
                known = self._constants.of_text(text.text) if text.text not in ("", "-") else Known(None)
            except FeelError:
                known = None
            self._known[text.text] = known
        return self._known[text.text]

    def allowed(self, output: Output) -> Text | None:
        """The allowed results of a column, most important first."""
        return output.allowed or self.types.allowed(output.type or self.table.type)


def subject_of(decision: str, table: DecisionTable, scope: Scope) -> Subject:
    questions = questions_of(table, scope.constants, scope.types, scope.known)
    return Subject(decision, table, scope.types, questions, scope.constants)
