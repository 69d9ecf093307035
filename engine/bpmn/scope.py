"""Where variables live.

A process has one scope; its embedded sub-processes share it, a called process has its own. Beside it stand
locals: the item of a loop instance and the mapped inputs of an activity, kept in the marks of the token they
belong to. A read finds the nearest value. A write changes the nearest place where the name already is, the
scope otherwise, so that what a step made local stays local.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.bpmn.faults import Fault
from engine.bpmn.sure import sure
from engine.feel.durations import DaysTimeDuration
from engine.feel.values import KINDS, Range

if TYPE_CHECKING:
    from engine.bpmn.token import Token
    from engine.model import Value

CASE = "дело"
"""The name under which expressions see what the case is; nothing can be written to it."""

INPUTS = "in"
"""Mark: mapped inputs of an activity."""

ITEM = "item"
"""Mark: variables of a loop instance."""

MAX_DEPTH = 100
_STORABLE = frozenset(KINDS) - {list, dict, Range}


class View(Mapping[str, Any]):
    """The variables that one token sees. Lazy: an expression mostly asks for one or two."""

    __slots__ = ("_layers",)

    def __init__(self, layers: list[Mapping[str, Any]]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> Value:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for layer in self._layers:
            for name in layer:
                if name not in seen:
                    seen.add(name)
                    yield name

    def __len__(self) -> int:
        return len({name for layer in self._layers for name in layer})

    def as_dict(self) -> dict[str, Value]:
        """All of them at once."""
        found: dict[str, Value] = {}
        for layer in reversed(self._layers):
            found.update(layer)
        return found


def view(token: Token, extra: Mapping[str, Value] | None = None) -> View:
    """What expressions at the token see, the nearest layer first; `extra` is nearest of all."""
    layers: list[Mapping[str, Any]] = [{CASE: token.case.context.case}]
    if extra:
        layers.append(extra)
    layers.extend(_locals(token, with_counters=True))
    layers.append(_process_scope(token))
    return View(layers)


def write(token: Token, values: Mapping[str, Value]) -> None:
    """Write results of the token around it, not into its own mapped inputs.

    `values` are storable already.
    """
    own_inputs = token.marks.get(INPUTS)
    around = [layer for layer in _locals(token) if layer is not own_inputs]
    scope = _process_scope(token)
    for name, value in values.items():
        next((layer for layer in around if name in layer), scope)[name] = value


def known_around(token: Token) -> dict[str, Value]:
    """What is known around a token that has written its results: without its own mapped inputs."""
    own_inputs = token.marks.get(INPUTS)
    found = dict(_process_scope(token))
    for layer in reversed([layer for layer in _locals(token) if layer is not own_inputs]):
        found.update(layer)
    return found


def _locals(token: Token, *, with_counters: bool = False) -> Iterator[dict[str, Value]]:
    """Local layers from the token outwards, up to the edge of its process."""
    current: Token | None = token
    while current is not None:
        for kind in (INPUTS, ITEM):
            if kind in current.marks:
                yield current.marks[kind]
        host = current.host
        if with_counters and host is not None and host.node.loops:
            yield host.node.counters(host)
        block = current.block
        current = block.host if block.variables is None else None


def _process_scope(token: Token) -> dict[str, Value]:
    block = token.block
    while block.variables is None:
        block = sure(block.host).block
    return block.variables


def storable(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values as the state can keep them: numbers as Decimal. Raises Fault for what can't be kept."""
    if CASE in values:
        raise Fault(f"имя «{CASE}» занято", "Назовите переменную иначе.")
    return {_name(name): _storable(value, name, 0) for name, value in values.items()}


@lru_cache(maxsize=4096)
def _name(name: object) -> str:
    """A name that can be kept. Those of forms come again and again, so they are looked at once."""
    if not isinstance(name, str):
        raise Fault("имя переменной не текст", "Исправьте схему.")
    return _text(name, name)


def _text(text: str, name: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Fault(
            f"в тексте «{_readable(name)}» есть знаки, которых не бывает", "Введите его заново."
        ) from None
    return text


def _readable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _storable(value: Value, name: str, depth: int) -> Value:
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _text(value, name)
    if kind in _STORABLE and (kind is not Decimal or value.is_finite()):
        return value
    if depth > MAX_DEPTH:
        raise Fault(f"данные «{name}» вложены слишком глубоко", "Упростите их.")
    if isinstance(value, Mapping):
        return {_name(key): _storable(item, name, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item, name, depth + 1) for item in value]
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float) and abs(value) < float("inf"):
        return Decimal(repr(value))
    if isinstance(value, timedelta):
        return DaysTimeDuration.from_timedelta(value)
    if isinstance(value, str):
        return _text(str.__str__(value), name)
    raise Fault(
        f"значение «{name}» такого вида нельзя хранить в деле", "Сохраните число, текст, дату или список."
    )
