"""Components that take a value, as marshmallow fields.

Every field converts what the browser submits into a value of the engine and checks it by the rules of the
viewer (form-js 2.x, `Validator`): empty values are only checked for being required; a wrong type, which the
viewer's own inputs never submit, is refused. An answer may also hold values of the engine (a date for a
date), so that scenarios and other programs need not write ISO texts.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from marshmallow import ValidationError, fields

from engine.formjs import words
from engine.formjs.patterns import Pattern
from engine.formjs.values import clock_text, number, plain, seen
from engine.model import Value

Check = Callable[[Any], None]

TEXT_LIMIT: Final = 20_000
"""Characters of one answer, where the form sets no tighter limit."""
DIGITS_LIMIT: Final = 28
"""Digits of one number before and after the comma together."""
MARKS_LIMIT: Final = 500
"""Values marked in one list of options."""

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\r\n\t]")
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\s*", re.ASCII)
_DATE_TEXT = r"\d{4}-\d{2}-\d{2}"
_TIME_TEXT = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?"
_DATE = re.compile(_DATE_TEXT, re.ASCII)
_TIME = re.compile(_TIME_TEXT, re.ASCII)
_MOMENT = re.compile(f"{_DATE_TEXT}T{_TIME_TEXT}", re.ASCII)
# The e-mail address of the HTML standard, as `<input type=email>` takes it.
_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[\w.!#$%&'*+/=?^`{{|}}~-]+@{_HOST}(\.{_HOST})*", re.ASCII)
# The viewer also knows the codes of countries; what it passes is a number of this shape.
_PHONE = re.compile(r"(\+|00)[1-9]\d{6,25}$", re.ASCII)


class Input(fields.Field[Any], ABC):
    """Base of all inputs. `kind` chooses the words, `message` replaces every other remark of the field."""

    def __init__(
        self, kind: str, label: str, *, required: bool, message: str = "", checks: Sequence[Check] = ()
    ) -> None:
        super().__init__(validate=list(checks))
        self.kind = kind
        self.label = label
        self.needed = required
        self.message = message

    def deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        """The engine's value of an answer; ValidationError with the one remark that comes first."""
        try:
            value = self.clean(value)
            if self.is_empty(value):
                if self.needed:
                    raise ValidationError(words.missing(self.kind, self.label))
                return value
            if self.validators:
                self._validate(value)
        except ValidationError as error:
            raise ValidationError(self.message) if self.message else error from None
        return value

    @abstractmethod
    def clean(self, value: Any) -> Value:
        """The engine's value for what was submitted; ValidationError where the type is wrong."""

    def blank(self) -> Any:
        """What an untouched field of this kind submits."""
        return None

    def is_empty(self, value: Value) -> bool:
        return value is None

    def show(self, value: Value) -> Any:
        """The variable as the viewer takes it, ready for JSON."""
        return plain(value)


class Text(Input):
    """One line or many. The empty text stays a text, because conditions in the browser see it so."""

    def blank(self) -> Any:
        return ""

    def clean(self, value: Any) -> Value:
        if value is None:
            return ""
        if not isinstance(value, str):
            raise ValidationError(words.not_text(self.label))
        if len(value) > TEXT_LIMIT:
            raise ValidationError(words.too_long(self.label, TEXT_LIMIT))
        if value.isprintable():  # nothing to clean: what both patterns look for can't be printed
            return value
        value = _UNWANTED.sub("", value)
        return _BREAKS.sub(" ", value) if self.kind == "textfield" else value

    def is_empty(self, value: Value) -> bool:
        return not (value.strip() if self.needed else value)  # spaces are no answer to a required question

    def show(self, value: Value) -> Any:
        value = seen(value)
        if isinstance(value, Decimal):
            return format(value, "f")
        return value if isinstance(value, str) else ""


class Number(Input):
    """A decimal number. `as_text` is `serializeToString`: for numbers that JavaScript would round."""

    def __init__(self, kind: str, label: str, *, as_text: bool = False, **rest: Any) -> None:
        super().__init__(kind, label, **rest)
        self.as_text = as_text

    def clean(self, value: Any) -> Value:
        if value is None or value == "":
            return None
        if isinstance(value, float):
            value = repr(value)
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value):
                raise ValidationError(words.not_number(self.label))
            value = value.strip()
        elif isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValidationError(words.not_number(self.label))
        try:
            result = Decimal(value)
        except InvalidOperation:
            raise ValidationError(words.not_number(self.label)) from None
        if not result.is_finite() or max(result.adjusted(), 0) + max(decimals(result), 0) >= DIGITS_LIMIT:
            raise ValidationError(words.not_number(self.label))
        return result

    def show(self, value: Value) -> Any:
        value = seen(value)
        if isinstance(value, Decimal):
            return format(value, "f") if self.as_text else number(value)
        return value if isinstance(value, str) else None


class Checkbox(Input):
    def blank(self) -> Any:
        return False

    def clean(self, value: Any) -> Value:
        if value is None:
            return False
        if not isinstance(value, bool):
            raise ValidationError(words.not_checkbox(self.label))
        return value

    def is_empty(self, value: Value) -> bool:
        return value is False

    def show(self, value: Value) -> Any:
        return value is True


