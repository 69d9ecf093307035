"""RP-07, the value stream of a visit: of the working time that a visit took, how much was work.

Measured from the steps as they were opened and completed. A visit is a row of steps, one after another; steps
that go side by side (everybody who is asked) are one step, from the first asked to the last answer. From the
end of the step before to the end of a step passes some working time. Work of it are the minutes of the
step — for the visit itself those that were written down —, never more than passed; before the appointed day a
visit is waited for by arrangement, and where the schedule of the year has named that day, so is everybody who
confirms it; the rest is waiting. So the parts add up to the whole (decision 0054).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, Select, select

from engine.cases.tables import case_
from engine.definitions.library import Release
from engine.model import StepInfo
from engine.records.tables import DANGER, HELD, NOBODY, NOT_LET_IN, visit
from engine.reports.asked import Asked
from engine.reports.facts import LISTED, Behind
from engine.reports.working_time import WorkingTime
from engine.worklist.tables import DONE, task

PATHWAY = "p10_family_visit"
FIRST, VISIT = "p10_ut_notice", "p10_ut_visit"
LAST = frozenset({"p10_ut_measures", "p10_ut_police"})
"""With one of these a visit is over; one that is still going on does not count."""
GATHERING = ("p10_ut_confirm", "p10_ut_substitute", "p10_ut_car")
"""Steps of agreeing on the car and gathering people."""
STEPS = (FIRST, *GATHERING, VISIT, "p10_ut_act", *sorted(LAST))
"""In the order of the pathway."""
_MADE = (HELD, DANGER, NOBODY, NOT_LET_IN)


@dataclass(frozen=True, slots=True)
class Piece:
    """A step of one visit in working minutes: `work` + `arranged` (until the appointed day) + `waiting`."""

    node: str
    work: float
    arranged: float
    waiting: float

    @property
    def whole(self) -> float:
        return self.work + self.arranged + self.waiting


@dataclass(frozen=True, slots=True)
class Run:
    """One visit of a case from its first step to its last; `scheduled`: the schedule of the year named it."""

    case_id: int
    number: str
    day: date
    pieces: tuple[Piece, ...]
    scheduled: bool = False

    @property
    def whole(self) -> float:
        return sum(piece.whole for piece in self.pieces)


@dataclass(slots=True)
class StepFigures:
    """A step over all visits; `times` it was done. `norm`: minutes that the diagram gives it."""

    node: str
    title: str
    norm: Decimal | None
    times: int = 0
    work: float = 0.0
    arranged: float = 0.0
    waiting: float = 0.0

    def add(self, piece: Piece) -> None:
        self.times += 1
        self.work += piece.work
        self.arranged += piece.arranged
        self.waiting += piece.waiting

    @property
    def whole(self) -> float:
        return self.work + self.arranged + self.waiting


@dataclass(slots=True)
class Stream:
    """All visits of a period; minutes of `steps` are sums over them. Of them `scheduled` by the year, whose
    agreeing was waited for `gathered` minutes.
    """

    visits: int = 0
    scheduled: int = 0
    gathered: float = 0.0
    steps: list[StepFigures] = field(default_factory=list)

    def total(self, part: str, nodes: Iterable[str] = STEPS) -> float:
        """`work`, `arranged`, `waiting` or `whole` of these steps together."""
        wanted = set(nodes)
        return float(sum(getattr(each, part) for each in self.steps if each.node in wanted))


@dataclass(frozen=True, slots=True)
class _Done:
    """A step as it was done; `opened` and `closed` in seconds."""

    node: str
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class _Visit:
    day: date
    minutes: int | None
    scheduled: bool


def stream(conn: Connection, release: Release, asked: Asked) -> Stream:
    """The visits of the period, step by step."""
    if not release.has_process(PATHWAY):
        return Stream()
    infos = {node: release.step(PATHWAY, node) for node in _known(release)}
    steps = {node: StepFigures(node, info.name, info.minutes) for node, info in infos.items()}
    found = Stream()
    for run in runs(conn, asked, infos):
        found.visits += 1
        found.scheduled += run.scheduled
        for piece in run.pieces:
            steps[piece.node].add(piece)
            if run.scheduled and piece.node in GATHERING:
                found.gathered += piece.waiting
    found.steps = [each for each in steps.values() if each.times]
    return found


def listed(conn: Connection, release: Release, asked: Asked, node: str) -> list[Behind]:
    """Visits in which a step was done, the longest wait first; all of them where no step is named."""
    infos = {each: release.step(PATHWAY, each) for each in _known(release)}
    found = [
        (sum(piece.waiting for piece in run.pieces if node in ("", piece.node)), run)
        for run in runs(conn, asked, infos)
        if not node or any(piece.node == node for piece in run.pieces)
    ]
    found.sort(key=lambda each: -each[0])
    return [
        Behind(run.case_id, run.number, run.day, f"ждали {round(waiting)} мин рабочего времени")
        for waiting, run in found[: LISTED + 1]
    ]


def _known(release: Release) -> list[str]:
    """Steps of the pathway as it is published now: one that was left out of it counts no more."""
    there = release.process(PATHWAY).steps if release.has_process(PATHWAY) else {}
    return [node for node in STEPS if node in there]


def runs(conn: Connection, asked: Asked, infos: Mapping[str, StepInfo]) -> Iterator[Run]:
    """Visits that are over and whose last trip was on a day of the period, by case."""
    clock = WorkingTime(asked.calendar, asked.office)
    done = _done(conn, asked, list(infos))
    visits = _visits(conn, asked)
    for case_id, (number, steps) in done.items():
        met = iter(visits.get(case_id, ()))
        for row in _rows_of_steps(steps):
            made = [next(met, None) for step in row if step.node == VISIT]
            last = made[-1] if made else None
            over = any(step.node in LAST for step in row)
            if over and last is not None and asked.first <= last.day <= asked.last:
                pieces = tuple(_pieces(asked, clock, infos, row, made))
                yield Run(case_id, number, last.day, pieces, last.scheduled)


def _done(conn: Connection, asked: Asked, nodes: Sequence[str]) -> dict[int, tuple[str, list[_Done]]]:
    """Steps of the cases that made a visit in the period; those of a case in the order of their opening."""
    named = [*nodes, *(f"{PATHWAY}/{node}" for node in nodes)]
    wanted = (
        select(case_.c.id, case_.c.number, task.c.node, task.c.opened_at, task.c.closed_at)
        .join_from(task, case_, case_.c.id == task.c.case_id)
        .where(case_.c.id.in_(_cases(asked)), asked.of(case_.c.unit_id))
        .where(task.c.node.in_(named), task.c.status == DONE)
        .order_by(case_.c.id, task.c.opened_at, task.c.id)
    )
    found: dict[int, tuple[str, list[_Done]]] = {}
    for row in conn.execute(wanted):
        steps = found.setdefault(row.id, (row.number, []))[1]
        steps.append(_Done(row.node.rpartition("/")[2], row.opened_at, row.closed_at))
    return found


def _visits(conn: Connection, asked: Asked) -> dict[int, list[_Visit]]:
    """The visits that each of these cases made, in order: one for each time that its step of visiting was
    done.
    """
    wanted = (
        select(visit.c.case_id, visit.c.day, visit.c.minutes, visit.c.plan_id)
        .where(visit.c.status.in_(_MADE), visit.c.case_id.in_(_cases(asked)))
        .order_by(visit.c.day, visit.c.id)
    )
    found: dict[int, list[_Visit]] = defaultdict(list)
    for row in conn.execute(wanted):
        found[row.case_id].append(_Visit(date.fromisoformat(row.day), row.minutes, row.plan_id is not None))
    return found


def _cases(asked: Asked) -> Select[tuple[int]]:
    """Cases that made a visit in the period."""
    return select(visit.c.case_id).where(
        asked.on(visit.c.day), visit.c.status.in_(_MADE), visit.c.case_id.is_not(None)
    )


def _rows_of_steps(steps: Sequence[_Done]) -> Iterator[list[_Done]]:
    """A case may visit many times: each begins with FIRST. Steps side by side become one."""
    row: list[_Done] = []
    for step in steps:
        if step.node == FIRST and row:
            yield row
            row = []
        if row and row[-1].node == step.node and step.opened <= row[-1].closed:
            before = row.pop()
            step = _Done(step.node, before.opened, max(before.closed, step.closed))
        row.append(step)
    if row:
        yield row


def _pieces(
    asked: Asked,
    clock: WorkingTime,
    infos: Mapping[str, StepInfo],
    row: Sequence[_Done],
    made: Sequence[_Visit | None],
) -> Iterator[Piece]:
    since, number = row[0].opened, 0
    for step in row:
        until = max(step.closed, since)
        passed = _minutes(clock, since, until)
        norm = float(infos[step.node].minutes or 0)
        arranged = 0.0
        ahead = made[number] if number < len(made) else None
        before = 0.0 if ahead is None else _minutes(clock, since, min(until, asked.seconds(ahead.day)))
        if step.node == VISIT:
            number += 1
            if ahead is not None:
                norm = norm if ahead.minutes is None else float(ahead.minutes)
                arranged = before
        elif step.node in GATHERING and ahead is not None and ahead.scheduled:
            arranged = max(0.0, before - norm)
        work = min(norm, passed - arranged)
        yield Piece(step.node, work, arranged, passed - arranged - work)
        since = until


def _minutes(clock: WorkingTime, since: int, until: int) -> float:
    return clock.between(since, until) / 60
