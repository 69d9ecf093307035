"""Forecast: the chance that a term will be missed, from how long its pathway's cases took before. Pure.

A term is looked at from the place where its case stands: the step opened last. The past says how long it took
from there until the term ended; of the cases that lasted as long as this one has already, the share that
lasted longer than what is left is the chance. All lengths are seconds of working time, or on the clock for
terms in hours.

While the history is short the norm speaks: a term of which more has passed is missed more often, and the
share of the pathway's terms missed so far tells how often at all. That counts as `PRIOR` cases, so it fades
as real ones come. Decision 0027 says what this leaves out.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count, pairwise

from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Office, Rule, Unit
from engine.deadlines.interruptions import time_left
from engine.deadlines.norms import Norm
from engine.deadlines.russian import NBSP, Forms, counted

PRIOR = 5
"""As how many cases the norm counts."""
PRIOR_MISSED = 1
"""How many of them are missed: one in five, until the pathway's own terms say otherwise."""
STEEPNESS = 3.0
"""How the chance grows with the share of the term that has passed."""
TELLING, ENOUGH = 3, 10
"""So many cases are worth a sentence, so many a percentage."""
LIKELY = 0.4
"""From this chance on people are told «может не успеть»: more than half of such forecasts come true."""

_WORKING_TIME = Rule(1, Unit.WORKING_DAYS)
_HOUR = 3600
_MINUTE = 60
_TOLD_IN_MINUTES = 2 * _HOUR
_DAYS: Forms = ("раб. день", "раб. дня", "раб. дней")
_HOURS: Forms = ("час", "часа", "часов")
_MINUTES: Forms = ("минута", "минуты", "минут")
_CASES: Forms = ("делу", "делам", "делам")

Key = tuple[str, str]
"""Pathway and norm."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step that was opened while a term ran: `since` seconds after the term's event, at that moment."""

    node: str
    since: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """A term that has ended: how long it was and how long it took, from its event. Places in their order."""

    key: Key
    length: int
    took: int
    missed: bool
    ended_at: datetime
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Now:
    """A running term: its length, how much of it is left, and how long its case has stood at `node`."""

    key: Key
    length: int
    left: int
    node: str
    passed: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """`chance` of missing the term, from 0 to 1, and its ground: how many past `cases` had lasted as long at
    this place, and the `usual` (median) time from it to the end of the term; None without any.
    """

    chance: float
    cases: int
    usual: int | None

    @property
    def founded(self) -> bool:
        """True when enough past cases stand behind it for a percentage."""
        return self.cases >= ENOUGH

    @property
    def likely(self) -> bool:
        """True when people are told «может не успеть»."""
        return self.chance >= LIKELY


