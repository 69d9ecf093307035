"""Rules that need more than the value itself: other answers, variables of the case, the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from engine.feel import Expression
from engine.formjs import words
from engine.formjs.inputs import Check, Choice, Options
from engine.formjs.structure import Call
from engine.model import Value


@dataclass(frozen=True, slots=True)
class ComputedLimit:
    """`min`, `max`, `minLength` or `maxLength` as an expression; what is no number is no limit."""

    expression: Expression
    check: Callable[[Any], Check]

    def __call__(self, value: Value, call: Call) -> Value:
        limit = call.value(self.expression)
        if isinstance(limit, Decimal) and value is not None and value != "":
            self.check(limit)(value)
        return value


@dataclass(frozen=True, slots=True)
class ComputedOptions:
    """Options taken from a variable of the case or from an expression."""

    choice: Choice
    options: Callable[[Call], Value]

    def __call__(self, value: Value, call: Call) -> Value:
        return value if self.choice.is_empty(value) else self.choice.pick(value, Options(self.options(call)))


def in_zone(value: Value, call: Call) -> Value:
    """A moment without a zone is in the agency's."""
    if isinstance(value, datetime) and value.tzinfo is None and call.now is not None:
        return value.replace(tzinfo=call.now.tzinfo)
    return value


@dataclass(frozen=True, slots=True)
class NotPast:
    """`disallowPassedDates`: today or later. Without a moment to compare with, nothing is past."""

    label: str

    def __call__(self, value: Value, call: Call) -> Value:
        if call.now is not None and isinstance(value, date):
            day = value.astimezone(call.now.tzinfo).date() if isinstance(value, datetime) else value
            if day < call.now.date():
                raise ValidationError(words.in_the_past(self.label))
        return value


@dataclass(frozen=True, slots=True)
class NotAhead:
    """The property `latest` = `today`: what is told has happened. Without a moment to compare with, nothing
    is ahead.
    """

    label: str

    def __call__(self, value: Value, call: Call) -> Value:
        if call.now is not None and isinstance(value, date):
            day = value.astimezone(call.now.tzinfo).date() if isinstance(value, datetime) else value
            if day > call.now.date():
                raise ValidationError(words.in_the_future(self.label))
        return value
