"""«Разобраться с просрочкой»: the line of a supervisor and the red mark of a case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.history import HistoryKind
from engine.cases.queries import case_card, case_history
from engine.deadlines.service import seed
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from engine.worklist.escalations import LONGEST, decide, escalation_of, escalations, red_cases
from engine.worklist.inbox import Filter, inbox_page
from engine.worklist.ladder import tell_due
from engine.worklist.tables import escalation, notice
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, complete, open_case, publish_files, user_task

MOSCOW = ZoneInfo("Europe/Moscow")
DUE = datetime(2026, 1, 12, 17, tzinfo=MOSCOW)
"""T10 ends on the day it begins; the case opens on Monday the 12th."""
AFTER = DUE + timedelta(seconds=1)
NEXT_MORNING = datetime(2026, 1, 13, 9, tzinfo=MOSCOW)
THIRD_MORNING = datetime(2026, 1, 15, 9, tzinfo=MOSCOW)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """A specialist with an open case whose step ends today."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a", norm="T10"), user_task("b")))
    open_case(rt, clerk, "small")
    return clerk


def at(rt: Runtime, moment: datetime) -> None:
    """The clock comes to that moment and the ladder tells what is due."""
    rt.clock.set(moment)  # type: ignore[attr-defined]
    tell_due(rt)


def lines(rt: Runtime, person: Actor) -> list[str]:
    with rt.database.read() as conn:
        now = rt.clock.now()
        return [line.title for line in escalations(rt, conn, load_actor(rt, person.user_id), now)]


def term_before(rt: Runtime, person: Actor) -> int:
    with rt.database.read() as conn:
        person = load_actor(rt, person.user_id)
        return escalations(rt, conn, person, rt.clock.now())[0].term_id


def red(rt: Runtime, person: Actor) -> list[bool]:
    with rt.database.read() as conn:
        person = load_actor(rt, person.user_id)
        rows = inbox_page(rt, conn, Filter(person.queues), rt.clock.now(), person.unit_id)
        shown = [row.red for row in rows]
        assert bool(red_cases(rt, conn, {row.case_id for row in rows}, rt.clock.now())) == any(shown)
        return shown


def test_the_head_has_a_line_from_the_due_moment_and_nobody_else(rt, clerk):
    head, elsewhere = make_actor(rt, "R07"), make_actor(rt, "R07", unit_id=town(rt).care)
    at(rt, DUE)
    assert lines(rt, head) == []
    at(rt, AFTER)
    assert lines(rt, head) == ["Шаг a"]
    assert lines(rt, clerk) == lines(rt, elsewhere) == []
    later = make_actor(rt, "R07")
    assert lines(rt, later) == ["Шаг a"], "who comes into the role later has it too"


def told(rt: Runtime) -> set[int]:
    with rt.database.read() as conn:
        return set(conn.execute(select(notice.c.account_id).distinct()).scalars())


def test_a_step_that_stands_with_the_whole_agency_is_told_to_those_of_its_role_anywhere_in_it(rt, clerk):
    far = make_actor(rt, "R08", unit_id=town(rt).care)
    publish_files(rt, chain("far", user_task("a", "R08", norm="T10")))
    open_case(rt, clerk, "far")
    at(rt, AFTER)
    assert far.user_id in told(rt)


def test_a_step_whose_role_nobody_holds_is_told_to_the_owner_of_the_case(rt):
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    opener = make_actor(rt, "R02")
    publish_files(rt, chain("left", user_task("a", "R16", norm="T10")))
    open_case(rt, opener, "left")
    at(rt, AFTER)
    assert told(rt) == {opener.user_id}


def test_the_line_goes_with_the_step(rt, clerk):
    head = make_actor(rt, "R07")
    at(rt, AFTER)
    complete(rt, clerk, "a")
    assert lines(rt, head) == []


def test_the_line_goes_when_what_was_decided_is_written_down(rt, clerk):
    head, colleague = make_actor(rt, "R07"), make_actor(rt, "R07")
    at(rt, AFTER)
    decide(rt, load_actor(rt, head.user_id), term_before(rt, head), "  Передаю шаг Беловой  ")
    assert lines(rt, head) == lines(rt, colleague) == []
    with rt.database.read() as conn:
        card = case_card(rt, conn, load_actor(rt, head.user_id), 1)
        [entry] = [each for each in case_history(rt, conn, card) if each.kind is HistoryKind.OVERDUE_DECIDED]
    assert entry.actor_id == head.user_id
    assert entry.data == {"о чём": "Шаг a", "решено": "Передаю шаг Беловой"}


