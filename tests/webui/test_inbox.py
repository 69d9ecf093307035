"""«Задачи»: what a specialist sees first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.storage.counting import count_statements
from engine.worklist.inbox import PAGE
from engine.worklist.service import claim, save_draft
from tests.factories.access import make_account
from tests.factories.cases import chain, open_case, open_tasks, publish_files, user_task


def titles(page):
    return [link.get_text() for link in page.select(".task-link")]


def counters(page):
    return {
        item.select_one(".filter-words").get_text(): item.select_one(".filter-count").get_text()
        for item in page.select(".filter")
        if item.select_one(".filter-count")
    }


def test_steps_of_the_role_and_own_ones_are_in_one_list(visit):
    page = visit("R05").get("/")
    assert titles(page) == ["Принять заявление", "Проверить"]
    found = counters(page)
    assert (found["Все мне доступные"], found["Мои"], found["Моей роли"]) == ("2", "1", "1")


def test_a_step_of_nobody_is_taken_and_an_own_one_opened(visit, office):
    page = visit("R05").get("/")
    buttons = {
        row["data-task"]: row.select_one(".task-act").get_text(" ", strip=True)
        for row in page.select("[data-task]")
    }
    assert buttons == {str(office.task): "Взять", str(office.later_task): "Открыть"}


def test_a_draft_is_continued(visit, rt, office):
    save_draft(rt, load_actor(rt, office.role["R05"]), office.later_task, {"итог": "почти"})
    page = visit("R05").get("/")
    row = page.select_one(f"#task-{office.later_task}")
    assert "черновик 10:00" in " ".join(row.get_text(" ").split())
    assert row.select_one(".task-act").get_text(" ", strip=True) == "Продолжить"


def test_the_summary_names_what_cannot_wait(visit, rt):
    assert "Сегодня нужно завершить 1" in visit("R05").get("/").words
    rt.clock.advance(timedelta(days=1))
    assert "Просрочено 1" in visit("R05").get("/").words


def test_an_overdue_step_stands_first_with_its_words(visit, rt):
    rt.clock.advance(timedelta(days=2))
    page = visit("R05").get("/")
    assert page.select_one(".task-group .task-group-title").get_text(" ", strip=True).startswith("Просрочено")
    assert "просрочено на 2 раб. дня" in page.select_one(".due-overdue").get_text().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("whose=own", ["Проверить"]),
        ("whose=role", ["Принять заявление"]),
        ("term=today", ["Принять заявление"]),
        ("term=later", ["Проверить"]),
        ("pathway=help", ["Принять заявление", "Проверить"]),
        ("pathway=other", []),
        ("whose=nobody&term=never&after=x", ["Принять заявление", "Проверить"]),
    ],
)
def test_filters_narrow_the_list(query, expected, visit):
    assert titles(visit("R05").get(f"/?{query}")) == expected


def test_the_list_is_searched_by_surname(visit):
    assert titles(visit("R05").search("/", "лапш")) == ["Принять заявление", "Проверить"]
    assert titles(visit("R05").search("/?whose=own", "лапш")) == ["Проверить"]


def test_a_mistyped_surname_shows_tasks_about_similar_people_and_says_so(visit):
    page = visit("R05").search("/", "Лапщина")
    assert titles(page) == ["Принять заявление", "Проверить"]
    assert "Показаны задачи людей с похожим именем" in page.words


def test_a_search_that_finds_nothing_offers_to_lift_the_filters(visit):
    page = visit("R05").search("/", "Тихонов")
    assert "По запросу «Тихонов» задач нет" in page.words
    assert page.link("Снять отборы") == "/"


def test_who_has_no_steps_is_told_so(visit):
    assert "На сегодня всё сделано" in visit("R31").get("/").words


def test_a_long_list_goes_on_on_the_next_page_and_refreshes_in_place(visit, rt, office):
    clerk = load_actor(rt, office.role["R05"])
    for _ in range(PAGE):
        open_case(rt, clerk, "help", {"повод": "долг"})
    visitor = visit("R05")
    first = visitor.get("/")
    following = first.link("Показать следующие")
    second = visitor.get(following)
    assert len(titles(first)) == PAGE
    assert titles(second) == ["Принять заявление", "Проверить"]
    assert second.select_one("[data-live]")["hx-get"] == following
    assert second.link("К началу списка") == "/"


def test_counters_stop_at_999(visit, rt, monkeypatch):
    from webui.rows import number_words

    assert [number_words(count) for count in (0, 999, 1000)] == ["0", "999", "999+"]


def test_taking_a_step_opens_it(visit, rt, office):
    answer = visit("R05").post(f"/tasks/{office.task}/take")
    assert answer.location == f"/tasks/{office.task}"
    assert counters(visit("R05").get("/"))["Мои"] == "2"


def test_the_second_who_takes_a_step_is_told_who_has_it(visit, rt, office):
    other = make_account(rt, "R05", unit_id=office.families)
    claim(rt, load_actor(rt, other), office.task)
    answer = visit("R05").post(f"/tasks/{office.task}/take", status=409)
    assert "Шаг уже взял другой сотрудник" in answer.text


def test_taking_the_next_gives_the_most_urgent_step_of_the_role(visit, office):
    visitor = visit("R05")
    assert visitor.post("/tasks/next").location == f"/tasks/{office.task}"
    page = visitor.page_after("/tasks/next")
    assert "Свободных задач вашей роли сейчас нет" in page.words


def test_a_stand_in_sees_the_steps_of_the_absent_and_whose_they_are(visit, rt, office):
    colleague = make_account(rt, "R05", unit_id=office.families)
    actor = load_actor(rt, office.role["R05"])
    add_absence(
        rt,
        actor,
        absent_id=actor.user_id,
        substitute_id=colleague,
        first_day=date(2026, 1, 12),
        last_day=date(2026, 1, 30),
    )
    visitor = visit(colleague)
    page = visitor.get("/")
    assert "Вы замещаете" in page.words
    assert "до 30" in page.words
    row = page.select_one(f"#task-{office.later_task}")
    assert "Вы, замещая" in row.get_text()
    assert counters(page)["Замещаю"] == "1"
    assert titles(visitor.get("/?whose=substitute")) == ["Проверить"]
    with count_statements(rt.database) as count:
        visitor.get("/")
    assert count.statements <= 12, count.texts


def test_a_case_that_stopped_waiting_leaves_the_list(visit, rt, office):
    visitor = visit("R05")
    visitor.json("POST", f"/tasks/{office.task}", {"data": {"цель": "Работа"}})
    assert office.task not in open_tasks(rt)
    assert "Принять заявление" not in titles(visitor.get("/"))


def test_a_step_of_several_roles_is_shown_as_the_one_that_the_person_has(visit, rt, office):
    step = user_task("x").replace('"R05"', '"R02,R05,R13"')
    publish_files(rt, chain("shared", step))
    case = open_case(rt, load_actor(rt, office.role["R05"]), "shared")
    number = open_tasks(rt, "x")[0]

    def role(code):
        found = visit(code).get("/").select_one(f"#task-{number} .task-role")
        return found.get_text(" ", strip=True).lstrip("· ") if found else None

    assert (role("R05"), role("R02")) == ("Специалист", "Участковый")
    claim(rt, load_actor(rt, office.role["R05"]), number)
    assert role("R05") == "Специалист"
    assert "Участковый" not in visit("R07").get(f"/cases/{case.id}").words


@pytest.mark.parametrize("after", ["9" * 19 + "-1", "²-1", "1", "-", "1-2-3"])
def test_a_page_after_what_is_no_step_is_the_first(after, visit):
    clerk = visit("R05")
    assert clerk.get(f"/?after={after}").words == clerk.get("/").words
