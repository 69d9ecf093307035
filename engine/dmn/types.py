"""Item definitions as types of FEEL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine import feel
from engine.dmn.elements import ItemDefinition, Text
from engine.feel.errors import FeelError, Problem
from engine.feel.runtime import Meter, Run
from engine.feel.typerefs import NamedType
from engine.feel.types import AnyType, ContextOf, FunctionOf, ListOf, Type, resolve
from engine.feel.values import Value, kind_in_russian

_OTHER_NAMES: Final = {
    "any": "Any",
    "integer": "number",
    "long": "number",
    "double": "number",
    "decimal": "number",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}
"""Names of types in older files and other editors."""

_MEMBER_DEPTH: Final = 4
"""How deep members of members are known by name; types may contain themselves."""


@dataclass(frozen=True, slots=True)
class Restricted(Type):
    """A type of which only values that pass unary tests are allowed."""

    base: Type
    tests: feel.Expression

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"{self.base.label} из допустимых: {self.tests.text}"

    def has_instance(self, value: Value) -> bool:
        return self.base.has_instance(value) and self.allows(value)

    def allows(self, value: Value) -> bool:
        return self.tests.run(Run({}, None, {}, Meter()), value) is True

    def coerce(self, value: Value) -> Value:
        converted = self.base.coerce(value)
        if converted is None or self.allows(converted):
            return converted
        raise Problem(f"значение не входит в допустимые: {self.tests.text}")


class Named(Type):
    """A type of the model by its name, looked up when it is used: types may contain themselves."""

    def __init__(self, name: str, table: TypeTable) -> None:
        self.name = name
        self._table = table

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"«{self.name}»"

    def has_instance(self, value: Value) -> bool:
        return self.meant().has_instance(value)

    def meant(self) -> Type:
        return self._table.definition(self.name).meant()

    def covers(self, other: Type) -> bool:
        return other is self or self.meant().covers(other)

    def coerce(self, value: Value) -> Value:
        try:
            return self.meant().coerce(value)
        except Problem as problem:
            raise Problem(f"нужно: {self.label}, а дано: {kind_in_russian(value)} ({problem})") from None


class TypeTable:
    """All types of a model. `problems` are messages by what could not be understood."""

    def __init__(self, definitions: Iterable[ItemDefinition], imported: Mapping[str, TypeTable]) -> None:
        self._written = {definition.name: definition for definition in definitions}
        self._imported = imported
        self._built: dict[str, Type] = {}
        self.problems: dict[str, str] = {}
        self.named: dict[str, Type] = {name: Named(name, self) for name in self._written}
        for prefix, table in imported.items():
            self.named |= {f"{prefix}.{name}".lstrip("."): one for name, one in table.named.items()}
        for name in self._written:
            self.definition(name)

    def definition(self, name: str) -> Type:
        if name not in self._built:
            self._built[name] = self._build(self._written[name])
        return self._built[name]

    def get(self, name: str | None) -> Type:
        """The type of this name; without one, or when it is unknown, anything goes."""
        if name is None:
            return AnyType()
        found = resolve(NamedType(_OTHER_NAMES.get(name, name)), self.named)
        if found is None:
            self.problems[name] = f"Неизвестный вид значений «{name}»."
            return AnyType()
        return found

    def allowed(self, name: str | None) -> Text | None:
        """The allowed values that a type of the model lists."""
        return self._written[name].allowed if name in self._written else None

    def result_of(self, name: str | None) -> Type:
        """Of a function's declared type, the type of its results; any other type is that of the results."""
        if name in self._written and (result := self._written[name].function_result) is not None:
            return self.get(result)
        return self.get(name)

    def _build(self, written: ItemDefinition) -> Type:
        kind: Type
        if written.components:
            kind = ContextOf(tuple((one.name, self._build(one)) for one in written.components))
        elif written.function_result is not None:
            kind = FunctionOf(None, self.get(written.function_result))
        else:
            kind = self.get(written.base)
        kind = self._restrict(kind, written.allowed.text if written.allowed else None)
        if written.collection:
            kind = ListOf(kind)
        return self._restrict(kind, written.constraint.text if written.constraint else None)

    def _restrict(self, kind: Type, tests: str | None) -> Type:
        if tests is None:
            return kind
        try:
            return Restricted(kind, feel.compile_unary(tests))
        except FeelError as error:
            self.problems[tests] = f"Допустимые значения записаны неверно: {error.message}"
            return kind

    def members(self, name: str | None, depth: int = _MEMBER_DEPTH) -> dict[str, Any]:
        """Names of the members of a type, each with those of its own type."""
        prefix, _, rest = (name or "").partition(".")
        if name not in self._written and prefix in self._imported:
            return self._imported[prefix].members(rest, depth)
        if name is None or name not in self._written or not depth:
            return {}
        return self._members_of(self._written[name], depth)

    def _members_of(self, written: ItemDefinition, depth: int) -> dict[str, Any]:
        if not written.components:
            return self.members(written.base, depth - 1)
        return {one.name: self._members_of(one, depth - 1) for one in written.components} if depth else {}
