"""What can be wrong with a file, told across the process border."""

from __future__ import annotations


class BadDocument(Exception):
    """The file can't be used; message and hint are for the person who brought it."""

    def __init__(self, message: str, hint: str, rule: str = "docx-file") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.rule = rule
