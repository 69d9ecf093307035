"""Types of values: `instance of`, typed parameters, and what decision models declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from engine.feel.errors import Problem
from engine.feel.printer import type_source
from engine.feel.temporal import is_date, midnight
from engine.feel.typerefs import ContextType, FunctionType, ListType, NamedType, RangeType, TypeRef
from engine.feel.values import Function, Range, Value, kind_in_russian, kind_of, russian_kind


class Type:
    """A set of values. `label` names it for people."""

    label: str

    def has_instance(self, value: Value) -> bool:
        """Whether `value` is of this type; null is only of type Null."""
        raise NotImplementedError

    def fits(self, value: Value) -> bool:
        """Whether `value` may stand where this type is declared: null always may."""
        return value is None or self.has_instance(value)

    def meant(self) -> Type:
        """The type itself; of a name, what it stands for."""
        return self

    def covers(self, other: Type) -> bool:
        """Whether every value of `other` is one of this type."""
        return self == other.meant()

    def coerce(self, value: Value) -> Value:
        """`value`, or what it implicitly converts to (a list of one to its item and back). Raises Problem."""
        if self.fits(value):
            return value
        if type(value) is list and len(value) == 1 and self.fits(value[0]):
            return value[0]
        raise Problem(f"нужно: {self.label}, а дано: {kind_in_russian(value)}")


@dataclass(frozen=True, slots=True)
class AnyType(Type):
    label = "любое значение"

    def has_instance(self, value: Value) -> bool:
        return value is not None

    def covers(self, other: Type) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class NullType(Type):
    label = "пусто"

    def has_instance(self, value: Value) -> bool:
        return value is None


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type of `values.KINDS` or `function`."""

    kind: str

    @property
    def label(self) -> str:  # type: ignore[override]
        return russian_kind(self.kind)

    def has_instance(self, value: Value) -> bool:
        return kind_of(value) == self.kind

    def coerce(self, value: Value) -> Value:
        if self.kind == "date and time" and is_date(value):
            return midnight(value, UTC)
        if self.kind == "list" and value is not None and type(value) is not list:
            return [value]
        return Type.coerce(self, value)


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    item: Type

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"список ({self.item.label})"

    def has_instance(self, value: Value) -> bool:
        return type(value) is list and all(self.item.fits(item) for item in value)

    def covers(self, other: Type) -> bool:
        other = other.meant()
        return isinstance(other, ListOf) and self.item.covers(other.item)

    def coerce(self, value: Value) -> Value:
        if self.fits(value):
            return value
        if type(value) is not list:
            return [self.item.coerce(value)]
        raise Problem(f"нужно: {self.label}, а в списке есть другое")


@dataclass(frozen=True, slots=True)
class RangeOf(Type):
    item: Type

    @property
    def label(self) -> str:  # type: ignore[override]
        return f"промежуток ({self.item.label})"

    def has_instance(self, value: Value) -> bool:
        return type(value) is Range and self.item.fits(value.start) and self.item.fits(value.end)

    def covers(self, other: Type) -> bool:
        other = other.meant()
        return isinstance(other, RangeOf) and self.item.covers(other.item)


@dataclass(frozen=True, slots=True)
class ContextOf(Type):
    """Contexts that have at least these fields."""

    fields: tuple[tuple[str, Type], ...]
    label = "набор полей"

    def has_instance(self, value: Value) -> bool:
        return type(value) is dict and all(
            name in value and field.fits(value[name]) for name, field in self.fields
        )

    def covers(self, other: Type) -> bool:
        other = other.meant()
        fields = dict(other.fields) if isinstance(other, ContextOf) else {}
        return all(name in fields and field.covers(fields[name]) for name, field in self.fields)


@dataclass(frozen=True, slots=True)
class FunctionOf(Type):
    """Functions that take at least values of these types and give values of that one.

    `parameters` is None for functions with any parameters, `result` is None where nothing is known of it.
    """

    parameters: tuple[Type, ...] | None
    result: Type | None
    label = "функция"

    def has_instance(self, value: Value) -> bool:
        if not isinstance(value, Function):
            return False
        if value.signature is not None:
            return self.covers(value.signature)
        return self.parameters is None or len(value.parameters) == len(self.parameters)

    def covers(self, other: Type) -> bool:
        other = other.meant()
        if not isinstance(other, FunctionOf):
            return False
        if self.result is not None and other.result is not None and not self.result.covers(other.result):
            return False
        if self.parameters is None or other.parameters is None:
            return True
        if len(self.parameters) != len(other.parameters):
            return False
        return all(
            taken.covers(given) for taken, given in zip(other.parameters, self.parameters, strict=True)
        )


_NAMED: Final[dict[str, Type]] = {
    "Any": AnyType(),
    "Null": NullType(),
    **{
        kind: Simple(kind)
        for kind in (
            "number", "string", "boolean", "date", "time", "date and time", "days and time duration",
            "years and months duration", "list", "context", "range", "function",
        )
    },
}  # fmt: skip


def resolve(written: TypeRef, named: Mapping[str, Type]) -> Type | None:
    """The type that is written, with the model's own types by name; None if a name in it is unknown."""
    if isinstance(written, NamedType):
        return named.get(written.name) or _NAMED.get(written.name)
    if isinstance(written, (ListType, RangeType)):
        item = resolve(written.item, named)
        if item is None:
            return None
        return ListOf(item) if isinstance(written, ListType) else RangeOf(item)
    if isinstance(written, ContextType):
        fields = [(name, resolve(field, named)) for name, field in written.fields]
        known = tuple((name, field) for name, field in fields if field is not None)
        return ContextOf(known) if len(known) == len(fields) else None
    return _function(written, named)


def unknown_type(written: TypeRef) -> str:
    """What to say of a written type that nothing is known of."""
    return f"Вида значений «{type_source(written)}» нет."


def _function(written: FunctionType, named: Mapping[str, Type]) -> Type | None:
    parameters = [resolve(parameter, named) for parameter in written.parameters]
    known = tuple(parameter for parameter in parameters if parameter is not None)
    result = resolve(written.result, named)
    if result is None or len(known) < len(parameters):
        return None
    return FunctionOf(known, result)
