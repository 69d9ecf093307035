"""«Отпуска и замещение», and what other pages say of whoever is away."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.access.queries import names_of
from engine.model import SYSTEM
from engine.worklist.away import tell_away
from engine.worklist.ladder import tell_due
from engine.worklist.service import claim
from tests.factories.access import make_account

WEEK = {"first_day": "2026-01-12", "last_day": "2026-01-16"}


@pytest.fixture
def colleague(rt, office):
    return make_account(rt, "R05", unit_id=office.families)


def test_one_puts_in_ones_own_leave_and_chooses_who_stands_in(visit, office, colleague):
    specialist = visit("R05")
    page = specialist.get("/absences?first_day=2026-01-12&last_day=2026-01-16")
    assert str(colleague) in [each["value"] for each in page.select("input[name=substitute]")]
    assert "права шире: переназначать шаги" in page.words
    sent = {**WEEK, "who": office.role["R05"], "substitute": colleague, "kind": "sick"}
    specialist.post("/absences", sent, status=303)
    page = specialist.get("/absences?month=2026-01")
    assert "Больничный" in page.words
    assert "Сегодня отсутствует" in page.words
    number = page.select_one("input[name=absence]")["value"]
    specialist.post("/absences/cancel", {"absence": number}, status=303)
    assert "В этом месяце никто не отсутствует." in specialist.get("/absences?month=2026-01").words


def test_a_head_chooses_the_person_first(visit, office):
    assert len(visit("R07").get("/absences").select("select[name=who] option")) > 1
    assert not visit("R05").get("/absences").select("select[name=who]")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last_day": "2026-01-11"}, "Последний день раньше первого"),
        ({"first_day": "завтра"}, "Укажите день"),
        ({"substitute": "4711"}, "Выберите сотрудника своей организации"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(visit, office, change, words):
    sent = {**WEEK, "who": office.role["R05"], **change}
    page = visit("R05").page_after("/absences", sent, status=422)
    assert words in page.words
    assert page.select_one("input[name=last_day]")["value"] == sent["last_day"]


def test_handing_a_step_to_whoever_is_away_warns_and_names_the_substitute(visit, office, rt, colleague):
    other = make_account(rt, "R05", unit_id=office.families)
    first, last = date(2026, 1, 12), date(2026, 1, 16)
    add_absence(rt, SYSTEM, absent_id=colleague, substitute_id=other, first_day=first, last_day=last)
    head = visit("R07")
    address = f"/monitor/reassign/{office.task}"
    page = head.get(address)
    assert "отсутствует до 16" in page.words
    assert page.select("input[name=to]")[-2]["value"] == str(colleague)  # the last but the queue of the role
    sent = {"to": colleague, "reason": "Перегрузка"}
    assert "Замещает" in head.page_after(address, sent, status=422).words
    head.post(address, {**sent, "even_absent": "1"}, status=303)


def test_a_step_that_a_diagram_gave_to_whoever_is_away_warns_and_proposes_the_substitute(
    visit, office, rt, colleague
):
    other = make_account(rt, "R05", unit_id=office.families)
    claim(rt, load_actor(rt, colleague), office.task)
    first, last = date(2026, 1, 12), date(2026, 1, 16)
    add_absence(rt, SYSTEM, absent_id=colleague, substitute_id=other, first_day=first, last_day=last)
    head = visit("R07")
    page = head.get(f"/tasks/{office.task}")
    assert "Исполнитель отсутствует до 16" in page.words
    assert page.select_one(f'a[href="/monitor/reassign/{office.task}"]') is not None
    form = head.get(f"/monitor/reassign/{office.task}")
    assert form.select_one("input[name=to][checked]")["value"] == str(other)


def test_wherever_the_performer_is_named_the_supervisor_reads_that_they_are_away(
    visit, office, rt, colleague
):
    other = make_account(rt, "R05", unit_id=office.families)
    claim(rt, load_actor(rt, colleague), office.task)
    first, last = date(2026, 1, 12), date(2026, 1, 20)
    add_absence(rt, SYSTEM, absent_id=colleague, substitute_id=other, first_day=first, last_day=last)
    tell_away(rt)
    head = visit("R07")
    with rt.database.read() as conn:
        words = f"отсутствует до 20 января, вт, замещает {names_of(conn, [other])[other]}".replace(
            "\u00a0", " "
        )
    told = head.get("/notices")
    assert words in told.words
    assert told.select_one('.listing-title a[href="/absences"]') is not None
    always = ["/monitor", f"/cases/{office.case}", f"/tasks/{office.task}"]
    assert [each for each in [*always, "/monitor/forecast"] if words not in head.get(each).words] == []
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    assert [each for each in [*always, "/"] if words not in head.get(each).words] == []
    assert head.get("/monitor").words.count(words) >= 3  # the line to decide on, the overdue step, the load
    sheet = load_workbook(BytesIO(head.download("/monitor/overdue.xlsx").data)).active
    assert words in str(list(sheet.iter_rows(values_only=True))).replace("\\xa0", " ")
