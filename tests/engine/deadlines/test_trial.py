"""A date explained, day by day."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from engine.deadlines.calendar import YearStatus
from engine.deadlines.trial import answer
from engine.errors import MarshrutError
from tests.engine.deadlines.factories import CALENDAR, OFFICE, SHIPPED, at, calendar_with, day, office, rule


def shown(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_ten_working_days_over_the_new_year():
    found = answer(day("26.12.2025"), rule(10), CALENDAR, OFFICE)
    assert found.day == day("21.01.2026")
    assert found.moment == at("21.01.2026 17:00")
    assert not found.provisional
    assert len(found.counted) == 10
    assert [f"{each.date:%d.%m}" for each in found.skipped] == [
        "27.12", "28.12", "31.12", "01.01", "02.01", "03.01", "04.01", "05.01", "06.01", "07.01", "08.01",
        "09.01", "10.01", "11.01", "17.01", "18.01",
    ]  # fmt: skip
    assert shown(found.text) == (
        "21 января 2026, ср, 17:00. Считаем с 27 декабря (ГК РФ, ст. 191). "
        "Рабочие: 29–30 декабря, 12–16 января, 19–21 января. "
        "Нерабочие: 27–28 декабря, 31 декабря – 11 января, 17–18 января."
    )


def test_the_reason_of_every_skipped_day_is_told():
    found = answer(day("26.12.2025"), rule(10), CALENDAR, OFFICE).to_json()
    reasons = {each["day"]: shown(each["reason"]) for each in found["skipped"]}
    assert reasons["2025-12-28"] == "воскресенье"
    assert reasons["2025-12-31"] == "выходной перенесён с 5 января"
    assert reasons["2026-01-07"] == "Рождество Христово"
    assert reasons["2026-01-09"] == "выходной перенесён с 3 января"


def test_the_document_for_other_programs():
    found = answer(day("26.12.2025"), SHIPPED.find("T15", day("26.12.2025")), CALENDAR, OFFICE).to_json()
    assert found["day"] == "2026-01-21"
    assert found["moment"] == "2026-01-21T17:00:00+03:00"
    assert shown(found["ground"]) == "442-ФЗ, ст. 16"
    assert (found["provisional"], found["year_status"]) == (False, "confirmed")
    assert json.loads(json.dumps(found)) == found


def test_calendar_days_skip_only_where_the_last_day_is_moved():
    found = answer(day("26.12.2025"), rule(10, "calendar"), CALENDAR, OFFICE)
    assert found.day == day("12.01.2026")
    assert [f"{each.date:%d.%m}" for each in found.skipped] == [f"{number:02}.01" for number in range(5, 12)]
    assert "Последний день перенесён" in found.text
    in_place = answer(day("29.04.2026"), rule(30, "calendar"), CALENDAR, OFFICE)
    assert (in_place.day, in_place.skipped) == (day("29.05.2026"), ())


def test_a_year_without_its_decree_makes_the_answer_provisional():
    found = answer(day("12.10.2026"), rule(36, "months"), CALENDAR, OFFICE)
    assert found.provisional
    assert found.status is YearStatus.PROVISIONAL
    assert "дата может измениться" in found.text
    assert answer(day("21.12.2026"), rule(10), CALENDAR, OFFICE).status is YearStatus.UNCONFIRMED


def test_a_holiday_of_the_region_is_named():
    region = calendar_with(("28.08.2026", "holiday"))
    found = answer(day("21.08.2026"), rule(5), region, OFFICE)
    assert found.day == day("31.08.2026")
    assert "правка" in [each.note for each in found.skipped]


def test_a_moment_after_closing_moves_the_same_day():
    found = answer(at("16.01.2026 18:10"), rule(0), CALENDAR, OFFICE)
    assert found.day == day("19.01.2026")
    assert [each.note for each in found.skipped] == ["суббота", "воскресенье"]
    assert answer(day("16.01.2026"), rule(0), CALENDAR, OFFICE).day == day("16.01.2026")


def test_a_moment_without_a_zone_is_read_by_the_clock_of_the_office():
    kamchatka = office("Asia/Kamchatka")
    found = answer(datetime(2026, 1, 16, 18, 10), rule(0), CALENDAR, kamchatka)  # noqa: DTZ001 - that is the point
    assert found.moment.isoformat() == "2026-01-19T17:00:00+12:00"


@pytest.mark.parametrize("unit", ["working", "calendar", "months", "hours", "minutes", "month_end"])
@pytest.mark.parametrize("value", [10**9, 10**13, -(10**13)])
def test_a_term_beyond_the_calendar_is_refused_in_words(unit, value):
    with pytest.raises(MarshrutError):
        answer(day("26.12.2025"), rule(value, unit), CALENDAR, OFFICE)


def test_hours_skip_nothing():
    found = answer(at("31.12.2025 16:40"), rule(24, "hours"), CALENDAR, OFFICE)
    assert (found.skipped, found.counted) == ((), ())
    assert "Часы идут подряд" in found.text


def test_counting_back_explains_itself_too():
    found = answer(day("12.01.2026"), rule(-1), CALENDAR, OFFICE)
    assert found.day == day("30.12.2025")
    assert found.counted == (day("30.12.2025"),)
    assert len(found.skipped) == 12
