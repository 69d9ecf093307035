"""The chance of missing a term, from what similar terms took."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadlines.counting import Office
from engine.deadlines.forecast import (
    ENOUGH,
    TELLING,
    History,
    Now,
    Outlook,
    Past,
    Place,
    calibrate,
    reason_words,
    span,
)
from engine.deadlines.norm_file import shipped_norms
from engine.deadlines.seed import country_calendar

KEY = ("need", "T14")
DAY = 8 * 3600
START = datetime(2026, 1, 12, 7, tzinfo=UTC)
OFFICE = Office(ZoneInfo("Europe/Moscow"))


def past(took: int, length: int = 5 * DAY, *, number: int = 0, node: str = "a", since: int = 0) -> Past:
    """A term of five days that began `number` days after the first one."""
    begun = START + timedelta(days=number)
    ended = begun + timedelta(seconds=took)
    return Past(KEY, length, took, took > length, ended, [Place(node, since, begun)])


def now(left: int, passed: int, node: str = "a") -> Now:
    return Now(KEY, 5 * DAY, left, node, passed)


def test_of_the_cases_that_lasted_as_long_the_share_that_lasted_longer_than_what_is_left_is_the_chance():
    history = History(past(days * DAY) for days in (1, 2, 3, 4, 6, 7, 8, 9) for _ in range(500))
    found = history.outlook(now(left=5 * DAY, passed=0))
    assert found.chance == pytest.approx(4 / 8, abs=0.01)
    assert (found.cases, found.usual) == (4_000, 6 * DAY)
    later = history.outlook(now(left=2 * DAY, passed=3 * DAY))
    assert later.chance == pytest.approx(4 / 5, abs=0.01)
    assert later.cases == 2_500


def test_without_a_history_one_term_in_five_is_missed_and_more_of_those_that_near_their_end():
    history = History()
    chances = [history.outlook(now(left=left * DAY, passed=0)).chance for left in (5, 3, 1)]
    assert chances[0] == pytest.approx(0.2)
    assert chances == sorted(chances)
    assert history.outlook(now(left=0, passed=5 * DAY)).chance == 1


def test_the_norm_fades_as_cases_come():
    prompt = [
        History(past(DAY) for _ in range(cases)).outlook(now(5 * DAY, 0)).chance for cases in (0, 5, 50)
    ]
    assert prompt[0] > prompt[1] > prompt[2]
    assert prompt[2] < 0.03


def test_another_place_another_pathway_and_another_norm_teach_nothing_of_this_one():
    history = History(past(9 * DAY) for _ in range(100))
    assert history.outlook(now(5 * DAY, 0)).cases == 100
    assert history.outlook(now(5 * DAY, 0, node="b")).cases == 0
    assert history.outlook(Now(("help", "T14"), 5 * DAY, 5 * DAY, "a", 0)).chance == pytest.approx(0.2)


@given(
    took=st.lists(st.integers(0, 20 * DAY), max_size=30),
    left=st.integers(0, 5 * DAY),
    passed=st.integers(0, 10 * DAY),
)
def test_a_chance_lies_between_nothing_and_certainty_and_more_time_left_never_raises_it(took, left, passed):
    history = History(map(past, took))
    chance = history.outlook(now(left, passed)).chance
    assert 0 <= chance <= 1
    assert history.outlook(now(left + 600, passed)).chance <= chance


def test_working_time_is_counted_over_the_weekend_and_a_short_day_as_a_whole_one():
    calendar = country_calendar()
    friday = datetime(2026, 1, 16, 16, tzinfo=OFFICE.zone)
    monday = datetime(2026, 1, 19, 10, tzinfo=OFFICE.zone)
    assert span(norm("T14"), friday, monday, calendar, OFFICE) == 2 * 3600
    assert span(norm("T14"), monday, friday, calendar, OFFICE) == 0
    assert span(norm("T03"), friday, friday + timedelta(minutes=9), calendar, OFFICE) == 540


def norm(key: str):
    return next(each for each in shipped_norms() if each.key == key and not each.variant)


def test_the_reason_names_the_step_the_usual_time_and_the_number_of_cases():
    outlook = Outlook(0.7, 64, 6 * DAY)
    words = reason_words(outlook, now(2 * DAY, 3 * DAY), norm("T14"), OFFICE, "Проект").replace("\u00a0", " ")
    assert words == "От шага «Проект» до конца срока обычно 6 раб. дней (по 64 делам). Прошло 3, осталось 2."
    own = reason_words(outlook, now(2 * DAY, 3 * DAY), norm("T11"), OFFICE, "").replace("\u00a0", " ")
    assert own == "Обычно 6 раб. дней (по 64 делам). Прошло 3, осталось 2."
    quick = reason_words(Outlook(0.1, 64, 60), now(DAY, 0), norm("T11"), OFFICE, "")
    assert "Обычно меньше дня" in quick


def test_a_term_of_minutes_is_told_in_minutes_and_one_of_a_day_in_hours():
    call = replace(now(0, 0), passed=180, left=700, length=900)
    words = reason_words(Outlook(0.7, 4 * TELLING, 20 * 60), call, norm("T03"), OFFICE, "")
    assert "Обычно 20 минут" in words.replace("\u00a0", " ")
    assert words.endswith("Прошло 3, осталось 11.")
    long = replace(now(0, 0), passed=3 * 3600, left=21 * 3600, length=24 * 3600)
    words = reason_words(Outlook(0.7, 4 * TELLING, 5 * 3600), long, norm("T03"), OFFICE, "")
    assert "Обычно 5 часов" in words.replace("\u00a0", " ")
    assert words.endswith("Прошло 3, осталось 21.")


def test_a_short_history_is_called_short_and_no_figure_is_given():
    few = Outlook(0.7, TELLING - 1, 6 * DAY)
    words = reason_words(few, now(DAY, 3 * DAY), norm("T14"), OFFICE, "Проект").replace("\u00a0", " ")
    assert words == "Истории пока мало. Прошло 80 % срока."
    assert [Outlook(0.7, cases, DAY).founded for cases in (ENOUGH - 1, ENOUGH)] == [False, True]


def test_a_forecast_of_the_past_knows_only_what_had_ended_by_then():
    # The same terms over and over: all prompt at first, all late afterwards.
    prompt = [past(DAY, number=number * 30) for number in range(20)]
    late = [past(9 * DAY, number=(20 + number) * 30) for number in range(20)]
    found = calibrate([*late, *prompt])
    assert found is not None
    assert (found.terms, found.forecasts) == (40, 60)  # prompt ones at their beginning, late ones halfway too
    surprised = calibrate(prompt + late[:1])
    assert surprised is not None
    assert surprised.bins[0].happened > 0, "nothing had told of the late one"


def test_forecasts_that_come_true_have_a_lower_error_than_the_bare_share():
    pasts = []
    for number in range(200):
        node, took = ("quick", DAY) if number % 2 else ("slow", 9 * DAY)
        pasts.append(past(took, number=number * 30, node=node))
    found = calibrate(pasts)
    assert found is not None
    assert found.brier < found.plain / 2
    assert sum(each.forecasts for each in found.bins) == found.forecasts
    assert found.bins[-1].happened > 0.9
    assert calibrate([]) is None
