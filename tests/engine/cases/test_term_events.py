"""The history says which terms began, were met, broken or given up, with the deed that made them so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.cases.clock_views import ended_terms_of_case
from engine.cases.clocks import pause_term
from engine.cases.queries import case_card, case_history
from engine.cases.service import cancel_case
from engine.cases.term_events import TermDeed
from engine.clock import MovableClock
from engine.deadlines.due import DueState
from engine.deadlines.norm_file import norm_of
from engine.deadlines.queries import case_terms
from engine.deadlines.service import add_norm_edition, seed
from engine.model import SYSTEM, Actor, Outcome
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import complete, diagram, flows, open_case, publish_files, user_task

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    set_clock(rt, FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    plain = {"unit": "working", "start": "step", "act": "порядок", "mark": "P", "pause": ["ждём документы"]}
    for key, days, title in (("X1", 10, "Весь срок"), ("X2", 3, "Его часть")):
        add_norm_edition(rt, SYSTEM, norm_of({"key": key, "title": title, "value": days, **plain}))
    rt.calendars.forget()
    return make_actor(rt, "R05")


def set_clock(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


def make_case(rt: Runtime, clerk: Actor) -> int:
    """A case with the term X1 from its first step to its last, whose second step has the term X2."""
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms="X1")
        + user_task("b", norm="X2")
        + user_task("c", endTerms="X1")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a b c e")
    )
    publish_files(rt, diagram("need", body))
    case = open_case(rt, clerk, "need").id
    set_clock(rt, FRIDAY + timedelta(minutes=1))
    complete(rt, clerk, "a")
    return case


def told(rt: Runtime, case_id: int) -> list[tuple[str, TermDeed, str, int]]:
    """(entry, deed, term, whose) in the order in which it happened."""
    with rt.database.read() as conn:
        entries = case_history(rt, conn, case_card(rt, conn, SYSTEM, case_id))
    return [
        (entry.name, event.deed, event.norm.title, entry.actor_id)
        for entry in reversed(entries)
        for event in entry.terms
    ]


def test_each_term_begins_and_ends_with_the_deed_that_made_it_so(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    set_clock(rt, FRIDAY + timedelta(days=3))
    complete(rt, clerk, "b")
    set_clock(rt, FRIDAY + timedelta(days=60))
    complete(rt, clerk, "c")
    assert told(rt, case) == [
        ("Шаг a", TermDeed.BEGUN, "Весь срок", clerk.user_id),
        ("Шаг a", TermDeed.BEGUN, "Его часть", clerk.user_id),
        ("Шаг b", TermDeed.MET, "Его часть", clerk.user_id),
        ("Шаг c", TermDeed.BREACHED, "Весь срок", clerk.user_id),
    ]


def test_what_a_cancelled_case_had_running_is_not_needed_any_more(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    set_clock(rt, FRIDAY + timedelta(days=60))
    cancel_case(rt, SYSTEM, case, "заявитель отказался")
    assert [each[1:3] for each in told(rt, case)[2:]] == [
        (TermDeed.CANCELLED, "Весь срок"),
        (TermDeed.CANCELLED, "Его часть"),
    ]


def test_ended_terms_say_how_they_ended_and_how_late(rt: Runtime, clerk: Actor) -> None:
    case = make_case(rt, clerk)
    with rt.database.read() as conn:
        number = next(each.id for each in case_terms(conn, case) if each.key == "X2")
    pause_term(rt, SYSTEM, number, "ждём документы")
    set_clock(rt, FRIDAY + timedelta(days=60))
    complete(rt, clerk, "b")
    complete(rt, clerk, "c")
    with rt.database.read() as conn:
        ended = ended_terms_of_case(rt, conn, case_card(rt, conn, SYSTEM, case))
    assert [(each.norm.title, each.term.outcome, each.words.state) for each in ended] == [
        ("Его часть", Outcome.MET, DueState.MET),
        ("Весь срок", Outcome.BREACHED, DueState.LATE),
    ]
    assert ended[1].words.left.startswith("позже на")
