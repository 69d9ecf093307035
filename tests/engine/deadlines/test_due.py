"""What is overdue, and the words of a due date."""

from __future__ import annotations

from datetime import UTC, timedelta
from itertools import pairwise

import pytest

from engine.deadlines.due import (
    DueState,
    DueWords,
    Pause,
    day_bounds,
    due_state,
    is_overdue,
    left_in_full,
    was_late,
    words,
)
from engine.deadlines.norms import Norm
from engine.deadlines.russian import counted, day_words, plural
from engine.model import Clock, Due
from tests.engine.deadlines.factories import (
    CALENDAR,
    MOSCOW,
    OFFICE,
    at,
    calendar_with,
    day,
    due,
    norm,
    office,
)

MONTHLY = norm(1, "months")
DAILY = norm(30, "calendar")
HOURLY = norm(24, "hours", ladder=[])


def said(the_due: Due, now: str, of: Norm | None = None, pause: Pause | None = None) -> DueWords:
    """The words at a moment by a Moscow clock."""
    return words(the_due, at(now), CALENDAR, OFFICE, of, pause)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def chip(the_due: Due, now: str, of: Norm | None = None) -> str:
    return plain(said(the_due, now, of).left)


# --- overdue --------------------------------------------------------------------------------------


def test_at_the_very_second_there_is_still_time():
    deadline = due("21.01.2026 17:00")
    assert not is_overdue(deadline, at("21.01.2026 16:59:59"))
    assert not is_overdue(deadline, at("21.01.2026 17:00:00"))
    assert not is_overdue(deadline, at("21.01.2026 17:00:00") + timedelta(microseconds=999_999))
    assert is_overdue(deadline, at("21.01.2026 17:00:01"))


def test_the_zone_in_which_the_moment_is_told_does_not_matter():
    assert is_overdue(due("21.01.2026 17:00"), at("21.01.2026 17:00:01").astimezone(UTC))
    in_utc = Due(at("21.01.2026 17:00").astimezone(UTC), Clock.RUNNING)
    assert not is_overdue(in_utc, at("21.01.2026 17:00"))
    assert is_overdue(in_utc, at("21.01.2026 17:00:01"))


def test_what_is_paused_done_or_without_a_date_is_never_overdue():
    long_after = at("21.01.2027 17:00")
    assert not is_overdue(due("21.01.2026 17:00", paused=True), long_after)
    assert not is_overdue(due("21.01.2026 17:00", closed="22.01.2026 10:00"), long_after)
    assert not is_overdue(Due(None), long_after)


def test_a_date_without_a_term_is_overdue_like_any_other():
    """A step whose date the diagram gives has no clock of its own."""
    assert is_overdue(Due(at("21.01.2026 17:00"), Clock.NONE), at("21.01.2026 17:00:01"))


def test_done_late_is_done_after_the_very_second():
    assert not was_late(due("21.01.2026 17:00", closed="21.01.2026 17:00:00"))
    assert was_late(due("21.01.2026 17:00", closed="21.01.2026 17:00:01"))
    assert not was_late(due("21.01.2026 17:00"))


@pytest.mark.parametrize(
    ("the_due", "now", "state"),
    [
        (due("21.01.2026 17:00"), "19.01.2026 14:35", DueState.RUNNING),
        (due("21.01.2026 17:00"), "21.01.2026 00:00", DueState.TODAY),
        (due("21.01.2026 17:00"), "21.01.2026 17:00", DueState.TODAY),
        (due("21.01.2026 17:00"), "21.01.2026 17:00:01", DueState.OVERDUE),
        (due("21.01.2026 17:00", paused=True), "25.01.2026 10:00", DueState.PAUSED),
        (due("21.01.2026 17:00", closed="21.01.2026 12:00"), "25.01.2026 10:00", DueState.MET),
        (due("21.01.2026 17:00", closed="22.01.2026 12:00"), "25.01.2026 10:00", DueState.LATE),
        (Due(None), "25.01.2026 10:00", DueState.NONE),
    ],
)
def test_the_state_of_a_due_date(the_due, now, state):
    assert due_state(the_due, at(now), MOSCOW) is state


