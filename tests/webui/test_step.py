"""One step: what its form sends and hears, who may work on it, and that nothing typed is ever lost."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_history, case_variables
from engine.cases.service import cancel_case
from engine.cases.tables import case_
from engine.model import SYSTEM
from engine.worklist.service import claim, load_draft
from tests.factories.access import make_account
from tests.factories.cases import (
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    user_task,
)

ANSWERS = {"цель": "Найти работу", "членов": 4, "с_даты": "2026-01-20"}


def block(page, name):
    return json.loads(page.select_one(f"script[data-form-{name}]").get_text())


def test_a_completed_step_leads_back_to_the_list_and_says_so(visit, rt, office):
    clerk = visit("R05")
    assert clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS}) == {"location": "/"}
    assert "Шаг завершён" in clerk.get("/").words
    with rt.database.read() as conn:
        known = case_variables(rt, conn, case_card(rt, conn, SYSTEM, office.case))
    assert (known["цель"], known["членов"], known["с_даты"]) == (
        "Найти работу",
        Decimal(4),
        date(2026, 1, 20),
    )


def test_faults_come_back_at_their_fields_and_nothing_changes(visit, rt, office):
    answer = visit("R05").json("POST", f"/tasks/{office.task}", {"data": {"членов": "много"}}, status=422)
    assert set(answer["errors"]) == {"цель", "членов"}
    assert office.task in open_tasks(rt)


@pytest.mark.parametrize(
    "body", [None, [], "x", {"data": "x"}, {"data": {"чужое": 1}}, {"data": {"цель": {"a": 1}}}]
)
def test_what_is_not_the_answer_of_the_form_is_refused(body, visit, rt, office):
    answer = visit("R05").json("POST", f"/tasks/{office.task}", body, status=422)
    assert answer["message"] or answer["errors"]
    assert office.task in open_tasks(rt)


def test_the_second_of_two_is_told_who_was_first_and_keeps_the_edits(visit, rt, office):
    other = make_account(rt, "R05", unit_id=office.families)
    claim(rt, load_actor(rt, other), office.task)
    visit(other).json("POST", f"/tasks/{office.task}", {"data": ANSWERS})
    rt.clock.advance(timedelta(minutes=5))
    late = visit("R05")
    mine = {**ANSWERS, "цель": "Оформить пособие", "с_даты": "2026-01-21"}
    answer = late.json("POST", f"/tasks/{office.task}", {"data": mine}, status=409)
    assert "Шаг завершил сотрудник" in answer["title"]
    assert "10:00" in answer["title"]
    assert [action["words"] for action in answer["actions"]] == ["Сравнить", "К списку задач"]
    page = late.get(answer["actions"][0]["href"])
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in page.select("tbody tr")
    ]
    assert rows == [
        ["Цель различается", "Найти работу", "Оформить пособие"],
        ["С какой даты различается", "20.01.2026", "21.01.2026"],
        ["Членов семьи совпадает", "4", "4"],
    ]
    assert "Ваши правки от 12" in late.get(f"/tasks/{office.task}").words


def test_of_three_who_finish_a_step_at_once_one_succeeds_and_two_are_told_who_and_when(visit, rt, office):
    people = [visit(make_account(rt, "R05", unit_id=office.families)) for _ in range(3)]
    together = Barrier(len(people))

    def finish(person):
        together.wait()
        headers = {"X-CSRFToken": person.token, "Accept": "application/json"}
        return person.client.post(f"/tasks/{office.task}", json={"data": ANSWERS}, headers=headers)

    with ThreadPoolExecutor(len(people)) as pool:
        answers = list(pool.map(finish, people))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    for late in (answer.get_json()["title"] for answer in answers if answer.status_code == 409):
        assert re.match(r"Шаг завершил сотрудник: \S+.*, .*10:00", late), late


def test_edits_that_came_too_late_are_for_their_author_alone(visit, rt, office):
    complete(rt, load_actor(rt, office.role["R05"]), "accept", ANSWERS)
    other = make_account(rt, "R05", unit_id=office.families)
    visit(other).json("POST", f"/tasks/{office.task}", {"data": {"цель": "Моё"}}, status=409)
    assert "Моё" in visit(other).get(f"/tasks/{office.task}/compare").words
    page = visit("R05").get(f"/tasks/{office.task}/compare")
    assert "Моё" not in page.words
    assert "Сравнивать нечего" in page.words


def test_who_may_not_see_the_case_learns_nothing_of_a_closed_step(visit, rt, office):
    complete(rt, load_actor(rt, office.role["R05"]), "accept", ANSWERS)
    answer = visit(office.stranger).json("POST", f"/tasks/{office.task}", {"data": ANSWERS}, status=409)
    assert answer["title"] == "Этот шаг уже завершён."
    assert [action["words"] for action in answer["actions"]] == ["К списку задач"]


def test_answers_sent_again_complete_once_and_are_answered_the_same(visit, rt, office):
    clerk = visit("R05")
    first = clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS})
    assert clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS}) == first
    assert open_nodes(rt) == ["check", "check"]


def test_answers_to_another_version_of_the_form_are_not_taken(visit, office):
    """The case was moved to another version while somebody filled in its step."""
    clerk = visit("R05")
    seen = int(clerk.get(f"/tasks/{office.task}").select_one("[data-step-form]")["data-version"])
    answer = clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS, "version": seen + 1}, status=409)
    assert answer["code"] == "form"
    assert answer["actions"] == [{"words": "Открыть новую форму", "href": f"/tasks/{office.task}"}]
    clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS, "version": seen})


def test_other_answers_to_a_step_of_ones_own_are_kept_to_compare(visit, rt, office):
    clerk = visit("R05")
    clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS})
    other = {**ANSWERS, "цель": "Иная"}
    answer = clerk.json("POST", f"/tasks/{office.task}", {"data": other}, status=409)
    assert [action["words"] for action in answer["actions"]] == ["Сравнить", "К списку задач"]


def test_a_step_that_is_not_needed_any_more_says_so(visit, rt, office):
    cancel_case(rt, load_actor(rt, office.role["R07"]), office.case, "Заявление отозвано")
    assert "Этот шаг больше не нужен" in visit("R05").get(f"/tasks/{office.task}").words
    answer = visit("R05").json("POST", f"/tasks/{office.task}", {"data": ANSWERS}, status=409)
    assert answer["code"] == "completed"


def test_a_draft_comes_back_after_everything_was_started_anew(visit, rt, office):
    clerk = visit("R05")
    kept = clerk.json("PUT", f"/tasks/{office.task}/draft", {"data": {"цель": "Найти"}})
    assert kept == {"kept_at": "10:00", "saved_at": int(rt.clock.now().timestamp())}
    form = visit("R05").get(f"/tasks/{office.task}").select_one("[data-step-form]")
    assert form["data-draft-saved-at"] == str(kept["saved_at"])
    assert block(form, "data") == {"цель": "Найти"}


def test_two_pages_of_one_step_do_not_write_over_each_others_draft(visit, rt, office):
    url = f"/tasks/{office.task}/draft"
    mine = visit("R05")
    first = mine.json("PUT", url, {"data": {"цель": "Мой"}, "base": 0})["saved_at"]
    rt.clock.advance(timedelta(minutes=2))
    colleague = visit(make_account(rt, "R05", unit_id=office.families))
    colleague.json("PUT", url, {"data": {"цель": "Общий"}, "base": first})
    rt.clock.advance(timedelta(minutes=2))
    told = mine.json("PUT", url, {"data": {"цель": "Мой, дальше"}, "base": first}, status=409)
    assert told["code"] == "newer"
    assert "10:02. Ваш текст на этой странице цел." in told["message"]
    with rt.database.read() as conn:
        key_id = conn.execute(select(case_.c.key_id).where(case_.c.id == office.case)).scalar_one()
        draft = load_draft(rt, conn, key_id, office.task)
    assert draft is not None
    assert draft[0] == {"цель": "Общий"}
    mine.json("PUT", url, {"data": {"цель": "Мой, дальше"}, "base": told["saved_at"]})


def test_a_draft_of_an_earlier_day_names_its_day_and_its_writer(visit, rt, office):
    visit("R05").json("PUT", f"/tasks/{office.task}/draft", {"data": {"цель": "Найти"}})
    rt.clock.advance(timedelta(days=1))
    page = visit(make_account(rt, "R05", unit_id=office.families)).get(f"/tasks/{office.task}")
    assert page.select_one("[data-draft-state]").get_text().startswith("черновик 12\u00a0января, пн, ")


def test_a_draft_for_a_closed_step_is_refused_so_that_the_browser_keeps_it(visit, rt, office):
    complete(rt, load_actor(rt, office.role["R05"]), "accept", ANSWERS)
    visit("R05").json("PUT", f"/tasks/{office.task}/draft", {"data": {"цель": "Поздно"}}, status=409)


def test_a_draft_larger_than_a_form_can_be_is_refused(visit, office):
    visit("R05").json("PUT", f"/tasks/{office.task}/draft", {"data": {"цель": "я" * 600_000}}, status=422)


def test_who_may_only_look_sees_a_locked_form_and_no_buttons(visit, office):
    page = visit("R07").get(f"/tasks/{office.later_task}")
    form = page.select_one("[data-step-form]")
    assert form.has_attr("data-readonly")
    assert not form.has_attr("data-draft-url")
    assert page.select_one("[data-action-bar]") is None
    assert "Вы можете только смотреть" in page.words


def test_a_closed_step_shows_what_was_sent(visit, rt, office):
    clerk = visit("R05")
    clerk.json("POST", f"/tasks/{office.task}", {"data": ANSWERS})
    page = clerk.get(f"/tasks/{office.task}")
    assert "Этот шаг завершён" in page.words
    assert block(page, "data")["цель"] == "Найти работу"
    assert page.select_one("[data-step-form]").has_attr("data-readonly")


def test_buttons_follow_whose_step_it_is(visit, office):
    clerk = visit("R05")

    def buttons(number):
        return [
            button.get_text(strip=True)
            for button in clerk.get(f"/tasks/{number}").select(".action-bar-buttons button")
        ]

    assert buttons(office.task) == ["Завершить шаг", "Сохранить", "Взять"]
    assert buttons(office.later_task) == ["Завершить шаг", "Сохранить", "Вернуть"]


def test_a_step_is_returned_to_its_role(visit, rt, office):
    clerk = visit("R05")
    assert clerk.post(f"/tasks/{office.later_task}/return").location == "/"
    assert "Взять" in clerk.get(f"/tasks/{office.later_task}").select_one(".action-bar").get_text()
    clerk.post(f"/tasks/{office.later_task}/return", status=403)


def test_a_stand_in_acts_for_the_absent_and_both_names_stay(visit, rt, office):
    colleague = make_account(rt, "R05", unit_id=office.families)
    absent = load_actor(rt, office.role["R05"])
    add_absence(
        rt,
        absent,
        absent_id=absent.user_id,
        substitute_id=colleague,
        first_day=date(2026, 1, 12),
        last_day=date(2026, 1, 13),
    )
    visitor = visit(colleague)
    assert "в деле останутся оба имени" in visitor.get(f"/tasks/{office.later_task}").words
    visitor.json("POST", f"/tasks/{office.later_task}", {"data": {"итог": "верно"}})
    with rt.database.read() as conn:
        card = case_card(rt, conn, SYSTEM, office.later_case)
        newest = case_history(rt, conn, card)[0]
    assert (newest.actor_id, newest.for_id) == (colleague, absent.user_id)
    assert " за: " in visitor.get(f"/cases/{office.later_case}").words


def test_a_step_of_a_called_pathway_is_drawn_on_its_own_diagram(visit, rt, office):
    clerk = visit("R05")
    clerk.json("POST", f"/tasks/{office.later_task}", {"data": {"итог": "верно"}})
    clerk.post(f"/cases/{office.later_case}/events", {"event": "msg.consent"})
    number = open_tasks(rt, "asking/vote")[0]
    page = visit("R10").get(f"/tasks/{number}")
    drawing = page.select_one("[data-diagram]")
    assert drawing["data-diagram"].endswith("/asking")
    assert drawing["data-focus-element"] == "vote"
    marks = json.loads(drawing.select_one("script").get_text())
    assert marks == {"passed": ["cs"], "current": ["vote"]}


def test_the_draft_is_sealed(visit, rt, office):
    visit("R05").json("PUT", f"/tasks/{office.task}/draft", {"data": {"цель": "Тайна"}})
    with rt.database.read() as conn:
        card = case_card(rt, conn, SYSTEM, office.case)
        kept = load_draft(rt, conn, card.key_id, office.task)
    assert kept is not None
    assert kept[0] == {"цель": "Тайна"}
    assert "Тайна".encode() not in (rt.settings.home / "marshrut.db").read_bytes()


def test_a_step_that_people_choose_is_marked_and_says_what_else_may_be_begun(visit, rt, office):
    chosen = (
        f"<adHocSubProcess id='free' name='Помощь'>{user_task('call')}{user_task('see')}"
        "<completionCondition>хватит</completionCondition></adHocSubProcess>"
    )
    publish_files(
        rt,
        diagram("free_help", f"<startEvent id='s'/>{chosen}<endEvent id='e'/>{flows('s free e')}"),
    )
    clerk = visit("R05")
    case = open_case(rt, load_actor(rt, office.role["R05"]), "free_help")
    assert clerk.get("/").words.count("по выбору") == 2
    assert clerk.get(f"/cases/{case.id}").words.count("по выбору") == 2
    (task,) = open_tasks(rt, "call")
    words = clerk.get(f"/tasks/{task}").words
    assert "Этот шаг по выбору" in words
    assert "Начать можно и другое: Шаг see." in words
    assert "по выбору" not in clerk.get(f"/tasks/{office.task}").words
