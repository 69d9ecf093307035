"""«Разобраться с просрочкой»: a supervisor's line, and the red mark of a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.access.actors import load_actor
from engine.cases.service import complete_task
from engine.model import CompleteTask
from engine.worklist.ladder import tell_due
from tests.webui.test_cases import rows


@pytest.fixture
def overdue(rt):
    """The step of the office has been late since yesterday evening, and people were told."""
    rt.clock.advance(timedelta(days=1))
    tell_due(rt)


def lines(page):
    return [
        line.get_text(" ", strip=True) for line in page.select("#group-supervise, [id^=overdue-] .task-title")
    ]


def test_the_head_finds_the_line_above_the_tasks_and_in_the_monitor(visit, overdue, office):
    head = visit("R07")
    for address in ("/", "/?term=overdue", "/monitor"):
        page = head.get(address)
        assert lines(page) == ["Разобраться с просрочкой · 1", "Принять заявление"], address
    assert lines(head.get("/?whose=own")) == lines(head.get("/?term=today")) == []
    assert lines(visit("R05").get("/")) == lines(visit("R27").get("/")) == []


def test_the_line_tells_what_is_late_with_whom_and_who_was_told(visit, overdue, office):
    head = visit("R07")
    page = head.get(head.get("/").link("Разобраться"))
    assert "семья Лапшиных" in page.words
    assert "Исполнитель пока никто" in page.words
    assert page.link("Переназначить") == f"/monitor/reassign/{office.task}"
    assert page.link("Открыть дело") == f"/cases/{office.case}"


def test_it_goes_when_what_was_decided_is_written_down_and_stays_without_words(visit, overdue, office):
    head = visit("R07")
    address = head.get("/").link("Разобраться")
    assert "Напишите, что решено" in head.page_after(address, {"decision": " "}, status=422).words
    after = head.page_after(address, {"decision": "Передаю шаг Беловой Н. А."})
    assert "Решение записано в историю дела" in after.words
    assert lines(after) == []
    history = head.get(f"/cases/{office.case}").words
    assert "Решено о просрочке: Принять заявление" in history
    assert "Передаю шаг Беловой Н. А." in history
    head.get(address, status=404)


def test_it_goes_when_the_step_is_done(visit, rt, overdue, office):
    clerk = load_actor(rt, office.role["R05"])
    complete_task(rt, CompleteTask(clerk, office.task, {"повод": "долг"}), check_form=False)
    assert lines(visit("R07").get("/")) == []


def test_from_the_third_working_day_the_case_is_red_wherever_it_is_listed(visit, rt, office):
    mark = "на контроле"
    specialist, head = visit("R05"), visit("R07")

    def marked():
        return [
            mark in specialist.get("/").select_one(f"#task-{office.task}").get_text(),
            mark in specialist.get(f"/cases/{office.case}").select_one(".case-head").get_text(),
            mark in specialist.get("/cases").words,
            mark in specialist.search("/cases", "лапш").words,
            mark in " ".join(rows(head.get("/monitor"), "Просроченные шаги")[0]),
        ]

    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    assert marked() == [False] * 5
    rt.clock.advance(timedelta(days=1))
    tell_due(rt)
    assert marked() == [True] * 5
    assert lines(visit("R27").get("/")) == ["Разобраться с просрочкой · 1", "Принять заявление"]