@pytest.mark.parametrize("words", ["", "  \n ", "я" * (LONGEST + 1)])
def test_nothing_goes_without_a_note(rt, clerk, words):
    head = make_actor(rt, "R07")
    at(rt, AFTER)
    with pytest.raises(InvalidData) as wrong:
        decide(rt, load_actor(rt, head.user_id), term_before(rt, head), words)
    assert "decision" in wrong.value.errors
    assert lines(rt, head) == ["Шаг a"]


def test_the_next_rung_brings_it_back_and_the_head_of_the_body_has_it_on_the_third_day(rt, clerk):
    head, chief = make_actor(rt, "R07"), make_actor(rt, "R27", unit_id=town(rt).centre)
    at(rt, AFTER)
    decide(rt, load_actor(rt, head.user_id), term_before(rt, head), "Сделают сегодня")
    at(rt, NEXT_MORNING)
    assert lines(rt, head) == ["Шаг a"]
    assert lines(rt, chief) == []
    at(rt, THIRD_MORNING)
    assert lines(rt, chief) == ["Шаг a"]
    decide(rt, load_actor(rt, chief.user_id), term_before(rt, chief), "Беру на контроль")
    assert lines(rt, head) == lines(rt, chief) == []


def test_a_case_is_red_from_the_third_working_day_until_the_step_is_done(rt, clerk):
    at(rt, THIRD_MORNING - timedelta(seconds=1))
    assert red(rt, clerk) == [False]
    at(rt, THIRD_MORNING)
    assert red(rt, clerk) == [True]
    complete(rt, clerk, "a")
    assert red(rt, clerk) == [False], "the step that is open now isn't late"


def test_whose_step_it_is_anyway_gets_no_second_line(rt, clerk):
    head = make_actor(rt, "R07")
    publish_files(rt, chain("own", user_task("sign", role="R07", norm="T10")))
    open_case(rt, clerk, "own")
    at(rt, AFTER)
    assert lines(rt, head) == ["Шаг a"]


def test_a_line_of_others_is_neither_read_nor_decided(rt, clerk):
    head, elsewhere = make_actor(rt, "R07"), make_actor(rt, "R07", unit_id=town(rt).care)
    at(rt, AFTER)
    term_id = term_before(rt, head)
    for person in (clerk, elsewhere):
        person = load_actor(rt, person.user_id)
        with rt.database.read() as conn, pytest.raises((NotFound, NotAllowed)):
            escalation_of(rt, conn, person, term_id, rt.clock.now())
        with pytest.raises((NotFound, NotAllowed)):
            decide(rt, person, term_id, "так")
    assert lines(rt, head) == ["Шаг a"]


def test_two_sweeps_at_once_put_it_before_the_head_once_and_two_decisions_are_one(rt, clerk):
    head, colleague = make_actor(rt, "R07"), make_actor(rt, "R07")
    rt.clock.set(AFTER)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: tell_due(rt), range(2))) >= 1
    assert lines(rt, head) == ["Шаг a"]
    term_id = term_before(rt, head)

    def outcome(person: Actor) -> str:
        try:
            decide(rt, load_actor(rt, person.user_id), term_id, "решено")
        except NotFound as gone:
            return gone.message
        return "записано"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(outcome, [head, colleague]))
    assert outcomes == ["Этой просрочки в вашем списке уже нет.", "записано"]


def test_rows_of_ended_terms_go_when_the_next_line_comes(rt, clerk):
    at(rt, AFTER)
    complete(rt, clerk, "a")
    open_case(rt, clerk, "small")
    at(rt, datetime(2026, 1, 13, 17, 0, 1, tzinfo=MOSCOW))
    with rt.database.read() as conn:
        assert len(conn.execute(select(escalation.c.term_id)).all()) == 1


def test_many_terms_that_run_out_at_once_are_told_with_as_many_statements_as_one(rt, clerk):
    make_actor(rt, "R07")
    at(rt, AFTER)  # the queue of the head is there from now on

    def told_at_once(day: int, cases: int) -> int:
        rt.clock.set(datetime(2026, 2, day, 10, tzinfo=MOSCOW))
        tell_due(rt)  # what is due of the cases before
        for _ in range(cases):
            open_case(rt, clerk, "small")
        rt.clock.set(datetime(2026, 2, day, 17, 0, 1, tzinfo=MOSCOW))
        with count_statements(rt.database) as counted:
            assert tell_due(rt) == cases
        return counted.statements

    assert told_at_once(day=2, cases=1) == told_at_once(day=12, cases=9)