class Day(Input):
    def clean(self, value: Any) -> Value:
        if value is None or value == "":
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return self._parsed(value, _DATE, date.fromisoformat)

    def _parsed(self, value: Any, shape: re.Pattern[str], read: Callable[[str], Value]) -> Value:
        try:
            if isinstance(value, str) and shape.fullmatch(value):
                return read(value)
        except ValueError:
            pass
        raise ValidationError(words.not_date(self.kind, self.label))

    def show(self, value: Value) -> Any:
        if isinstance(value, datetime):
            value = value.date()
        return value.isoformat() if isinstance(value, date) else seen(value)


class TimeOfDay(Day):
    def clean(self, value: Any) -> Value:
        if value is None or value == "" or isinstance(value, time):
            return value or None
        return self._parsed(value, _TIME, time.fromisoformat)

    def show(self, value: Value) -> Any:
        if isinstance(value, datetime):
            value = value.timetz()
        return clock_text(value) if isinstance(value, time) else seen(value)


class Moment(Day):
    """A date with a time. One without a zone is in the agency's, which `Form.validate` adds."""

    def clean(self, value: Any) -> Value:
        if value is None or value == "" or isinstance(value, datetime):
            return value or None
        return self._parsed(value, _MOMENT, datetime.fromisoformat)

    def show(self, value: Value) -> Any:
        return clock_text(value) if isinstance(value, datetime) else seen(value)


class Options:
    """The values one may choose from, found by what the browser submits for them."""

    def __init__(self, values: Any) -> None:
        """`values` as form-js takes them: primitives, or contexts with `label` and `value`."""
        offered = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
        found = [(value, label) for value, label in map(_option, offered) if value is not None]
        self.values = [value for value, _ in found]
        self.labels = tuple((seen(value), label) for value, label in found)
        self._texts = frozenset(value for value in self.values if type(value) is str)
        self._seen = [seen(value) for value in self.values]

    def find(self, submitted: Any) -> Value | None:
        """The option's own value, or None when nothing like it is on offer."""
        if type(submitted) is str and submitted in self._texts:  # as nearly all are
            return submitted
        submitted = seen(submitted)
        for index, offered in enumerate(self._seen):
            if type(offered) is type(submitted) and offered == submitted:
                value = self.values[index]
                return offered if isinstance(value, int | float) and not isinstance(value, bool) else value
        return None


def _option(option: Any) -> tuple[Value | None, str]:
    """The value of an option and what people read for it; None where it can't be chosen."""
    label = option.get("label") if isinstance(option, Mapping) else None
    value = option.get("value") if isinstance(option, Mapping) else option
    return (None if value in ("", {}) else value), label if isinstance(label, str) and label else str(value)


class Choice(Input):
    """One of the options. Without static options `late` checks find the value among the computed ones."""

    def __init__(self, kind: str, label: str, *, options: Options | None, **rest: Any) -> None:
        super().__init__(kind, label, **rest)
        self.options = options

    def clean(self, value: Any) -> Value:
        if value is None or value == "":
            return None
        return seen(value) if self.options is None else self.pick(value, self.options)

    def pick(self, value: Any, options: Options) -> Value:
        found = options.find(value)
        if found is None:
            raise ValidationError(self.message or words.not_an_option(self.label))
        return found


class Choices(Choice):
    """Any number of the options."""

    def blank(self) -> Any:
        return []

    def clean(self, value: Any) -> Value:
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MARKS_LIMIT:
            raise ValidationError(words.not_a_list(self.label))
        if self.options is None:
            return [seen(item) for item in value]
        return self.pick(value, self.options)

    def pick(self, value: Any, options: Options) -> Value:
        return [super(Choices, self).pick(item, options) for item in value]

    def is_empty(self, value: Value) -> bool:
        return not value


# --- checks of values that are not empty ----------------------------------------------------------


def decimals(value: Decimal) -> int:
    """How many digits stand after the comma, trailing zeros left out."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def at_least(label: str, least: Decimal) -> Check:
    def check(value: Decimal) -> None:
        if value < least:
            raise ValidationError(words.too_small(label, least))

    return check


def at_most(label: str, most: Decimal) -> Check:
    def check(value: Decimal) -> None:
        if value > most:
            raise ValidationError(words.too_great(label, most))

    return check


def no_shorter(label: str, least: int) -> Check:
    def check(value: str) -> None:
        if len(value.strip()) < least:
            raise ValidationError(words.too_short(label, least))

    return check


def no_longer(label: str, most: int) -> Check:
    def check(value: str) -> None:
        if len(value.strip()) > most:
            raise ValidationError(words.too_long(label, most))

    return check


def precise_to(label: str, digits: int) -> Check:
    def check(value: Decimal) -> None:
        if decimals(value) > digits:
            raise ValidationError(words.too_precise(label, digits))

    return check


def in_steps(label: str, step: Decimal) -> Check:
    def check(value: Decimal) -> None:
        offset = value % step
        if offset:
            lower = value - offset
            raise ValidationError(words.off_step(label, lower, lower + step))

    return check


def like(label: str, pattern: Pattern, message: str) -> Check:
    def check(value: str) -> None:
        if not pattern.found_in(value):
            raise ValidationError(message or words.wrong_pattern(label))

    return check


def email(label: str) -> Check:
    def check(value: str) -> None:
        if not _EMAIL.fullmatch(value):
            raise ValidationError(words.not_email(label))

    return check


def phone(label: str) -> Check:
    def check(value: str) -> None:
        if not _PHONE.search(value):
            raise ValidationError(words.not_phone(label))

    return check
