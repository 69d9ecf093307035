"""The quiet stretches of a long story: the office works on without browsers until people sit down again.

The server is stopped, the same everyday work as in the demonstration is played through the services, and the
server starts again at the moment up to which it was played.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.bootstrap import open_runtime
from engine.clock import MovableClock
from engine.demo.building import sweep_without_documents
from engine.demo.everyday import Opening, Round
from engine.demo.people import Household, Registered, entered
from engine.demo.playing import Stage, Story
from engine.demo.sittings import Sitting, held
from engine.demo.town import SETTLEMENTS, Town, demo_actor
from engine.records.tables import settlement
from engine.runtime import Runtime
from tests.journeys.office import Office, close

Stories = Callable[[Stage], Iterable[Story]]


def nothing_more(_: Stage) -> Iterable[Story]:
    """Only the everyday work."""
    return ()


@dataclass(frozen=True, slots=True)
class Held:
    """A sitting in a stretch: which commission, on which day, what it decides of the case of the story."""

    kind: str
    day: date
    verdict: str = "одобрено"
    urgent: bool = False


class Life:
    """One household and what the office does about it while nobody looks."""

    def __init__(self, office: Office, household: Household, registrar: str) -> None:
        self.office = office
        rt = office.open()
        today = rt.clock.now().date()
        self.about: Registered = entered(
            rt, demo_actor(rt, registrar), household, _town(rt), today, 1, random.Random(3)
        )
        close(rt)
        self.case = 0
        """The case that commissions decide about."""
        self._numbers = itertools.count(1)

    def goes_on(
        self,
        until: datetime,
        *,
        pathway: str,
        stays: Sequence[str] = (),
        says: Mapping[str, dict[str, Any]] | None = None,
        trouble: str = "",
        sittings: Sequence[Held] = (),
        stories: Stories = nothing_more,
    ) -> None:
        """Everybody does what they have to, but the steps at which the case `stays`; commissions sit on their
        days, and the server starts again at `until`.
        """
        self.office.stop()
        rt = self.office.open()
        now = rt.clock.now()
        close(rt)
        clock = MovableClock(now)
        rt = open_runtime(self.office.settings, clock)
        stage = Stage(rt, clock, until, demo_actor(rt, "krylova").unit_id, sweep_without_documents)
        opening = Opening(
            self.about.household.key, pathway, 0, "", trouble=trouble, stays=stays, says=says or {}
        )
        work = Round(stage, {opening.who: self.about}, [opening])
        stage.begin(work.rounds(-_days_before(stage, stage.today)))
        for each in sittings:
            day = -_days_before(stage, each.day)
            sitting = Sitting(each.kind, day, self._numbers, each.urgent)
            stage.begin(held(stage, sitting, {self.case: each.verdict}, {self.case: "СОП"}))
        for story in stories(stage):
            stage.begin(story)
        stage.play(lambda _: None)
        close(rt)
        self.office.move_clock(until)


def _town(rt: Runtime) -> Town:
    """The places of the town that the office was made with."""
    with rt.database.read() as conn:
        numbers = {row.name: row.id for row in conn.execute(select(settlement))}
    return Town({}, 0, numbers, {name: f"{short} {name}" for _, short, name, _ in SETTLEMENTS})


def _days_before(stage: Stage, day: date) -> int:
    """How many working days lie between that day and the last one of the stretch."""
    count = 0
    while stage.day(-count) > day:
        count += 1
    return count
