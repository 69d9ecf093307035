"""The everyday work of the office: whoever has a step does it on its day, in the words of `everyday.yaml`.

Stories tell of single cases; this plays what many have in common: signals and their checks, visits, contacts,
reports, urgent help. A step that `everyday.yaml` does not know is left alone, and so is one that a case says
it stays at: these are what visitors of the demonstration find to do.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from engine.cases.clocks import pause_term
from engine.cases.events import note_event
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.deadlines.tables import term
from engine.demo.answers import Data
from engine.demo.people import Registered
from engine.demo.playing import Stage, Story
from engine.demo.sitting_days import Rule
from engine.demo.town import COLLEAGUES
from engine.model import FAR_FUTURE, StartCase
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import OPEN, task

_FILE = Path(__file__).with_name("everyday.yaml")

ROUNDS = ("09:40", "11:30", "13:50", "15:40")
"""When on a working day people turn to what lies before them."""

_ROUND, _STEP = timedelta(minutes=80), timedelta(minutes=6)
"""How long a round lasts at the most, and a step of it."""

_OPEN_STEPS = (
    select(
        task.c.id,
        task.c.case_id,
        task.c.node,
        task.c.queue_id,
        task.c.assignee_id,
        task.c.opened_at,
        task.c.due_at,
        case_.c.process,
        case_.c.owner_id,
        case_.c.family_id,
        case_.c.person_id,
    )
    .join_from(task, case_, task.c.case_id == case_.c.id)
    .where(task.c.status == OPEN)
    .order_by(task.c.due_at, task.c.id)
)


@dataclass(frozen=True, slots=True)
class Later:
    """`!day 3`: the day so many working days after the step is done."""

    days: int


class Children:
    """`!children`: how many children the household has."""


class Number:
    """`!number`: the next number of a journal."""


class Year:
    """`!year`: this year."""


@dataclass(frozen=True, slots=True)
class Turns:
    """`!turn [one, other]`: said by turns, in one step this and in another that."""

    values: Sequence[Any]


class _Words(yaml.SafeLoader):
    """YAML with the tags above."""


def _turns(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> Turns:
    return Turns(loader.construct_sequence(node, deep=True))


_Words.add_constructor("!day", lambda _, node: Later(int(node.value)))
_Words.add_constructor("!children", lambda *_: Children())
_Words.add_constructor("!number", lambda *_: Number())
_Words.add_constructor("!year", lambda *_: Year())
_Words.add_constructor("!turn", _turns)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a step is usually done. `after`: so many working days after it was opened; None: on its due day.
    `spread`: up to so many days later, in each case differently; `since`: not before that hour; `by`: a
    login, else whoever may do it; `issues`: documents that the owner of the case numbers with it.
    """

    says: Data
    after: int | None = 0
    spread: int = 0
    since: str = "00:00"
    by: str = ""
    issues: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A case of the demonstration: who it is about (nobody: a case of the office), on which working day it is
    opened (`monthly`: on the first of the month after that), by whom, what has befallen them, and at which
    steps it stays. `sitting`: the day is counted from that sitting and not from the last day, «kdn 2» is the
    last but one of the commission on minors.
    """

    who: str
    pathway: str
    day: int
    by: str
    trouble: str = ""
    sitting: str = ""
    at: str = "09:15"
    monthly: bool = False
    stays: Sequence[str] = ()
    since: int | None = None
    """The case stays only at steps that appeared on this working day or later."""
    says: Mapping[str, Data] | None = None
    """What is said otherwise than usual, by step."""
    hears: Mapping[str, Any] | None = None
    """`day`, `event`, `by`: a message that comes on that day, and who notes it in the case."""
    pauses: Mapping[str, Any] | None = None
    """`day`, `norm`, `reason`, `by`: a term that is stopped on that day, and who stops it."""
    category: str = ""
    """As what the commission puts the family on the register; empty: as the case proposes."""


@dataclass(frozen=True, slots=True)
class Everyday:
    """All of `everyday.yaml`."""

    habits: Mapping[str, Habit]
    troubles: Mapping[str, Mapping[str, Data]]
    measures: Mapping[str, Mapping[str, str]]
    """What came of a measure, by its words: `done`, or `undone` and why."""
    openings: Sequence[Opening]


@cache
def everyday() -> Everyday:
    """How steps are done, in which words, and which cases there are."""
    content = _Words(_FILE.read_text(encoding="utf-8")).get_single_data()
    return Everyday(
        {node: Habit(**each) for node, each in content["steps"].items()},
        content["troubles"],
        content["measures"],
        tuple(Opening(**each) for each in content["cases"]),
    )


class Round:
    """Plays the everyday work: opens the cases and does the steps that are at hand."""

    def __init__(
        self,
        stage: Stage,
        people: Mapping[str, Registered],
        openings: Sequence[Opening],
        calendars: Mapping[str, Rule] | None = None,
    ) -> None:
        self._stage = stage
        self._calendars = calendars or {}
        self._people = people
        self._openings = openings
        self._numbers = itertools.count(4)
        self._words = everyday()
        self._about: dict[tuple[int | None, int | None], list[Opening]] = {}
        for each in openings:
            if each.who:
                about = people[each.who]
                self._about.setdefault(_key(about.family_id, about.person_id), []).append(each)
        self._holders: dict[int, str] = {}
        self._opened: dict[int, Opening] = {}
        self.categories: dict[int, str] = {}
        """Number of a case → as what the commission puts its family on the register, against the proposal."""

    # --- opening --------------------------------------------------------------------------------------

    def begin(self) -> int:
        """Let everything begin; the number of the first day."""
        first = min(self._day_of(opening) for opening in self._openings)
        for opening in self._openings:
            self._stage.begin(self.opened(opening))
        self._stage.begin(self.rounds(first))
        return first

    def opened(self, opening: Opening) -> Story:
        """The case is opened on its day."""
        yield self._stage.at(self._day_of(opening), opening.at)
        about = self._people.get(opening.who)
        command = StartCase(
            self._stage.actor(opening.by),
            opening.pathway,
            self._said(opening.pathway, opening),
            person_id=about.person_id if about else None,
            family_id=about.family_id if about else None,
            label=about.label if about else "",
        )
        case_id = start_case(self._stage.rt, command).id
        self._opened[case_id] = opening
        if opening.category:
            self.categories[case_id] = opening.category
        if opening.hears:
            yield self._stage.at(opening.hears["day"], "10:20")
            by = self._stage.actor(opening.hears["by"])
            note_event(self._stage.rt, by, case_id, opening.hears["event"])
        if opening.pauses:
            yield self._stage.at(opening.pauses["day"], "12:05")
            self._pause(case_id, **opening.pauses)

    def _day_of(self, opening: Opening) -> int:
        """The number of the working day on which the case is opened."""
        if opening.monthly:
            return self._stage.new_month(opening.day)
        kind, _, back = opening.sitting.partition(" ")
        return self._calendars[kind].days[int(back) - 1] + opening.day if kind else opening.day

    def _pause(self, case_id: int, *, norm: str, reason: str, by: str, **_: int) -> None:
        wanted = select(term.c.id).where(term.c.case_id == case_id, term.c.key == norm)
        with self._stage.rt.database.read() as conn:
            number = conn.execute(wanted.order_by(term.c.id.desc()).limit(1)).scalar_one()
        pause_term(self._stage.rt, self._stage.actor(by), number, reason)

    # --- the rounds -----------------------------------------------------------------------------------

    def rounds(self, first: int) -> Story:
        """Every working day from `first` on, four times a day, from now on."""
        for day in range(first, 1):
            for clock in ROUNDS:
                begin = self._stage.at(day, clock)
                if self._stage.rt.clock.now() <= begin < self._stage.end:
                    yield begin
                    yield from self._round()

    def _round(self) -> Story:
        steps = [row for row in self._open_steps() if self._is_done_now(row)]
        left = min(_ROUND, self._stage.end - self._stage.rt.clock.now())
        pace = min(_STEP, left / (len(steps) + 1))
        for row in steps:
            if self._is_open(row.id):
                self._do(row)
            yield self._stage.rt.clock.now() + pace

    def _open_steps(self) -> Sequence[AnyRow]:
        with self._stage.rt.database.read() as conn:
            return conn.execute(_OPEN_STEPS).all()

    def _is_open(self, number: int) -> bool:
        """Still: what others did since the round began may have made the step needless."""
        wanted = select(task.c.id).where(task.c.id == number, task.c.status == OPEN)
        with self._stage.rt.database.read() as conn:
            return conn.execute(wanted).first() is not None

    def _is_done_now(self, row: AnyRow) -> bool:
        habit = self._words.habits.get(self._key_of(row))
        opening = self._opening(row)
        if habit is None or (opening is not None and self._stays(row, opening)):
            return False
        if self._stage.now.time() < time.fromisoformat(habit.since):
            return False
        today = self._stage.today
        if habit.after is None:
            return row.due_at == FAR_FUTURE or self._day(row.due_at) <= today
        wait = habit.after + row.id % (habit.spread + 1)
        return self._stage.later(self._day(row.opened_at), wait) <= today

    def _stays(self, row: AnyRow, opening: Opening) -> bool:
        """Whether the step is left for visitors to find."""
        if _tail(row.node) not in opening.stays:
            return False
        return opening.since is None or self._day(row.opened_at) >= self._stage.day(opening.since)

    def _key_of(self, row: AnyRow) -> str:
        """Under which name the step stands in the file: that of the pathway's own way, or the usual one."""
        own = f"{row.process}/{_tail(row.node)}"
        return own if own in self._words.habits else _tail(row.node)

    def _opening(self, row: AnyRow) -> Opening | None:
        """What is told of the case, or of the people whose step it is: the case that led to this one."""
        if row.case_id in self._opened:
            return self._opened[row.case_id]
        theirs = self._about.get(_key(row.family_id, row.person_id), [])
        return next((each for each in theirs if each.pathway == row.process), next(iter(theirs), None))

    def _day(self, seconds: int) -> date:
        return from_seconds(seconds).astimezone(self._stage.zone).date()

    def _do(self, row: AnyRow) -> None:
        key = self._key_of(row)
        habit = self._words.habits[key]
        by = self._who(row, habit)
        self._stage.finish(row.id, by, self._said(key, self._opening(row), row.id))
        for template in habit.issues:
            self._stage.issue(row.case_id, template, self._stage.login(row.owner_id) if row.owner_id else by)

    def _who(self, row: AnyRow, habit: Habit) -> str:
        if row.assignee_id is not None:
            return self._stage.login(row.assignee_id)
        return habit.by or self._holder(row)

    def _holder(self, row: AnyRow) -> str:
        """The first colleague who may do the step; queues appear with their first step."""
        if row.queue_id not in self._holders:
            logins = (each.login for each in COLLEAGUES)
            found = next((one for one in logins if row.queue_id in self._stage.actor(one).queues), None)
            if found is None:
                raise LookupError(f"nobody of the demonstration may do {row.node} of case {row.case_id}")
            self._holders[row.queue_id] = found
        return self._holders[row.queue_id]

    # --- words ----------------------------------------------------------------------------------------

    def _said(self, key: str, opening: Opening | None, turn: int = 0) -> Data:
        """What is written into a step, or opens a case: as usual, as the trouble or the case has it."""
        said = dict(self._words.habits[key].says)
        if opening is not None:
            said |= self._words.troubles.get(opening.trouble, {}).get(key, {})
            said |= (opening.says or {}).get(key, {})
        about = None if opening is None else self._people.get(opening.who)
        return self._filled(said, about, turn)  # type: ignore[no-any-return]

    def _filled(self, said: Any, about: Registered | None, turn: int) -> Any:
        """The same with days, numbers, children and what is said this time in place of the tags."""
        match said:
            case Later(days):
                return self._stage.later(self._stage.today, days) if days else self._stage.today
            case Children():
                return about.children if about else 0
            case Number():
                return str(next(self._numbers))
            case Year():
                return self._stage.today.year
            case Turns(values):
                return self._filled(values[turn % len(values)], about, turn)
            case dict():
                return {key: self._filled(value, about, turn) for key, value in said.items()}
            case list():
                return [self._filled(value, about, turn) for value in said]
        return said


def _key(family_id: int | None, person_id: int | None) -> tuple[int | None, int | None]:
    """A family as one, whoever of it a case was opened about."""
    return (family_id, None if family_id is not None else person_id)


def _tail(node: str) -> str:
    """The step itself, whichever pathway called its pathway."""
    return node.rpartition("/")[2]
