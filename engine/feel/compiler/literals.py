"""Constants, lists, contexts and ranges."""

from __future__ import annotations

from engine.feel import ast
from engine.feel.comparison import order_key
from engine.feel.compiler.base import Code, Compiler, Frame, rule
from engine.feel.compiler.functions import UserFunction
from engine.feel.text import from_at_literal
from engine.feel.values import Range, Value


def constant(value: Value) -> Code:
    return lambda _frame: value


@rule(ast.Literal)
def compile_literal(_compiler: Compiler, node: ast.Literal) -> Code:
    return constant(node.value)


@rule(ast.AtLiteral)
def compile_at_literal(_compiler: Compiler, node: ast.AtLiteral) -> Code:
    value = from_at_literal(node.text)
    if value is not None:
        return constant(value)
    message = f'«{node.text}» — не дата, не время и не длительность. Пишите так: @"2026-01-31", @"P10D".'
    return lambda frame: frame[0].warn(node.at, message)


@rule(ast.ListLiteral)
def compile_list(compiler: Compiler, node: ast.ListLiteral) -> Code:
    items = [compiler.code(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


@rule(ast.ContextLiteral)
def compile_context(compiler: Compiler, node: ast.ContextLiteral) -> Code:
    if len({key for key, _ in node.entries}) < len(node.entries):
        return lambda frame: frame[0].warn(node.at, "Одно имя записано в наборе полей дважды.")
    entries: list[tuple[str, int, Code, bool]] = []
    with compiler.scope() as scope:
        for key, value in node.entries:
            recursive = isinstance(value, ast.FunctionLiteral)
            if recursive:  # a function sees its own name, any other entry only the entries before it
                compiler.bind(scope, key)
            code = compiler.code(value)
            entries.append(
                (key, scope.names[key] if recursive else compiler.bind(scope, key), code, recursive)
            )

    def context(frame: Frame) -> Value:
        result = {}
        for key, cell, code, recursive in entries:
            value = code(frame)
            if recursive and type(value) is UserFunction:
                value.name_itself(cell)
            frame[cell] = result[key] = value
        return result

    return context


@rule(ast.RangeLiteral)
def compile_range(compiler: Compiler, node: ast.RangeLiteral) -> Code:
    start, end = compiler.code(node.start), compiler.code(node.end)
    closed_start, closed_end = node.closed_start, node.closed_end

    def span(frame: Frame) -> Value:
        low, high = start(frame), end(frame)
        keys = order_key(low, high)
        if keys is None:
            return frame[0].warn(node.at, "Начало и конец промежутка нельзя сравнить между собой.")
        if keys[0] > keys[1]:
            return frame[0].warn(node.at, "Начало промежутка больше его конца.")
        return Range(low, high, closed_start, closed_end)

    return span
