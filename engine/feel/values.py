"""Values of FEEL in Python, what kind each is of, and how values from outside become values of FEEL.

number Decimal | string str | boolean bool | null None | list list | context dict | date, time, date and time:
see `temporal` | durations: see `durations` | range Range | function Function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from engine.feel import limits
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import LimitExceeded
from engine.feel.numbers import CONTEXT, finite
from engine.feel.temporal import WideDate, WideDateTime, WideTime

if TYPE_CHECKING:
    from engine.feel.runtime import Run
    from engine.feel.types import FunctionOf

Value = Any
"""Any value of FEEL; the list is above."""


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends. An end that is None is open to infinity (`< 5` as a value)."""

    start: Value
    end: Value
    closed_start: bool = True
    closed_end: bool = True


class Function:
    """A function as a value. `parameters` are the names by which arguments can be given."""

    name: str
    parameters: tuple[str, ...]
    signature: FunctionOf | None = None
    """The types of its parameters and results, where they are declared."""

    def invoke(self, run: Run, arguments: list[Value]) -> Value:
        """The value for arguments in order. Raises Problem when they make no sense."""
        raise NotImplementedError

    def invoke_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        """The value for arguments by name. Raises Problem when they make no sense."""
        raise NotImplementedError


KINDS: Final[dict[type, str]] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
    list: "list",
    dict: "context",
    date: "date",
    WideDate: "date",
    time: "time",
    WideTime: "time",
    datetime: "date and time",
    WideDateTime: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
}

_RUSSIAN: Final = {
    "number": "число",
    "string": "строка",
    "boolean": "да или нет",
    "null": "пусто",
    "list": "список",
    "context": "набор полей",
    "date": "дата",
    "time": "время",
    "date and time": "дата и время",
    "days and time duration": "длительность в днях и часах",
    "years and months duration": "длительность в годах и месяцах",
    "range": "промежуток",
    "function": "функция",
}

_READY: Final = frozenset(set(KINDS) - {list, dict, Decimal})
"""Types whose values are values of FEEL as they are."""


def kind_of(value: Value) -> str:
    """The name of the value's type in FEEL."""
    return KINDS.get(type(value), "function")


def kind_in_russian(value: Value) -> str:
    return _RUSSIAN[kind_of(value)]


def russian_kind(kind: str) -> str:
    """The Russian name of a type of FEEL; an unknown one as it is."""
    return _RUSSIAN.get(kind, kind)


class Unsupported(Exception):
    """A Python value that has no counterpart in FEEL."""


def from_python(value: Any, depth: int = 0) -> Value:
    """A value of FEEL for a Python value; what is one already is returned as it is, not copied.

    int and float become Decimal, timedelta a duration, tuples lists, mappings contexts. Raises Unsupported.
    """
    kind = type(value)
    if kind in _READY:
        return value
    if depth > limits.VALUE_DEPTH:
        raise LimitExceeded("Данные вложены слишком глубоко.")
    if kind is list:
        return _convert_list(value, depth)
    if kind is dict:
        return _convert_dict(value, depth)
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    return _from_other(value, depth)


def _number(value: int | float | Decimal) -> Decimal | None:
    """A number that FEEL can hold, or null: out of these bounds even writing one down can take forever."""
    if isinstance(value, float):
        value = Decimal(repr(float(value)))
    elif isinstance(value, int):
        value = CONTEXT.create_decimal(value)
    in_bounds = value.is_finite() and CONTEXT.Etiny() <= value.adjusted() <= CONTEXT.Emax
    return Decimal(value) if in_bounds else finite(CONTEXT.plus(value))


def _from_other(value: Any, depth: int) -> Value:
    if isinstance(value, Function):
        return value
    if isinstance(value, timedelta):
        return DaysTimeDuration.from_timedelta(value)
    if isinstance(value, tuple):
        return _convert_list(list(value), depth)
    if isinstance(value, Mapping):
        return _convert_dict(dict(value), depth)
    if isinstance(value, str):  # of a subclass, for instance a member of an enumeration
        return str.__str__(value)
    raise Unsupported(type(value).__name__)


def _convert_list(items: list[Any], depth: int) -> list[Value]:
    for index, item in enumerate(items):
        if type(item) not in _READY and from_python(item, depth + 1) is not item:
            return [*items[:index], *(from_python(rest, depth + 1) for rest in items[index:])]
    return items


def _convert_dict(entries: dict[Any, Any], depth: int) -> dict[str, Value]:
    for key, item in entries.items():
        if type(key) is not str or (type(item) not in _READY and from_python(item, depth + 1) is not item):
            return {str(name): from_python(inner, depth + 1) for name, inner in entries.items()}
    return entries


def check_result(value: Value) -> None:
    """Raises LimitExceeded when a result is too big or too deep to hand out."""
    if type(value) in (list, dict):
        _count(value, 0, 0)


def _count(value: Value, seen: int, depth: int) -> int:
    if depth > limits.VALUE_DEPTH:
        raise LimitExceeded(f"В результате больше {limits.VALUE_DEPTH} уровней вложенности.")
    items = value if type(value) is list else value.values()
    seen += len(items)
    if seen > limits.RESULT_ITEMS:
        raise LimitExceeded(f"В результате больше {limits.RESULT_ITEMS} значений.")
    for item in items:
        if type(item) in (list, dict):
            seen = _count(item, seen, depth + 1)
    return seen
