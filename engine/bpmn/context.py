"""Everything a step takes from outside: the moment, the zone, terms, the case, decisions.

Nothing in `engine.bpmn` reads a clock, a table or a setting; what it may know is in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from engine.bpmn.faults import Fault
from engine.model import Value


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision table answered: the value as FEEL knows it, and why."""

    value: Value
    explanation: Mapping[str, Value] = field(default_factory=dict)


def _no_decisions(key: str, _inputs: Mapping[str, Value]) -> Decision:
    raise Fault(f"решение «{key}» не найдено", "Опубликуйте решение с этим ключом и повторите шаг.")


def _any_norm(_key: str, _variables: Mapping[str, Value]) -> None:
    """Every norm is known."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """The world at the moment of one step.

    `now` is aware. `terms` maps the key of each running term to its moment, None while it is paused; a key
    that is not there belongs to a term that has not started. `case` is what expressions see as `дело`, read-
    only: its entry `номер` is also the correlation key of messages that name no other. `decide` carries out a
    decision by key; what it raises becomes an incident at the step. `working_days` adds working days to a
    day. `require_norm` raises when the register has no norm of that key for a case with these variables.
    `tired` says that the step has worked for so long that it must stop where it is.
    """

    now: datetime
    zone: tzinfo
    terms: Mapping[str, datetime | None] = field(default_factory=dict)
    case: Mapping[str, Value] = field(default_factory=dict)
    decide: Callable[[str, Mapping[str, Value]], Decision] = _no_decisions
    working_days: Callable[[date, int], date] | None = None
    require_norm: Callable[[str, Mapping[str, Value]], None] = _any_norm
    tired: Callable[[], bool] = _never

    @property
    def local_now(self) -> datetime:
        """`now` by the clock of the agency: what `today()` of an expression is told by."""
        return self.now.astimezone(self.zone)
