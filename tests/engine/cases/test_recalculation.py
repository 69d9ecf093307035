"""Open terms counted anew after a calendar was changed: with their steps, timers, ladders and histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.access.offices import change_office
from engine.access.tables import audit
from engine.bootstrap import open_runtime
from engine.cases.clocks import extend_term, pause_term, resume_term
from engine.cases.history import HistoryKind
from engine.cases.recalculation import SETTLED, recount_due
from engine.cases.tables import history
from engine.clock import MovableClock
from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.counting import due_moment
from engine.deadlines.interruptions import counted_due
from engine.deadlines.queries import changes_of_terms
from engine.deadlines.service import confirm_year, edit_day, restore_day
from engine.deadlines.tables import calendar_change, moved_term, recalculation, term
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, Clock
from engine.runtime import Runtime
from engine.storage.database import Database
from engine.storage.moments import from_seconds
from engine.worklist.notices import RECOUNTED
from engine.worklist.service import claim
from engine.worklist.tables import notice, task
from tests.engine.cases.test_clocks import (
    PAPERS,
    add_norm,
    again,
    clerk,
    make_case,
    msk,
    set_clock,
    step_row,
    term_row,
    timer_at,
)
from tests.factories.access import make_actor, town
from tests.factories.cases import chain as chain_of
from tests.factories.cases import complete, open_case, open_tasks, publish_files, user_task

__all__ = ["clerk"]

ACT = "распоряжение № 7"


def day_off(rt: Runtime, text: str, unit_id: int | None = None) -> None:
    """One more day off in 2026, written in that layer."""
    edit_day(rt, SYSTEM, Day(msk(f"{text} 12:00").date(), DayKind.DAY_OFF, "день округа", ACT), unit_id)


def settle(rt: Runtime) -> None:
    """Let the other processes come to know."""
    set_clock(rt, rt.clock.now() + SETTLED)


def recount(rt: Runtime, limit: int = 200) -> int:
    """Count everything anew; how many commits it took."""
    settle(rt)
    commits = 0
    while recount_due(rt, limit):
        commits += 1
    return commits


def rows(rt: Runtime, table: Any) -> list[Any]:
    with rt.database.read() as conn:
        return list(conn.execute(select(table)).all())


def entries(rt: Runtime) -> int:
    """How many terms were counted anew, as the histories of the cases say."""
    counted = select(func.count()).where(history.c.kind == HistoryKind.TERM_RECOUNTED)
    with rt.database.read() as conn:
        return int(conn.execute(counted).scalar_one())


def test_one_more_day_off_moves_the_term_its_step_its_timer_and_its_ladder(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    day_off(rt, "15.01")
    recount(rt)
    due = msk("22.01 17:00")
    assert from_seconds(term_row(rt).due_at) == from_seconds(step_row(rt).due_at) == timer_at(rt) == due
    half, before = term_row(rt).next_at, msk("21.01 09:00")
    set_clock(rt, from_seconds(half))
    sweep_until_idle(rt)
    assert from_seconds(term_row(rt).next_at) == before
    (moved,) = rows(rt, moved_term)
    assert (from_seconds(moved.due_before), from_seconds(moved.due_after)) == (msk("21.01 17:00"), due)
    assert moved.case_id == case
    assert entries(rt) == 1


def test_a_day_taken_back_moves_the_term_back(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    before = term_row(rt)
    day_off(rt, "15.01")
    recount(rt)
    restore_day(rt, SYSTEM, msk("15.01 12:00").date())
    recount(rt)
    assert term_row(rt) == before
    assert [row.moved for row in rows(rt, recalculation)] == [1, 1]


def test_a_term_that_becomes_shorter_than_now_is_told_as_overdue(rt: Runtime, clerk: Actor) -> None:
    day_off(rt, "15.01")
    make_case(rt, clerk)
    assert from_seconds(term_row(rt).due_at) == msk("22.01 17:00")
    set_clock(rt, msk("22.01 10:00"))
    sweep_until_idle(rt)
    restore_day(rt, SYSTEM, msk("15.01 12:00").date())
    settle(rt)
    sweep_until_idle(rt)
    assert from_seconds(term_row(rt).due_at) == msk("21.01 17:00")
    with rt.database.read() as conn:
        kinds = set(conn.execute(select(notice.c.kind).where(notice.c.term_id.is_not(None))).scalars())
    assert "plus_1" in kinds  # since nine in the morning it is one working day over


def test_what_does_not_move_is_left_alone(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    before = term_row(rt)
    day_off(rt, "24.02")
    recount(rt)
    assert term_row(rt) == before
    assert rows(rt, moved_term) == []
    (work,) = rows(rt, recalculation)
    assert (work.terms, work.moved) == (1, 0)
    assert work.finished_at is not None


def test_only_the_units_under_the_changed_calendar_are_counted(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    day_off(rt, "15.01", town(rt).administration)
    recount(rt)
    assert rows(rt, recalculation)[0].terms == 0
    day_off(rt, "15.01", town(rt).centre)
    recount(rt)
    assert from_seconds(term_row(rt).due_at) == msk("22.01 17:00")


def test_new_hours_of_an_office_move_what_ends_at_its_closing_hour(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    longer = partial(
        change_office, rt, SYSTEM, town(rt).families, zone="Europe/Moscow", closing="18:00", opening="08:00"
    )
    longer(closings={3: "16:30"})
    recount(rt)
    assert from_seconds(step_row(rt).due_at) == msk("21.01 16:30")  # a Wednesday
    longer()
    recount(rt)
    assert from_seconds(step_row(rt).due_at) == msk("21.01 18:00")


def test_a_stopped_term_keeps_what_the_new_calendar_leaves_it(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("19.01 17:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    day_off(rt, "20.01")
    recount(rt)
    assert (term_row(rt).clock, step_row(rt).clock, timer_at(rt)) == (Clock.PAUSED, Clock.PAUSED, None)
    set_clock(rt, msk("02.02 17:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    assert from_seconds(step_row(rt).due_at) == msk("04.02 17:00")  # two working days, as was left


def test_pauses_and_extensions_stay(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("13.01 12:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("15.01 12:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    extend_term(rt, again(rt, clerk), term_row(rt).id, 5)
    assert from_seconds(term_row(rt).due_at) == msk("30.01 17:00")
    day_off(rt, "16.01")
    recount(rt)
    row = term_row(rt)
    with rt.database.read() as conn:
        changes = changes_of_terms(conn, [row.id])[row.id]
    calendar, office = rt.calendars.calendar(clerk.unit_id), rt.calendars.office(clerk.unit_id)
    rule, event = rt.calendars.norm_by_id(row.norm_id).rule, from_seconds(row.event_at)
    assert len(changes) == 2
    assert from_seconds(row.due_at) == counted_due(rule, event, changes, calendar, office).due
    assert from_seconds(row.due_at) == msk("02.02 17:00")


def test_changes_made_one_after_another_are_counted_once(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    day_off(rt, "15.01")
    day_off(rt, "16.01")
    assert recount_due(rt) == 0  # other processes may still open terms by the calendar of before
    recount(rt)
    assert from_seconds(term_row(rt).due_at) == msk("23.01 17:00")
    (work,) = rows(rt, recalculation)
    assert {change.recalculation_id for change in rows(rt, calendar_change)} == {work.id}
    assert entries(rt) == 1


def test_a_confirmed_year_moves_nothing_and_counts_nothing(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    confirm_year(rt, SYSTEM, 2027, ACT)
    assert recount(rt) == 0
    assert rows(rt, recalculation) == []


def test_each_person_is_told_once_of_all_that_moved(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    claim(rt, again(rt, clerk), open_tasks(rt, "b")[0])
    for _ in range(3):
        open_case(rt, clerk, "need")
    for number in open_tasks(rt, "a"):
        claim(rt, again(rt, clerk), number)
    complete(rt, clerk, "a")
    day_off(rt, "15.01")
    recount(rt)
    told = [row for row in rows(rt, notice) if row.kind == RECOUNTED]
    assert [(row.account_id, row.case_id, row.recalculation_id) for row in told] == [
        (clerk.user_id, None, rows(rt, recalculation)[0].id)
    ]
    assert {row.told_id for row in rows(rt, moved_term)} == {clerk.user_id}


def test_the_recalculation_stands_in_the_journal(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    day_off(rt, "15.01")
    recount(rt)
    actions = [row.action for row in rows(rt, audit)]
    assert actions.index("calendar.day") < actions.index("calendar.recount")


# Batches


def many_cases(rt: Runtime, clerk: Actor, count: int) -> None:
    make_case(rt, clerk)
    for _ in range(count - 1):
        open_case(rt, clerk, "need")
        complete(rt, clerk, "a")


def test_it_goes_in_batches_and_counts_each_case_once(rt: Runtime, clerk: Actor) -> None:
    many_cases(rt, clerk, 5)
    day_off(rt, "15.01")
    assert recount(rt, limit=2) == 3
    (work,) = rows(rt, recalculation)
    assert (work.terms, work.moved) == (5, 5)
    assert (len(rows(rt, moved_term)), entries(rt)) == (5, 5)


def test_after_a_crash_it_goes_on_where_it_was(
    rt: Runtime, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_cases(rt, clerk, 5)
    day_off(rt, "15.01")
    settle(rt)
    recount_due(rt, limit=2)
    with crashing_commit(monkeypatch), pytest.raises(RuntimeError):
        recount_due(rt, limit=2)
    assert len(rows(rt, moved_term)) == 2
    other = open_runtime(rt.settings, MovableClock(rt.clock.now()))
    while recount_due(other, limit=2):
        pass
    other.database.close()
    assert (len(rows(rt, moved_term)), entries(rt)) == (5, 5)
    assert {from_seconds(row.due_at) for row in rows(rt, term)} == {msk("22.01 17:00")}


@contextmanager
def crashing_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The transaction breaks just before its commit."""
    real = Database.write

    @contextmanager
    def breaks(self: Database) -> Iterator[Any]:
        with real(self) as conn:
            yield conn
            raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", breaks)
        yield


