"""«Что сдвинулось»: the report of a change of the calendar, and the notice that leads to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.access.actors import load_actor
from engine.cases.recalculation import SETTLED, recount_due
from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.service import edit_day
from engine.model import SYSTEM
from engine.worklist.service import claim

OFF = Day(date(2026, 1, 12), DayKind.DAY_OFF, "день округа", "закон округа № 5")


@pytest.fixture
def moved(rt, office):
    """The R05 holds a step; then the day on which it is due becomes a day off."""
    claim(rt, load_actor(rt, office.role["R05"]), office.task)
    edit_day(rt, SYSTEM, OFF)
    rt.clock.advance(SETTLED)
    while recount_due(rt):
        pass


def test_whoever_holds_the_step_is_told_once_and_led_to_what_moved(moved, visit):
    clerk = visit("R05")
    (notice,) = [row for row in clerk.get("/notices").select(".listing-item") if "календарь" in row.text]
    page = clerk.get(notice.a["href"])
    (row,) = page.select("tbody tr")
    assert row.select_one("a")["href"].startswith("/cases/")
    assert "12.01.2026: рабочий → выходной. день округа, закон округа № 5" in page.words
    assert "было 12.01.2026 стало 13.01.2026" in " ".join(row.get_text(" ").split())


def test_who_keeps_the_calendar_sees_all_of_it_without_links_to_cases_of_others(moved, visit):
    page = visit("R25").get("/calendar/recalculations/1")
    assert len(page.select("tbody tr")) == 1
    assert not page.select("tbody tr a")


def test_a_stranger_sees_nothing_of_it(moved, visit, office):
    page = visit(office.stranger).get("/calendar/recalculations/1")
    assert not page.select("tbody tr")
    assert "ничего не сдвинулось" in page.words


def test_a_recalculation_that_is_not_there(visit):
    visit("R05").get("/calendar/recalculations/77", status=404)


@pytest.mark.parametrize("page", ["0", "x", "9" * 30])
def test_a_page_that_is_not_there_is_empty_or_the_first(page, moved, visit):
    visit("R25").get(f"/calendar/recalculations/1?page={page}")


def test_one_that_goes_on_says_so(rt, office, visit):
    edit_day(rt, SYSTEM, OFF)
    rt.clock.advance(SETTLED + timedelta(seconds=1))
    recount_due(rt, limit=1)
    assert "Пересчёт ещё идёт" in visit("R25").get("/calendar/recalculations/1").words
