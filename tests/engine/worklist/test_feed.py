"""A person's terms in a calendar of their own, read as a calendar program reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.access.queries import journal
from engine.access.service import set_active
from engine.access.tables import account
from engine.cases.clocks import pause_term
from engine.deadlines.service import seed
from engine.deadlines.tables import term
from engine.errors import NotAllowed, NotFound, TooOften
from engine.model import SYSTEM, Actor
from engine.records.crews import Member, keep_members
from engine.records.registers import Subject
from engine.records.visits import close_visit, open_visit
from engine.runtime import Runtime
from engine.worklist.feed import A_MINUTE, close_feed, feed_of, open_feed, read_feed
from engine.worklist.ics import calendar_file
from engine.worklist.service import claim
from engine.worklist.tables import feed
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task
from tests.factories.records import make_family

DUE = datetime(2026, 1, 12, 14, tzinfo=UTC)
"""T10 ends on the day it begins, at 17:00 in Moscow; the case opens on Monday the 12th."""


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """A specialist who has taken a step that ends today; another one of the role waits for somebody."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a", norm="T10"), user_task("b")))
    for _ in range(2):
        open_case(rt, clerk, "small")
    claim(rt, load_actor(rt, clerk.user_id), open_tasks(rt, "a")[0])
    return clerk


def entries(rt: Runtime, token: str) -> list[tuple[str, datetime]]:
    """Titles and ends of what a calendar program finds."""
    return [(str(event["summary"]), event.decoded("dtend")) for event in parsed(rt, token).walk("VEVENT")]


def parsed(rt: Runtime, token: str) -> Calendar:
    found = read_feed(rt, token, "10.0.0.1")
    content = calendar_file(
        found,
        rt.clock.now(),
        uid="feed",
        uid_of=str,
        link_of=lambda kind, number: f"https://a.ru/{kind}s/{number}",
    )
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in content
    assert b"X-PUBLISHED-TTL:PT1H" in content
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert not calendar.errors
    assert not any(event.errors for event in calendar.walk("VEVENT"))
    return calendar


def test_a_calendar_program_finds_own_steps_at_their_due_moment_and_nothing_else(rt, clerk):
    token = open_feed(rt, clerk, names=False)
    assert entries(rt, token) == [("Шаг a · № small-2026-0001", DUE)]
    [event] = parsed(rt, token).walk("VEVENT")
    assert event["transp"] == "TRANSPARENT"
    assert str(event["url"]).endswith(f"/tasks/{open_tasks(rt, 'a')[0]}")
    assert "12\u00a0января, пн" in str(event["description"])


def test_visits_that_the_person_goes_on_or_leads_are_whole_days_until_they_are_made(rt, clerk):
    guest, stranger = make_actor(rt, "R14", unit_id=town(rt).administration), make_actor(rt, "R05")
    day = date(2026, 1, 20)
    family_id, _mother, _child = make_family(rt, clerk)
    with rt.database.write() as conn:
        visit = open_visit(
            conn,
            Subject(family_id, None),
            case_id=1,
            unit_id=town(rt).families,
            day=day,
            planned=False,
            urgent=False,
        )
        comes, stays = Member("opeka", "", True, guest.user_id), Member("police", "", False, stranger.user_id)
        keep_members(conn, visit.id, [comes, stays])

    def visits(person: Actor) -> list[tuple[str, date]]:
        found = parsed(rt, open_feed(rt, person, names=False)).walk("VEVENT")
        titles = [(str(each["summary"]), each.decoded("dtstart")) for each in found]
        return [(title, begins) for title, begins in titles if title.startswith("Выезд")]

    assert visits(clerk) == [("Выезд в семью · № small-2026-0001", day)]
    assert visits(guest) == [("Выезд в семью", day)], "the case is none of theirs"
    assert visits(stranger) == [], "they have said that they do not come"
    with rt.database.write() as conn:
        close_visit(conn, visit.id, "состоялся", day=day, minutes=30)
    assert visits(clerk) == visits(guest) == []


def test_what_is_late_says_so_and_what_is_done_is_gone(rt, clerk):
    token = open_feed(rt, clerk, names=False)
    rt.clock.set(DUE + timedelta(seconds=1))
    assert entries(rt, token) == [("Просрочено: Шаг a · № small-2026-0001", DUE)]
    complete(rt, clerk, "a")
    assert entries(rt, token) == []


def test_a_paused_step_has_no_date(rt, clerk):
    token = open_feed(rt, clerk, names=False)
    publish_files(rt, chain("long", user_task("c", norm="T31")))
    open_case(rt, clerk, "long")
    claim(rt, load_actor(rt, clerk.user_id), open_tasks(rt, "c")[0])
    assert len(entries(rt, token)) == 2
    with rt.database.read() as conn:
        row = conn.execute(select(term.c.id, term.c.norm_id).where(term.c.key == "T31")).one()
    reason = rt.calendars.norm_by_id(row.norm_id).pause[0]
    pause_term(rt, SYSTEM, row.id, reason)
    assert [title for title, _ in entries(rt, token)] == ["Шаг a · № small-2026-0001"]


