"""«Отчёты»: who sees them, a figure and its list, the files."""

from __future__ import annotations

import io
from datetime import date
from zipfile import ZipFile

import pytest
from sqlalchemy import insert, select

from engine.access.tables import audit
from engine.model import SYSTEM
from engine.records.commissions import NewCommission, create_commission
from engine.records.sittings import plan_sitting, sitting_held
from engine.records.tables import (
    DECIDED,
    HELD,
    agenda_item,
    letter_family,
    partner,
    referral,
    register_entry,
    visit,
)
from engine.storage.counting import count_statements
from engine.storage.moments import to_seconds
from tests.factories.access import make_account
from webui.report_sheets import Cell, Sheet, comma_separated
from webui.reports import REPORTS

MOST_STATEMENTS = 12


@pytest.fixture
def figures(rt, office):
    """A visit with the full crew, an entry of the preventive register, a question considered."""
    commission = create_commission(rt, SYSTEM, NewCommission("family", office.families))
    with rt.database.write() as conn:
        row = {
            "unit_id": office.families,
            "day": "2026-01-08",
            "status": HELD,
            "full_crew": True,
            "commission": True,
        }
        conn.execute(insert(visit), row | {"case_id": office.case, "family_id": office.family})
        row = {"register": "prevention", "unit_id": office.families, "state": "СОП", "ground": ""}
        row |= {"case_id": office.case, "family_id": office.family, "since": "2026-01-05", "updated_at": 1}
        conn.execute(insert(register_entry), row)
        plan_sitting(conn, commission, office.later_case, date(2026, 1, 9))
        row = {"case_id": office.case, "commission_id": commission, "kind": "gsp", "title": "gsp"}
        row |= {"status": DECIDED, "sitting_case_id": office.later_case, "decision": "approve", "asked_at": 1}
        conn.execute(insert(agenda_item), row)
        sitting_held(conn, office.later_case, 2)
    return commission


def test_the_section_is_there_for_whoever_answers_for_a_unit(visit):
    assert visit("R07").get("/").link("Отчёты") == "/reports"
    assert "Отчёты" not in visit("R05").get("/").words
    visit("R05").get("/reports", status=403)
    visit("R05").get("/reports/visits", status=403)
    assert visit("R26").get("/reports").link(str(REPORTS["visits"].title)) == "/reports/visits"


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_asks_the_database_a_dozen_times_at_the_most(visit, rt, figures, key):
    head = visit("R07")
    head.get(f"/reports/{key}")
    with count_statements(rt.database) as count:
        page = head.get(f"/reports/{key}")
    assert count.statements <= MOST_STATEMENTS, count.texts
    assert "с 01.01.2026 по 31.12.2026" in page.words.replace("\u00a0", " ")
    assert all(foot.get_text(strip=True) for foot in page.select(".card-foot"))


@pytest.mark.parametrize(
    ("key", "figure"), [("visits", "full"), ("registers", "came"), ("commissions", "gsp")]
)
def test_a_figure_leads_to_the_cases_behind_it(visit, office, figures, key, figure):
    page = visit("R07").get(f"/reports/{key}")
    [address, *_] = [a["href"] for a in page.select("td a") if f"figure={figure}&" in a["href"]]
    listed = visit("R07").get(address)
    assert listed.select_one(f'td a[href="/cases/{office.case}"]') is not None


def test_an_analyst_sees_the_figures_and_of_cases_the_numbers_only(visit, figures):
    page = visit("R26").get("/reports/visits/list?figure=full&first=2026-01-01&last=2026-01-31")
    assert "ПС-2026" in page.words
    assert page.select("td a") == []


def test_another_department_sees_nothing_of_it(visit, rt, office, figures):
    stranger = make_account(rt, "R07", unit_id=office.care)
    assert "figure=full" not in str(visit(stranger).get("/reports/visits"))
    empty = visit(stranger).get("/reports/visits/list?figure=full&first=2026-01-01&last=2026-01-31")
    assert "Здесь пусто" in empty.words
    visit(stranger).get(f"/reports/visits?unit={office.families}", status=403)


