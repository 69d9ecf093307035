"""Who acts for whom: chains of substitutes, without a clock or a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def acting_for(absent_id: int, away: Mapping[int, int | None]) -> int | None:
    """Who acts for an absent colleague: the first on the chain of substitutes who is there; None: nobody is.

    `away`: everybody who is away → their substitute. A chain that turns in a circle leads to nobody.
    """
    passed = {absent_id}
    here = away.get(absent_id)
    while here is not None and here in away:
        if here in passed:
            return None
        passed.add(here)
        here = away[here]
    return here


@dataclass(frozen=True, slots=True)
class Period:
    """Somebody is away from the first to the last day (ISO) and leaves their work to `substitute_id`."""

    absent_id: int
    substitute_id: int | None
    first_day: str
    last_day: str


def closes_circle(periods: Iterable[Period], new: Period) -> bool:
    """True when on some day of the new period the chain of substitutes would lead back to its beginning."""
    by_absent: dict[int, list[Period]] = {}
    for period in periods:
        by_absent.setdefault(period.absent_id, []).append(period)
    todo, passed = [new], set[Period]()
    while todo:
        link = todo.pop()
        if link.substitute_id == new.absent_id:
            return True
        if link in passed or link.substitute_id is None:
            continue
        passed.add(link)
        for after in by_absent.get(link.substitute_id, ()):
            first = max(link.first_day, after.first_day)
            last = min(link.last_day, after.last_day)
            if first <= last:
                todo.append(Period(after.absent_id, after.substitute_id, first, last))
    return False
