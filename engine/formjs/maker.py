"""Makes the input of one component out of its properties, with a remark on each that makes no sense."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError

from engine.formjs import inputs
from engine.formjs.components import VALIDATE_PROPERTIES, WITH_OPTIONS
from engine.formjs.inputs import Check, Choice, Choices, Input, Options
from engine.formjs.late import ComputedLimit, ComputedOptions, NotAhead, NotPast, in_zone
from engine.formjs.patterns import BadPattern, Pattern
from engine.formjs.remarks import Part, Remarks
from engine.formjs.structure import Late

OPTIONS_LIMIT: Final = 1000
DIGITS_AFTER_COMMA: Final = 15
TODAY: Final = "today"
"""The property `latest` of a date: it is told of what has happened."""

_SUBTYPES: Final = {"date": inputs.Day, "time": inputs.TimeOfDay, "datetime": inputs.Moment}


@dataclass(slots=True)
class Made:
    """An input with the rules that need more than its value, and the default that the viewer shows."""

    input: Input
    late: list[Late] = field(default_factory=list)
    default: Any = None


def make(remarks: Remarks, part: Part, label: str) -> Made:
    """The input of a component that has a key."""
    return _Maker(remarks, part, label).made()


class _Maker:
    def __init__(self, remarks: Remarks, part: Part, label: str) -> None:
        self._remarks = remarks
        self._part = part
        self._label = label
        self._kind: str = part["type"]
        self._late: list[Late] = []
        self._checks: list[Check] = []
        rules = part.get("validate", {})
        self._rules: Part = rules if isinstance(rules, dict) else {}

    def made(self) -> Made:
        if self._part.get("validate") not in (None, self._rules):
            self._complain("form-value", "Свойство «validate» задано неверно.", "Задайте правила заново.")
        for key in self._rules:
            if key not in VALIDATE_PROPERTIES:
                self._complain("form-property", f"Правило «{key[:60]}» не знакомо.", "Уберите его.")
        result = Made(self._input(), self._late)
        result.default = self._default(result.input)
        return result

    def _complain(self, rule: str, message: str, hint: str) -> None:
        self._remarks.about(self._part, rule, message, hint)

    # --- the input --------------------------------------------------------------------------------

    def _input(self) -> Input:
        properties = self._part.get("properties")
        custom = properties if isinstance(properties, dict) else {}
        rest: dict[str, Any] = {
            "required": self._remarks.flag(self._rules, self._part, "required"),
            "message": self._remarks.text(custom, self._part, "message"),
            "checks": self._checks,
        }
        if self._kind == "number":
            self._number_rules()
            as_text = self._remarks.flag(self._part, self._part, "serializeToString")
            return inputs.Number(self._kind, self._label, as_text=as_text, **rest)
        if self._kind == "datetime":
            return self._moment(rest, self._remarks.text(custom, self._part, "latest"))
        if self._kind == "checkbox":
            return inputs.Checkbox(self._kind, self._label, **rest)
        if self._kind in WITH_OPTIONS:
            return self._choice(rest)
        self._text_rules()
        return inputs.Text(self._kind, self._label, **rest)

    def _moment(self, rest: dict[str, Any], latest: str) -> Input:
        subtype = self._part.get("subtype", "date")
        if not isinstance(subtype, str) or subtype not in _SUBTYPES:
            self._complain("form-value", "Вид даты не знаком.", "Выберите: дата, время или дата и время.")
            subtype = "date"
        if subtype == "datetime":
            self._late.append(in_zone)
        if self._remarks.flag(self._part, self._part, "disallowPassedDates") and subtype != "time":
            self._late.append(NotPast(self._label))
        if latest not in ("", TODAY):
            self._complain(
                "form-value", "Свойство «latest» задано неверно.", f"Напишите {TODAY} или уберите его."
            )
        if latest == TODAY and subtype != "time":
            self._late.append(NotAhead(self._label))
        return _SUBTYPES[subtype](subtype, self._label, **rest)

    def _choice(self, rest: dict[str, Any]) -> Input:
        made = Choices if self._kind in ("checklist", "taglist") else Choice
        options, source = self._options()
        choice = made(self._kind, self._label, options=options, **rest)
        if source is not None:
            self._late.append(ComputedOptions(choice, source))
        return choice

    def _options(self) -> tuple[Options | None, Callable[[Any], Any] | None]:
        """Static options, or where to take them from. The viewer looks at the sources in this order."""
        if (key := self._part.get("valuesKey")) is not None:
            if not isinstance(key, str) or not key:
                self._complain("form-options", "Не сказано, откуда взять значения.", "Назовите переменную.")
                return Options(()), None
            self._remarks.names.add(key)
            return None, lambda call: call.known.get(key)
        if (values := self._part.get("values")) is not None:
            return self._static_options(values), None
        text = self._part.get("valuesExpression")
        expression = self._remarks.expression(self._part, text, "Список значений")
        return (Options(()), None) if expression is None else (None, lambda call: call.value(expression))

    def _static_options(self, values: Any) -> Options:
        if not isinstance(values, list) or len(values) > OPTIONS_LIMIT:
            self._complain(
                "form-options",
                "Список значений не читается.",
                f"Задайте до {OPTIONS_LIMIT} значений.",
            )
            return Options(())
        options = Options(values)
        repeated = any(value in options.values[:index] for index, value in enumerate(options.values))
        if len(options.values) != len(values) or repeated or not values:
            self._complain(
                "form-options",
                "Значения списка пусты или повторяются.",
                "Дайте каждому своё значение.",
            )
        return options

    # --- rules ------------------------------------------------------------------------------------

    def _number_rules(self) -> None:
        digits = self._remarks.whole(self._part, self._part, "decimalDigits", DIGITS_AFTER_COMMA)
        if digits is not None:
            self._checks.append(inputs.precise_to(self._label, digits))
        step = self._remarks.number(self._part, self._part, "increment")
        if step is not None:
            if step <= 0:
                self._complain("form-limits", "Шаг числа не больше нуля.", "Исправьте или уберите шаг.")
            else:
                self._checks.append(inputs.in_steps(self._label, step))
        self._limit("min", lambda least: inputs.at_least(self._label, least))
        self._limit("max", lambda most: inputs.at_most(self._label, most))
        self._in_order("min", "max")

    def _text_rules(self) -> None:
        self._limit("minLength", lambda least: inputs.no_shorter(self._label, int(least)))
        self._limit("maxLength", lambda most: inputs.no_longer(self._label, int(most)))
        self._in_order("minLength", "maxLength")
        kind = self._rules.get("validationType", "custom")
        if kind == "email":
            self._checks.append(inputs.email(self._label))
        elif kind == "phone":
            self._checks.append(inputs.phone(self._label))
        elif kind not in ("custom", "", None):
            self._complain("form-value", "Вид проверки текста не знаком.", "Выберите почту или телефон.")
        if text := self._remarks.text(self._rules, self._part, "pattern"):
            self._pattern(text)

    def _pattern(self, text: str) -> None:
        try:
            pattern = Pattern(text)
        except BadPattern as error:
            self._complain("form-pattern", f"Шаблон текста не годится: {error}.", "Упростите шаблон.")
            return
        remark = self._remarks.text(self._rules, self._part, "patternErrorMessage")
        self._checks.append(inputs.like(self._label, pattern, remark))

    def _limit(self, key: str, check: Callable[[Decimal], Check]) -> None:
        value = self._rules.get(key)
        if isinstance(value, str) and value.startswith("="):
            expression = self._remarks.expression(self._part, value, f"Правило «{key}»")
            if expression is not None:
                self._late.append(ComputedLimit(expression, check))
            return
        limit = self._remarks.number(self._rules, self._part, key)
        if limit is not None:
            self._checks.append(check(limit))

    def _in_order(self, lower: str, upper: str) -> None:
        least, most = self._rules.get(lower), self._rules.get(upper)
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            self._complain("form-limits", "Наименьшее больше наибольшего.", "Поменяйте границы местами.")

    def _default(self, made: Input) -> Any:
        value = self._part.get("defaultValue")
        if value is None:
            return None
        try:
            clean = made.clean(value)
            if not made.is_empty(clean):
                _run(self._checks, clean)
        except ValidationError:
            self._complain(
                "form-default",
                "Значение по умолчанию не подходит полю.",
                "Исправьте или уберите его.",
            )
            return None
        return value


def _run(checks: Sequence[Check], value: Any) -> None:
    for check in checks:
        check(value)
