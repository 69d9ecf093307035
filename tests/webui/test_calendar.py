"""«Календарь»: the year, a term tried out, days changed."""

from __future__ import annotations

import pytest

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


def test_norms_are_found_by_name_act_and_article(visit):
    page = visit("R05").search("/calendar#norms", "ст. 16")
    found = [row.get_text(" ") for row in page.select("#norms tbody tr")]
    assert found
    assert all("16" in row for row in found)


@pytest.mark.parametrize("year", ["0", "99999", "x"])
def test_a_year_out_of_the_calendar_shows_the_nearest(year, visit):
    visit("R05").get(f"/calendar?year={year}")


def test_a_day_is_changed_for_a_reason(visit):
    keeper = visit("R25")
    sent = {"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон округа"}
    page = keeper.page_after("/calendar/day", sent)
    assert "День изменён: 28" in page.words
    assert "28 : День округа" in " ".join(page.select("table.month")[7].get_text(" ").split())


@pytest.mark.parametrize(
    "wrong", [{"day": ""}, {"day": "2050-01-01"}, {"kind": "none"}, {"note": " "}, {"source": ""}]
)
def test_a_day_without_its_reason_is_refused_at_the_field(wrong, visit):
    sent = {"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон", **wrong}
    answer = visit("R25").post("/calendar/day", sent, status=422)
    assert 'aria-invalid="true"' in answer.text


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
    assert "Изменить день" not in visit("R05").get("/calendar").words
