"""What a rule is: a stable id, how much it weighs, and its texts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. In its texts `{name}` is the element's name or id."""

    id: str
    severity: Severity
    message: str
    hint: str


def error(id: str, message: str, hint: str) -> Rule:
    return Rule(id, "error", message, hint)


def warning(id: str, message: str, hint: str) -> Rule:
    return Rule(id, "warning", message, hint)


def info(id: str, message: str, hint: str) -> Rule:
    return Rule(id, "info", message, hint)
