"""Putting a case right on its page: what is shown to whom, what is done, what is refused in words."""

from __future__ import annotations

import pytest

from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_history, case_variables
from engine.model import SYSTEM
from tests.factories.cases import chain, complete, open_case, open_nodes, open_tasks, publish_files, user_task
from tests.webui.test_cases import broken

WHY = "Справку принесли позже"


@pytest.fixture
def stopped(rt, office):
    """Stands at a choice that has no way out."""
    publish_files(rt, broken())
    actor = load_actor(rt, office.role["R05"])
    number = open_case(rt, actor, "broken").id
    complete(rt, actor, "u", {"доход": 1})
    return number


@pytest.fixture
def stuck(rt, office):
    """Waits at step a1 of three."""
    publish_files(rt, chain("three", user_task("a1"), user_task("a2"), user_task("a3")))
    return open_case(rt, load_actor(rt, office.role["R05"]), "three").id


def element(rt, node):
    return str(open_tasks(rt, node)[0] & 0xFFFFFF)


def newest(rt, number):
    with rt.database.read() as conn:
        return case_history(rt, conn, case_card(rt, conn, SYSTEM, number))[0]


def test_the_page_says_where_why_and_which_data_are_needed(visit, stopped):
    page = visit("R07").get(f"/cases/{stopped}/repair")
    assert "Дело остановилось: Доход?" in page.words
    assert "доход 1 (число)" in page.words
    assert "Пропустить нельзя: Отсюда ведут несколько путей" in page.words


def test_an_administrator_repairs_without_seeing_the_data(visit, rt, stopped):
    admin = visit("R29")
    page = admin.get(f"/cases/{stopped}/repair")
    assert "доход значение есть, оно скрыто" in page.words
    assert "семья Лапшиных" not in page.words
    assert "Что знает дело" not in page.words
    place = page.select_one('form[action$="/move"] input[name=element]')["value"]
    done = admin.page_after(f"/cases/{stopped}/move", {"element": place, "node": "u", "reason": WHY})
    assert "переведено" in done.words
    assert "u" in open_nodes(rt)


def test_a_step_is_passed_over_with_its_result_by_hand(visit, rt, office):
    number, chief = office.later_case, visit("R07")
    page = chief.get(f"/cases/{number}/repair")
    assert page.find("input", {"name": "gives:итог"}) is not None
    fields = {"element": element(rt, "check"), "gives:итог": '"верно"', "reason": WHY}
    done = chief.page_after(f"/cases/{number}/skip", fields)
    assert "Шаг пропущен" in done.words
    assert open_nodes(rt) == ["accept"]
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, SYSTEM, number))["итог"] == "верно"
    assert newest(rt, number).data["data"]["причина"] == WHY
    assert WHY in chief.get(f"/cases/{number}/history").words


def test_a_case_is_moved_to_another_step(visit, rt, stuck):
    fields = {"element": element(rt, "a1"), "node": "a3", "reason": WHY}
    visit("R07").page_after(f"/cases/{stuck}/move", fields)
    assert "a3" in open_nodes(rt)
    assert "a1" not in open_nodes(rt)


@pytest.mark.parametrize(
    ("deed", "fields", "fault"),
    [
        ("skip", {"reason": " "}, "причину"),
        ("move", {"node": "a3", "reason": ""}, "причину"),
        ("move", {"node": "", "reason": WHY}, "Выберите шаг"),
        ("move", {"node": "s", "reason": WHY}, "не перевести"),
        ("skip", {"gives:дело": "1", "reason": WHY}, "занято"),
    ],
)
def test_what_can_not_be_done_is_said_beside_the_form_and_changes_nothing(
    deed, fields, fault, visit, rt, stuck
):
    fields = {"element": element(rt, "a1"), **fields}
    answer = visit("R07").post(f"/cases/{stuck}/{deed}", fields, status=422)
    assert fault in answer.text
    assert "a1" in open_nodes(rt)


def test_a_result_that_can_not_be_read_is_said_beside_its_field(visit, rt, office):
    fields = {"element": element(rt, "check"), "gives:итог": "верно", "reason": WHY}
    answer = visit("R07").post(f"/cases/{office.later_case}/skip", fields, status=422)
    assert "не читается" in answer.text
    assert "check" in open_nodes(rt)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "5", "5"),
        ("number", "1 200,50", "1200.50"),
        ("date", "21.01.2026", "2026-01-21"),
        ("boolean", "Да", "True"),
    ],
)
def test_a_value_is_written_in_its_kind(kind, text, value, visit, rt, stopped):
    sent = {"name": "доход", "kind": kind, "value": text, "reason": WHY}
    visit("R07").page_after(f"/cases/{stopped}/repair", sent)
    with rt.database.read() as conn:
        known = case_variables(rt, conn, case_card(rt, conn, SYSTEM, stopped))
    assert str(known["доход"]) == value


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("number", "пять", "цифрами"),
        ("date", "31.02.2026", "21.01.2026"),
        ("boolean", "может быть", "«да» или «нет»"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind, text, fault, visit, stopped):
    sent = {"name": "доход", "kind": kind, "value": text, "reason": WHY}
    assert fault in visit("R07").post(f"/cases/{stopped}/repair", sent, status=422).text


def test_cases_that_stand_are_listed(visit, stopped):
    page = visit("R29").get("/repair")
    assert "Доход?" in page.words
    assert page.link("Исправить") == f"/cases/{stopped}/repair"


def test_an_administrator_stops_a_case_for_a_reason_only(visit, rt, stopped):
    admin = visit("R29")
    admin.post(f"/cases/{stopped}/cancel", {"reason": " "}, status=422)
    done = admin.page_after(f"/cases/{stopped}/cancel", {"reason": "Открыто по ошибке"})
    assert "Дело прекращено" in done.words
    assert "Все дела идут" in done.words
