"""Scenario files as scenarios: what may be written, and words for what is wrong with file, step and key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn

from engine.feel.text import from_at_literal, to_text
from engine.model import Value
from engine.scenarios.files import ScenarioRefused, read_content
from engine.scenarios.lengths import read_length
from engine.scenarios.steps import (
    Action,
    Advance,
    Check,
    Complete,
    DueDates,
    Ended,
    Escalated,
    Message,
    OpenTasks,
    ReportError,
    Retry,
    Scenario,
    SentMessages,
    Service,
    SetVariables,
    Signal,
    Stands,
    Step,
    Until,
    Variables,
)

Item = Mapping[str, Value]

_SCENARIO_KEYS: Final = ("name", "at", "process", "start", "with", "forms", "steps")


def read_scenarios(content: bytes, name: str) -> list[Scenario]:
    """The scenarios of a file. Raises ScenarioRefused, which names the place."""
    found = read_content(content, name)
    return [_scenario(item, name, number, len(found)) for number, item in enumerate(found, start=1)]


def _scenario(item: Value, file: str, number: int, total: int) -> Scenario:
    place = _Place(f"Файл «{file}»" if total == 1 else f"Файл «{file}», сценарий {number}")
    if not isinstance(item, Mapping):
        place.refuse("нужен набор полей: name, at, steps", "Начните с name: и steps:.")
    place.only(item, _SCENARIO_KEYS)
    name = place.at("name").text(item.get("name")) if item.get("name") is not None else ""
    steps = item.get("steps")
    if not isinstance(steps, list):
        place.at("steps").refuse("нужен список шагов", "Каждый шаг начинается с дефиса.")
    return Scenario(
        name=name or (file if total == 1 else f"{file}, {number}"),
        at=None if item.get("at") is None else place.at("at").moment(item["at"]),
        process=None if item.get("process") is None else place.at("process").text(item["process"]),
        start=None if item.get("start") is None else place.at("start").text(item["start"]),
        variables=place.at("with").fields(item.get("with")),
        forms=place.at("forms").flag(item.get("forms", True)),
        steps=tuple(_step(each, place, at) for at, each in enumerate(steps, start=1)),
    )


def _step(item: Value, place: _Place, number: int) -> Step:
    place = place.step(number)
    if not isinstance(item, Mapping) or not item:
        place.refuse("нужно действие или проверка", "Например: - complete: шаг, или - tasks: [шаг].")
    actions = [key for key in item if key in ACTIONS]
    if "service" in actions and "error" in actions:
        actions.remove("error")  # how the operation failed, not a thing of its own
    if len(actions) > 1:
        place.refuse(f"два действия сразу: {', '.join(actions)}", "Разделите их на два шага.")
    allowed = list(CHECKS)
    if actions:
        allowed += [actions[0], *PARTS[actions[0]]]
    place.only(item, allowed)
    action = ACTIONS[actions[0]](item, place) if actions else None
    checks = tuple(read(item[key], place.at(key)) for key, read in CHECKS.items() if key in item)
    return Step(number, _words(actions, item), action, checks)


def _words(actions: list[str], item: Item) -> str:
    if not actions:
        return ", ".join(str(key) for key in item)
    value = item[actions[0]]
    return f"{actions[0]}: {value if isinstance(value, str) else to_text(value)}"


class _Place:
    """Where we are in the file, and what may stand there."""

    def __init__(self, words: str, key: str = "") -> None:
        self._words = words
        self._key = key

    def step(self, number: int) -> _Place:
        return _Place(f"{self._words}, шаг {number}")

    def at(self, key: str) -> _Place:
        return _Place(self._words, key)

    def refuse(self, what: str, hint: str) -> NoReturn:
        key = f", «{self._key}»" if self._key else ""
        raise ScenarioRefused(f"{self._words}{key}: {what}.", hint)

    def only(self, item: Item, allowed: Iterable[str]) -> None:
        known = list(allowed)
        for key in item:
            if key not in known:
                self.refuse(f"«{key}» здесь не пишут", f"Можно: {', '.join(known)}.")

    def text(self, value: Value) -> str:
        if isinstance(value, Decimal):  # an id made of digits
            return to_text(value)
        if not isinstance(value, str) or not value.strip():
            self.refuse("нужен текст", "Напишите имя или идентификатор.")
        return value.strip()

    def texts(self, value: Value) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.refuse("нужен список в квадратных скобках", "Например: [первый, второй]; пустой список: [].")
        return tuple(self.text(each) for each in value)

    def fields(self, value: Value) -> Mapping[str, Value]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.refuse("нужен набор полей", "Например: {решение: одобрено}.")
        return value

    def flag(self, value: Value) -> bool:
        if value in ("on", "off"):
            return bool(value == "on")
        if not isinstance(value, bool):
            self.refuse("нужно on или off", "Напишите on или off.")
        return value

    def index(self, value: Value) -> int:
        if not isinstance(value, Decimal) or value != value.to_integral_value() or not 0 <= value < 100_000:
            self.refuse("нужно целое число от нуля", "0: тот, что открылся первым.")
        return int(value)

    def moment(self, value: Value) -> datetime | date:
        found = from_at_literal(value.strip().replace(" ", "T", 1)) if isinstance(value, str) else value
        if not isinstance(found, datetime | date):
            self.refuse("нужны дата или момент", "Например: 2026-01-21 или 2026-01-21T17:00+03:00.")
        return found


# --- actions --------------------------------------------------------------------------------------


def _complete(item: Item, place: _Place) -> Action:
    return Complete(
        place.at("complete").text(item["complete"]),
        place.at("with").fields(item.get("with")),
        place.at("index").index(item.get("index", Decimal(0))),
        place.at("forms").flag(item["forms"]) if "forms" in item else None,
    )


def _advance(item: Item, place: _Place) -> Action:
    place, value = place.at("advance"), item["advance"]
    if isinstance(value, Mapping) and list(value) == ["until"]:
        return Until(place.moment(value["until"]))
    length = read_length(value)
    if length is None:
        place.refuse(
            "нужна длительность больше нуля", "Например: P5D, PT2H, 5 рабочих дней, 10 working days."
        )
    return Advance(length)


def _until(item: Item, place: _Place) -> Action:
    return Until(place.at("until").moment(item["until"]))


def _message(item: Item, place: _Place) -> Action:
    return Message(
        place.at("message").text(item["message"]),
        place.at("with").fields(item.get("with")),
        place.at("to").fields(item.get("to")),
    )


def _signal(item: Item, place: _Place) -> Action:
    return Signal(place.at("signal").text(item["signal"]), place.at("with").fields(item.get("with")))


def _service(item: Item, place: _Place) -> Action:
    return Service(
        place.at("service").text(item["service"]),
        place.at("with").fields(item.get("with")),
        place.at("error").text(item["error"]) if "error" in item else None,
        place.at("index").index(item.get("index", Decimal(0))),
    )


def _set(item: Item, place: _Place) -> Action:
    values = place.at("set").fields(item["set"])
    if not values:
        place.at("set").refuse("нет ни одной переменной", "Например: {доход: 9000}.")
    return SetVariables(values)


def _error(item: Item, place: _Place) -> Action:
    place = place.at("error")
    fields = place.fields(item["error"])
    place.only(fields, ("at", "code", "index"))
    return ReportError(
        place.text(fields.get("at")),
        place.text(fields.get("code")),
        place.index(fields.get("index", Decimal(0))),
    )


def _retry(item: Item, place: _Place) -> Action:
    return Retry(place.at("retry").text(item["retry"]))


ACTIONS: Final[Mapping[str, Callable[[Item, _Place], Action]]] = {
    "complete": _complete,
    "advance": _advance,
    "until": _until,
    "message": _message,
    "signal": _signal,
    "service": _service,
    "set": _set,
    "error": _error,
    "retry": _retry,
}
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "complete": ("with", "index", "forms"),
    "advance": (),
    "until": (),
    "message": ("with", "to"),
    "signal": ("with",),
    "service": ("with", "error", "index"),
    "set": (),
    "error": (),
    "retry": (),
}
"""What may stand beside an action."""


# --- checks ---------------------------------------------------------------------------------------


def _due(value: Value, place: _Place) -> Check:
    fields = place.fields(value)
    return DueDates({node: None if when is None else place.moment(when) for node, when in fields.items()})


def _escalated(value: Value, place: _Place) -> Check:
    if isinstance(value, bool):
        return Escalated(told=value)
    fields = place.fields(value)
    place.only(fields, ("to",))
    return Escalated(place.text(fields["to"]) if "to" in fields else None)


def _ended(value: Value, place: _Place) -> Check:
    return Ended(value) if isinstance(value, bool) else Ended(event=place.text(value))


def _incident(value: Value, place: _Place) -> Check:
    return Stands(None if value is None or value is False else place.text(value))


CHECKS: Final[Mapping[str, Callable[[Any, _Place], Check]]] = {
    "incident": _incident,
    "tasks": lambda value, place: OpenTasks(place.texts(value)),
    "expect": lambda value, place: Variables(place.fields(value)),
    "due": _due,
    "escalated": _escalated,
    "sent": lambda value, place: SentMessages(place.texts(value)),
    "ended": _ended,
}
"""In the order in which they are looked at: the first that fails is told, so the telling ones come first."""
