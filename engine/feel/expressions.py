"""Compiling and evaluating: what the rest of the program uses of FEEL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from engine.feel import ast, limits
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Code, Compiler, Frame
from engine.feel.compiler.unary import TESTED
from engine.feel.errors import FeelWarning, LimitExceeded
from engine.feel.hosts import Functions, host_functions
from engine.feel.names import member_names, names_needing_scope
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.runtime import Meter, Run
from engine.feel.types import Type
from engine.feel.values import Function, Value, check_result

Names = Iterable[str] | Mapping[str, Any]

_BUILTINS_NEEDING_SCOPE: Final = names_needing_scope(BUILTINS)
_NO_FUNCTIONS: Final[dict[str, Function]] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, and why parts of the evaluation were null."""

    value: Value
    warnings: tuple[FeelWarning, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled text, without the functions of any caller."""

    text: str
    tree: ast.Node
    code: Code
    cells: Frame
    tested: int | None
    names: frozenset[str]
    certain_names: frozenset[str]
    functions: frozenset[str]


class Expression:
    """A compiled expression. It keeps no data of an evaluation and may be used by several threads.

    `names` are the free names it uses; of these `certain_names` are variables for sure, the others occur
    only in filters and may be members of the items. `functions` are the names it calls that are no
    built-in functions.
    """

    __slots__ = ("_cells", "_code", "_functions", "_program", "_tested")

    def __init__(self, program: Program, functions: Mapping[str, Function] = _NO_FUNCTIONS) -> None:
        self._program = program
        self._code = program.code
        self._cells = program.cells
        self._tested = program.tested
        self._functions = functions

    @property
    def text(self) -> str:
        return self._program.text

    @property
    def tree(self) -> ast.Node:
        return self._program.tree

    @property
    def names(self) -> frozenset[str]:
        return self._program.names

    @property
    def certain_names(self) -> frozenset[str]:
        return self._program.certain_names

    @property
    def functions(self) -> frozenset[str]:
        return self._program.functions

    def evaluate(
        self,
        context: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
    ) -> Value:
        """The value with these variables. Raises FeelError when a limit is hit; nonsense is null.

        `now` (aware) is what `now()` and `today()` answer; `functions` replaces those given to `compile`.
        """
        ready = self._functions if functions is None else host_functions(functions)
        return self.run(Run(context or {}, now, ready, Meter()))

    def outcome(
        self,
        context: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
    ) -> Outcome:
        """Like `evaluate`, with the warnings."""
        ready = self._functions if functions is None else host_functions(functions)
        run = Run(context or {}, now, ready, Meter())
        value = self.run(run)
        return Outcome(value, tuple(run.meter.warnings))

    def run(self, run: Run, tested: Value = None) -> Value:
        """The value in surroundings that the caller made; `tested` is the `?` of unary tests."""
        frame = self._cells.copy()
        frame[0] = run
        if self._tested is not None:
            frame[self._tested] = tested
        try:
            value = self._code(frame)
            if type(value) is list or type(value) is dict:
                check_result(value)
        except RecursionError:
            raise LimitExceeded(
                "Вычисление вложено слишком глубоко.", hint="Проверьте функции, которые вызывают сами себя."
            ) from None
        return value


def unwrap(text: str) -> str:
    """The expression inside `=…` or `${…}` (also `#{…}`); a text without a wrapping as it is."""
    text = text.strip()
    if text.startswith("="):
        return text[1:].strip()
    if text.startswith(("${", "#{")) and text.endswith("}"):
        return text[2:-1].strip()
    return text


def compile(  # noqa: A001 - it is the word for it, and the callers write feel.compile
    text: str,
    *,
    names: Names | None = None,
    functions: Functions | Iterable[str] | None = None,
    types: Mapping[str, Type] | None = None,
) -> Expression:
    """Compile an expression. Raises FeelError with the place when it is not FEEL.

    `names`: variables in scope, as names or as a mapping whose inner mappings show their members; needed
    only for names with signs or keywords in them (`a-b`, `дата и in`). `functions`: functions of the caller
    by name, or only their names when they come with each evaluation. `types`: the model's own types.
    """
    return _compile(text, names, functions, types, tests=False)


def compile_unary(
    text: str,
    *,
    names: Names | None = None,
    functions: Functions | Iterable[str] | None = None,
    types: Mapping[str, Type] | None = None,
) -> Expression:
    """Like `compile` for unary tests (the input cell of a decision table); run it with `tested`."""
    return _compile(text, names, functions, types, tests=True)


def evaluate(
    text: str,
    context: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    functions: Functions | None = None,
    warnings: list[FeelWarning] | None = None,
) -> Value:
    """The value of an expression over `context`. Warnings are appended to the list, if there is one."""
    outcome = compile(text, names=context, functions=functions).outcome(context, now=now)
    if warnings is not None:
        warnings += outcome.warnings
    return outcome.value


def unary(
    text: str,
    value: Any,
    context: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    functions: Functions | None = None,
    warnings: list[FeelWarning] | None = None,
) -> bool:
    """Whether `value` passes unary tests such as `< 5`, `not("a", "b")`, `? in список`."""
    expression = compile_unary(text, names=context, functions=functions)
    ready = _NO_FUNCTIONS if functions is None else host_functions(functions)
    run = Run(context or {}, now, ready, Meter())
    passed = expression.run(run, run.from_outside(TESTED, value, 0)) is True
    if warnings is not None:
        warnings += run.meter.warnings
    return passed


def _compile(
    text: str,
    names: Names | None,
    functions: Functions | Iterable[str] | None,
    types: Mapping[str, Type] | None,
    *,
    tests: bool,
) -> Expression:
    known = names_needing_scope(names) if names else frozenset()
    members = frozenset(member_names(names)) if isinstance(names, Mapping) else frozenset()
    called = names_needing_scope(functions) if functions else frozenset()
    if types or len(text) > limits.CACHED_LENGTH:
        known |= names_needing_scope(types or ())
        program = _program(text, known, members, called, types or {}, tests=tests)
    else:
        program = _cached_program(text, known, members, called, tests)
    return Expression(program, host_functions(functions) if isinstance(functions, Mapping) else _NO_FUNCTIONS)


@lru_cache(maxsize=limits.CACHED_EXPRESSIONS)
def _cached_program(
    text: str, names: frozenset[str], members: frozenset[str], called: frozenset[str], tests: bool
) -> Program:
    return _program(text, names, members, called, {}, tests=tests)


def _program(
    text: str,
    names: frozenset[str],
    members: frozenset[str],
    called: frozenset[str],
    types: Mapping[str, Type],
    *,
    tests: bool,
) -> Program:
    parse = parse_tests if tests else parse_expression
    tree = parse(text, names, members, called | _BUILTINS_NEEDING_SCOPE)
    compiler = Compiler(types)
    try:
        with compiler.scope((TESTED,) if tests else ()) as scope:
            code = compiler.code(tree)
    except RecursionError:
        raise LimitExceeded("Выражение вложено слишком глубоко.", hint="Разбейте его на части.") from None
    free = frozenset(compiler.free)
    return Program(
        text=text,
        tree=tree,
        code=code,
        cells=compiler.frame(),
        tested=scope.names.get(TESTED),
        names=free,
        certain_names=free & compiler.certain,
        functions=frozenset(compiler.called),
    )
