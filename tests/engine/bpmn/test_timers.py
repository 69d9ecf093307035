"""When timers fire: the clock comes from outside, terms rule, months are clamped, sleep counts once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import timers
from engine.model import WaitKind
from tests.engine.bpmn.drawing import (
    after,
    at,
    boundary,
    catch,
    diagram,
    end,
    every,
    flow,
    handler,
    path,
    start,
    user,
    xor,
)
from tests.engine.bpmn.playing import MORNING, MOSCOW, Play


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def waiting_for(trigger: str) -> bytes:
    return diagram(start(), catch("t", trigger), user("z"), path("s t z"))


def reminding(trigger: str) -> bytes:
    return diagram(
        start(), user("a"), boundary("t", "a", trigger, interrupting=False), user("h"), path("s a", "t h")
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("PT1H", "2026-01-12T10:00"),
        ("P1DT2H30M", "2026-01-13T11:30"),
        ("P2W", "2026-01-26T09:00"),
        ('=duration("P30D")', "2026-02-11T09:00"),
        ('${duration("P1M")}', "2026-02-12T09:00"),
        ('="PT" + "2H"', "2026-01-12T11:00"),
        ('=date and time("2026-01-21T17:00:00+03:00")', "2026-01-21T17:00"),
        ("=срок", "2026-03-01T00:00"),
        ("2026-01-21T17:00+03:00", "2026-01-21T17:00"),
        ("2026-01-21T17:00", "2026-01-21T17:00"),
        ("2026-01-21T14:00Z", "2026-01-21T17:00"),
        ("2026-01-21", "2026-01-21T00:00"),
    ],
)
def test_a_timer_takes_durations_dates_and_expressions(text, moment):
    play = Play(waiting_for(after(text)), {"срок": date(2026, 3, 1)})
    assert play.due("t") == moscow(moment)
    play.now = moscow(moment) - timedelta(seconds=1)
    assert play.wait().open == []
    assert play.wait(seconds=1).open == ["z"]


def test_a_moment_is_computed_once_when_the_timer_is_armed():
    play = Play(waiting_for(after("=через")), {"через": "P1D"})
    play.wait(hours=12).set(через="P9D")
    assert play.wait(hours=12).open == ["z"]


def test_a_new_round_of_a_loop_arms_the_timer_anew():
    play = Play(
        diagram(
            start(),
            xor("m"),
            user("a"),
            boundary("t", "a", after("PT1H"), interrupting=False),
            user("h"),
            xor("x", default="out"),
            end(),
            path("s m a x", "t h"),
            flow("x", "m", "ещё"),
            flow("x", "e", id="out"),
        )
    )
    play.wait(minutes=50).do("a", ещё=True).wait(minutes=20)
    assert play.open == ["a"]
    assert play.wait(minutes=40).open == ["a", "h"]


@pytest.mark.parametrize("value", [None, 5, "завтра", [1]])
def test_what_is_no_moment_is_an_incident(value):
    play = Play(waiting_for(at("=когда")), {"когда": value})
    assert play.incidents == ["t"]
    assert "вместо даты или длительности" in play.message("t")
    play.set(когда="PT1H").retry("t")
    assert play.waiting == ["t"]


def test_an_incident_at_a_boundary_event_leaves_its_step_open():
    play = Play(reminding(at("=когда")))
    assert play.open == ["a"]
    assert play.incidents == ["t"]
    assert play.do("a").ended
    assert play.stopped == {}


def test_a_duration_beyond_the_calendar_is_an_incident():
    assert Play(waiting_for(after("P999999Y"))).incidents == ["t"]


# --- cycles


def test_months_are_counted_from_the_first_moment_and_clamped_to_their_end():
    play = Play(reminding(every("R/P1M")), now=moscow("2026-01-31T09:00"))
    moments = []
    for _ in range(3):
        moments.append(play.due("t"))
        play.until("t")
    assert moments == [moscow("2026-02-28T09:00"), moscow("2026-03-31T09:00"), moscow("2026-04-30T09:00")]


def test_a_cycle_that_slept_fires_once_and_goes_on_in_step():
    play = Play(reminding(every("R/P1M")), now=moscow("2026-01-31T09:00"))
    play.now = moscow("2026-05-20T12:00")
    assert play.wait().open == ["a", "h"]
    assert play.due("t") == moscow("2026-05-31T09:00")


def test_a_cycle_ends_after_its_number_of_times():
    play = Play(reminding(every("R2/PT1H")))
    for _ in range(4):
        play.wait(hours=1)
    assert play.open == ["a", "h", "h"]
    assert play.waiting == []


def test_a_cycle_may_begin_and_end_at_given_moments():
    play = Play(reminding(every("R/2026-01-20T08:00/P1D/2026-01-22T08:00")))
    assert play.due("t") == moscow("2026-01-20T08:00")
    for _ in range(12):
        play.wait(days=1)
    assert play.open.count("h") == 3
    assert play.waiting == []


def test_a_cycle_of_seconds_that_slept_for_years_takes_no_time():
    play = Play(reminding(every("R/PT1S")))
    assert play.wait(days=3650).open == ["a", "h"]


def test_of_several_timers_that_are_due_the_earliest_fires_first():
    play = Play(
        diagram(
            start(),
            user("a"),
            boundary("deadline", "a", after("P10D")),
            boundary("reminder", "a", after("P5D"), interrupting=False),
            user("h"),
            user("late"),
            path("s a", "reminder h", "deadline late"),
        )
    )
    play.wait(days=11)
    assert [passed.node for passed in play.last.passed] == ["reminder", "a", "deadline"]
    assert play.open == ["h", "late"]


def test_an_event_sub_process_whose_timer_cannot_be_read_does_not_keep_the_case_open():
    broken = handler("ev", at("=когда"), end("e2"), path("ev_s e2"), interrupting=False)
    play = Play(diagram(start(), user("a"), end(), path("s a e"), broken))
    assert play.incidents == ["ev_s"]
    assert play.do("a").ended


# --- terms


TERM = waiting_for(at('=term("T15")'))


def test_a_timer_on_a_term_names_the_term_and_follows_it():
    """At the last moment of a term there is still time, a second later there is none."""
    play = Play(TERM, terms={"T15": moscow("2026-01-20T17:00")})
    (wait,) = play.waits.values()
    assert (wait.kind, wait.term) == (WaitKind.TIMER, "T15")
    assert wait.moment == moscow("2026-01-20T17:00:01")
    play.terms["T15"] = moscow("2026-01-25T17:00")
    assert play.wait(days=9).open == []
    play.terms["T15"] = moscow("2026-01-21T09:00")
    assert play.wait().open == []
    assert play.wait(seconds=1).open == ["z"]


@pytest.mark.parametrize("terms", [{}, {"T15": None}])
def test_a_term_that_is_paused_or_has_not_started_never_fires(terms):
    play = Play(TERM, terms=terms)
    (wait,) = play.waits.values()
    assert (wait.moment, wait.term) == (None, "T15")
    assert play.wait(days=365).open == []
    play.terms["T15"] = MORNING
    assert play.wait().open == ["z"]


def test_expressions_may_ask_for_the_moment_of_a_term():
    xml = diagram(
        start(),
        xor("g", default="d"),
        user("x"),
        user("y"),
        path("s g"),
        flow("g", "x", 'term("T15") > now()'),
        flow("g", "y", id="d"),
    )
    assert Play(xml, terms={"T15": moscow("2026-02-01T09:00")}).open == ["x"]
    assert Play(xml).open == ["y"]


def test_expressions_may_count_working_days():
    def working_days(day: date, days: int) -> date:
        return day + timedelta(days=7 * days)

    for text in (
        'date("2026-01-12"), 2',
        'date and time("2026-01-12T10:00:00"), 2',
        'date: @"2026-01-12", n: 2',
    ):
        xml = waiting_for(at(f"=working days({text})"))
        assert Play(xml, working_days=working_days).due("t") == moscow("2026-01-26T00:00")


# --- texts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1H",
        "R",
        "R/",
        "R0/PT1H",
        "R/PT0S",
        "R/-PT1H",
        "R/P1D/P1D",
        "2026-02-30",
        "завтра",
        "P1,5D",
    ],
)
def test_texts_that_are_no_schedule(text):
    assert timers.read_text(text) is None


def test_wall_clock_days_and_exact_hours_when_the_clocks_change():
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 9, 0, tzinfo=berlin)
    day, hours = timers.read_text("P1D"), timers.read_text("PT24H")
    assert isinstance(day, timers.Duration)
    assert isinstance(hours, timers.Duration)
    assert day.after(before, berlin) == datetime(2026, 3, 29, 9, 0, tzinfo=berlin)
    assert hours.after(before, berlin) == datetime(2026, 3, 29, 10, 0, tzinfo=berlin)


@settings(max_examples=100, deadline=None)
@given(
    base=st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2030-01-01")),
    months=st.integers(0, 14),
    days=st.integers(0, 40),
    asleep=st.integers(0, 4000),
)
def test_the_next_moment_is_the_first_one_after_now(base, months, days, asleep):
    duration = timers.Duration(months, days)
    if not duration.is_positive:
        return
    cycle = timers.Cycle(None, duration)
    start_of_cycle = base.replace(tzinfo=UTC)
    now = duration.after(start_of_cycle, MOSCOW) + timedelta(days=asleep)
    found = timers.next_moment(cycle, start_of_cycle, 1, now, MOSCOW)
    assert found is not None
    moment, ordinal = found
    assert moment > now
    assert moment == duration.after(start_of_cycle, MOSCOW, ordinal)
    assert ordinal == 2 or duration.after(start_of_cycle, MOSCOW, ordinal - 1) <= now


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-13T12:00", "2026-01-13 12:00"),
        ("2026-01-12T08:00", None),
        ("2026-02-12T08:00", None),
        ("P3D", "2026-01-15 09:00"),
        ("P30D", None),
        ("R/P2D", "2026-01-20 09:00"),
        ("R3/P2D", "2026-01-18 09:00"),
        ("R/P30D", None),
        ("R/2026-01-01T10:00/P1W", "2026-01-15 10:00"),
        ("R/2026-01-01T10:00/P1D/2026-01-17", "2026-01-16 10:00"),
        ("R2/2026-01-01T10:00/P1D", None),
        ("0 9 * * MON", "2026-01-19 09:00"),
        ("0 18 * * *", "2026-01-20 18:00"),
        ("30 8 12 1 *", None),
    ],
)
def test_the_last_moment_of_a_schedule_since_it_was_published(text, moment):
    now = datetime(2026, 1, 21, 8, 0, tzinfo=MOSCOW)
    schedule = timers.read_text(text)
    assert schedule is not None
    found = timers.last_moment(schedule, MORNING, now, MOSCOW)
    assert (found and found.astimezone(MOSCOW).strftime("%Y-%m-%d %H:%M")) == moment
