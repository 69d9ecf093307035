"""The catalogue of checks: what the product looks at before a step with a form is finished, or a case opened.

A form knows its own fields only. A check compares them with the records and refuses in words at the field,
before anything is written; the operation that would have failed later is not reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.errors import StepFailed
from engine.model import Value
from engine.records.registers import Subject
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Looked:
    """The case whose step or opening is looked at: whom it is about, and the unit that leads it."""

    subject: Subject
    unit_id: int


Check = Callable[[Runtime, Connection, Looked, Mapping[str, Value]], None]
"""(…, the case, what it knows with what the form says). Raises InvalidData."""

CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a function as the check of this name: elements name it in their property `check`."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def examine(rt: Runtime, conn: Connection, name: str, looked: Looked, known: Mapping[str, Value]) -> None:
    """Carry out the check that an element names; nothing for one that names none, and in a trial."""
    if not name or rt.trial:
        return
    if name not in CHECKS:
        raise StepFailed(f"Проверки «{name}» нет в каталоге.", "Исправьте схему или обновите программу.")
    CHECKS[name](rt, conn, looked, known)
