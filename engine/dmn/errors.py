"""What can be wrong with a file of decisions."""

from __future__ import annotations

from engine.errors import MarshrutError


class DmnError(MarshrutError):
    """The file can't be read as decisions, or there is no such decision in it.

    `element` is the id of what is wrong and `line` its line in the file, where they are known.
    """

    def __init__(
        self, message: str, hint: str = "", *, element: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, hint)
        self.element = element
        self.line = line
