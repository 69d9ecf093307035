"""How forecasts turn out: a simulated year of an office, run by the engine with a moved clock; and what it
costs to look at many open terms.

    python -m benchmarks.forecast [--cases 500] [--seed 7] [--open 10000]

Nothing real: cases come two a working day, four steps under a term of five working days (T14), the second
step under one of its own (T11). How long a step takes is drawn by chance, and one case in seven is a hard
one, slow all along: that is what a forecast can learn to see.

The cost is that of the hourly look of a sweep (`keep_risks`) at a tenth of the open cases and at all of them:
a term must not cost more among many.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import pairwise

from sqlalchemy import bindparam, select, update

from benchmarks.many import copy_case
from engine.bench.instances import Ground, actor_of
from engine.bench.meter import Meter
from engine.bench.works import Work
from engine.cases.service import complete_task, start_case
from engine.clock import MovableClock
from engine.deadlines.counting import Rule, Unit
from engine.deadlines.forecast import calibrate
from engine.deadlines.interruptions import resumed_due
from engine.definitions.files import Upload
from engine.model import CompleteTask, StartCase
from engine.runtime import Runtime
from engine.worklist.forecast import FRESH, past_terms
from engine.worklist.risks import keep_risks
from engine.worklist.tables import OPEN, task

PROCESS = "decision"
HOURS = {"accept": (2, 0.6), "survey": (9, 0.8), "draft": (6, 0.7), "decide": (7, 0.6)}
"""Of each step in its order: median of its working hours, and how widely they spread (log-normal)."""
HARD, SLOWER = 1 / 7, 2.2
A_DAY = 2
BEGIN = datetime.fromisoformat("2025-02-03T09:15:00+03:00")

_TASK = select(task.c.id).where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
_WORKING = Rule(1, Unit.WORKING_DAYS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--open", type=int, default=10_000, help="open cases to look at")
    wanted = parser.parse_args()
    work = Work("forecast", PROCESS, [_diagram()], BEGIN, {}, [])
    with Ground() as ground:
        rt, account_id = ground.instance(work)
        _Office(rt, account_id, random.Random(wanted.seed)).play(wanted.cases)
        _tell(rt)
        _tell_cost(rt, account_id, wanted.open)


def _diagram() -> Upload:
    nodes = ["s", *HOURS, "e"]
    marks = {"accept": {"startTerms": "T14"}, "survey": {"norm": "T11"}, "decide": {"endTerms": "T14"}}
    steps = "".join(_step(node, marks.get(node, {})) for node in HOURS)
    flows = "".join(f'<sequenceFlow id="f_{a}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(nodes))
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://example.org">'
        f'<process id="{PROCESS}" name="Решение" isExecutable="true">'
        f'<startEvent id="s" name="Начало"/>{steps}<endEvent id="e" name="Конец"/>{flows}'
        "</process></definitions>"
    )
    return Upload(f"{PROCESS}.bpmn", text.encode())


def _step(node: str, marks: dict[str, str]) -> str:
    if not marks:
        return f'<userTask id="{node}" name="{node}" camunda:candidateGroups="R05"/>'
    listed = "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in marks.items())
    inside = f"<extensionElements><camunda:properties>{listed}</camunda:properties></extensionElements>"
    return f'<userTask id="{node}" name="{node}" camunda:candidateGroups="R05">{inside}</userTask>'


@dataclass(order=True)
class _Turn:
    """A case whose open step is done at that moment."""

    at: datetime
    case_id: int
    slowness: float
    left: list[str]


class _Office:
    """Leads cases through the pathway in the order of time."""

    def __init__(self, rt: Runtime, account_id: int, rng: random.Random) -> None:
        assert isinstance(rt.clock, MovableClock)
        self._rt, self._clock, self._rng = rt, rt.clock, rng
        self._account_id = account_id
        unit = actor_of(rt, account_id).unit_id
        self._calendar, self._office = rt.calendars.calendar(unit), rt.calendars.office(unit)

    def play(self, cases: int) -> None:
        opened = list(self._openings(cases))
        turns: list[_Turn] = []
        while opened or turns:
            if opened and (not turns or opened[0] <= turns[0].at):
                self._clock.set(opened.pop(0))
                self._open(turns)
            else:
                self._go_on(turns)

    def _openings(self, cases: int) -> Iterator[datetime]:
        """Every working morning, a minute apart."""
        for number in range(cases):
            day = self._calendar.add_working_days(BEGIN.date(), number // A_DAY)
            yield datetime.combine(day, time(9, 15 + number % A_DAY), BEGIN.tzinfo)

    def _open(self, turns: list[_Turn]) -> None:
        actor = actor_of(self._rt, self._account_id)
        case = start_case(self._rt, StartCase(actor, PROCESS, {}), check_form=False)
        slowness = SLOWER if self._rng.random() < HARD else 1.0
        steps = list(HOURS)
        heappush(turns, _Turn(self._done_at(steps[0], slowness), case.id, slowness, steps[1:]))

    def _go_on(self, turns: list[_Turn]) -> None:
        turn = heappop(turns)
        self._clock.set(turn.at)
        with self._rt.database.read() as conn:
            number = conn.execute(_TASK, {"case_id": turn.case_id}).scalar_one()
        actor = actor_of(self._rt, self._account_id)
        complete_task(self._rt, CompleteTask(actor, number, {}), check_form=False)
        if turn.left:
            at = self._done_at(turn.left[0], turn.slowness)
            heappush(turns, _Turn(at, turn.case_id, turn.slowness, turn.left[1:]))

    def _done_at(self, node: str, slowness: float) -> datetime:
        median, spread = HOURS[node]
        hours = median * slowness * self._rng.lognormvariate(0, spread)
        seconds = max(int(timedelta(hours=hours).total_seconds()), 60)
        return resumed_due(_WORKING, seconds, self._clock.now(), self._calendar, self._office)


def _tell(rt: Runtime) -> None:
    with rt.database.read() as conn:
        past = past_terms(rt, conn, rt.clock.now())
    missed = sum(each.missed for each in past)
    found = calibrate(past)
    assert found is not None
    print(f"{len(past)} terms ended, {missed} of them missed; {found.forecasts} forecasts")
    print(f"Brier {found.brier:.3f}, of always saying the share so far {found.plain:.3f}")
    print("said            forecasts  on average  came true")
    for each in found.bins:
        print(
            f"{each.low:4.0%} to {each.high:4.0%} {each.forecasts:12} {each.said:10.0%} {each.happened:10.0%}"
        )


def _tell_cost(rt: Runtime, account_id: int, cases: int) -> None:
    """Two sizes, each looked at when every step has to be written, and an hour later, when none has."""
    assert isinstance(rt.clock, MovableClock)
    actor = actor_of(rt, account_id)
    case_id = start_case(rt, StartCase(actor, PROCESS, {}), check_form=False).id
    with rt.database.read() as conn:
        accept = conn.execute(_TASK, {"case_id": case_id}).scalar_one()
    complete_task(rt, CompleteTask(actor_of(rt, account_id), accept, {}), check_form=False)
    have, spent = 1, {}
    for wanted in (cases // 10, cases):
        copy_case(rt, case_id, wanted - have)
        have = wanted
        with rt.database.write() as conn:
            conn.execute(update(task).values(risk=50))
        for when in ("first", "again"):
            rt.clock.advance(FRESH)
            meter = Meter()
            meter.time(lambda: all(keep_risks(rt) for _ in range(cases)))
            spent[wanted, when] = meter.cpu_ms * 1000 / wanted
    for when in ("first", "again"):
        few, many = spent[cases // 10, when], spent[cases, when]
        print(
            f"{when} look at {cases:,} open cases: {many * cases / 1e6:.2f} s of CPU, {many:.0f} µs a case; "
            f"among {cases // 10:,} {few:.0f} µs, {many / few:.2f} times"
        )


if __name__ == "__main__":
    main()
