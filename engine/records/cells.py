"""Cells of a monitoring sheet: a value with the day it changed, who changed it, when it was last confirmed.

Pure: what was known last month, what the records say now, what was typed — and the sheet that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from engine.model import Value
from engine.records.parameters import Parameter, parameters

STALE: Final = timedelta(days=30)
"""An empty parameter is red, and a typed one is marked, when nobody has touched it for longer."""

EMPTY, RED, OLD, FRESH, NOT_ASKED = "empty", "red", "old", "fresh", "not asked"
"""`mark`: empty; empty for too long; not confirmed for too long; in order; not about this family."""

RESULTS: Final = 9
"""The section of results: two quarters without any of them, and the case is to be reviewed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`by` is the account that typed the value, 0 when it came from the records. `seen` is what the records
    said last: what was typed over it stays until they say something new.
    """

    value: Value
    changed: date
    by: int
    checked: date
    seen: Value = None

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            "v": self.value, "at": self.changed, "by": self.by, "ok": self.checked, "seen": self.seen,
        }  # fmt: skip


Cells = Mapping[str, Cell]


def from_json(kept: Mapping[str, Any]) -> dict[str, Cell]:
    """As they were sealed."""
    return {
        key: Cell(each["v"], each["at"], int(each["by"]), each["ok"], each["seen"])
        for key, each in kept.items()
    }


def values_of(cells: Cells) -> dict[str, Value]:
    """What the sheet says, by the key of the parameter; None where it says nothing."""
    return {each.key: cells[each.key].value if each.key in cells else None for each in parameters()}


def refreshed(before: Cells, facts: Mapping[str, Value], today: date) -> dict[str, Cell]:
    """The sheet after a look at the records; what was typed is carried on."""
    return {
        each.key: _looked_up(each, before.get(each.key), each.known(facts), today) for each in parameters()
    }


def _looked_up(parameter: Parameter, before: Cell | None, said: Value, today: date) -> Cell:
    if before is None:
        return Cell(said, today, 0, today, said)
    if said == before.seen and not parameter.fixed:
        confirmed = said is not None and said == before.value
        return replace(before, checked=today) if confirmed else before
    gone = said is None and before.value != before.seen and not parameter.fixed
    value = before.value if gone else said  # typed over what the records say no more: it stays
    if value == before.value:
        return replace(before, checked=before.checked if gone else today, seen=said)
    return Cell(value, today, 0, today, said)


def answered(before: Cells, answers: Mapping[str, Value], account_id: int, today: date) -> dict[str, Cell]:
    """The sheet after somebody went through the form: all that was asked is confirmed today."""
    return {
        each.key: _answered(before[each.key], answers[each.key], account_id, today)
        if each.key in answers and not each.fixed
        else before[each.key]
        for each in parameters()
    }


def _answered(before: Cell, answer: Value, account_id: int, today: date) -> Cell:
    value = None if answer == "" else answer
    if value == before.value:
        return before if value is None else replace(before, checked=today)
    return Cell(value, today, account_id, today, before.seen)


def mark(parameter: Parameter, cells: Cells, values: Mapping[str, Value], today: date) -> str:
    """How the parameter stands out on the sheet: one of EMPTY, RED, OLD, FRESH, NOT_ASKED."""
    cell = cells[parameter.key]
    if not parameter.concerns(values):
        return NOT_ASKED
    if cell.value is None:
        if parameter.optional:
            return FRESH
        return RED if today - cell.changed > STALE else EMPTY
    return OLD if not parameter.fixed and today - cell.checked > STALE else FRESH


def marks(cells: Cells, today: date) -> dict[str, str]:
    """The mark of every parameter, by its key."""
    values = values_of(cells)
    return {each.key: mark(each, cells, values, today) for each in parameters()}


def months_without_result(cells: Cells, since: date, today: date) -> int:
    """Whole months since something of the section of results changed for the better, or since monitoring
    began.
    """
    reached = [
        cells[each.key].changed
        for each in parameters()
        if each.number.startswith(f"{RESULTS}.") and cells[each.key].value in (True, "лучше")
    ]
    last = max([since, *reached])
    return max(0, (today.year - last.year) * 12 + today.month - last.month - (today.day < last.day))
