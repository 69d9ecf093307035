"""`if`, `for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final

from engine.feel import ast
from engine.feel.compiler.base import Code, Compiler, Frame, Scope, rule
from engine.feel.errors import Problem
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import date_from_number, is_date, number_of_date
from engine.feel.values import Range, Value, kind_in_russian

Source = Callable[[Frame], Iterable[Value]]
"""What a loop goes over, in a frame. Raises Problem when it is nothing to go over."""

_ONE: Final = Decimal(1)


@rule(ast.If)
def compile_if(compiler: Compiler, node: ast.If) -> Code:
    branches = [(compiler.code(condition), compiler.code(value)) for condition, value in node.branches]
    otherwise = compiler.code(node.otherwise)
    if len(branches) == 1:
        condition, then = branches[0]
        return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)

    def choose(frame: Frame) -> Value:
        for condition, value in branches:
            if condition(frame) is True:
                return value(frame)
        return otherwise(frame)

    return choose


@rule(ast.For)
def compile_for(compiler: Compiler, node: ast.For) -> Code:
    with compiler.scope() as scope:
        iterators = _iterators(compiler, scope, node.iterators)
        partial = compiler.bind(scope, "partial")
        compiler.copied.add(partial)
        body, weight = compiler.weighed(node.body)

    def loop(frame: Frame) -> Value:
        results: list[Value] = []
        frame[partial] = results
        try:
            for _ in _turns(frame, iterators, weight):
                results.append(body(frame))
        except Problem as problem:
            return frame[0].warn(node.at, str(problem))
        return results

    return loop


@rule(ast.Quantified)
def compile_quantified(compiler: Compiler, node: ast.Quantified) -> Code:
    with compiler.scope() as scope:
        iterators = _iterators(compiler, scope, node.iterators)
        condition, weight = compiler.weighed(node.condition)
    decisive = not node.every

    def quantified(frame: Frame) -> bool | None:
        result: bool | None = node.every
        try:
            for _ in _turns(frame, iterators, weight):
                answer = condition(frame)
                if answer is decisive:
                    return decisive
                if answer is not node.every:
                    result = None
        except Problem as problem:
            frame[0].warn(node.at, str(problem))
            return None
        return result

    return quantified


def _iterators(compiler: Compiler, scope: Scope, nodes: tuple[ast.Iterator, ...]) -> list[tuple[int, Source]]:
    """The cell and the source of each; a source sees the variables before it, not its own."""
    iterators = []
    for node in nodes:
        source = _source(compiler, node)
        iterators.append((compiler.bind(scope, node.name), source))
    return iterators


def _source(compiler: Compiler, node: ast.Iterator) -> Source:
    code = compiler.code(node.source)
    if node.end is None:
        return lambda frame: _items(code(frame))
    end = compiler.code(node.end)
    return lambda frame: _span(code(frame), end(frame))


def _turns(frame: Frame, iterators: list[tuple[int, Source]], weight: int) -> Iterator[None]:
    """Set the variables to each combination in turn; the last iterator moves fastest."""
    (cell, source), *rest = iterators
    charge = frame[0].charge
    for value in source(frame):
        frame[cell] = value
        if rest:
            yield from _turns(frame, rest, weight)
        else:
            charge(weight)
            yield


def _items(value: Value) -> Iterable[Value]:
    if type(value) is list:
        return value
    if type(value) is Range:
        return _range_items(value)
    if value is None:
        raise Problem("Перебирать нечего: вместо списка пусто.")
    return [value]


def _range_items(span: Range) -> Iterable[Value]:
    if span.start is None or span.end is None:
        raise Problem("Промежуток без конца не перебрать.")
    items = iter(_span(span.start, span.end))
    return (
        item
        for item in items
        if (span.closed_start or item != span.start) and (span.closed_end or item != span.end)
    )


def _span(start: Value, end: Value) -> Iterable[Value]:
    """`start..end`: whole steps up or down, over numbers or days."""
    if type(start) is Decimal and type(end) is Decimal:
        return _numbers(start, end)
    if is_date(start) and is_date(end):
        first, last = number_of_date(start), number_of_date(end)
        step = 1 if first <= last else -1
        return (date_from_number(number) for number in range(first, last + step, step))
    raise Problem(f"Так перебрать нельзя: от «{kind_in_russian(start)}» до «{kind_in_russian(end)}».")


def _numbers(start: Decimal, end: Decimal) -> Iterator[Decimal]:
    if start <= end:
        while start <= end:
            yield start
            start = CONTEXT.add(start, _ONE)
    else:
        while start >= end:
            yield start
            start = CONTEXT.subtract(start, _ONE)
