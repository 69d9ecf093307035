"""«Регистры»: how each is kept, its families, the monitoring sheet of one, the export."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from engine.access.tables import audit
from engine.records import registers, sheets
from engine.records.cells import answered, refreshed
from engine.records.refusals import Refusal, keep_refusal
from engine.records.registers import Standing, Subject

FACTS = {"семья": {"номер": 1, "мать": "Лапшина Ольга Сергеевна", "возраст": [8]}, "учёт": {}}


@pytest.fixture
def family(rt, office):
    """On the register of the dangerous position, with a sheet of January that somebody began to fill in."""
    subject = Subject(office.family, None)
    cells = refreshed({}, FACTS, date(2026, 1, 12))
    cells = answered(
        cells,
        {"помощь_путёвки": 2, "долги_за_жильё": True, "помещены_с": date(2025, 11, 3), "дети_в_центре": True},
        office.role["R05"],
        date(2026, 1, 12),
    )
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            "sop",
            Subject(office.family, office.person),
            Standing(state="СОП", ground="постановление № 4"),
            case_id=office.case,
            unit_id=office.families,
            since=date(2026, 1, 5),
        )
        sheets.keep_sheet(
            rt, conn, subject, cells, unit_id=office.families, today=date(2026, 1, 12), faults=1
        )
    return subject


def test_the_list_says_how_each_register_is_kept(visit, rt, family):
    page = visit("R24").get("/registers")
    line = page.select_one('tr:has(a[href="/registers/sop"])').get_text(" ", strip=True)
    assert "не назначен" in line
    assert "противоречий: 1" in line
    assert "Внести семью" not in visit("R24").get("/registers").words  # no pathway is published here
    rt.clock.set(rt.clock.now().replace(day=26))
    assert "срок прошёл" in visit("R24").get("/registers").words


def test_a_head_names_the_keeper(visit, office, family):
    page = visit("R07").get("/registers/sop")
    assert page.select_one("select[name=keeper]")
    visit("R07").post("/registers/sop/keeper", {"keeper": office.role["R24"]})
    name = page.select_one(f'option[value="{office.role["R24"]}"]').text
    line = visit("R24").get("/registers").select_one('tr:has(a[href="/registers/sop"])')
    assert name in line.text
    assert visit("R24").get("/registers/sop").select_one("select[name=keeper]") is None


def test_somebody_unknown_is_no_keeper(visit, family):
    answer = visit("R07").post("/registers/sop/keeper", {"keeper": "999999"}, status=422)
    assert "Выберите сотрудника из списка" in answer.text


def test_a_register_shows_its_families_and_those_who_left(visit, rt, office, family):
    page = visit("R05").get("/registers/sop")
    assert page.select_one(f'a[href="/registers/families/{office.family}"]')
    assert visit("R05").get(f"/cases/{office.later_case}").select_one('a[href="/registers/sop"]')
    assert "постановление № 4" in page.words.replace("\u00a0", " ")
    assert "01.02.2026" in page.words
    with rt.database.write() as conn:
        registers.leave(
            rt,
            conn,
            "sop",
            family,
            until=date(2026, 1, 12),
            left_for="причины устранены",
            case_id=office.case,
        )
    assert "причины устранены" in visit("R05").get("/registers/sop").words


def test_a_register_that_does_not_exist_is_not_there(visit):
    visit("R05").get("/registers/wanted", status=404)


def test_the_sheet_shows_every_parameter_with_its_mark_and_whose_it_is(visit, rt, office, family):
    page = visit("R05").get(f"/registers/families/{office.family}")
    rows = page.select("table tbody tr")
    assert len(rows) == 106
    by_number = {row.td.text.split()[0]: row.get_text(" ", strip=True) for row in rows}
    assert "Лапшина Ольга Сергеевна карточка" in by_number["1.2"]
    assert "путёвок: 2" in by_number["8.5"]
    assert "не заполнено вносят руками" in by_number["8.7"]
    assert "не заполнено из дел или руками" in by_number["8.6"]
    assert "не относится" in by_number["4.2"]
    assert "03.11.2025" in by_number["7.3"]
    with rt.database.read() as conn:
        looks = conn.execute(select(audit.c.actor_id).where(audit.c.kind == "sheet")).scalars().all()
    assert looks == [office.role["R05"]]


def test_the_sheet_says_what_was_refused_of_the_red_zone_and_when(visit, rt, office, family):
    address = f"/registers/families/{office.family}"
    assert "отклонено" not in visit("R05").get(address).words
    with rt.database.write() as conn:
        refused = Refusal("внести", {"детей": 3}, date(2026, 1, 12))
        keep_refusal(rt, conn, family, refused, case_id=office.case)
    words = visit("R05").get(address).words
    assert "Внести в «красную зону» предлагали, 12.01.2026 отклонено" in words


def test_the_sheet_has_eleven_sections_with_as_many_parameters_as_the_form_of_the_municipality(
    visit, office, family
):
    page = visit("R05").get(f"/registers/families/{office.family}")
    counts = [len(table.select("tbody tr")) for table in page.select(".monitoring-sheet table")]
    assert counts == [14, 16, 9, 8, 10, 8, 8, 18, 11, 2, 2]


def test_the_newest_sheet_grows_old_by_today(visit, rt, office, family):
    address = f"/registers/families/{office.family}"
    assert "пусто больше 30 дней" not in visit("R05").get(address).words
    rt.clock.set(rt.clock.now() + timedelta(days=31))
    page = visit("R05").get(address)
    assert "пусто больше 30 дней" in page.words
    assert "не подтверждали больше 30 дней" in page.words


def test_only_the_gaps_are_shown_when_asked(visit, office, family):
    page = visit("R05").get(f"/registers/families/{office.family}?gaps=1")
    numbers = {row.td.text.split()[0] for row in page.select("table tbody tr")}
    assert "8.6" in numbers
    assert not numbers & {"1.2", "8.5", "4.2"}


def test_a_month_without_a_sheet_is_said_to_have_none(visit, office, family):
    page = visit("R05").get(f"/registers/families/{office.family}?month=2025-11", status=404)
    assert "Листа мониторинга за этот месяц нет" in page.words


def test_the_export_has_a_line_for_each_family_and_a_column_for_each_parameter(visit, rt, office, family):
    answer = visit("R24").client.get("/registers/sop/export.xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.data)).active
    heads = [cell.value for cell in sheet[2]]
    assert len(heads) == 4 + 106
    line = dict(zip(heads, [cell.value for cell in sheet[3]], strict=True))
    assert line["Мать"] == "Лапшина Ольга Сергеевна"
    assert line["Путёвки в лагерь, путёвок"] == 2
    assert line["Долги за коммунальные услуги"] == "да"
    assert line["Дата помещения"].date() == date(2025, 11, 3)
    with rt.database.read() as conn:
        noted = conn.execute(select(audit.c.action).where(audit.c.kind == "register")).scalars().all()
    assert noted == ["export"]


@pytest.mark.parametrize("asked", ["2025-11", "январь", "2026-99", "9999-12", ""])
def test_the_export_of_any_month_is_a_file(asked, visit, family):
    answer = visit("R24").download(f"/registers/sop/export.xlsx?month={asked}")
    line = [cell.value for cell in load_workbook(io.BytesIO(answer.data)).active[3]]
    assert (line[4] is None) is (asked == "2025-11")


def test_a_long_register_is_shown_in_pages(visit, rt, office, family, monkeypatch):
    monkeypatch.setattr("webui.registers.PAGE", 1)
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            "sop",
            Subject(None, office.person),
            Standing(state="группа риска"),
            case_id=office.case,
            unit_id=office.families,
            since=date(2026, 1, 7),
        )
    clerk = visit("R05")
    first = clerk.get("/registers/sop")
    assert "1–1 из 2" in first.words
    assert "группа риска" not in first.words
    last = clerk.get(first.link("Дальше"))
    assert "группа риска" in last.words
    assert last.link("Раньше") == "/registers/sop?page=1"
    assert clerk.get("/registers/sop?page=99").words == last.words