def test_today_is_today_by_the_clock_of_the_office():
    deadline = Due(at("21.01.2026 17:00", office("Asia/Kamchatka").zone), Clock.RUNNING)
    now = at("20.01.2026 22:00")  # already the 21st in Kamchatka
    assert due_state(deadline, now, office("Asia/Kamchatka").zone) is DueState.TODAY
    assert due_state(deadline, now, MOSCOW) is DueState.RUNNING


def test_bounds_of_the_day_and_of_the_week():
    now, day_end, week_end = day_bounds(at("21.01.2026 14:35").replace(microsecond=7), MOSCOW)
    assert now == at("21.01.2026 14:35").timestamp()
    assert day_end == at("22.01.2026 00:00").timestamp()
    assert week_end == at("26.01.2026 00:00").timestamp()
    assert day_bounds(at("25.01.2026 23:59"), MOSCOW)[1:] == (week_end, week_end)


# --- what is left ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "left"),
    [
        ("20.01.2026", "остался 1 раб. день"), ("21.01.2026", "осталось 2 раб. дня"),
        ("23.01.2026", "осталось 4 раб. дня"), ("26.01.2026", "осталось 5 раб. дней"),
        ("02.02.2026", "осталось 10 раб. дней"), ("03.02.2026", "осталось 11 раб. дней"),
        ("06.02.2026", "осталось 14 раб. дней"), ("17.02.2026", "остался 21 раб. день"),
        ("18.02.2026", "осталось 22 раб. дня"),
    ],
)  # fmt: skip
def test_working_days_left_are_those_after_today_with_the_last_one(deadline, left):
    assert chip(due(f"{deadline} 17:00"), "19.01.2026 14:35") == left


def test_the_chip_of_a_running_term_in_full():
    found = said(due("21.01.2026 17:00"), "19.01.2026 14:35", norm())
    assert found.words == "осталось 2\u00a0раб.\u00a0дня · до\u00a021.01.2026"
    assert found.date_words == "21\u00a0января, ср"
    assert found.ground == "442-ФЗ, ст.\u00a016"
    assert found.norm_words == "10\u00a0раб.\u00a0дней от заявления"
    assert found.state is DueState.RUNNING


def test_the_year_is_named_when_it_is_another():
    assert plain(said(due("12.01.2026 17:00"), "26.12.2025 10:00").date_words) == "12 января 2026, пн"


def test_a_date_in_a_year_that_nobody_has_confirmed_says_that_it_is_provisional():
    found = said(due("13.01.2027 17:00"), "25.12.2026 10:00", norm())
    assert plain(found.words).endswith("до 13.01.2027, предварительно")
    why = "предварительно: календарь 2027 года не подтверждён"
    assert plain(found.date_words) == f"13 января 2027, ср ({why})"
    assert plain(found.provisional) == why
    assert "предварительно" not in said(due("30.12.2026 17:00"), "25.12.2026 10:00", norm()).words


def test_hours_hang_on_no_calendar():
    assert not said(due("13.01.2027 17:00"), "12.01.2027 20:00", HOURLY).provisional


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("21.01.2026 14:35", "сегодня · осталось 2 ч 25 мин"), ("21.01.2026 15:00", "сегодня · осталось 2 ч"),
        ("21.01.2026 16:35", "сегодня · осталось 25 мин"),
        ("21.01.2026 16:59:30", "сегодня · осталось меньше минуты"),
        ("21.01.2026 09:00", "сегодня · осталось 8 ч"),
    ],
)  # fmt: skip
def test_the_last_day_counts_hours_and_minutes(now, left):
    found = said(due("21.01.2026 17:00"), now, norm())
    assert plain(found.words) == left
    assert plain(found.date_words) == "21 января, ср"


