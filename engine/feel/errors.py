"""What can go wrong with an expression.

`FeelError` stops: the text is not FEEL, or a limit was hit. `Problem` does not: by the rules of FEEL an
operation that makes no sense has the value null, and the reason becomes a warning.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import MarshrutError


class FeelError(MarshrutError):
    """The text can't be read as FEEL, or the evaluation went over a limit.

    `position` counts characters of the text from 0 (None where the error has no place); `expected` names
    what could have stood there.
    """

    def __init__(
        self, message: str, position: int | None = None, *, expected: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        super().__init__(message, hint)
        self.position = position
        self.expected = expected


class LimitExceeded(FeelError):
    """The expression asked for more work, depth or memory than one expression may have."""


class Problem(Exception):
    """Raised by a function when its arguments make no sense; the call's value is then null."""


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why something in an evaluation turned into null. `position` counts characters from 0."""

    position: int
    message: str
