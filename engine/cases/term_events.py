"""What the terms of a case did, told with the entry of its history that made them do so: who and why stand
there. Nothing of this is written twice: a term keeps when it began, when and how it ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.cases.history import HistoryKind
from engine.deadlines.norms import Norm
from engine.model import Outcome, Term
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

STEPS_OF_THE_CASE = frozenset({
    HistoryKind.STARTED, HistoryKind.COMPLETED, HistoryKind.TIMER, HistoryKind.MESSAGE, HistoryKind.SIGNAL,
    HistoryKind.SERVICE, HistoryKind.STOPPED, HistoryKind.REPAIRED, HistoryKind.CANCELLED, HistoryKind.MOVED,
})  # fmt: skip
"""Entries with which the case goes on; the others leave its terms as they are, or say themselves what they
did to them."""


class TermDeed(StrEnum):
    """What a term did."""

    BEGUN = "begun"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


_ENDED = {
    Outcome.MET: TermDeed.MET,
    Outcome.BREACHED: TermDeed.BREACHED,
    Outcome.CANCELLED: TermDeed.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class TermEvent:
    """One term in one entry; `due_at` is the last moment that it has come to. `step`: the title of the step
    it belongs to, empty for a term of the whole case.
    """

    deed: TermDeed
    norm: Norm
    step: str
    due_at: datetime


def events_by_entry(
    entries: Iterable[AnyRow],
    terms: Sequence[Term],
    steps: Mapping[int, str],
    norm_by_id: Callable[[int], Norm],
) -> dict[int, list[TermEvent]]:
    """By the number of the history row; `steps` are titles of steps by the numbers of their terms.

    Of several entries in one second a step's own term takes that of its step, another term the first.
    """
    at: dict[int, list[AnyRow]] = defaultdict(list)
    for entry in sorted(entries, key=lambda row: row.id):
        if entry.kind in STEPS_OF_THE_CASE:
            at[entry.at].append(entry)
    found: dict[int, list[TermEvent]] = defaultdict(list)
    for each in terms:
        norm, step = norm_by_id(each.norm_id), steps.get(each.id, "")
        began = at.get(to_seconds(each.started_at))
        if began:
            found[began[0].id].append(TermEvent(TermDeed.BEGUN, norm, step, each.due_at))
        ended = at.get(to_seconds(each.ended_at)) if each.ended_at is not None else None
        if ended and each.outcome in _ENDED:
            own = [row for row in ended if row.task_id is not None and row.task_id == each.task_id]
            entry = (own or ended)[0]
            found[entry.id].append(TermEvent(_ENDED[each.outcome], norm, step, each.due_at))
    return found
