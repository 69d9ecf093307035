"""How built-in functions are declared, and how a call finds the one that fits.

A declaration reads like the standard: `substring(string: string, start position: number, length?: number)`.
`?` after a name: may be left out. `...` after a name: takes all the rest (one at least; by name just one). A
type is one of `values.KINDS`, `function`, `any`, or several with `|`; only `any` and `null` let null through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final

from engine.feel.errors import Problem
from engine.feel.runtime import Run
from engine.feel.values import Function, Value, kind_in_russian, kind_of, russian_kind

_OMITTED: Final = object()
_MISFIT: Final = 5
"""Units of work of finding out that values do not fit a way to call."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kinds: frozenset[str] | None
    """Types that fit; None when any does."""
    optional: bool = False
    variadic: bool = False

    def __str__(self) -> str:
        return self.name + ("…" if self.variadic else "?" if self.optional else "")

    def fit(self, value: Value) -> Value:
        """`value`, or what it converts to by itself: the only item of a list, a list of the only value."""
        kinds = self.kinds
        if kinds is None or kind_of(value) in kinds:
            return value
        if value is None:
            raise Problem(f"значение «{self.name}» пусто")
        if type(value) is list and len(value) == 1 and kind_of(value[0]) in kinds:
            return value[0]
        if "list" in kinds:
            return [value]
        wanted = " или ".join(russian_kind(kind) for kind in sorted(kinds - {"null"}))
        raise Problem(
            f"значение «{self.name}» должно быть такого вида: {wanted}; дано: {kind_in_russian(value)}"
        )


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    function: Callable[..., Value]
    keywords: tuple[str, ...]
    """What the Python function calls the same parameters."""

    def bind(self, arguments: list[Value]) -> list[Value] | None:
        """The arguments made to fit; None when their number is wrong. Raises Problem for a wrong type."""
        parameters = self.parameters
        if parameters and parameters[-1].variadic:
            fixed = len(parameters) - 1
            if len(arguments) <= fixed:
                return None
            bound = [p.fit(value) for p, value in zip(parameters[:fixed], arguments, strict=False)]
            return [*bound, [parameters[-1].fit(value) for value in arguments[fixed:]]]
        if len(arguments) > len(parameters):
            return None
        if len(arguments) < len(parameters) and not parameters[len(arguments)].optional:
            return None
        return [p.fit(value) for p, value in zip(parameters, arguments, strict=False)]

    def bind_named(self, arguments: Mapping[str, Value]) -> dict[str, Value] | None:
        """Arguments by the names of the Python function's parameters, or None when the names don't fit."""
        if not arguments.keys() <= {parameter.name for parameter in self.parameters}:
            return None
        bound = {}
        for parameter, keyword in zip(self.parameters, self.keywords, strict=True):
            value = arguments.get(parameter.name, _OMITTED)
            if value is not _OMITTED:
                fitting = parameter.fit(value)
                bound[keyword] = [fitting] if parameter.variadic else fitting
            elif not parameter.optional:
                return None
        return bound


class Builtin(Function):
    def __init__(self, name: str) -> None:
        self.name = name
        self.overloads: list[Overload] = []

    @property
    def parameters(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(parameter.name for parameter in self.overloads[0].parameters)

    @property
    def usage(self) -> str:
        """All ways to call it: `min(list) или min(items…)`; `?` ends what may be left out."""
        return " или ".join(
            f"{self.name}({', '.join(map(str, overload.parameters))})" for overload in self.overloads
        )

    def invoke(self, run: Run, arguments: list[Value]) -> Value:
        problem: Problem | None = None
        for overload in self.overloads:
            try:
                bound = overload.bind(arguments)
            except Problem as found:
                problem = problem or found
                run.charge(_MISFIT)
                continue
            if bound is not None:
                return overload.function(run, *bound)
        raise problem or Problem(f"пишите так: {self.usage}")

    def invoke_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        problem: Problem | None = None
        for overload in self.overloads:
            try:
                bound = overload.bind_named(arguments)
            except Problem as found:
                problem = problem or found
                run.charge(_MISFIT)
                continue
            if bound is not None:
                return overload.function(run, **bound)
        raise problem or Problem(f"имена значений не те, пишите так: {self.usage}")


BUILTINS: Final[dict[str, Builtin]] = {}
"""All built-in functions by name."""


def builtin(*declarations: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a Python function under each declaration. It is called with the Run, then the arguments."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        _run, *keywords = signature(function).parameters
        for declaration in declarations:
            name, _, rest = declaration.partition("(")
            parameters = tuple(_parameters(rest.rstrip(")")))
            overload = Overload(parameters, function, tuple(keywords[: len(parameters)]))
            BUILTINS.setdefault(name, Builtin(name)).overloads.append(overload)
        return function

    return register


def _parameters(text: str) -> Iterable[Parameter]:
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, type_text = part.partition(": ")
        kinds = None if type_text == "any" else frozenset(type_text.split("|"))
        yield Parameter(name.rstrip("?."), kinds, optional=name.endswith("?"), variadic=name.endswith("..."))


def invoke_function(run: Run, function: Value, *arguments: Any) -> Value:
    """Call a function value from inside a built-in function."""
    if not isinstance(function, Function):
        raise Problem("нужна функция")
    return function.invoke(run, list(arguments))
