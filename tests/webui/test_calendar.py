"""«Календарь»: the year, a term tried out, days changed."""

from __future__ import annotations

import io
from datetime import date

import pytest

HOLIDAY = {"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон"}
ACT = {"act": "постановление от 01.10.2026 № 1500"}


def test_the_year_tells_working_days_and_what_each_day_is(visit):
    page = visit("R05").get("/calendar?year=2026")
    january = page.select_one("table.month")
    assert january.caption.get_text(" ", strip=True).startswith("Январь")
    days = {" ".join(day.get_text(" ").split()): day["class"][-1] for day in january.select(".day")}
    assert days["12 : сегодня, рабочий"] == "day-today"
    assert any(kind == "day-moved" for kind in days.values())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("event=2025-12-26&value=10&unit=working_days", "21 января, ср, 17:00"),
        ("event=2026-01-12&value=3&unit=hours", "12 января, пн"),
        ("event=nonsense&value=x&unit=none", "26 января, пн"),
        ("event=9999-12-31&value=1000&unit=months", "не посчитать"),
    ],
)
def test_a_term_is_tried_out_with_its_ground(query, words, visit):
    page = visit("R05").get(f"/calendar?{query}")
    assert words in page.select_one("#trial").get_text(" ").replace("\u00a0", " ")


@pytest.mark.parametrize("asked", ["layer=²", "layer=x", "day=x", "day=²²²²-01-01", "layer=1&day=2026-02-30"])
def test_an_address_that_means_nothing_shows_the_year(asked, visit):
    assert "Изменить день:" not in visit("R25").get(f"/calendar?year=2026&{asked}").words


def test_a_unit_that_is_not_there_has_no_calendar(visit):
    visit("R25").get("/calendar?layer=4711", status=404)


@pytest.mark.parametrize("year", ["0", "99999", "x"])
def test_a_year_out_of_the_calendar_shows_the_nearest(year, visit):
    visit("R05").get(f"/calendar?year={year}")


def test_a_day_is_changed_for_a_reason(visit):
    keeper = visit("R25")
    sent = {"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон округа"}
    page = keeper.page_after("/calendar/day", sent)
    assert "День изменён: 28" in page.words
    assert "28 : День округа" in " ".join(page.select("table.month")[7].get_text(" ").split())


@pytest.mark.parametrize("wrong", [{"kind": "none"}, {"note": " "}, {"source": ""}])
def test_a_day_without_its_reason_is_refused_at_the_field(wrong, visit):
    sent = {"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон", **wrong}
    answer = visit("R25").post("/calendar/day", sent, status=422)
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("wrong", ["", "2050-01-01", "завтра"])
def test_a_day_that_the_calendar_does_not_have_is_refused(wrong, visit):
    answer = visit("R25").post("/calendar/day", {**HOLIDAY, "day": wrong}, status=422)
    assert "Укажите день с 2024 по 2030 год." in answer.text


def test_a_year_is_confirmed_once(visit):
    keeper = visit("R25")
    assert (
        "не подтверждён" in keeper.get("/calendar?year=2027").words
        or "предварительный" in keeper.get("/calendar?year=2027").words
    )
    assert "2027 год подтверждён" in keeper.page_after("/calendar/2027/confirm", ACT).words
    keeper.post("/calendar/2027/confirm", ACT, status=409)
    keeper.post("/calendar/1900/confirm", ACT, status=404)


def test_a_year_is_confirmed_by_an_act(visit):
    answer = visit("R25").post("/calendar/2027/confirm", {"act": " "}, status=422)
    assert 'aria-invalid="true"' in answer.text
    assert "2027 год" in answer.text


def test_who_only_reads_sees_no_form(visit):
    page = visit("R05").get("/calendar?day=2026-08-28")
    assert "Изменить день" not in page.words
    assert not page.select("a.day")


def test_a_day_is_chosen_in_the_year_and_says_what_it_is_in_each_layer(visit, office):
    keeper = visit("R25")
    keeper.page_after("/calendar/day", {**HOLIDAY, "layer": office.families})
    page = keeper.get(f"/calendar?year=2026&layer={office.families}")
    (cell,) = [day for day in page.select("a.day-regional") if "День округа" in day.text]
    card = keeper.get(cell["href"]).select_one("#change")
    words = " ".join(card.get_text(" ").split())
    assert "28 августа, пт" in words
    assert "Вся страна рабочий" in words
    assert "Отделение помощи семье праздник День округа, Закон" in words
    assert not keeper.get(f"/calendar?year=2026&layer={office.care}").select("a.day-regional")


def test_a_change_of_a_unit_is_taken_back(visit, office):
    keeper = visit("R25")
    sent = {"layer": str(office.families), "day": "2026-08-28"}
    keeper.page_after("/calendar/day", {**HOLIDAY, **sent})
    assert "Правка убрана" in keeper.page_after("/calendar/day/restore", sent).words
    assert not keeper.get(f"/calendar?year=2026&layer={office.families}").select("a.day-regional")
    keeper.post("/calendar/day/restore", sent, status=409)
    keeper.post("/calendar/day/restore", {"day": "не день"}, status=404)


def test_the_page_tells_who_changed_what(visit, office):
    keeper = visit("R25")
    keeper.page_after("/calendar/day", {**HOLIDAY, "layer": office.families})
    words = visit("R05").get("/calendar").words
    assert "28.08.2026: рабочий → праздник. День округа, Закон" in words
    assert "сроки ещё не пересчитаны" in words


def test_hours_of_a_unit_are_changed(visit, office, rt):
    keeper = visit("R25")
    hours = {"layer": office.families, "zone": "Asia/Omsk", "opening": "08:00", "closing": "17:00"}
    assert (
        "Часы работы изменены" in keeper.page_after("/calendar/hours", {**hours, "closing_5": "16:00"}).words
    )
    found = rt.calendars.office(office.families)
    assert (str(found.zone), found.week[4].hour, found.opening.hour) == ("Asia/Omsk", 16, 8)
    assert "пт до 16:00" in keeper.get("/calendar").words
    for wrong in ({"zone": "Moon"}, {"closing": "9"}, {"closing_1": "09:00"}):
        assert 'aria-invalid="true"' in keeper.post("/calendar/hours", {**hours, **wrong}, status=422).text


def test_transfers_that_the_product_knows_are_loaded(visit):
    keeper = visit("R25")
    assert "Переносы 2027 года загружены" in keeper.page_after("/calendar/2027/load").words
    keeper.post("/calendar/2026/load", status=409)
    keeper.post("/calendar/1900/load", status=404)


CSV = "день;вид;почему;акт\n28.08.2026;праздник;День округа;Закон\n29.12.2026;короткий;канун;Приказ\n"


def test_days_from_a_file_are_shown_before_they_are_written(visit, office, rt):
    keeper = visit("R25")
    sent = {"layer": str(office.families), "file": (io.BytesIO(CSV.encode()), "дни.csv")}
    page = keeper.page_after("/calendar/import", sent)
    assert len(page.select("tbody tr")) == 2
    assert rt.calendars.calendar(office.families).is_working(date(2026, 8, 28))
    days = page.select_one('input[name="days"]')["value"]
    written = keeper.page_after("/calendar/import", {"layer": str(office.families), "days": days})
    assert "Дни записаны: 2" in written.words
    assert not rt.calendars.calendar(office.families).is_working(date(2026, 8, 28))


def test_a_wrong_file_is_refused_line_by_line(visit):
    answer = visit("R25").post("/calendar/import", {"days": "[{}]"}, status=422)
    assert "Строка 1" in answer.text
    assert "Записать дни" not in answer.text
