"""What became of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.scenarios.values import json_of


class Failed(Exception):
    """A step of a scenario did not go as it should: raised inside a run, told in its verdict."""

    def __init__(
        self, message: str, expected: Mapping[str, Any] | None = None, got: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.got = got


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one scenario. `step` counts from 1; None: it failed before its first step, or is fine.

    `warnings` say what could not be checked.
    """

    name: str
    ok: bool
    step: int | None = None
    words: str = ""
    """The failed step as it is written."""
    expected: Mapping[str, Any] | None = None
    got: Mapping[str, Any] | None = None
    message: str = ""
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The scenario's part of what `marshrut try --json` prints."""
        found: dict[str, Any] = {"name": self.name, "ok": self.ok}
        if not self.ok:
            found |= {
                "step": self.step,
                "expected": json_of(self.expected),
                "got": json_of(self.got),
                "message": self.message,
            }
        if self.warnings:
            found["warnings"] = list(self.warnings)
        return found