def test_a_letter_about_many_families_is_counted_by_families(visit, rt, office, figures):
    with rt.database.write() as conn:
        row = {"municipality_id": 1, "kind": "czn", "name": "Центр занятости"}
        number = conn.execute(insert(partner).returning(partner.c.id), row).scalar_one()
        row = {
            "case_id": office.case,
            "partner_id": number,
            "kind": "letter",
            "number": "1",
            "state": "accepted",
        }
        row |= {"sent_at": to_seconds(rt.clock.now()), "due_day": "2026-01-20"}
        sent = conn.execute(insert(referral).returning(referral.c.id), row).scalar_one()
        row = {
            "letter_case_id": office.case,
            "referral_id": sent,
            "place": 1,
            "ground": "",
            "result": "informed",
        }
        conn.execute(insert(letter_family), row | {"case_id": office.later_case})
    page = visit("R07").get("/reports/partners")
    assert "Центр занятости 1 1 0 1 0 0 0 0 0 0" in page.words
    [address] = [a["href"] for a in page.select("td a") if "figure=informed" in a["href"]]
    listed = visit("R07").get(address)
    assert listed.select_one(f'td a[href="/cases/{office.later_case}"]') is not None
    assert "направили информационное письмо" in listed.words


def test_minutes_that_say_another_number_are_shown(visit, figures):
    words = visit("R07").get("/reports/commissions").words
    assert "по протоколам вопросов 2, по видам 1" in words
    assert "1, не сходится" in words


def test_a_period_that_is_none_says_what_to_correct(visit):
    page = visit("R07").get("/reports/visits?first=2026-02-01&last=2026-01-01", status=422)
    assert "Последний день раньше первого" in page.words
    assert "с 01.01.2026 по 31.12.2026" in page.words.replace("\u00a0", " ")
    visit("R07").get("/reports/visits?first=x&unit=999", status=403)
    visit("R07").get("/reports/visits/list?figure=full&first=x&last=2026-01-01", status=422)
    visit("R07").get("/reports/none", status=404)
    visit("R07").get("/reports/visits/list?figure=none", status=404)
    visit("R07").get("/reports/registers/list?figure=came&part=none", status=404)


def test_files_hold_the_figures_and_their_taking_is_noted(visit, rt, figures):
    head = visit("R07")
    with ZipFile(io.BytesIO(head.download("/reports/registers/file.xlsx").data)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "Поставлено" in texts
    assert "Снятая в последний день месяца" in texts
    lines = head.download("/reports/registers/file.csv").data.decode("utf-8-sig").splitlines()
    assert "Январь 2026;0;1;2;0;0;1" in lines
    visit("R07").get("/reports/registers/file.exe", status=404)
    with rt.database.read() as conn:
        noted = conn.execute(select(audit.c.kind).where(audit.c.action == "export")).scalars().all()
    assert noted == ["report", "report"]


def test_the_given_and_the_measured_stand_side_by_side_and_differences_are_named(visit, figures):
    words = visit("R26").get("/reports/stream").words
    assert "10 + 5 + 480 + 20 + 20 + 15 + 10 + 10 + 15 = 585" in words
    assert "в источнике напечатано 127, слагаемые дают 157" in words
    assert "742; по напечатанному 712" in words
    assert "За этот период считать нечего" in words
    visit("R26").get(
        "/reports/stream/list?figure=step&part=none&first=2026-01-01&last=2026-01-31", status=404
    )


def test_an_analyst_sets_a_goal_and_everybody_sees_who_did(visit, figures):
    sent = {"before": "1", "target": "0", "source": "План на год"}
    visit("R07").post("/reports/goals/prevention", sent, status=403)
    wrong = visit("R26").post("/reports/goals/prevention", sent | {"before": "один"}, status=422)
    assert "целые числа через запятую" in wrong.text
    assert 'value="один"' in wrong.text
    visit("R26").post("/reports/goals/prevention", sent)
    words = visit("R07").get("/reports/goals").words
    assert "План на год" in words
    assert "12.01.2026" in words
    assert (
        "Семей на профилактическом учёте, семей 1 0 1 План на год"
        in visit("R07").get("/reports/registers").words
    )


def test_no_text_of_a_file_becomes_a_formula():
    sheet = Sheet("Проба", "", ["Ведомство", "Доля"], [[Cell("=1+1"), Cell(62.5)]])
    assert comma_separated("Отчёт", "", [sheet]).decode("utf-8-sig").splitlines()[-1] == " =1+1;62,5"


def test_a_drawing_says_its_figures_and_the_aim_of_the_whole_municipality(visit, figures):
    said = [
        visit(role).get("/reports/registers").select_one(".card svg[role=img]")["aria-label"]
        for role in ("R07", "R26")
    ]
    assert said[0] == "Профилактический учёт: стоит на конец месяца: 01.26 — 1"
    assert said[1] == f"{said[0]}; цель 30"
