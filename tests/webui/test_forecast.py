"""«Прогноз сроков», its place in the monitor and in the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.access.actors import load_actor
from engine.cases.service import complete_task, start_case
from engine.model import CompleteTask, StartCase
from tests.factories.access import make_account
from tests.factories.cases import chain, open_tasks, publish_files, user_task
from tests.webui.test_cases import rows
from tests.webui.test_monitor import figures


@pytest.fixture
def slow(rt, office):
    """A pathway whose step has taken nine days instead of five, twelve times; one more case has begun."""
    clerk = load_actor(rt, office.role["R05"])
    publish_files(rt, chain("own", user_task("x", norm="T31")))
    for _ in range(12):
        start_case(rt, StartCase(clerk, "own", label="семья Рябининых"))
        rt.clock.advance(timedelta(days=9))
        complete_task(rt, CompleteTask(load_actor(rt, clerk.user_id), open_tasks(rt, "x")[0]))
        rt.clock.advance(timedelta(days=5))
    return start_case(rt, StartCase(clerk, "own", label="семья Рябининых")).id


def test_the_monitor_counts_and_lists_what_may_be_missed_with_the_reason(visit, slow):
    page = visit("R07").get("/monitor")
    assert figures(page)["могут не успеть"] == "1"
    [row] = rows(page, "Могут не успеть")
    assert row[0].startswith("может не успеть")
    assert "по 12 делам" in row[0]
    assert row[1].startswith("Шаг x")
    assert row[3].startswith("Обычно 7")


def test_the_page_lists_all_running_terms_in_either_order_and_how_far_forecasts_came_true(visit, slow):
    head = visit("R07")
    page = head.get(head.get("/monitor").link("Прогноз всех сроков"))
    assert [row[1].split(" №")[0] for row in rows(page, "Идущие сроки")] == ["Шаг x"]
    nearest = head.get("/monitor/forecast?order=due")
    assert rows(nearest, "Идущие сроки") == rows(page, "Идущие сроки")
    assert "13 сроков" in page.words
    assert rows(page, "Сбывается ли прогноз")[-1][-1] == "100%"


def test_a_case_says_whether_its_term_will_be_met_and_why(visit, slow):
    words = visit("R05").get(f"/cases/{slow}").words
    assert "может не успеть" in words
    assert "осталось 5" in words


def test_another_department_and_a_new_instance_see_that_there_is_nothing_yet(visit, rt, office, slow):
    stranger = visit(make_account(rt, "R07", unit_id=office.care))
    assert "Сроков, которые ещё идут, нет" in stranger.get("/monitor/forecast").words


def test_whom_a_case_is_about_is_not_told_to_an_analyst_who_may_not_open_it(visit, slow):
    analyst = visit("R26")
    for address in ("/monitor", "/monitor/forecast"):
        page = analyst.get(address)
        assert "Шаг x" in page.words
        assert "Рябининых" not in page.text


def test_a_forecast_that_is_no_better_than_the_bare_share_says_so(visit):
    assert "Смотрите на него как на подсказку" in visit("R27").get("/monitor/forecast").words
