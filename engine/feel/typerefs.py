"""Types as they are written: `list<number>`, `context<a: string>`, `tПассажир`.

What a written type means is decided by `engine.feel.types`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedType:
    """A built-in type or one defined by the model, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType:
    item: TypeRef


@dataclass(frozen=True, slots=True)
class RangeType:
    item: TypeRef


@dataclass(frozen=True, slots=True)
class ContextType:
    fields: tuple[tuple[str, TypeRef], ...]


@dataclass(frozen=True, slots=True)
class FunctionType:
    parameters: tuple[TypeRef, ...]
    result: TypeRef


TypeRef = NamedType | ListType | RangeType | ContextType | FunctionType