@pytest.mark.parametrize(
    ("deadline", "left"),
    [("20.01.2026", "остался 1 день"), ("22.01.2026", "осталось 3 дня"), ("26.01.2026", "осталось 7 дней")],
)
@pytest.mark.parametrize("of", [DAILY, MONTHLY])
def test_calendar_terms_say_days_never_working_days(deadline, left, of):
    assert chip(due(f"{deadline} 17:00"), "19.01.2026 14:35", of) == left


def test_terms_in_hours_count_hours_over_nights():
    found = said(due("22.01.2026 10:00"), "21.01.2026 14:35", HOURLY)
    assert plain(found.words) == "осталось 19 ч 25 мин · до 10:00, 22.01.2026"
    assert chip(due("21.01.2026 10:00"), "21.01.2026 14:35", HOURLY) == "просрочено на 4 ч 35 мин"
    assert chip(due("20.01.2026 10:00"), "21.01.2026 14:35", HOURLY) == "просрочено на 28 ч 35 мин"


def test_a_due_day_made_a_day_off_later_is_counted_in_plain_days():
    region = calendar_with(("19.01.2026", "holiday"))
    found = words(due("19.01.2026 17:00"), at("16.01.2026 10:00"), region, OFFICE, norm())
    assert plain(found.left) == "осталось 3 дня"


@pytest.mark.parametrize(
    ("days", "text"),
    [("20.01.2026", "остался 1 рабочий день"), ("21.01.2026", "осталось 2 рабочих дня"),
     ("26.01.2026", "осталось 5 рабочих дней")],
)  # fmt: skip
def test_in_sentences_the_words_are_in_full(days, text):
    assert plain(left_in_full(due(f"{days} 17:00"), at("19.01.2026 14:35"), CALENDAR, OFFICE)) == text


def test_in_sentences_nothing_is_said_of_what_has_no_day_left():
    assert left_in_full(due("19.01.2026 17:00"), at("19.01.2026 14:35"), CALENDAR, OFFICE) == ""
    assert left_in_full(Due(None), at("19.01.2026 14:35"), CALENDAR, OFFICE) == ""


# --- overdue, late, paused, met -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("15.01.2026 17:00:01", "срок истёк сегодня в 17:00"),
        ("15.01.2026 23:59", "срок истёк сегодня в 17:00"),
        ("16.01.2026 00:00", "просрочено на 1 раб. день"),
        ("17.01.2026 12:00", "просрочено на 1 раб. день"),
        ("19.01.2026 08:00", "просрочено на 2 раб. дня"), ("22.01.2026 10:00", "просрочено на 5 раб. дней"),
        ("13.02.2026 10:00", "просрочено на 21 раб. день"),
    ],
)  # fmt: skip
def test_overdue_counts_working_days_after_the_last_one_with_today(now, left):
    found = said(due("15.01.2026 17:00"), now, norm())
    assert plain(found.words) == left
    assert plain(found.date_words) == "срок был 15 января, чт"


def test_over_the_weekend_a_term_of_friday_is_not_yet_a_working_day_overdue():
    assert chip(due("16.01.2026 17:00"), "17.01.2026 12:00") == "срок истёк 16 января в 17:00"
    assert chip(due("16.01.2026 17:00"), "19.01.2026 08:00") == "просрочено на 1 раб. день"


def test_calendar_terms_are_overdue_in_plain_days():
    assert chip(due("16.01.2026 17:00"), "17.01.2026 12:00", DAILY) == "просрочено на 1 день"
    assert chip(due("16.01.2026 17:00"), "18.01.2026 12:00", MONTHLY) == "просрочено на 2 дня"
    assert chip(due("16.01.2026 17:00"), "27.01.2026 12:00", MONTHLY) == "просрочено на 11 дней"
    assert chip(due("16.01.2026 17:00"), "16.01.2026 18:00", DAILY) == "срок истёк сегодня в 17:00"


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ("16.01.2026 09:20", "позже на 1 раб. день"), ("19.01.2026 09:20", "позже на 2 раб. дня"),
        ("15.01.2026 19:05", "позже на 2 ч 5 мин"), ("15.01.2026 17:00:30", "позже меньше чем на минуту"),
    ],
)  # fmt: skip
def test_finished_late_says_by_how_much(closed, left):
    found = said(due("15.01.2026 17:00", closed=closed), "20.02.2026 10:00", norm())
    assert found.state is DueState.LATE
    assert plain(found.words) == left