def test_names_stand_in_titles_only_where_both_the_municipality_and_the_person_want_them(rt, clerk):
    with pytest.raises(NotAllowed):
        open_feed(rt, clerk, names=True)
    rt.settings = replace(rt.settings, feed_names=True)
    without = open_feed(rt, clerk, names=False)
    assert b"\xd0\x9b\xd0\xb0\xd0\xbf\xd1\x88" not in parsed(rt, without).to_ical()  # «Лапш»
    assert entries(rt, open_feed(rt, clerk, names=True))[0][0].endswith("· семья Лапшиных")
    rt.settings = replace(rt.settings, feed_names=False)
    with rt.database.read() as conn:
        mine = feed_of(conn, clerk.user_id)
    assert mine is not None
    assert mine.names, "the wish is kept, the names are not shown"
    token = open_feed(rt, clerk, names=False)
    with rt.database.write() as conn:
        conn.execute(update(feed).values(names=True))
    assert entries(rt, token)[0][0] == "Шаг a · № small-2026-0001"


def test_the_secret_itself_is_nowhere_and_a_new_one_ends_the_old(rt, clerk):
    first = open_feed(rt, clerk, names=False)
    with rt.database.read() as conn:
        assert first.encode() not in conn.execute(select(feed.c.token_hash)).scalar_one()
    second = open_feed(rt, clerk, names=False)
    with pytest.raises(NotFound):
        read_feed(rt, first)
    assert len(read_feed(rt, second).steps) == 1


def test_an_address_taken_back_answers_no_more(rt, clerk):
    token = open_feed(rt, clerk, names=False)
    close_feed(rt, clerk)
    with pytest.raises(NotFound):
        read_feed(rt, token)
    close_feed(rt, clerk)
    done = [entry.action for entry in journal(rt, SYSTEM) if entry.action.startswith("feed")]
    assert done == ["feed.closed", "feed.opened"]


def test_a_closed_account_has_no_feed(rt, clerk):
    token = open_feed(rt, clerk, names=False)
    set_active(rt, SYSTEM, clerk.user_id, active=False, even_with_work=True)
    with rt.database.read() as conn:
        assert conn.execute(select(account.c.active).where(account.c.id == clerk.user_id)).scalar() is False
    with pytest.raises(NotFound):
        read_feed(rt, token)


def test_steps_of_whom_the_person_stands_in_for_are_there_for_that_time(rt, clerk):
    colleague = make_actor(rt, "R05")
    token = open_feed(rt, colleague, names=False)
    assert entries(rt, token) == []
    monday = date(2026, 1, 12)
    add_absence(
        rt,
        SYSTEM,
        absent_id=clerk.user_id,
        substitute_id=colleague.user_id,
        first_day=monday,
        last_day=monday,
    )
    assert [title for title, _ in entries(rt, token)] == ["Шаг a · № small-2026-0001"]
    rt.clock.advance(timedelta(days=1))
    assert entries(rt, token) == []


def test_the_journal_notes_the_first_reading_of_a_day_and_every_new_network(rt, clerk):
    token = open_feed(rt, clerk, names=False)

    def readings() -> int:
        return len(journal(rt, SYSTEM, action="feed.read"))

    read_feed(rt, token, "10.0.0.1")
    rt.clock.advance(timedelta(hours=1))
    read_feed(rt, token, "10.0.0.77")
    assert readings() == 1
    read_feed(rt, token, "192.0.2.5")
    assert readings() == 2
    rt.clock.advance(timedelta(days=1))
    read_feed(rt, token, "192.0.2.5")
    assert readings() == 3
    assert all("network" in entry.details for entry in journal(rt, SYSTEM, action="feed.read"))


def test_who_asks_without_pause_is_put_off_and_nobody_else(rt, clerk):
    token, other = open_feed(rt, clerk, names=False), open_feed(rt, make_actor(rt, "R05"), names=False)
    for _ in range(A_MINUTE):
        read_feed(rt, token)
        with pytest.raises(NotFound):
            read_feed(rt, "guess", "10.0.0.1")
    for ask in (lambda: read_feed(rt, token), lambda: read_feed(rt, "guess", "10.0.0.1")):
        with pytest.raises(TooOften):
            ask()
    assert read_feed(rt, other, "10.0.0.1").steps == []
    rt.clock.advance(timedelta(minutes=1))
    assert len(read_feed(rt, token).steps) == 1
