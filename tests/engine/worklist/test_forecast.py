"""Forecasts of running terms from what this instance has seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.cases.clocks import pause_term, resume_term
from engine.cases.tables import case_
from engine.clock import MovableClock
from engine.deadlines.forecast import calibrate
from engine.deadlines.queries import open_terms
from engine.deadlines.service import seed
from engine.model import SYSTEM, Actor, Term
from engine.runtime import Runtime
from engine.worklist.forecast import (
    FRESH,
    REMEMBERED,
    Forecast,
    calibration_of,
    forecasts,
    forecasts_of_case,
    past_terms,
)
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, complete, open_case, publish_files, user_task

MONDAY = datetime(2026, 1, 12, 7, tzinfo=UTC)
DAY = 8 * 3600


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """A specialist and a pathway: the term T31 (five working days) runs from the first step to the last."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(
        rt,
        chain("plan", user_task("a", startTerms="T31"), user_task("b"), user_task("c", endTerms="T31")),
        chain("own", user_task("x", norm="T31")),
    )
    return make_actor(rt, "R05")


def done(rt: Runtime, clerk: Actor, process: str, days: int) -> None:
    """A case whose term took so many days on the clock, all of them at its last step."""
    open_case(rt, clerk, process)
    for node in {"plan": "ab", "own": ""}[process]:
        complete(rt, clerk, node)
    pass_days(rt, days)
    complete(rt, clerk, "c" if process == "plan" else "x")
    pass_days(rt, -days % 7)  # to a Monday again


def pass_days(rt: Runtime, days: int) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(days=days))


def the_open_term(rt: Runtime) -> Term:
    with rt.database.read() as conn:
        newest = conn.execute(select(func.max(case_.c.id))).scalar_one()
        return open_terms(conn, newest)[0]


def listed(rt: Runtime, person: Actor, **more: bool) -> list[Forecast]:
    with rt.database.read() as conn:
        return forecasts(rt, conn, load_actor(rt, person.user_id), rt.clock.now(), 50, **more).shown


def test_a_step_that_usually_takes_longer_than_what_is_left_may_not_be_done_in_time(rt, clerk):
    for _ in range(12):
        done(rt, clerk, "own", 9)
    open_case(rt, clerk, "own")
    [found] = listed(rt, make_actor(rt, "R07"))
    assert found.outlook.likely
    assert (found.title, found.label, found.outlook.cases) == ("Шаг x", "семья Лапшиных", 12)
    words = found.reason.replace("\u00a0", " ")
    assert words == "Обычно 7 раб. дней (по 12 делам). Прошло меньше дня, осталось 5."


def test_a_term_of_the_case_is_judged_from_the_step_where_the_case_stands(rt, clerk):
    for _ in range(12):
        done(rt, clerk, "plan", 9)
    case = open_case(rt, clerk, "plan").id
    complete(rt, clerk, "a")
    complete(rt, clerk, "b")
    with rt.database.read() as conn:
        [found] = forecasts_of_case(rt, conn, case, rt.clock.now()).values()
    assert found.outlook.likely
    assert found.task_id is None
    assert found.responsible == clerk.user_id
    assert "От шага «Шаг c» до конца срока обычно" in found.reason


def test_before_there_is_a_history_the_norm_speaks_and_says_so(rt, clerk):
    open_case(rt, clerk, "own")
    head = make_actor(rt, "R07")
    [found] = listed(rt, head)
    assert not found.outlook.likely
    assert found.reason.startswith("Истории пока мало.")
    rt.clock.advance(timedelta(days=4, hours=20))  # Saturday: everything has passed but Monday
    later = listed(rt, head)[0].outlook.chance
    assert later > found.outlook.chance


def test_what_is_overdue_paused_or_done_is_no_forecast(rt, clerk):
    head = make_actor(rt, "R07")
    open_case(rt, clerk, "own")
    running = the_open_term(rt)
    pause_term(rt, SYSTEM, running.id, "больница")
    assert listed(rt, head) == []
    resume_term(rt, SYSTEM, running.id)
    assert len(listed(rt, head)) == 1
    rt.clock.advance(timedelta(days=30))
    assert listed(rt, head) == []


def test_the_time_of_a_pause_has_not_passed(rt, clerk):
    for _ in range(12):
        done(rt, clerk, "own", 2)
    open_case(rt, clerk, "own")
    running = the_open_term(rt)
    pause_term(rt, SYSTEM, running.id, "больница")
    rt.clock.advance(timedelta(days=28))
    resume_term(rt, SYSTEM, running.id)
    [found] = listed(rt, make_actor(rt, "R07"))
    assert not found.outlook.likely
    assert "Прошло меньше дня, осталось 5" in found.reason


def test_terms_that_were_paused_teach_nothing(rt, clerk):
    done(rt, clerk, "own", 2)
    open_case(rt, clerk, "own")
    running = the_open_term(rt)
    pause_term(rt, SYSTEM, running.id, "больница")
    rt.clock.advance(timedelta(days=7))
    resume_term(rt, SYSTEM, running.id)
    complete(rt, clerk, "x")
    with rt.database.read() as conn:
        [past] = past_terms(rt, conn, rt.clock.now())
    assert past.took == 2 * DAY
    assert not past.missed


def test_the_dangerous_come_first_or_the_nearest(rt, clerk):
    publish_files(rt, chain("quick", user_task("y", norm="T30")))
    for _ in range(12):
        done(rt, clerk, "own", 9)
    for process in ("own", "quick"):
        open_case(rt, clerk, process)
    head = make_actor(rt, "R07")
    assert [each.title for each in listed(rt, head)] == ["Шаг x", "Шаг y"]
    assert [each.title for each in listed(rt, head, by_due=True)] == ["Шаг y", "Шаг x"]


def test_a_head_sees_the_own_department(rt, clerk):
    open_case(rt, clerk, "own")
    assert len(listed(rt, make_actor(rt, "R07"))) == 1
    assert listed(rt, make_actor(rt, "R07", unit_id=town(rt).care)) == []


def test_the_history_is_read_again_after_an_hour(rt, clerk):
    with rt.database.read() as conn:
        assert calibration_of(rt, conn, rt.clock.now()) is None
    done(rt, clerk, "own", 0)
    with rt.database.read() as conn:
        assert calibration_of(rt, conn, rt.clock.now()) is None
    for times in (1, 2):
        rt.clock.advance(FRESH)
        with rt.database.read() as conn:
            found = calibration_of(rt, conn, rt.clock.now())
        assert found is not None
        assert found.terms == times
        done(rt, clerk, "own", 0)


def test_what_was_read_bit_by_bit_is_what_is_read_at_once(rt, clerk):
    for days in (0, 2, 9):
        done(rt, clerk, "own", days)
        done(rt, clerk, "plan", days)
        with rt.database.read() as conn:
            little_by_little = calibration_of(rt, conn, rt.clock.now())
    with rt.database.read() as conn:
        assert little_by_little == calibrate(past_terms(rt, conn, rt.clock.now()))


def test_after_a_year_a_term_is_forgotten(rt, clerk):
    done(rt, clerk, "own", 0)
    for passed in (FRESH, REMEMBERED):
        rt.clock.advance(passed)
        with rt.database.read() as conn:
            found = calibration_of(rt, conn, rt.clock.now())
        assert (found is None) is (passed is REMEMBERED)
