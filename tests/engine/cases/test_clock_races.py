"""A term that several people, a completion and the sweep change in the same moment: one order of them has
happened, nothing is half done, and whoever came second is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from engine.access.actors import load_actor
from engine.cases.clocks import extend_term, pause_term, resume_overlong, resume_term
from engine.cases.editions import publish_edition
from engine.cases.service import complete_task
from engine.cases.tables import wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.due import overdue_from
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term, term_extension, term_pause
from engine.model import SYSTEM, Actor, Clock, CompleteTask, Outcome
from engine.runtime import Runtime
from engine.worklist.ladder import tell_due
from engine.worklist.tables import DONE, OPEN, notice, task
from tests.engine.cases.test_races import at_once
from tests.engine.deadlines.factories import STANDARD
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    complete,
    diagram,
    flows,
    open_case,
    publish_files,
    user_task,
)

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)
DUE = datetime(2026, 1, 21, 14, tzinfo=UTC)
"""Ten working days after it, 17:00 in Moscow."""
PAPERS = "ждём документы"
ROUNDS = 4
PLAIN: dict[str, Any] = {
    "key": "X1", "title": "Собрать семью", "value": 10, "unit": "working", "start": "step", "act": "порядок",
    "mark": "P", "ladder": STANDARD, "pause": [PAPERS], "pause_days": 10,
    "extension": {"value": 20, "unit": "working", "by": "R05", "ground": "проверка"},
}  # fmt: skip
BODY = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("a", startTerms="X1")
    + user_task("b", norm="X1", endTerms="X1")
    + boundary_timer("over", "b", '=term("X1")')
    + user_task("late")
    + '<endEvent id="e" name="Конец"/><endEvent id="e2" name="Поздно"/>'
    + flows("s a b e", "over late e2")
)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    set_clock(rt, FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    add_norm_edition(rt, SYSTEM, norm_of(PLAIN))
    publish_files(rt, diagram("need", BODY))
    return make_actor(rt, "R05")


def set_clock(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


class Case:
    """A case at its step `b`, and what several people do with its term at once."""

    def __init__(self, rt: Runtime, clerk: Actor) -> None:
        set_clock(rt, FRIDAY)
        self.rt = rt
        self.id = open_case(rt, clerk, "need").id
        complete(rt, clerk, "a")
        self.clerk = load_actor(rt, clerk.user_id)
        with rt.database.read() as conn:
            self.term = conn.execute(select(term.c.id).where(term.c.case_id == self.id)).scalar_one()
            self.task = conn.execute(
                select(task.c.id).where(task.c.case_id == self.id, task.c.node == "b")
            ).scalar_one()

    def deeds(self) -> dict[str, Callable[[], object]]:
        rt, who = self.rt, self.clerk
        return {
            "pause": partial(pause_term, rt, who, self.term, PAPERS),
            "resume": partial(resume_term, rt, who, self.term),
            "extend": partial(extend_term, rt, who, self.term, 5),
            "complete": partial(complete_task, rt, CompleteTask(who, self.task)),
            "timers": partial(fire_due, rt),
            "ladder": partial(tell_due, rt),
            "overlong": partial(resume_overlong, rt),
        }

    def do(self, *names: str) -> list[object]:
        deeds = self.deeds()
        return at_once([deeds[name] for name in names])


def must_be_whole(case: Case) -> Any:
    """The rows of a case agree with one another; gives that of its term."""
    with case.rt.database.read() as conn:
        row = conn.execute(select(term).where(term.c.id == case.term)).one()
        step = conn.execute(select(task).where(task.c.id == case.task)).one()
        moments = conn.execute(select(wait.c.due_at).where(wait.c.case_id == case.id)).scalars().all()
        open_pauses = _count(
            conn, term_pause, term_pause.c.term_id == case.term, term_pause.c.ended_at.is_(None)
        )
        longer = conn.execute(select(term_extension).where(term_extension.c.term_id == case.term)).all()
    if row.ended_at is not None:
        assert (step.status, moments) == (DONE, [])
        return row
    assert step.status == OPEN
    assert (step.clock, step.due_at) == (row.clock, row.due_at)
    assert open_pauses == (row.clock == Clock.PAUSED)
    assert (row.paused_at is None) is (row.remainder is None) is (row.clock == Clock.RUNNING)
    if row.clock == Clock.PAUSED:
        assert (row.next_at, set(moments)) == (None, {None})
    elif moments:  # or else the timer has fired
        assert moments == [overdue_from(row.due_at)]
    assert len(longer) <= 1  # as often as the norm allows
    return row


def _count(conn: Connection, table: Any, *conditions: Any) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def done(answers: list[object]) -> int:
    return sum(not isinstance(answer, Exception) for answer in answers)


@pytest.mark.parametrize("deed", ["pause", "extend"])
def test_of_six_who_change_a_term_at_once_one_does_and_five_are_told(
    rt: Runtime, clerk: Actor, deed: str
) -> None:
    case = Case(rt, clerk)
    assert done(case.do(*[deed] * 6)) == 1
    must_be_whole(case)


@pytest.mark.parametrize("deed", ["pause", "extend"])
def test_a_term_that_is_changed_while_its_step_is_done_ends_once(
    rt: Runtime, clerk: Actor, deed: str
) -> None:
    for _ in range(ROUNDS):
        case = Case(rt, clerk)
        answers = case.do("complete", deed)
        assert answers[0] is None
        row = must_be_whole(case)
        assert row.outcome == Outcome.MET


def test_a_pause_and_an_extension_at_once_happen_one_after_the_other(rt: Runtime, clerk: Actor) -> None:
    for _ in range(ROUNDS):
        case = Case(rt, clerk)
        answers = case.do("pause", "extend")
        assert answers[0] is None
        assert must_be_whole(case).clock == Clock.PAUSED


def test_a_term_that_is_stopped_or_lengthened_in_its_last_second_is_not_fired_too(
    rt: Runtime, clerk: Actor
) -> None:
    """A second later it would have run out: then it is neither stopped nor lengthened."""
    for shift in (0, 1):
        for deed in ("pause", "extend"):
            case = Case(rt, clerk)
            set_clock(rt, DUE - timedelta(seconds=1 - 2 * shift))
            answers = case.do(deed, "timers", "ladder")
            case.do("timers", "ladder")  # a sweep leaves a case that somebody holds for the next round
            must_be_whole(case)
            with rt.database.read() as conn:
                late = _count(conn, task, task.c.case_id == case.id, task.c.node == "late")
                told = _count(conn, notice, notice.c.case_id == case.id, notice.c.kind == "due")
            assert (answers[0] is None, late, bool(told)) == (not shift, shift, bool(shift))
            with rt.database.write() as conn:  # the next round has an empty house
                conn.execute(notice.delete())


def test_a_pause_ends_once_when_people_and_the_sweep_end_it_together(rt: Runtime, clerk: Actor) -> None:
    for _ in range(ROUNDS):
        case = Case(rt, clerk)
        pause_term(rt, case.clerk, case.term, PAPERS)
        set_clock(rt, FRIDAY + timedelta(days=11))
        answers = case.do("resume", "overlong", "resume", "overlong")
        assert done([answers[0], answers[2]]) <= 1
        row = must_be_whole(case)
        with rt.database.read() as conn:
            [pause] = conn.execute(select(term_pause).where(term_pause.c.term_id == case.term)).all()
        assert row.clock == Clock.RUNNING
        assert pause.ended_at is not None


def test_a_new_edition_and_a_pause_at_once_both_hold(rt: Runtime, clerk: Actor) -> None:
    case = Case(rt, clerk)
    edition = norm_of({**PLAIN, "value": 15, "valid_from": FRIDAY.date().isoformat()})
    answers = at_once([partial(publish_edition, rt, SYSTEM, edition), case.deeds()["pause"]])
    assert answers[1] is None
    row = must_be_whole(case)
    assert (row.clock, row.norm_id) == (Clock.PAUSED, answers[0])
