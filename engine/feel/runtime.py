"""One evaluation: the data it sees, its moment, its budget and its warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.feel import limits
from engine.feel.errors import FeelWarning, LimitExceeded
from engine.feel.hints import hint_in
from engine.feel.values import Unsupported, from_python

if TYPE_CHECKING:
    from engine.feel.values import Function, Value


class Meter:
    """What the expressions of one evaluation (of a whole decision model, say) use up together."""

    __slots__ = ("depth", "warnings", "work")

    def __init__(self) -> None:
        self.work = limits.WORK
        self.depth = 0
        self.warnings: list[FeelWarning] = []


class Run:
    """The surroundings of an expression; travels through its evaluation as the first cell of the frame.

    A function value keeps the run in which it was made, and with it the context of its free names.
    """

    __slots__ = ("context", "functions", "meter", "now")

    def __init__(
        self,
        context: Mapping[str, Any],
        now: datetime | None,
        functions: Mapping[str, Function],
        meter: Meter,
    ) -> None:
        self.context = context
        self.now = now
        self.functions = functions
        self.meter = meter

    def charge(self, units: int) -> None:
        """Take `units` of work from the budget."""
        meter = self.meter
        meter.work -= units
        if meter.work < 0:
            raise LimitExceeded(
                "Вычисление слишком велико и остановлено.", hint="Уменьшите списки или число повторений."
            )

    def charge_text(self, text: str) -> str:
        """Take the work of making or reading a string from the budget; LimitExceeded if it is too long."""
        if len(text) > limits.STRING_LENGTH:
            raise LimitExceeded(f"Строка длиннее {limits.STRING_LENGTH} знаков.")
        self.charge(len(text) >> 5)
        return text

    @contextmanager
    def call(self) -> Iterator[None]:
        """Inside, one more function waits for its value."""
        meter = self.meter
        meter.depth += 1
        if meter.depth > limits.CALL_DEPTH:
            raise LimitExceeded(
                f"Функции вызывают друг друга глубже {limits.CALL_DEPTH} раз.",
                hint="Проверьте условие остановки.",
            )
        try:
            yield
        finally:
            meter.depth -= 1

    def warn(self, position: int, message: str) -> None:
        """Note why something is null; returns None so that a node can `return run.warn(…)`."""
        if len(self.meter.warnings) < limits.WARNINGS:
            self.meter.warnings.append(FeelWarning(position, message))

    def fetch(self, name: str, position: int) -> Value:
        """The value of a free name in the context; null with a warning if there is none."""
        try:
            value = self.context[name]
        except KeyError:
            return self.warn(position, f"Нет значения с именем «{name}». {hint_in(name)}".rstrip())
        return self.from_outside(name, value, position)

    def from_outside(self, name: str, value: Any, position: int) -> Value:
        """A value that comes from Python under a name; null with a warning if FEEL knows no such value."""
        try:
            return from_python(value)
        except Unsupported as unsupported:
            return self.warn(position, f"Значение «{name}» такого вида ({unsupported}) здесь не годится.")
