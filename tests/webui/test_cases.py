"""«Дела»: the list, the case file, opening and stopping, answers of citizens, putting right what stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text, update

from engine.access.actors import load_actor
from engine.cases.programme_export import FINISHED, SUPPORT
from engine.cases.queries import case_card, case_history, case_variables, open_incidents
from engine.cases.sitting_calendar import POLL_DAY, SITTING_DAY
from engine.cases.tables import case_
from engine.definitions.files import Upload
from engine.model import SYSTEM
from engine.records.agenda import Question, ask, collect, withdraw
from engine.records.commissions import NewCommission, create_commission
from tests.factories.cases import (
    complete,
    diagram,
    event,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)
from tests.factories.cases import message as a_message
from tests.webui.workplace import field, form
from webui.cases import PROGRAMMES


def rows(page, caption):
    table = next(t for t in page.select("table") if t.caption and t.caption.get_text() == caption)
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("td")]
        for row in table.select("tbody tr")
    ]


def history(rt, number):
    with rt.database.read() as conn:
        return case_history(rt, conn, case_card(rt, conn, SYSTEM, number))


def test_cases_of_the_department_are_listed_newest_first(visit):
    page = visit("R05").get("/cases")
    found = rows(page, "Дела")
    assert len(found) == 2
    assert found[0][0].startswith("семья Лапшиных")


@pytest.mark.parametrize(
    ("state", "words", "count"),
    [
        ("active", "лапшина", 2),
        ("active", "ПС-2026-0001", 1),
        ("active", "Нетакой", 0),
        ("ended", "", 0),
        ("all", "", 2),
    ],
)
def test_the_list_is_searched_by_number_and_surname(state, words, count, visit):
    page = visit("R05").search(f"/cases?state={state}", words)
    assert len(rows(page, "Дела") if count else []) == count
    assert bool(page.select(".state")) is (count == 0)


def test_the_case_file_says_what_is_next_and_by_when(visit, office):
    page = visit("R05").get(f"/cases/{office.case}")
    head = " ".join(page.select_one(".case-head").get_text(" ").split())
    assert "Семья Лапшиных" in head
    assert "Следующее действие Принять заявление" in head
    assert [stage.get_text(strip=True) for stage in page.select(".stage-title")] == ["Приём", "Проверка"]
    assert page.select_one(".stage-current .stage-title").get_text(strip=True) == "Приём"


def test_stages_of_a_called_process_follow_those_that_the_case_has_passed(visit, rt, office):
    with rt.database.write() as conn:
        conn.execute(update(case_).where(case_.c.id == office.later_case).values(stage="Работа"))
    page = visit("R05").get(f"/cases/{office.later_case}")
    stages = {
        stage.select_one(".stage-title").get_text(strip=True): stage["class"]
        for stage in page.select(".stage")
    }
    assert list(stages) == ["Приём", "Работа"]
    assert "stage-ahead" not in stages["Приём"]
    assert "stage-current" in stages["Работа"]


def test_finished_steps_say_whether_in_time_and_lead_to_their_document(visit, office):
    page = visit("R05").get(f"/cases/{office.later_case}")
    found = rows(page, "Завершённые шаги")
    assert found[0][0] == "Принять заявление"
    assert found[0][3:] == ["в срок", "Письмо"]


def test_opening_a_case_is_noted_in_the_journal_of_views(visit, office):
    visit("R05").get(f"/cases/{office.later_case}")
    page = visit("R07").get(f"/cases/{office.later_case}/views")
    assert any(row[2] == "просмотр" and row[3].startswith("дело") for row in rows(page, "Журнал"))


def test_the_family_is_shown_to_whom_records_are_open(visit, office):
    assert "Лапшин Егор Ильич" in visit("R05").get(f"/cases/{office.case}").words


def test_a_case_is_opened_with_the_form_of_its_start(visit, rt, office):
    clerk = visit("R05")
    page = clerk.get(f"/cases/new/help?person={office.person}")
    url = page.select_one("[data-step-form]")["data-submit-url"]
    answer = clerk.json("POST", url, {"data": {"повод": "нет жилья"}})
    assert clerk.json("POST", url, {"data": {"повод": "нет жилья"}}) == answer
    assert "Дело № ПС-2026-0003 открыто" in clerk.get(answer["location"]).words


def test_the_form_of_the_start_is_checked(visit, office):
    answer = visit("R05").json("POST", f"/cases/new/help?person={office.person}", {"data": {}}, status=422)
    assert set(answer["errors"]) == {"повод"}


def test_a_case_about_somebody_needs_somebody(visit):
    visit("R05").json("POST", "/cases/new/help", {"data": {"повод": "долг"}}, status=422)


def test_nobody_opens_a_case_about_a_stranger(visit, office):
    visit(office.stranger).json(
        "POST", f"/cases/new/help?person={office.person}", {"data": {"повод": "долг"}}, status=404
    )


def test_a_pathway_that_others_call_is_not_opened_by_hand(visit, office):
    visit("R05").json("POST", f"/cases/new/asking?person={office.person}", {"data": {}}, status=404)


@pytest.mark.parametrize(
    ("message", "title"),
    [(SITTING_DAY, "Заседание 24.11.2026"), (POLL_DAY, "Письменный опрос до 24.11.2026")],
)
def test_a_case_about_a_day_is_called_by_it(message, title, visit, rt):
    day = field("дата_заседания", "День", "datetime", subtype="date", dateLabel="День")
    body = (
        '<startEvent id="s" name="Назначено" camunda:formRef="ask_day"/><endEvent id="e" name="Конец"/>'
        + event("startEvent", "by_day", "message", message)
        + user_task("hear", role="R05")
        + flows("s hear e", "by_day hear")
    )
    publish_files(rt, form("ask_day", day), diagram("day", body, a_message(message), subject="none"))
    clerk = visit("R05")
    opened = clerk.json("POST", "/cases/new/day", {"data": {"дата_заседания": "2026-11-24"}})
    assert clerk.get(opened["location"]).select_one("h1").get_text().startswith(title)


def test_a_pathway_left_to_a_role_is_offered_to_it_alone(visit, rt):
    body = (
        '<startEvent id="s" name="Назначено" camunda:formRef="ask_help"/><endEvent id="e" name="Конец"/>'
        + user_task("hear", role="R10")
        + flows("s hear e")
    )
    file = diagram("sitting", body, subject="none")
    left = file.content.replace(
        b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="R10"'
    )
    publish_files(rt, replace(file, content=left))
    assert "Путь sitting" in visit("R10").get("/cases").words
    assert "Путь sitting" not in visit("R05").get("/cases").words
    assert "открываете не вы" in visit("R05").get("/cases/new/sitting", status=403).words
    visit("R05").json("POST", "/cases/new/sitting", {"data": {"повод": "долг"}}, status=403)
    opened = visit("R10").json("POST", "/cases/new/sitting", {"data": {"повод": "долг"}})
    page = visit("R10").get(opened["location"])
    assert page.select_one("h1").get_text().startswith("Путь sitting")
    listed = visit("R10").get("/cases").select_one("tbody tr").get_text(" ", strip=True)
    assert listed.count("Путь sitting") == 1
    step = visit("R10").get("/").select_one(".task-about").get_text(" ", strip=True)
    assert step.count("Путь sitting") == 1
    assert "· ·" not in step


def test_an_answer_of_a_citizen_carries_the_case_on(visit, rt, office):
    clerk = visit("R05")
    assert "Записать событие" not in clerk.get(f"/cases/{office.later_case}").words
    clerk.json("POST", f"/tasks/{office.later_task}", {"data": {"итог": "верно"}})
    page = clerk.get(f"/cases/{office.later_case}")
    assert [box["value"] for box in page.select("input[name=event]")] == ["msg.consent"]
    said = {"event": "msg.consent", "by": "по телефону", "words": "Согласна"}
    done = clerk.page_after(f"/cases/{office.later_case}/events", said)
    assert "Событие записано" in done.words
    assert sorted(open_nodes(rt)) == ["accept", "asking/vote"]
    newest = history(rt, office.later_case)[0]
    assert newest.data["data"] == {"ответ_получен": "по телефону", "слова_гражданина": "Согласна"}
    clerk.post(f"/cases/{office.later_case}/events", said, status=409)


@pytest.mark.parametrize("event", ["msg.none", "", "msg.commission_decision"])
def test_an_answer_that_nobody_waits_for_is_refused(event, visit, rt, office):
    visit("R05").post(f"/cases/{office.later_case}/events", {"event": event}, status=409)


def test_a_case_is_stopped_for_a_reason_only(visit, rt, office):
    chief = visit("R07")
    chief.post(f"/cases/{office.case}/cancel", {"reason": " "}, status=422)
    page = chief.page_after(f"/cases/{office.case}/cancel", {"reason": "Семья переехала"})
    assert "прекращено" in page.words
    assert "Семья переехала" in page.words
    assert open_nodes(rt) == ["check"]


def broken() -> Upload:
    """A gateway that no flow leaves while the variable has no value."""
    body = (
        '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g" name="Доход?"/>'
        + user_task("u")
        + flows("s u g")
        + '<sequenceFlow id="f_g_e" sourceRef="g" targetRef="e">'
        + "<conditionExpression>=доход &gt; 5</conditionExpression></sequenceFlow>"
    )
    return diagram("broken", body)


@pytest.fixture
def stopped(rt, office):
    publish_files(rt, broken())
    actor = load_actor(rt, office.role["R05"])
    number = open_case(rt, actor, "broken").id
    complete(rt, actor, "u", {"доход": 1})
    return number


def test_a_case_that_stopped_says_so_and_who_can_help(visit, stopped):
    page = visit("R05").get(f"/cases/{stopped}")
    assert "Дело остановилось: Доход?" in page.words
    assert page.find("form", action=f"/cases/{stopped}/retry") is None


def test_data_are_corrected_and_the_step_tried_again(visit, rt, stopped):
    chief = visit("R07")
    page = chief.get(f"/cases/{stopped}")
    element = page.find("form", action=f"/cases/{stopped}/retry").find("input", {"name": "element"})["value"]
    chief.post(f"/cases/{stopped}/retry", {"element": element, "reason": ""}, status=422)
    done = chief.page_after(f"/cases/{stopped}/repair", {"name": "доход", "value": "7", "reason": "Справка"})
    assert "исправлено" in done.words
    chief.page_after(f"/cases/{stopped}/retry", {"element": element, "reason": "Доход внесён"})
    with rt.database.read() as conn:
        assert open_incidents(conn, stopped) == []
    assert "Справка" in chief.get(f"/cases/{stopped}/history").words


@pytest.mark.parametrize(
    ("value", "reason", "fault"),
    [
        ("доход", "x", "не читается"),
        ("1 +", "x", "не читается"),
        ("5", " ", "причину"),
        ('"' + "я" * 300_000, "x", "не читается"),
    ],
)
def test_a_value_that_cannot_be_read_changes_nothing(value, reason, fault, visit, rt, stopped):
    answer = visit("R07").post(
        f"/cases/{stopped}/repair", {"name": "доход", "value": value, "reason": reason}, status=422
    )
    assert fault in answer.text
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, SYSTEM, stopped))["доход"] == 1


def test_a_sitting_lists_what_it_hears_and_links_what_the_reader_may_see(visit, rt, office):
    actor = load_actor(rt, office.role["R05"])
    sitting = open_case(rt, actor, "help", {"повод": "заседание"}).id
    commission = create_commission(rt, SYSTEM, NewCommission(kind="family", unit_id=office.families))
    with rt.database.write() as conn:
        question = Question("need_status")
        about = {"case_id": office.case, "number": "ПС-2026-0001", "commission_id": commission}
        ask(rt, conn, **about, question=question)
        collect(conn, commission, sitting)
    page = visit("R05").get(f"/cases/{sitting}")
    assert page.link("Признание нуждающимся, дело № ПС-2026-0001") == f"/cases/{office.case}"
    asked = visit("R05").get(f"/cases/{office.case}")
    assert asked.link("Признание нуждающимся, дело № ПС-2026-0001") == f"/cases/{sitting}"
    with rt.database.write() as conn:
        withdraw(conn, office.case)
    for number in (sitting, office.case):
        assert "отозван" in visit("R05").get(f"/cases/{number}").words
    with rt.database.write() as conn:
        care = {"unit": office.care, "number": office.case}
        conn.execute(text("UPDATE case_ SET unit_id = :unit, owner_id = NULL WHERE id = :number"), care)
        conn.execute(text("UPDATE task SET queue_id = 0 WHERE case_id = :number"), care)
    hidden = visit("R05").get(f"/cases/{sitting}")
    assert "Признание нуждающимся, дело № ПС-2026-0001" in hidden.words
    assert hidden.find("a", href=f"/cases/{office.case}") is None


def test_a_case_whose_data_were_destroyed_opens_without_names(visit, rt, office):
    with rt.database.read() as conn:
        key = case_card(rt, conn, SYSTEM, office.later_case).key_id
    rt.vault.destroy(key)
    page = visit("R05").get(f"/cases/{office.later_case}")
    assert "Лапшин" not in page.select_one(".case-head").get_text()
    visit("R05").get(f"/documents/{office.document}", status=410)


def test_a_mistyped_surname_shows_cases_of_similar_people_and_says_so(visit):
    page = visit("R05").search("/cases", "Лпашина")
    assert "Показаны дела людей с похожим именем" in page.words
    assert rows(page, "Дела")
    assert "с похожим именем" not in visit("R05").search("/cases", "Тихонова").words


def test_a_case_leads_to_handing_its_programme_over_once_there_is_one(visit, rt, office, monkeypatch):
    monkeypatch.setitem(PROGRAMMES, "help", SUPPORT)
    monkeypatch.setitem(FINISHED, SUPPORT, "accept")
    assert "Региональный регистр" not in visit("R05").get(f"/cases/{office.case}").words
    complete(rt, load_actor(rt, office.role["R05"]), "accept", {"цель": "Найти работу"})
    page = visit("R05").get(f"/cases/{office.case}")
    assert "Программу в регистр ещё не передавали." in page.words
    assert page.link("Передать программу в регистр").startswith("/cases/new/p05_export?person=")
