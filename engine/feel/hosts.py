"""Functions of the program that expressions may call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from engine.feel.errors import Problem
from engine.feel.runtime import Run
from engine.feel.values import Function, Unsupported, Value, from_python

Functions = Mapping[str, "Callable[..., Any] | Function"]
"""By the names that expressions use. Arguments and answers are values of FEEL; an answer may also be any
Python value that `values.from_python` takes. A function raises `Problem` to make the call null."""

_COST = 10
"""Units of work that a call is worth; what it does inside is not counted."""


class HostFunction(Function):
    """A Python function, callable from FEEL. A parameter `start_date` is called `start date` there."""

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name = name
        self.parameters, self._required = _parameters(call)
        self._call = call

    def invoke(self, run: Run, arguments: list[Value]) -> Value:
        if not self._required <= len(arguments) <= len(self.parameters):
            raise Problem(f"нужно значений: {len(self.parameters)}, дано: {len(arguments)}")
        run.charge(_COST)
        return _checked(self._call(*arguments))

    def invoke_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        required = self.parameters[: self._required]
        if not set(required) <= arguments.keys() <= set(self.parameters):
            raise Problem(f"имена значений не те: нужны {', '.join(self.parameters)}")
        run.charge(_COST)
        return _checked(self._call(**{name.replace(" ", "_"): value for name, value in arguments.items()}))


def _checked(answer: Any) -> Value:
    try:
        return from_python(answer)
    except Unsupported as unsupported:
        raise Problem(f"ответ такого вида ({unsupported}) не годится") from None


def _parameters(function: Callable[..., Any]) -> tuple[tuple[str, ...], int]:
    """The names of all parameters and the number of those that must be given."""
    if isinstance(function, FunctionType):
        names = _names(function.__code__)
        return names, len(names) - len(function.__defaults__ or ())
    parameters = inspect.signature(function).parameters.values()
    required = sum(parameter.default is parameter.empty for parameter in parameters)
    return tuple(parameter.name.replace("_", " ") for parameter in parameters), required


@lru_cache(maxsize=256)
def _names(code: CodeType) -> tuple[str, ...]:
    """Functions are often made anew for each evaluation, their code is not."""
    return tuple(name.replace("_", " ") for name in code.co_varnames[: code.co_argcount])


def host_functions(functions: Functions) -> dict[str, Function]:
    """Plain Python functions among `functions` made callable from FEEL."""
    return {
        name: function if isinstance(function, Function) else HostFunction(name, function)
        for name, function in functions.items()
    }
