"""Terms of a case that are stopped, go on and are made longer, with what hangs on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.clock_views import terms_of_case
from engine.cases.clocks import extend_term, pause_term, resume_overlong, resume_term
from engine.cases.history import HistoryKind
from engine.cases.queries import case_card, case_history
from engine.cases.tables import wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term, term_pause
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Clock, Outcome
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.worklist.casework import case_tasks
from engine.worklist.tables import task
from tests.engine.deadlines.factories import STANDARD
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)
PAPERS = "ждём документы"


def msk(text: str) -> datetime:
    """«21.01 17:00» of 2026 in Moscow, in UTC."""
    return datetime.strptime(f"2026 {text} +0300", "%Y %d.%m %H:%M %z").astimezone(UTC)


def add_norm(rt: Runtime, key: str, **said: Any) -> None:
    plain = {
        "title": f"Норма {key}", "value": 10, "unit": "working", "start": "application", "act": "порядок",
        "mark": "P", "valid_from": "2025-12-01", "ladder": STANDARD, "pause": [PAPERS],
        "extension": {"value": 20, "unit": "working", "by": "R05", "ground": "проверка"},
    }  # fmt: skip
    add_norm_edition(rt, SYSTEM, norm_of({"key": key, **plain, **said}))


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    set_clock(rt, FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    add_norm(rt, "X1")
    add_norm(rt, "X2", value=3, within="X1")
    rt.calendars.forget()
    return make_actor(rt, "R05")


def set_clock(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


BODY = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("a", startTerms="X1")
    + user_task("b", norm="X1", endTerms="X1")
    + boundary_timer("b_late", "b", '=term("X1")')
    + user_task("late")
    + '<endEvent id="e" name="Конец"/><endEvent id="e2" name="Поздно"/>'
    + flows("s a b e", "b_late late e2")
)


def make_case(rt: Runtime, clerk: Actor, body: str = BODY) -> int:
    """A case at its step `b`, due on 21 January with the term of the case."""
    publish_files(rt, diagram("need", body))
    case = open_case(rt, clerk, "need").id
    complete(rt, clerk, "a")
    return case


def term_row(rt: Runtime, key: str = "X1") -> Any:
    with rt.database.read() as conn:
        return conn.execute(select(term).where(term.c.key == key).order_by(term.c.id.desc())).first()


def step_row(rt: Runtime, node: str = "b") -> Any:
    with rt.database.read() as conn:
        return conn.execute(select(task).where(task.c.node == node).order_by(task.c.id.desc())).first()


def timer_at(rt: Runtime) -> datetime | None:
    """The last moment of the term that the timer waits for: it fires a second later."""
    with rt.database.read() as conn:
        seconds: int | None = conn.execute(select(wait.c.due_at).where(wait.c.term == "X1")).scalar_one()
    return None if seconds is None else from_seconds(seconds - 1)


def again(rt: Runtime, clerk: Actor) -> Actor:
    return load_actor(rt, clerk.user_id)


def test_a_stopped_term_stops_its_step_and_its_timer(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    assert timer_at(rt) == msk("21.01 17:00")
    set_clock(rt, msk("19.01 17:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    assert (term_row(rt).clock, step_row(rt).clock, timer_at(rt)) == (Clock.PAUSED, Clock.PAUSED, None)
    assert term_row(rt).next_at is None
    set_clock(rt, msk("02.02 12:00"))
    assert fire_due(rt) == 0
    assert open_nodes(rt) == ["b"]


def test_a_term_goes_on_with_what_was_left_and_its_timer_is_armed_again(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("19.01 17:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("02.02 12:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    due = msk("04.02 12:00")
    assert from_seconds(term_row(rt).due_at) == from_seconds(step_row(rt).due_at) == timer_at(rt) == due
    assert (term_row(rt).clock, term_row(rt).paused_at, term_row(rt).remainder) == (Clock.RUNNING, None, None)
    assert from_seconds(term_row(rt).next_at) == msk("03.02 09:00")  # one working day before
    set_clock(rt, msk("04.02 12:01"))
    assert fire_due(rt) == 1
    assert open_nodes(rt) == ["b", "late"]


def test_a_pause_that_was_a_slip_leaves_the_term_where_it_ended(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("19.01 10:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("19.01 10:00") + timedelta(seconds=5))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    assert from_seconds(term_row(rt).due_at) == timer_at(rt) == msk("21.01 17:00")
    assert term_row(rt).clock == Clock.RUNNING


def test_a_pause_may_be_written_down_later_by_the_day_of_its_paper(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("16.01 12:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS, since=date(2026, 1, 14))
    set_clock(rt, msk("29.01 12:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id, on=date(2026, 1, 27))
    # Five working days were left in the evening of the 14th.
    assert from_seconds(term_row(rt).due_at) == msk("03.02 17:00")


def test_parts_of_a_term_stand_still_and_go_on_together_with_it(rt: Runtime, clerk: Actor) -> None:
    body = BODY.replace('<startEvent id="s" name="Начало"/>', '<startEvent id="s" name="Начало"/>')
    body = body.replace(user_task("b", norm="X1", endTerms="X1"), user_task("b", norm="X2", endTerms="X1"))
    make_case(rt, clerk, body)
    set_clock(rt, FRIDAY.replace(hour=14))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    assert (term_row(rt, "X2").clock, step_row(rt).clock) == (Clock.PAUSED, Clock.PAUSED)
    set_clock(rt, msk("19.01 17:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    assert from_seconds(step_row(rt).due_at) == from_seconds(term_row(rt, "X2").due_at) == msk("22.01 17:00")


def test_what_is_done_while_the_clock_stands_still_is_done_in_time(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("02.03 12:00"))
    complete(rt, clerk, "b")
    assert term_row(rt).outcome == Outcome.MET


def test_a_term_is_made_longer_within_its_norm(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    number = term_row(rt).id
    with pytest.raises(InvalidData):
        extend_term(rt, again(rt, clerk), number, 21)
    extend_term(rt, again(rt, clerk), number, 20)
    due = msk("18.02 17:00")
    assert from_seconds(term_row(rt).due_at) == from_seconds(step_row(rt).due_at) == timer_at(rt) == due
    with pytest.raises(Conflict, match="столько раз"):
        extend_term(rt, again(rt, clerk), number, 1)


def test_a_term_that_has_run_out_is_neither_stopped_nor_made_longer(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    set_clock(rt, msk("22.01 12:00"))
    with pytest.raises(InvalidData):
        extend_term(rt, again(rt, clerk), term_row(rt).id, 5)
    with pytest.raises(InvalidData):
        pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    assert term_row(rt).clock == Clock.RUNNING


@pytest.mark.parametrize("reason", ["", "устал", "больница"])
def test_only_a_reason_of_the_norm_stops_a_term(rt: Runtime, clerk: Actor, reason: str) -> None:
    make_case(rt, clerk)
    with pytest.raises(InvalidData):
        pause_term(rt, again(rt, clerk), term_row(rt).id, reason)


def test_a_norm_without_reasons_and_a_rule_lets_nobody_stop_or_extend(rt: Runtime, clerk: Actor) -> None:
    add_norm(rt, "X1", pause=[], extension=None, valid_from="2025-12-02")
    make_case(rt, clerk)
    with pytest.raises(NotAllowed):
        pause_term(rt, SYSTEM, term_row(rt).id, PAPERS)
    with pytest.raises(NotAllowed):
        extend_term(rt, SYSTEM, term_row(rt).id, 1)


def test_whoever_decides_by_the_norm_decides(rt: Runtime, clerk: Actor) -> None:
    rule = {"value": 5, "unit": "working", "by": "R07"}
    add_norm(rt, "X1", pause_by="R07", extension=rule, valid_from="2025-12-02")
    make_case(rt, clerk)
    head = make_actor(rt, "R07")
    number = term_row(rt).id
    with pytest.raises(NotAllowed, match="не вы"):
        pause_term(rt, again(rt, clerk), number, PAPERS)
    with pytest.raises(NotAllowed, match="не вы"):
        extend_term(rt, again(rt, clerk), number, 1)
    extend_term(rt, head, number, 5)
    set_clock(rt, msk("12.01 12:00"))
    pause_term(rt, head, number, PAPERS)


def test_changes_of_a_term_come_in_their_order(rt: Runtime, clerk: Actor) -> None:
    make_case(rt, clerk)
    number = term_row(rt).id
    set_clock(rt, msk("14.01 12:00"))
    pause_term(rt, again(rt, clerk), number, PAPERS)
    with pytest.raises(Conflict):
        pause_term(rt, again(rt, clerk), number, PAPERS)
    with pytest.raises(Conflict):
        extend_term(rt, again(rt, clerk), number, 1)
    with pytest.raises(InvalidData):
        resume_term(rt, again(rt, clerk), number, on=date(2026, 1, 13))
    set_clock(rt, msk("16.01 12:00"))
    with pytest.raises(InvalidData):
        resume_term(rt, again(rt, clerk), number, on=date(2026, 1, 17))
    resume_term(rt, again(rt, clerk), number)
    with pytest.raises(Conflict):
        resume_term(rt, again(rt, clerk), number)
    with pytest.raises(InvalidData):
        pause_term(rt, again(rt, clerk), number, PAPERS, since=date(2026, 1, 15))
    with pytest.raises(NotFound):
        resume_term(rt, again(rt, clerk), 10**9)


def test_a_pause_ends_by_itself_when_it_was_as_long_as_the_norm_allows(rt: Runtime, clerk: Actor) -> None:
    add_norm(rt, "X1", pause_days=10, valid_from="2025-12-02")
    make_case(rt, clerk)
    set_clock(rt, msk("19.01 17:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("29.01 16:59"))
    assert resume_overlong(rt) == 0
    set_clock(rt, msk("09.02 12:00"))
    assert (resume_overlong(rt), resume_overlong(rt)) == (1, 0)
    assert from_seconds(term_row(rt).due_at) == msk("02.02 17:00")
    with rt.database.read() as conn:
        pause = conn.execute(select(term_pause)).one()
    assert (pause.ended_at, pause.ended_by) == (to_seconds(msk("29.01 17:00")), SYSTEM.user_id)


def test_a_pause_whose_step_was_done_is_nothing_to_end(rt: Runtime, clerk: Actor) -> None:
    add_norm(rt, "X1", pause_days=10, valid_from="2025-12-02")
    make_case(rt, clerk)
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    complete(rt, clerk, "b")
    set_clock(rt, FRIDAY + timedelta(days=20))
    assert resume_overlong(rt) == 0


def test_the_history_says_who_stopped_what_and_why(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    set_clock(rt, msk("19.01 17:00"))
    resume_term(rt, again(rt, clerk), term_row(rt).id)
    with rt.database.read() as conn:
        newest = case_history(rt, conn, case_card(rt, conn, again(rt, clerk), case))[:2]
    assert [entry.kind for entry in newest] == [HistoryKind.TERM_RESUMED, HistoryKind.TERM_PAUSED]
    assert newest[1].actor_id == clerk.user_id
    assert newest[1].data == {"срок": "Норма X1", "причина": PAPERS, "с": "26.12.2025"}
    assert (newest[0].data["было"], newest[0].data["стало"]) == ("21.01.2026", "03.02.2026")


def test_a_step_that_stands_still_says_since_when_and_what_is_left(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    set_clock(rt, msk("16.01 17:00"))
    pause_term(rt, again(rt, clerk), term_row(rt).id, PAPERS)
    with rt.database.read() as conn:
        (row,) = case_tasks(rt, conn, case, rt.clock.now(), clerk.unit_id)
        card = case_card(rt, conn, again(rt, clerk), case)
        (view,) = terms_of_case(rt, conn, again(rt, clerk), card, rt.clock.now())
    assert row.words.words.replace("\u00a0", " ") == "пауза · останется 3 раб. дня"
    assert row.words.date_words.replace("\u00a0", " ") == "с 16 января: ждём документы"
    assert view.standing.replace("\u00a0", " ") == "Приостановлен с 16 января, осталось 3 рабочих дня"
    assert (view.may_pause, view.may_extend, len(view.pauses)) == (True, False, 1)