def test_a_term_opened_meanwhile_by_who_believes_the_old_calendar_is_counted_too(
    rt: Runtime, clerk: Actor
) -> None:
    other = open_runtime(rt.settings, MovableClock(rt.clock.now()))
    assert other.calendars.country().is_working(msk("15.01 12:00").date())
    day_off(rt, "15.01")
    make_case(other, clerk)  # by the calendar it still has in memory
    other.database.close()
    assert from_seconds(term_row(rt).due_at) == msk("21.01 17:00")
    recount(rt)
    assert from_seconds(term_row(rt).due_at) == msk("22.01 17:00")


# Races


def at_once(*actions: Callable[[], object]) -> list[object]:
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        barrier.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [each.result() for each in [pool.submit(run, action) for action in actions]]


def recount_all(rt: Runtime, limit: int) -> Callable[[], object]:
    def run() -> None:
        while recount_due(rt, limit):
            pass

    return run


def test_two_workers_count_each_term_once(rt: Runtime, clerk: Actor) -> None:
    many_cases(rt, clerk, 6)
    day_off(rt, "15.01")
    settle(rt)
    other = open_runtime(rt.settings, MovableClock(rt.clock.now()))
    at_once(recount_all(rt, 1), recount_all(other, 1))
    other.database.close()
    recount_all(rt, 1)()  # whoever found it taken may have stopped first
    (work,) = rows(rt, recalculation)
    assert (work.terms, work.moved, len(rows(rt, moved_term)), entries(rt)) == (6, 6, 6, 6)
    assert len([row for row in rows(rt, notice) if row.kind == RECOUNTED]) <= 1