class History:
    """How long past terms took from each place; learns one after another."""

    def __init__(self, past: Iterable[Past] = ()) -> None:
        self._from_place: dict[tuple[Key, str], list[int]] = defaultdict(list)
        self._terms: dict[Key, int] = defaultdict(int)
        self._missed: dict[Key, int] = defaultdict(int)
        for each in past:
            self.learn(each)

    def learn(self, past: Past) -> None:
        """Take a term that has ended into account."""
        self._terms[past.key] += 1
        self._missed[past.key] += past.missed
        for place in past.places:
            insort(self._from_place[past.key, place.node], past.took - place.since)

    def share_missed(self, key: Key) -> float:
        """How often terms of this pathway and norm were missed."""
        return (self._missed[key] + PRIOR_MISSED) / (self._terms[key] + PRIOR)

    def outlook(self, now: Now) -> Outlook:
        """The chance for a running term that is not overdue."""
        took = self._from_place.get((now.key, now.node), [])
        as_long = len(took) - bisect_right(took, now.passed)
        longer = len(took) - bisect_right(took, now.passed + now.left)
        gone = 1 - now.left / now.length if now.length else 1.0
        by_norm = self.share_missed(now.key) ** (1 - max(gone, 0.0) ** STEEPNESS)
        chance = (PRIOR * by_norm + longer) / (PRIOR + as_long)
        return Outlook(chance, as_long, took[len(took) // 2] if took else None)


def span(norm: Norm, since: datetime, until: datetime, calendar: Calendar, office: Office) -> int:
    """Seconds between two moments as the forecast measures a term of this norm; 0 when they lie the other way
    round.
    """
    if norm.unit.in_clock_time:
        return max(int((until - since) / timedelta(seconds=1)), 0)
    return time_left(_WORKING_TIME, until, since, calendar, office)


def reason_words(outlook: Outlook, now: Now, norm: Norm, office: Office, step: str) -> str:
    """Why: «От шага «Решение» до конца срока обычно 6 раб. дней (по 64 делам). Прошло 3, осталось 2.»

    `step` is where the case stands, empty for the term of a step itself.
    """
    if outlook.cases < TELLING or outlook.usual is None:
        gone = round(100 * (1 - now.left / now.length)) if now.length else 100
        return f"Истории пока мало. Прошло {gone}{NBSP}% срока."
    length, forms, less = _measure(norm, now, office)
    usual, passed, left = (
        seconds // length for seconds in (outlook.usual + length // 2, now.passed, now.left)
    )
    took = counted(usual, forms) if usual else less
    where = f"От шага «{step}» до конца срока обычно" if step else "Обычно"
    return (
        f"{where} {took} (по {counted(outlook.cases, _CASES)}). "
        f"Прошло {passed or less}, осталось {left or less}."
    )


def _measure(norm: Norm, now: Now, office: Office) -> tuple[int, Forms, str]:
    """In what a term of this norm is told: seconds of the unit, its words, and less than one of it. A term of
    a quarter of an hour told in hours would say nothing.
    """
    if not norm.unit.in_clock_time:
        return _day(office), _DAYS, "меньше дня"
    if now.length <= _TOLD_IN_MINUTES:
        return _MINUTE, _MINUTES, "меньше минуты"
    return _HOUR, _HOURS, "меньше часа"


def _day(office: Office) -> int:
    """Seconds of an ordinary working day."""
    return (office.closing.hour - office.opening.hour) * _HOUR + (
        office.closing.minute - office.opening.minute
    ) * 60


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about the same chance: how many, what they said on average, how often it came true."""

    low: float
    high: float
    forecasts: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How forecasts made in the past have turned out. `brier` is their mean squared error, `plain` that of
    always saying the share missed so far: the forecast is worth something while `brier` is lower.
    """

    terms: int
    forecasts: int
    brier: float
    plain: float
    bins: Sequence[Bin]


def calibrate(past: Iterable[Past], tenths: int = 10) -> Calibration | None:
    """Go through the past again: forecast each term at each of its places, when it was opened and halfway to
    the due moment, from what had ended by the time the place was opened; None without a forecast.
    """
    history = History()
    told: list[tuple[float, float, bool]] = []
    terms = 0
    waiting: list[tuple[datetime, int, Past]] = []
    order = count()
    for at, each, place, until in _in_time(past):
        while waiting and waiting[0][0] < at:
            history.learn(heappop(waiting)[2])
        if place is None:
            terms += 1
            heappush(waiting, (each.ended_at, next(order), each))
            continue
        share = history.share_missed(each.key)
        told += [(history.outlook(now).chance, share, each.missed) for now in _moments(each, place, until)]
    if not told:
        return None
    return Calibration(
        terms=terms,
        forecasts=len(told),
        brier=sum((chance - missed) ** 2 for chance, _, missed in told) / len(told),
        plain=sum((share - missed) ** 2 for _, share, missed in told) / len(told),
        bins=_bins(told, tenths),
    )


def _in_time(past: Iterable[Past]) -> list[tuple[datetime, Past, Place | None, int]]:
    """Openings of places in the order of time, with the moment of the term at which the next place opened (or
    it ended); the place is None where a term is met for the first time.
    """
    found: list[tuple[datetime, Past, Place | None, int]] = []
    for each in past:
        if not each.places:
            continue
        found.append((each.places[0].at, each, None, 0))
        ends = [place.since for place in each.places[1:]] + [each.took]
        found += [(place.at, each, place, end) for place, end in zip(each.places, ends, strict=True)]
    return sorted(found, key=lambda opening: (opening[0], opening[2] is not None))


def _moments(past: Past, place: Place, until: int) -> list[Now]:
    """When the place was opened, and halfway to the due moment if the case stood there still."""
    left = past.length - place.since
    if left <= 0:
        return []
    half = left // 2
    moments = [Now(past.key, past.length, left, place.node, 0)]
    if place.since + half < until:
        moments.append(Now(past.key, past.length, left - half, place.node, half))
    return moments


def _bins(told: Sequence[tuple[float, float, bool]], parts: int) -> list[Bin]:
    edges = [part / parts for part in range(parts + 1)]
    bins = []
    for low, high in pairwise(edges):
        here = [(c, missed) for c, _, missed in told if low <= c < high or (high == 1.0 and c == 1.0)]
        if here:
            said = sum(chance for chance, _ in here) / len(here)
            happened = sum(missed for _, missed in here) / len(here)
            bins.append(Bin(low, high, len(here), said, happened))
    return bins
