"""«Комиссии»: calendar, statistics with their sum, a sitting, the papers of a question."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from zipfile import ZipFile

import pytest
from sqlalchemy import insert, select, update

from engine.cases.commission import question_purpose
from engine.cases.tables import case_
from engine.cases.values import seal_values
from engine.documents.attachments import add_attachment
from engine.documents.files import accept
from engine.model import SYSTEM
from engine.records.agenda import Question, agenda, ask, collect, decide
from engine.records.commissions import (
    CommissionMember,
    NewCommission,
    change_commission,
    create_commission,
    set_members,
)
from engine.records.sitting_plan import plan_by_rule
from engine.records.sittings import agenda_closed, plan_sitting, sitting_held
from engine.records.tables import DECIDED, agenda_item
from tests.factories.access import make_account
from tests.webui.workplace import PDF

TITLE = "Признание нуждающимся, дело № ПС-2026-0001"


@pytest.fixture
def commission(rt, office):
    new = NewCommission("family", office.families, weekday=1, place="Кабинет 5")
    made = create_commission(rt, SYSTEM, new)
    plan_by_rule(rt)
    return made


@pytest.fixture
def question(rt, office, commission):
    """Asked by the case with a draft."""
    draft = {"проект": {"категория": "ТЖС", "риск": "высокий", "услуги": [{"название": "Уход на дому"}]}}
    with rt.database.write() as conn:
        sealed = seal_values(rt.vault, key_of(conn, office.case), draft, question_purpose(office.case))
        about = {"case_id": office.case, "number": "ПС-2026-0001", "commission_id": commission}
        return ask(rt, conn, **about, question=Question("need_status", draft=sealed))


def key_of(conn, case_id):
    return conn.execute(select(case_.c.key_id).where(case_.c.id == case_id)).scalar_one()


def held(rt, office, commission, *kinds, minutes):
    """A sitting that decided a question of each kind; its minutes speak of so many."""
    with rt.database.write() as conn:
        plan_sitting(conn, commission, office.later_case, date(2026, 1, 9))
        for number, kind in enumerate(kinds):
            row = {"case_id": 900 + number, "commission_id": commission, "kind": kind, "title": kind}
            row |= {"status": DECIDED, "sitting_case_id": office.later_case, "decision": "approve"}
            conn.execute(insert(agenda_item), row | {"asked_at": 1, "decided_at": 2})
        sitting_held(conn, office.later_case, minutes)


def test_the_list_says_when_each_sits_and_what_waits(visit, commission, question):
    words = visit("R05").get("/commissions").words.replace("\u00a0", " ")
    assert "каждую неделю, вторник, 14:00" in words
    assert "13 января, вт" in words


def test_the_list_names_the_sitting_whose_agenda_is_closed_and_the_next_one_that_takes_questions(
    visit, rt, office, commission
):
    with rt.database.write() as conn:
        plan_sitting(conn, commission, office.later_case, date(2026, 1, 13))
        agenda_closed(conn, office.later_case, rt.clock.now())
    words = visit("R05").get("/commissions").words.replace("\u00a0", " ")
    assert "13 января, вт" in words
    assert "повестка закрыта, новые вопросы — на 20 января, вт" in words


def test_a_rule_that_gives_too_few_sittings_is_said_to_those_who_keep_it(visit, rt, office, commission):
    rare = "заседает не реже двух раз в месяц"
    assert "По правилу заседаний мало" not in visit("R10").get(f"/commissions/{commission}").words
    once = NewCommission("kdn", office.families, weekday=2, weeks=(1, 5))
    minors = create_commission(rt, SYSTEM, once)
    assert rare in visit("R10").get(f"/commissions/{minors}").words
    assert rare not in visit("R05").get(f"/commissions/{minors}").words
    change_commission(rt, SYSTEM, minors, replace(once, weeks=(1, 3)))
    assert rare not in visit("R10").get(f"/commissions/{minors}").words


def test_the_sum_of_the_kinds_is_the_total_or_says_that_it_is_not(visit, rt, office, commission):
    held(rt, office, commission, "detect", "detect", "gsp", "need_status", minutes=4)
    page = visit("R10").get("/commissions?span=year")
    assert page.words.count("не сходится") == 0
    sheet = visit("R10").client.get("/commissions/report.xlsx?span=year")
    assert sheet.status_code == 200
    with ZipFile(io.BytesIO(sheet.data)) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>4</v>" in cells
    with rt.database.write() as conn:
        sitting_held(conn, office.later_case, 5)
    words = visit("R10").get("/commissions?span=year").words
    assert "По протоколам вопросов 5, по видам 4" in words
    assert "4, не сходится" in words


def test_the_secretary_moves_and_calls_off_and_others_only_look(visit, rt, commission):
    page = visit("R10").get(f"/commissions/{commission}")
    form = page.select_one('form[action*="/sittings/"]')
    answer = visit("R10").post(form["action"], {"day": "2026-01-14", "reason": "Председатель в отъезде"})
    assert answer.status_code == 303
    words = visit("R10").get(f"/commissions/{commission}").words.replace("\u00a0", " ")
    assert "14 января, ср" in words
    assert "перенесено с 13.01.2026. Председатель в отъезде" in words
    refused = visit("R10").post(form["action"], {"day": "2026-01-17", "reason": "Так"}, status=422)
    assert "нерабочий день" in refused.text
    visit("R10").post(form["action"], {"cancel": "1", "reason": "Нет вопросов"})
    assert "отменено" in visit("R10").get(f"/commissions/{commission}").words
    extra = f"/commissions/{commission}/sittings"
    dayless = visit("R10").page_after(extra, {"day": "", "reason": "Так"}, status=422)
    assert len(dayless.select('input[name="day"][aria-invalid="true"]')) == 1, "the field at fault says so"
    visit("R10").post(extra, {"day": "2026-01-16", "reason": "Срочный вопрос"})
    looked = visit("R05").get(f"/commissions/{commission}")
    assert "внеочередное. Срочный вопрос" in looked.words
    assert looked.select_one('form[action*="/sittings"]') is None
    visit("R05").post(extra, {"day": "2026-01-19", "reason": "Так"}, status=403)


def test_a_member_reads_the_papers_of_a_question_and_nothing_else_of_its_case(
    visit, rt, office, commission, question
):
    member = make_account(rt, "R12", unit_id=office.care)
    path = f"/commissions/questions/{question}"
    visit(member).get(path, status=403)
    set_members(rt, SYSTEM, commission, [CommissionMember("Громов С. И.", "опека", account_id=member)])
    page = visit(member).get(path)
    assert "ТЖС" in page.words
    assert "Уход на дому" in page.words
    assert page.select_one(f'a[href="/cases/{office.case}"]') is None
    visit(member).get(f"/cases/{office.case}", status=403)
    assert TITLE in visit(member).get(f"/commissions/{commission}").words
    with rt.database.write() as conn:
        plan_sitting(conn, commission, office.later_case, date(2026, 1, 13))
        collect(conn, commission, office.later_case)
        [item] = agenda(conn, office.later_case)
        decide(rt, conn, item.id, "approve")
    visit(member).get(path, status=403)


def test_a_member_reads_the_files_added_to_a_question_when_its_pathway_says_so(
    visit, rt, office, commission, question
):
    member = make_account(rt, "R12", unit_id=office.care)
    set_members(rt, SYSTEM, commission, [CommissionMember("Громов С. И.", "опека", account_id=member)])
    with rt.database.write() as conn:
        added = add_attachment(
            rt, conn, SYSTEM, office.case, accept("справка.pdf", PDF, rt.settings.attachments)
        )
    path = f"/commissions/questions/{question}"
    assert "справка.pdf" not in visit(member).get(path).words
    visit(member).get(f"{path}/files/{added}", status=404)
    with rt.database.write() as conn:
        conn.execute(update(agenda_item).values(papers="D34, приложения"))
    link = visit(member).get(path).select_one('a[href*="/files/"]')
    assert link.get_text() == "справка.pdf"
    answer = visit(member).client.get(link["href"])
    assert (answer.status_code, answer.data) == (200, PDF)
    outsider = make_account(rt, "R12", unit_id=office.care)
    visit(outsider).get(link["href"], status=403)


def test_a_sitting_shows_its_agenda_to_members_only(visit, rt, office, commission, question):
    with rt.database.write() as conn:
        plan_sitting(conn, commission, office.later_case, date(2026, 1, 13))
        collect(conn, commission, office.later_case)
    words = visit("R10").get(f"/sittings/{office.later_case}").words
    assert TITLE in words
    assert "не рассмотрен" in words
    outsider = make_account(rt, "R12", unit_id=office.care)
    visit(outsider).get(f"/sittings/{office.later_case}", status=403)
    visit("R10").get("/sittings/4711", status=404)
