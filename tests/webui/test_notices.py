"""«Сообщения»: what the product told a person of their terms."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from engine.access.actors import load_actor
from engine.cases.service import complete_task
from engine.cases.tables import case_
from engine.model import CompleteTask
from engine.worklist.ladder import tell_due
from engine.worklist.notices import NOBODY, QUESTION_WITHDRAWN, VISITS_OFF
from engine.worklist.tables import DONE, notice, task


def test_a_reminder_is_read_once(visit, rt, office):
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    clerk = visit("R05")
    assert clerk.get("/").select_one(".bar-badge").get_text(" ").split()[0] == "1"
    page = clerk.get("/notices")
    assert page.link("Принять заявление") == f"/tasks/{office.task}"
    after = clerk.page_after("/notices/read")
    assert after.select_one(".bar-badge") is None


def test_a_reminder_of_a_finished_step_leads_to_its_case_where_that_is_open(visit, rt, office):
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    clerk = load_actor(rt, office.role["R05"])
    complete_task(rt, CompleteTask(clerk, office.task, {"повод": "долг"}), check_form=False)
    page = visit("R05").get("/notices")
    assert page.link("Принять заявление") == f"/cases/{office.case}"
    assert page.select_one(".bar-badge") is None  # what is done need not be read
    assert page.select_one(".listing-title b") is None
    with rt.database.write() as conn:
        elsewhere = {"unit_id": 999, "agency_id": 999, "owner_id": None}
        conn.execute(update(case_).where(case_.c.id == office.case).values(elsewhere))
        conn.execute(update(task).where(task.c.case_id == office.case).values(status=DONE))
    page = visit("R05").get("/notices")
    assert "Принять заявление" in page.words
    assert page.select_one(".listing-title a") is None


def test_who_was_told_nothing_reads_when_they_will_be(visit):
    assert "Сообщений нет" in visit("R31").get("/notices").words


def test_a_person_chooses_where_letters_go(visit):
    clerk = visit("R05")
    page = clerk.page_after("/notices/settings", {"choice": "daily", "address": "belova@example.org"})
    assert page.select_one("input[name=address]")["value"] == "belova@example.org"
    assert page.select_one("input[name=choice][checked]")["value"] == "daily"
    assert visit("R07").get("/notices/settings").select_one("input[name=address]").get("value", "") == ""


def test_a_wrong_address_is_shown_as_it_was_typed_and_not_kept(visit):
    clerk = visit("R05")
    page = clerk.page_after("/notices/settings", {"choice": "now", "address": "белова"}, status=422)
    assert "Так адрес почты не пишут" in page.words
    assert page.select_one("input[name=address]")["value"] == "белова"
    assert clerk.get("/notices/settings").select_one("input[name=address]").get("value", "") == ""


def test_a_question_withdrawn_from_the_agenda_is_told_in_words(visit, rt, office):
    told = {"account_id": office.role["R10"], "at": 1_768_200_000, "kind": QUESTION_WITHDRAWN, "rung": 0}
    with rt.database.write() as conn:
        conn.execute(insert(notice), {**told, "case_id": office.case})
    assert "Вопрос отозван из повестки" in visit("R10").get("/notices").words


def test_a_case_that_nobody_holds_the_role_of_is_told_in_words(visit, rt, office):
    told = {"account_id": office.role["R27"], "at": 1_768_200_000, "kind": NOBODY, "rung": 0}
    with rt.database.write() as conn:
        conn.execute(insert(notice), {**told, "case_id": office.case})
    assert "роли, которая его ведёт, нет ни у кого" in visit("R27").get("/notices").words


def test_a_change_of_the_schedule_of_visits_leads_to_the_visits(visit, rt, office):
    told = {"account_id": office.role["R16"], "at": 1_768_200_000, "kind": VISITS_OFF, "rung": 0}
    with rt.database.write() as conn:
        conn.execute(insert(notice), {**told, "case_id": office.case})
    page = visit("R16").get("/notices")
    assert "Выезды к семье сняты с графика" in page.words
    assert page.link("график выездов") == "/visits"
