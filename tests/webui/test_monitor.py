"""«Монитор»: the supervisor's page, handing over, the sheet."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.queries import journal
from engine.model import SYSTEM
from engine.storage.moments import from_seconds
from engine.worklist.ladder import tell_due
from engine.worklist.tables import task
from tests.factories.access import make_account
from tests.factories.cases import chain, complete, diagram, flows, open_case, publish_files, user_task
from tests.webui.test_cases import broken, rows


def figures(page):
    return {
        figure.select_one(".figure-words").get_text(strip=True).replace("\u00a0", " "): figure.select_one(
            ".figure-number"
        ).get_text(strip=True)
        for figure in page.select(".figure")
    }


def test_figures_lists_and_the_inbox_say_the_same(visit, rt):
    rt.clock.advance(timedelta(days=2))
    page = visit("R07").get("/monitor")
    assert figures(page) == {
        "просрочено": "1",
        "истекает за 2 раб. дня": "0",
        "могут не успеть": "0",
        "на паузе": "0",
        "дел в работе": "2",
    }
    assert [row[1] for row in rows(page, "Просроченные шаги")] == [
        "Принять заявление № ПС-2026-0002 · семья Лапшиных"
    ]
    assert "Просрочено 1" in visit("R05").get("/").words


def test_an_overdue_step_says_what_it_waits_for_and_who_was_told(visit, rt):
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    found = rows(visit("R07").get("/monitor"), "Просроченные шаги")[0]
    assert found[4] == "исполнителя"
    assert found[5].endswith(", 14.01")


def test_the_diagram_carries_what_waits_at_each_step(visit, rt):
    rt.clock.advance(timedelta(days=2))
    drawing = visit("R07").get("/monitor").select_one("[data-diagram]")
    assert drawing["data-diagram"].endswith("/help")
    marks = json.loads(drawing.select_one("script").get_text())
    assert marks["wait"] == {"accept": 2, "check": 2}
    assert [badge["kind"] for badge in marks["badges"]["accept"]] == ["waiting", "overdue"]


def test_the_sentence_over_a_diagram_speaks_of_the_pathway_that_is_drawn(visit, rt, office):
    clerk = load_actor(rt, office.role["R05"])
    publish_files(rt, chain("needs", user_task("gather")))
    for _ in range(9):
        open_case(rt, clerk, "needs")
    rt.clock.advance(timedelta(days=3))
    head = visit("R07")
    assert "Дольше всего ждёт шаг «Шаг gather»" in head.get("/monitor").words
    help_drawn = head.get("/monitor?pathway=help").words
    assert "Дольше всего ждёт шаг «Принять заявление»" in help_drawn
    assert "gather»" not in help_drawn


def test_nothing_of_another_department_is_counted(visit, office, rt):
    chief = make_account(rt, "R07", unit_id=office.care)
    page = visit(chief).get("/monitor")
    assert set(figures(page).values()) == {"0"}
    assert "Открытых шагов нет" in page.words


def test_a_step_is_handed_over_with_a_reason(visit, rt, office):
    colleague = make_account(rt, "R05", unit_id=office.families)
    chief = visit("R07")
    page = chief.get(f"/monitor/reassign/{office.task}")
    assert str(colleague) in [box["value"] for box in page.select("input[name=to]")]
    refused = chief.post(f"/monitor/reassign/{office.task}", {"to": str(colleague), "reason": ""}, status=422)
    assert "Напишите причину" in refused.text
    done = chief.page_after(f"/monitor/reassign/{office.task}", {"to": str(colleague), "reason": "Отпуск"})
    assert "Шаг передан" in done.words
    assert "Отпуск" in chief.get(f"/cases/{office.case}").words
    back = chief.page_after(f"/monitor/reassign/{office.task}", {"to": "", "reason": "Вернулась"})
    assert "не назначен" in back.words


@pytest.mark.parametrize("to", ["999999", "x"])
def test_a_step_is_not_handed_to_nobody_in_particular(to, visit, rt, office):
    status = 403 if to == "999999" else 303
    visit("R07").post(f"/monitor/reassign/{office.task}", {"to": to, "reason": "Так"}, status=status)


def test_the_sheet_holds_what_the_page_shows_and_no_formula(visit, rt, office):
    rt.clock.advance(timedelta(days=2))
    answer = visit("R07").download("/monitor/overdue.xlsx")
    sheet = load_workbook(BytesIO(answer.data)).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert table[0][:3] == ["Срок", "Состояние", "Шаг"]
    assert table[1][2:5] == ["Принять заявление", "ПС-2026-0002", "семья Лапшиных"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert journal(rt, SYSTEM, action="export")[0].details == {"rows": 1}


def test_every_page_and_the_sheet_turn_overdue_in_the_same_second(visit, rt, office):
    last = from_seconds(due_of(rt, office.task))
    case = f"/cases/{office.case}"
    pages = {
        "/": "R05",
        "/monitor": "R07",
        f"/tasks/{office.task}": "R05",
        case: "R05",
        f"{case}/terms": "R05",
    }

    def say_so(moment):
        rt.clock.set(moment)
        told = [bool(visit(role).get(page).select(".due-overdue")) for page, role in pages.items()]
        sheet = load_workbook(BytesIO(visit("R07").download("/monitor/overdue.xlsx").data)).active
        lines = [line for line in sheet.iter_rows(min_row=2, values_only=True) if line[3] == "ПС-2026-0002"]
        return [*told, lines[0][1].startswith("срок истёк")]

    assert say_so(last) == [False] * 6
    assert say_so(last + timedelta(seconds=1)) == [True] * 6


def due_of(rt, number):
    with rt.database.read() as conn:
        return conn.execute(select(task.c.due_at).where(task.c.id == number)).scalar_one()


def test_the_sheet_holds_the_cases_that_wait_past_their_term_too(visit, rt, office):
    body = (
        '<startEvent id="b" name="Начало"/>'
        + user_task("take_in", startTerms="T14")
        + '<intermediateCatchEvent id="sitting" name="Ждёт заседания">'
        + '<messageEventDefinition messageRef="d"/></intermediateCatchEvent>'
        + user_task("decide", norm="T14", endTerms="T14")
        + '<endEvent id="f" name="Конец"/>'
        + flows("b take_in sitting decide f")
    )
    publish_files(rt, diagram("need", body, '<message id="d" name="msg.decided"/>', owner="R05"))
    clerk = load_actor(rt, office.role["R05"])
    case = open_case(rt, clerk, "need")
    complete(rt, clerk, "take_in")
    rt.clock.advance(timedelta(days=14))
    chief = visit("R07")
    [waits] = rows(chief.get("/monitor"), "Дела ждут дольше срока")
    assert waits[1].startswith(f"№ {case.number}")
    sheet = load_workbook(BytesIO(chief.download("/monitor/overdue.xlsx").data)).active
    [line] = [line for line in sheet.iter_rows(values_only=True) if line[3] == case.number]
    assert line[0] == "19.01.2026"
    assert line[2].startswith("ждёт")
    assert line[6] == clerk.name


def test_a_label_that_looks_like_a_formula_stays_a_text(rt, app):
    from webui.sheets import terms_sheet

    class Words:
        left, ground, provisional = "=1+1", "@x", ""

    class Row:
        class due:  # noqa: N801 - stands for a row of the inbox
            at = None

        case_id = 1
        words, title, case_number, label, process_name, assignee_id = (
            Words,
            "+1",
            "-1",
            "=cmd|' /C calc'!A0",
            "x",
            None,
        )
        risk, red = None, False

    with app.test_request_context():
        made = terms_sheet([Row()], [], [], {}, [1], [], cut=True)  # type: ignore[list-item]
    cells = [cell for row in load_workbook(made).active.iter_rows(min_row=2) for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[-1].value.startswith("Это не всё")


@pytest.mark.parametrize("role", ["R25", "R29"])
def test_who_may_not_open_the_case_reads_its_number_and_no_family(role, visit, rt, office):
    """They watch all of the municipality and see the cases of none."""
    rt.clock.advance(timedelta(days=2))
    watcher = visit(role)
    [overdue] = rows(watcher.get("/monitor"), "Просроченные шаги")
    assert overdue[1] == "Принять заявление № ПС-2026-0002"
    sheet = load_workbook(BytesIO(watcher.download("/monitor/overdue.xlsx").data)).active
    assert "Лапшины" not in str(list(sheet.iter_rows(values_only=True)))


def test_handing_over_is_offered_only_where_it_is_allowed(visit, rt, office):
    """The chief of one department watches the whole agency and hands over the steps of their own."""
    rt.clock.advance(timedelta(days=2))
    path = f"/monitor/reassign/{office.task}"
    assert path in visit("R13").get("/monitor").decode()
    elsewhere = make_account(rt, "R13", unit_id=office.care)
    page = visit(elsewhere).get("/monitor")
    assert "Принять заявление" in page.words
    assert path not in page.decode()


def test_cases_that_stand_still_are_a_click_away_for_who_may_repair_them(visit, rt, office):
    head = visit("R07")
    assert "остановил" not in head.get("/monitor").words
    publish_files(rt, broken())
    clerk = load_actor(rt, office.role["R05"])
    open_case(rt, clerk, "broken")
    complete(rt, clerk, "u", {"доход": 1})
    page = head.get("/monitor")
    assert "1 дело остановилось" in page.words.replace("\u00a0", " ")
    assert "Доход?" in head.get(page.link("Исправить")).words


def test_several_steps_are_chosen_in_the_list_and_handed_over_together(visit, rt, office):
    """The second step is of no role of the chosen person: it stays, and the page says why."""
    rt.clock.advance(timedelta(days=2))
    chief, colleague = visit("R07"), make_account(rt, "R05", unit_id=office.families)
    page = chief.get("/monitor")
    box = page.select_one("input[name=step]")
    assert box["value"] == str(office.task)
    assert (
        page.select_one(f'label[for="{box["id"]}"]').get_text()
        == "Выбрать: Принять заявление, № ПС-2026-0002"
    )
    chosen = chief.get(f"/monitor/reassign?step={office.task}&step={office.later_task}")
    assert [row[1] for row in rows(chosen, "Выбранные шаги")] == [
        "Принять заявление № ПС-2026-0002 · семья Лапшиных",
        "Проверить № ПС-2026-0001 · семья Лапшиных",
    ]
    assert "возьмёт 1 из 2" in chosen.words
    both = {"step": [str(office.task), str(office.later_task)], "to": str(colleague)}
    assert "Напишите причину" in chief.post("/monitor/reassign", both, status=422).text
    nobody = {"step": both["step"], "reason": "Отпуск"}
    assert "Выберите, кому передать" in chief.post("/monitor/reassign", nobody, status=422).text
    done = chief.page_after("/monitor/reassign", {**both, "reason": "Отпуск"})
    assert "Передано: 2 шага." in done.words.replace("\u00a0", " ")
    assert "Отпуск" in chief.get(f"/cases/{office.case}").words
    refused = chief.page_after(
        "/monitor/reassign", {**both, "to": str(office.role["R10"]), "reason": "Так"}, status=422
    )
    assert "Передано: 0, не передано: 2." in refused.words
    assert "Принять заявление, № ПС-2026-0002 У этого сотрудника нет роли" in refused.words


def test_nothing_chosen_leads_back_to_the_monitor_and_what_is_not_there_is_said(visit, office):
    chief = visit("R07")
    chief.follow("/monitor/reassign", "/monitor")
    chief.follow("/monitor/reassign?" + "&".join(f"step={n}" for n in range(1, 102)), "/monitor")
    assert "Этих шагов нет среди открытых" in chief.get("/monitor/reassign?step=7", status=404).words
    away = visit(make_account(chief.rt, "R07", unit_id=office.care))
    away.get(f"/monitor/reassign?step={office.task}", status=404)
    refused = away.post(
        "/monitor/reassign", {"step": str(office.task), "to": "", "reason": "Так"}, status=422
    )
    assert "Шаг, который вы не передаёте" in refused.text
    assert "Лапшины" not in refused.text
