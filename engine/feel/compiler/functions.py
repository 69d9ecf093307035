"""Calls, and functions written in expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.feel import ast
from engine.feel.builtins import BUILTINS
from engine.feel.compiler.base import Code, Compiler, Frame, rule
from engine.feel.errors import Problem
from engine.feel.runtime import Run
from engine.feel.types import AnyType, FunctionOf, Type, resolve, unknown_type
from engine.feel.values import Function, Value

_CALL: Final = 5
"""Units of work that a call costs besides what happens in the function."""


class UserFunction(Function):
    """A function written in FEEL, with the frame it was made in."""

    def __init__(
        self,
        parameters: tuple[str, ...],
        types: tuple[Type, ...],
        cells: tuple[int, ...],
        body: Code,
        frame: Frame,
    ) -> None:
        self.name = ""
        self.parameters = parameters
        self.signature = FunctionOf(types, None)
        self._types = types
        self._cells = cells
        self._body = body
        self._frame = frame

    def name_itself(self, cell: int) -> None:
        """Let the function see itself in `cell`, so that it can be recursive."""
        self._frame[cell] = self

    def invoke(self, run: Run, arguments: list[Value]) -> Value:
        if len(arguments) != len(self.parameters):
            raise Problem(f"нужно значений: {len(self.parameters)}, дано: {len(arguments)}")
        frame = self._frame.copy()
        for cell, wanted, value in zip(self._cells, self._types, arguments, strict=True):
            frame[cell] = wanted.coerce(value)
        with run.call():
            return self._body(frame)

    def invoke_named(self, run: Run, arguments: Mapping[str, Value]) -> Value:
        if not arguments.keys() <= set(self.parameters):
            raise Problem(f"имена значений не те: нужны {', '.join(self.parameters)}")
        return self.invoke(run, [arguments.get(name) for name in self.parameters])


@rule(ast.FunctionLiteral)
def compile_function(compiler: Compiler, node: ast.FunctionLiteral) -> Code:
    names = tuple(parameter.name for parameter in node.parameters)
    types: list[Type] = []
    for parameter in node.parameters:
        if parameter.type is None:
            types.append(AnyType())
            continue
        wanted = resolve(parameter.type, compiler.types)
        if wanted is None:
            message = unknown_type(parameter.type)
            return lambda frame: frame[0].warn(parameter.at, message)
        types.append(wanted)
    with compiler.scope(names) as scope:
        cells = tuple(scope.names[name] for name in names)
        body, weight = compiler.weighed(node.body)
    if node.external:
        return lambda frame: UserFunction(names, tuple(types), cells, _external(node), frame.copy())

    def charged(frame: Frame) -> Value:
        frame[0].charge(weight)
        return body(frame)

    return lambda frame: UserFunction(names, tuple(types), cells, charged, frame.copy())


def _external(node: ast.FunctionLiteral) -> Code:
    return lambda frame: frame[0].warn(node.at, "Внешние функции (Java, PMML) здесь не выполняются.")


@rule(ast.Call)
def compile_call(compiler: Compiler, node: ast.Call) -> Code:
    callee = _callee(compiler, node.callee)
    arguments = [compiler.code(argument.value) for argument in node.arguments]
    names = [argument.name for argument in node.arguments if argument.name is not None]
    if len(set(names)) < len(names):
        return lambda frame: frame[0].warn(node.at, "Одно имя значения дано дважды.")

    def invoke(frame: Frame) -> Value:
        function = callee(frame)
        run: Run = frame[0]
        if not isinstance(function, Function):
            return run.warn(node.at, _unknown(node.callee))
        run.charge(_CALL)
        values = [argument(frame) for argument in arguments]
        try:
            if names:
                return function.invoke_named(run, dict(zip(names, values, strict=True)))
            return function.invoke(run, values)
        except Problem as problem:
            return run.warn(node.at, f"Функция «{_name_of(node.callee, function)}»: {problem}.")

    return invoke


def _name_of(callee: ast.Node, function: Function) -> str:
    return callee.text if isinstance(callee, ast.Name) else function.name or "без имени"


def _unknown(callee: ast.Node) -> str:
    return f"Нет функции «{callee.text}»." if isinstance(callee, ast.Name) else "Это не функция."


def _callee(compiler: Compiler, node: ast.Node) -> Code:
    """The function to be called. A variable that is no function does not hide a function of its name."""
    if not isinstance(node, ast.Name):
        return compiler.code(node)
    name = node.text
    binding = compiler.look_up(name)
    if binding.cell is not None:
        return compiler.code(node)
    builtin = BUILTINS.get(name)
    if builtin is None:
        compiler.called.add(name)
    return _free_function(name, builtin)


def _free_function(name: str, builtin: Function | None) -> Callable[[Frame], Value]:
    def function(frame: Frame) -> Value:
        run: Run = frame[0]
        found = run.context.get(name)
        if isinstance(found, Function):
            return found
        return run.functions.get(name, builtin)

    return function
