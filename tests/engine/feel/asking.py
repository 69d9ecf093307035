"""How the tests ask FEEL."""

from __future__ import annotations

from typing import Any

from engine import feel

NULL = "null"


def value(text: str, **names: Any) -> Any:
    """The value of an expression; names may be Russian."""
    return feel.evaluate(text, names)


def warnings(text: str, **names: Any) -> list[str]:
    """Why parts of an expression were null."""
    found: list[feel.FeelWarning] = []
    feel.evaluate(text, names, warnings=found)
    return [warning.message for warning in found]


def means(text: str, expected: str, **names: Any) -> None:
    """Check that two expressions have the same value of the same kind."""
    got, wanted = value(text, **names), value(expected)
    assert (type(got), feel.to_text(got)) == (type(wanted), feel.to_text(wanted)), text


def refused(text: str) -> feel.FeelError:
    """The error that an expression which is no FEEL ends with."""
    try:
        feel.compile(text)
    except feel.FeelError as error:
        return error
    raise AssertionError(f"{text} was taken for FEEL")
