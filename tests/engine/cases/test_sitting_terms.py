"""Terms up to a sitting: set when one is planned, moved with it, without a day while there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.access.actors import load_actor
from engine.cases.clocks import extend_term, pause_term
from engine.cases.history import HistoryKind
from engine.cases.queries import case_card, case_history
from engine.cases.service import cancel_case
from engine.cases.sitting_terms import follow_sittings
from engine.cases.tables import wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.deadlines.tables import norm, term
from engine.errors import NotAllowed
from engine.model import FAR_FUTURE, SYSTEM, Actor, Outcome
from engine.records.commissions import NewCommission, create_commission
from engine.records.sittings import plan_sitting, sitting_held
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, from_seconds
from engine.worklist.casework import case_tasks
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    boundary_timer,
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)

MONDAY = datetime(2026, 1, 12, 7, tzinfo=UTC)
BODY = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("a", startTerms="T29")
    + user_task("b", norm="T29", endTerms="T29")
    + boundary_timer("over", "b", '=term("T29")')
    + user_task("late")
    + '<endEvent id="e" name="Конец"/><endEvent id="e2" name="Поздно"/>'
    + flows("s a b e", "over late e2")
)


def evening(day: int) -> datetime:
    """17:00 in Moscow on that day of January."""
    return datetime(2026, 1, day, 14, tzinfo=UTC)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    set_clock(rt, MONDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
        conn.execute(update(norm).where(norm.c.key == "T29").values(commission="family"))
    rt.calendars.forget()
    publish_files(rt, diagram("asking", BODY), chain("sitting", user_task("hold")))
    return make_actor(rt, "R05")


@pytest.fixture
def commission(rt: Runtime, clerk: Actor) -> int:
    return create_commission(rt, SYSTEM, NewCommission("family", town(rt).centre))


def set_clock(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


def ask(rt: Runtime, clerk: Actor) -> int:
    case = open_case(rt, clerk, "asking").id
    complete(rt, clerk, "a")
    return case


def plan(rt: Runtime, clerk: Actor, commission: int, day: int, sitting: int | None = None) -> int:
    """A sitting on that day of January; the number of its case."""
    number = sitting or open_case(rt, clerk, "sitting").id
    with rt.database.write() as conn:
        plan_sitting(conn, commission, number, date(2026, 1, day))
    return number


def due(rt: Runtime, case_id: int) -> datetime | None:
    """The last moment of the term, which is that of its step and of the timer that waits for it."""
    with rt.database.read() as conn:
        row = conn.execute(select(term).where(term.c.case_id == case_id)).one()
        [step] = [each for each in case_tasks(rt, conn, case_id, rt.clock.now(), 3) if each.step.norm]
        fires = conn.execute(select(wait.c.due_at).where(wait.c.case_id == case_id)).scalar_one()
    found = due_from_seconds(row.due_at)
    assert step.due.at == found
    assert (None if fires is None else from_seconds(fires - 1)) == found
    return found


def history(rt: Runtime, case_id: int) -> list[tuple[str, str, str]]:
    with rt.database.read() as conn:
        entries = case_history(rt, conn, case_card(rt, conn, SYSTEM, case_id))
    return [
        (str(entry.data["причина"]), str(entry.data.get("было", "")), str(entry.data.get("стало", "")))
        for entry in reversed(entries)
        if entry.kind is HistoryKind.TERM_RECOUNTED
    ]


def test_a_sitting_that_is_planned_is_the_end_of_the_term(rt: Runtime, clerk: Actor, commission: int) -> None:
    for day in (22, 12, 15):  # that of the same day is no next one
        plan(rt, clerk, commission, day)
    assert due(rt, ask(rt, clerk)) == evening(15)


def test_without_a_sitting_the_term_says_so_and_gets_its_day_later(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    case = ask(rt, clerk)
    assert due(rt, case) is None
    with rt.database.read() as conn:
        [step] = case_tasks(rt, conn, case, rt.clock.now(), 3)
    assert step.words.left == "заседание не назначено"
    assert "ближайшее заседание" in step.words.norm_words
    plan(rt, clerk, commission, 15)
    assert follow_sittings(rt) == 1
    assert due(rt, case) == evening(15)
    assert history(rt, case) == [("назначено заседание", "", "15.01.2026")]
    assert follow_sittings(rt) == 0


def test_a_sitting_that_is_moved_takes_its_terms_along(rt: Runtime, clerk: Actor, commission: int) -> None:
    sitting = plan(rt, clerk, commission, 15)
    case = ask(rt, clerk)
    follow_sittings(rt)
    plan(rt, clerk, commission, 20, sitting)
    follow_sittings(rt)
    assert due(rt, case) == evening(20)
    assert history(rt, case) == [("заседание перенесено", "15.01.2026", "20.01.2026")]
    set_clock(rt, evening(15) + timedelta(hours=1))
    assert fire_due(rt) == 0
    set_clock(rt, evening(20) + timedelta(seconds=1))
    fire_due(rt)
    assert sorted(open_nodes(rt)) == ["b", "hold", "late"]


def test_a_sitting_that_will_not_be_gives_its_terms_to_the_next_one_or_none(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    first, second = plan(rt, clerk, commission, 15), plan(rt, clerk, commission, 22)
    case = ask(rt, clerk)
    follow_sittings(rt)
    for number, becomes in ((first, evening(22)), (second, None)):
        cancel_case(rt, SYSTEM, number, "нет вопросов")
        assert follow_sittings(rt) == 1
        assert due(rt, case) == becomes
    assert history(rt, case)[-1] == ("заседания не будет, нового не назначили", "22.01.2026", "")


def test_a_sitting_that_was_held_goes_on_being_the_end_of_its_terms(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    sitting = plan(rt, clerk, commission, 15)
    case = ask(rt, clerk)
    with rt.database.write() as conn:
        sitting_held(conn, sitting)
    plan(rt, clerk, commission, 22)
    set_clock(rt, evening(15) + timedelta(days=1))
    follow_sittings(rt)
    assert due(rt, case) == evening(15)
    complete(rt, clerk, "b")
    with rt.database.read() as conn:
        assert conn.execute(select(term.c.outcome)).scalar_one() == Outcome.BREACHED


def test_the_sitting_of_another_commission_is_none_of_ours(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    other = create_commission(rt, SYSTEM, NewCommission("kdn", town(rt).centre))
    plan(rt, clerk, other, 15)
    case = ask(rt, clerk)
    follow_sittings(rt)
    assert due(rt, case) is None


def test_what_ends_before_its_sitting_is_planned_ends_in_time(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    case = ask(rt, clerk)
    complete(rt, clerk, "b")
    plan(rt, clerk, commission, 15)
    follow_sittings(rt)
    with rt.database.read() as conn:
        row: Any = conn.execute(select(term).where(term.c.case_id == case)).one()
    assert (row.outcome, row.due_at) == (Outcome.MET, FAR_FUTURE)


@pytest.mark.parametrize("deed", [pause_term, extend_term])
def test_nobody_stops_or_lengthens_it(rt: Runtime, clerk: Actor, commission: int, deed: Any) -> None:
    ask(rt, clerk)
    with rt.database.read() as conn:
        number = conn.execute(select(term.c.id)).scalar_one()
    with pytest.raises(NotAllowed):
        deed(rt, load_actor(rt, clerk.user_id), number, "болезнь" if deed is pause_term else 1)