def test_finished_on_the_weekend_after_is_later_by_plain_days():
    assert chip(due("16.01.2026 17:00", closed="18.01.2026 12:00"), "20.02.2026 10:00") == "позже на 2 дня"


def test_finished_in_time():
    found = said(due("15.01.2026 17:00", closed="15.01.2026 17:00"), "20.02.2026 10:00", norm())
    assert (found.words, plain(found.date_words)) == ("в срок", "15 января, чт")


@pytest.mark.parametrize(
    ("remaining", "left"),
    [(1, "пауза · останется 1 раб. день"), (3, "пауза · останется 3 раб. дня"),
     (6, "пауза · останется 6 раб. дней")],
)  # fmt: skip
def test_a_pause_says_what_will_remain_and_why(remaining, left):
    pause = Pause(at("15.01.2026 11:00"), "мать с ребёнком в больнице, ждём выписку", remaining)
    found = said(due("21.01.2026 17:00", paused=True), "19.01.2026 14:35", norm(), pause)
    assert plain(found.words) == left
    assert plain(found.date_words) == "с 15 января: мать с ребёнком в больнице, ждём выписку"
    assert plain(found.ground) == "442-ФЗ, ст. 16"


def test_a_ground_that_nobody_has_checked_says_so_beside_every_date():
    for deadline in (due("21.01.2026 17:00"), due("21.01.2026 17:00", paused=True)):
        for now in ("19.01.2026 14:35", "21.01.2026 14:35", "23.01.2026 14:35"):
            assert plain(said(deadline, now, norm(mark="G")).ground) == "442-ФЗ, ст. 16 (не сверено)"
            assert plain(said(deadline, now, norm(mark="V")).ground) == "442-ФЗ, ст. 16"


def test_a_pause_of_a_calendar_term_says_days():
    pause = Pause(at("15.01.2026 11:00"), "ждём запрос № 118", 3)
    found = said(due("21.01.2026 17:00", paused=True), "19.01.2026 14:35", MONTHLY, pause)
    assert plain(found.words) == "пауза · останется 3 дня"
    assert "№\u00a0118" in found.date_words


def test_a_pause_of_which_nothing_is_known_is_still_a_pause():
    assert chip(due("21.01.2026 17:00", paused=True), "19.01.2026 14:35") == "пауза"


def test_without_a_date():
    assert chip(Due(None), "19.01.2026 14:35") == "без срока"
    assert chip(Due(None, Clock.NONE, at("18.01.2026 10:00")), "19.01.2026 14:35") == "сделано"


@pytest.mark.parametrize(
    "now", ["19.01.2026 14:35", "21.01.2026 14:35", "21.01.2026 19:00", "23.01.2026 12:00"]
)
def test_a_number_and_its_noun_never_part(now):
    found = said(due("21.01.2026 17:00"), now, norm())
    for text in (found.words, found.date_words, found.ground, found.norm_words):
        for before, after in pairwise(text):
            assert not (before.isdigit() and after == " "), text


# --- Russian --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "form"),
    [(0, "дней"), (1, "день"), (2, "дня"), (4, "дня"), (5, "дней"), (11, "дней"), (12, "дней"), (14, "дней"),
     (20, "дней"), (21, "день"), (22, "дня"), (25, "дней"), (101, "день"), (111, "дней"),
     (112, "дней"), (1001, "день")],
)  # fmt: skip
def test_plural_forms(count, form):
    assert plural(count, ("день", "дня", "дней")) == form
    assert counted(count, ("день", "дня", "дней")) == f"{count}\u00a0{form}"


def test_day_words():
    assert day_words(day("21.01.2026"), day("19.01.2026")) == "21\u00a0января, ср"
    assert day_words(day("01.03.2027"), day("19.01.2026")) == "1\u00a0марта\u00a02027, пн"
