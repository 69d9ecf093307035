"""`if`, `for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from engine.feel import ast
from engine.feel.compiler.base import Code, Compiler, Frame, Scope, rule
from engine.feel.errors import Problem
from engine.feel.iteration import items_of, span
from engine.feel.values import Value, kind_in_russian

_TURN: Final = 2
"""Units of work that a turn of a loop costs besides its body."""

Source = Callable[[Frame], Iterable[Value]]
"""What a loop goes over, in a frame. Raises Problem when it is nothing to go over."""


@rule(ast.If)
def compile_if(compiler: Compiler, node: ast.If) -> Code:
    branches = [(compiler.code(condition), compiler.code(value)) for condition, value in node.branches]
    otherwise = compiler.code(node.otherwise)

    def choose(frame: Frame) -> Value:
        for condition, value in branches:
            holds = condition(frame)
            if holds is True:
                return value(frame)
            if holds is not False and holds is not None:
                frame[0].warn(node.at, f"Здесь нужно да или нет, а дано: {kind_in_russian(holds)}.")
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
        frame[partial] = results  # grows under the eyes of the body
        try:
            for _ in _turns(frame, iterators, weight):
                results.append(body(frame))  # noqa: PERF401
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
                    return answer is True
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
        return lambda frame: items_of(code(frame))
    end = compiler.code(node.end)
    return lambda frame: span(code(frame), end(frame))


def _turns(frame: Frame, iterators: list[tuple[int, Source]], weight: int) -> Iterator[None]:
    """Set the variables to each combination in turn; the last iterator moves fastest."""
    (cell, source), *rest = iterators
    charge = frame[0].charge
    for value in source(frame):
        frame[cell] = value
        if rest:
            yield from _turns(frame, rest, weight)
        else:
            charge(weight + _TURN)
            yield
