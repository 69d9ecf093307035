"""The bridge to FEEL: texts of a diagram become sources of values when the diagram is read.

Compiling early turns a slip of the pen into a finding with its place instead of an incident in a running
case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from engine import feel
from engine.bpmn import scope
from engine.bpmn.faults import Fault
from engine.errors import MarshrutError

if TYPE_CHECKING:
    from engine.bpmn.context import Context
    from engine.bpmn.token import Token
    from engine.model import Value


class Source(Protocol):
    """Something in a diagram that gives a value where a token stands."""

    def value(self, token: Token, extra: Mapping[str, Value] | None = None) -> Value:
        """The value where the token stands; `extra` are names for this one evaluation. Raises Fault."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text that stands for itself."""

    text: str

    def value(self, token: Token, extra: Mapping[str, Value] | None = None) -> Value:
        return self.text


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression. Shared by all cases: evaluating changes nothing in it."""

    text: str
    expression: feel.Expression

    def value(self, token: Token, extra: Mapping[str, Value] | None = None) -> Value:
        return self.over(scope.view(token, extra), token.case.context)

    def over(self, names: Mapping[str, Value], context: Context) -> Value:
        """The value over any names. Raises Fault."""
        functions = _functions_of(context) if self.expression.functions else None
        try:
            return self.expression.evaluate(names, now=context.local_now, functions=functions)
        except feel.FeelError as error:
            raise Fault(f"не вычисляется «{self.text}»: {error.message}", error.hint) from None

    def holds(self, token: Token) -> bool:
        """Whether a condition holds: null is no, anything but true, false and null is a Fault."""
        value = self.value(token)
        if value is None or isinstance(value, bool):
            return value is True
        raise Fault(f"условие «{self.text}» дало не «да» или «нет»", "Исправьте условие в схеме.")


OWN_FUNCTIONS: Final = ("term", "working days")
"""Functions of ours beside those of FEEL."""

_MOST_WORKING_DAYS: Final = 10_000
"""About forty years; nothing that a diagram counts takes longer."""


def _functions_of(context: Context) -> dict[str, Callable[..., Any]]:
    def term(key: Value) -> Value:
        """The moment of a running term, null while it is paused or not started."""
        return context.terms.get(key)

    def working_days(date: Value, n: Value) -> Value:
        """The `n`-th working day after `date` by the agency's calendar; before it when `n` is negative."""
        if context.working_days is None:
            raise feel.Problem("рабочий календарь здесь не известен")
        if not isinstance(date, dt.date):
            raise feel.Problem("сначала нужна дата")
        if not isinstance(n, Decimal) or n != int(n) or abs(n) > _MOST_WORKING_DAYS:
            raise feel.Problem(f"нужно целое число дней, не больше {_MOST_WORKING_DAYS}")
        day = date.date() if isinstance(date, dt.datetime) else date
        try:
            return context.working_days(day, int(n))
        except MarshrutError as error:  # beyond the years of the calendar
            raise feel.Problem(error.message.rstrip(".")) from None

    return {"term": term, "working days": working_days}


def is_formula(text: str) -> bool:
    """Whether the text of a mapping is an expression rather than itself."""
    return text.startswith("=") or (text.startswith("${") and text.endswith("}"))


def formula(text: str) -> Formula:
    """Compile a text that is always an expression, marked as one or not. Raises FeelError."""
    inner = feel.unwrap(text.strip())
    return Formula(inner, feel.compile(inner, functions=OWN_FUNCTIONS))


def source(text: str) -> Source:
    """Compile a text that is an expression only when marked as one. Raises FeelError."""
    stripped = text.strip()
    return formula(stripped) if is_formula(stripped) else Text(text)


def in_words(value: Value) -> str:
    """A value as a text: a string as it is, anything else as FEEL writes it."""
    return value if isinstance(value, str) else feel.to_text(value)