def test_a_completion_and_a_recalculation_of_the_same_case_both_hold(rt: Runtime, clerk: Actor) -> None:
    add_norm(rt, "X9", value=3)
    publish_files(rt, chain_of("line", user_task("first", norm="X9"), user_task("second", norm="X9")))
    for _ in range(4):
        open_case(rt, clerk, "line")
    day_off(rt, "30.12")
    day_off(rt, "12.01")
    settle(rt)
    person = again(rt, clerk)

    def complete_all() -> None:
        for _ in range(4):
            complete(rt, person, "first")

    at_once(complete_all, recount_all(rt, 1))
    recount_all(rt, 1)()
    open_terms = [row for row in rows(rt, term) if row.ended_at is None]
    due = expected_due(rt, clerk, open_terms[0])
    assert len(open_terms) == 4
    assert {from_seconds(row.due_at) for row in open_terms} == {due}
    steps = [row for row in rows(rt, task) if row.node == "second"]
    assert {from_seconds(row.due_at) for row in steps} == {due}


def test_a_pause_and_a_recalculation_of_the_same_term_both_hold(rt: Runtime, clerk: Actor) -> None:
    many_cases(rt, clerk, 4)
    set_clock(rt, msk("19.01 17:00"))
    day_off(rt, "20.01")
    settle(rt)
    person, terms = again(rt, clerk), [row.id for row in rows(rt, term)]

    def pause_all() -> None:
        for number in terms:
            pause_term(rt, person, number, PAPERS)

    at_once(pause_all, recount_all(rt, 1))
    recount_all(rt, 1)()
    left = {(row.clock, row.remainder, row.due_at) for row in rows(rt, term)}
    assert left == {(Clock.PAUSED, 2 * 8 * 3600, int(msk("22.01 17:00").timestamp()))}


def expected_due(rt: Runtime, clerk: Actor, row: Any) -> datetime:
    calendar, office = rt.calendars.calendar(clerk.unit_id), rt.calendars.office(clerk.unit_id)
    rule = rt.calendars.norm_by_id(row.norm_id).rule
    return due_moment(rule, from_seconds(row.event_at), calendar, office)


def test_a_case_of_another_unit_follows_its_own_calendar(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    open_case(rt, stranger, "need")
    complete(rt, stranger, "a")
    day_off(rt, "15.01", town(rt).care)
    recount(rt)
    dues = sorted(from_seconds(row.due_at) for row in rows(rt, term))
    assert dues == [msk("21.01 17:00"), msk("22.01 17:00")]
