"""Turning a tree into Python closures.

Every node becomes a function of one argument, the frame: a list whose cell 0 is the `Run` and whose other
cells hold variables. Which cell holds which variable is settled here, once, so that evaluating a name is
indexing a list. Free names are fetched from the context at their first use and kept in their cell.

A filter is the one place where the tree alone can't tell what a name means: in `люди[возраст > порог]`
each item may or may not have a member of that name, so it is looked up in the item first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from engine.feel import ast
from engine.feel.types import Type
from engine.feel.values import Value

Frame = list[Any]
Code = Callable[[Frame], Value]

UNSET: Final = object()
"""Content of a cell whose free name was not asked for yet."""

N = TypeVar("N", bound=ast.Node)
Rule = Callable[["Compiler", Any], Code]

RULES: Final[dict[type[ast.Node], Rule]] = {}
"""How each kind of node is compiled; filled by the modules of this package."""


def rule(kind: type[N]) -> Callable[[Callable[[Compiler, N], Code]], Callable[[Compiler, N], Code]]:
    def register(function: Callable[[Compiler, N], Code]) -> Callable[[Compiler, N], Code]:
        RULES[kind] = function
        return function

    return register


@dataclass(slots=True)
class Scope:
    """Names bound together. For a filter, `item` is the cell of the item whose members come first."""

    names: dict[str, int] = field(default_factory=dict)
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """Where to look for a name: in the items in these cells, innermost first, then in `cell`."""

    items: tuple[int, ...]
    cell: int | None
    """None for a free name."""


class Compiler:
    """The state of one compilation."""

    def __init__(self, types: Mapping[str, Type]) -> None:
        self.types = types
        self.cells = 1
        self.free: dict[str, int] = {}
        """Free names and their cells."""
        self.certain: set[str] = set()
        """Free names that can't be members of a filtered item."""
        self.called: set[str] = set()
        """Free names that are called as functions."""
        self.copied: set[int] = set()
        """Cells of `partial`: lists that still grow, hence copied when they are used as values."""
        self.nodes = 0
        self._scopes: list[Scope] = []

    def code(self, node: ast.Node) -> Code:
        self.nodes += 1
        return RULES[type(node)](self, node)

    def weighed(self, node: ast.Node) -> tuple[Code, int]:
        """The code of a node that runs many times, and the work that one time is worth."""
        before = self.nodes
        code = self.code(node)
        return code, self.nodes - before

    def new_cell(self) -> int:
        self.cells += 1
        return self.cells - 1

    @contextmanager
    def scope(self, names: Iterable[str] = (), item: int | None = None) -> Iterator[Scope]:
        """Bind `names` to new cells inside."""
        scope = Scope({name: self.new_cell() for name in names}, item)
        self._scopes.append(scope)
        try:
            yield scope
        finally:
            self._scopes.pop()

    def bind(self, scope: Scope, name: str) -> int:
        cell = scope.names[name] = self.new_cell()
        return cell

    def look_up(self, name: str) -> Binding:
        items = []
        for scope in reversed(self._scopes):
            if scope.item is not None:
                items.append(scope.item)
            if name in scope.names:
                return Binding(tuple(items), scope.names[name])
        return Binding(tuple(items), None)

    def free_cell(self, name: str) -> int:
        if name not in self.free:
            self.free[name] = self.new_cell()
        return self.free[name]

    def frame(self) -> Frame:
        """An empty frame for the code compiled so far."""
        return [UNSET] * self.cells
