"""What stands on paper for values that nobody has given, when a template is shown or printed as such.

Unlike what a case does not know, every one of them counts as given: parts that depend on a value are there,
lists have a few lines, and no «не выявлено» is printed before anybody has looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from jinja2 import ChainableUndefined, Environment

from engine.documents.values import BLANK

_PASSED: Final = "jinja_pass_arg"
"""Where Jinja notes that a filter wants more than the value."""
LINES: Final = 3
"""Lines of a list that nobody has given."""


class Standin(ChainableUndefined):
    """A value that is not there and counts as given."""

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Standin]:
        return (self for _ in range(LINES))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._part(name)

    def __getitem__(self, key: object) -> Standin:  # type: ignore[override]
        return self._part(str(key))

    def _part(self, name: str) -> Standin:
        return type(self)(name=name)


class BlankStandin(Standin):
    """Shows a line to write on."""

    def __str__(self) -> str:
        return BLANK


class NamedStandin(Standin):
    """Shows its own name: «‹доход›»."""

    def __str__(self) -> str:
        return f"‹{self._undefined_name}›"

    def _part(self, name: str) -> Standin:
        return type(self)(name=f"{self._undefined_name}.{name}")


def let_stand(environment: Environment) -> None:
    """Filters and tests that would look into a stand-in, or count it, leave it as it is."""
    for name in ("join", "length", "count", "list", "select", "reject", "selectattr", "rejectattr", "sort"):
        environment.filters[name] = _leaving(environment.filters[name])
    for name in ("equalto", "eq"):
        environment.tests[name] = _agreeing(environment.tests[name])


def _leaving(filtered: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, doing nothing to a stand-in; what Jinja passes it besides the value stays as it was."""

    def leave(*given: Any, **more: Any) -> Any:
        standing = [each for each in given if isinstance(each, Standin)]
        return standing[0] if standing else filtered(*given, **more)

    passed = getattr(filtered, _PASSED, None)
    if passed is not None:
        setattr(leave, _PASSED, passed)
    return leave


def _agreeing(test: Any) -> Callable[..., Any]:
    return lambda value, *more: isinstance(value, Standin) or test(value, *more)
