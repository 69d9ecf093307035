"""Norms, calendars and office hours of an instance, in memory."""

from __future__ import annotations

from datetime import time

import pytest

from engine.deadlines import service
from engine.deadlines.calendar import Day, DayKind, YearStatus
from engine.deadlines.calendars import Calendars
from engine.errors import NotFound
from tests.engine.deadlines.factories import CALENDAR, SHIPPED, day
from tests.engine.deadlines.instances import (
    CENTRE,
    FAR_CENTRE,
    OFFICE_OF_CARE,
    TODAY,
    TOWN,
    instance,
    methodologist,
)


@pytest.fixture
def rt(installed_database_url, tmp_path):
    found = instance(installed_database_url, tmp_path)
    yield found
    found.database.close()


def holiday(text: str, note: str = "День республики") -> Day:
    return Day(day(text), DayKind.HOLIDAY, note, "закон республики")


def test_a_new_instance_has_the_shipped_norms_to_the_letter(rt):
    assert rt.calendars.norm_keys() == SHIPPED.keys()
    for shipped in SHIPPED:
        assert rt.calendars.norm(shipped.full_key, TODAY) == rt.calendars.norm_by_id(shipped.id)
        kept = rt.calendars.norm(shipped.full_key, TODAY)
        assert (kept.rule, kept.ladder, kept.pause, kept.extension) == (
            shipped.rule, shipped.ladder, shipped.pause, shipped.extension,
        )  # fmt: skip
        assert (kept.ground, kept.norm_words, kept.mark) == (shipped.ground, shipped.norm_words, shipped.mark)


def test_a_new_instance_has_the_shipped_calendar(rt):
    calendar = rt.calendars.country()
    for number in (2024, 2025, 2026, 2027):
        assert calendar.year(number) == CALENDAR.year(number)
    assert calendar.year(2030).status is YearStatus.PROVISIONAL
    assert calendar.add_working_days(day("26.12.2025"), 10) == day("21.01.2026")


def test_seeding_twice_changes_nothing(rt):
    before = len(list(rt.calendars.norms()))
    with rt.database.write() as conn:
        service.seed(conn, rt.clock.now())
    fresh = Calendars(rt.database)
    assert len(list(fresh.norms())) == before


def test_a_variant_is_chosen_by_the_cases_variables(rt):
    assert rt.calendars.norm("T14", TODAY).value == 5
    assert rt.calendars.norm("T14", TODAY, {"паллиативный": True}).value == 2


def test_every_unit_has_the_hours_of_its_own(rt):
    assert str(rt.calendars.office(CENTRE).zone) == "Europe/Moscow"
    assert str(rt.calendars.office(FAR_CENTRE).zone) == "Asia/Yekaterinburg"
    assert rt.calendars.office(FAR_CENTRE).closing == time(18)


def test_a_unit_that_is_not_there_has_neither_hours_nor_calendar(rt):
    for ask in (rt.calendars.office, rt.calendars.calendar):
        with pytest.raises(NotFound, match="№ 77"):
            ask(77)


def test_units_without_days_of_their_own_share_the_countrys_calendar(rt):
    assert rt.calendars.calendar(CENTRE) is rt.calendars.calendar(TOWN) is rt.calendars.country()


def test_a_holiday_of_a_unit_holds_for_the_units_below_it_only(rt):
    service.edit_day(rt, methodologist(), holiday("28.08.2026"), CENTRE)
    assert not rt.calendars.calendar(CENTRE).is_working(day("28.08.2026"))
    assert not rt.calendars.calendar(OFFICE_OF_CARE).is_working(day("28.08.2026"))
    assert rt.calendars.calendar(FAR_CENTRE).is_working(day("28.08.2026"))
    assert rt.calendars.country().is_working(day("28.08.2026"))
    assert rt.calendars.calendar(CENTRE).day(day("28.08.2026")).note == "День республики"


def test_the_nearer_unit_has_the_last_word(rt):
    service.edit_day(rt, methodologist(), holiday("28.08.2026"), TOWN)
    service.edit_day(
        rt, methodologist(), Day(day("28.08.2026"), DayKind.WORKING, "приём граждан", "приказ"), CENTRE
    )
    assert rt.calendars.calendar(OFFICE_OF_CARE).is_working(day("28.08.2026"))
    assert not rt.calendars.calendar(FAR_CENTRE).is_working(day("28.08.2026"))


def test_a_change_is_seen_at_once_here_and_by_the_others_when_they_ask(rt):
    other = Calendars(rt.database)
    assert other.country().is_working(day("28.08.2026"))
    service.edit_day(rt, methodologist(), holiday("28.08.2026"))
    assert not rt.calendars.country().is_working(day("28.08.2026"))
    other.forget()
    assert not other.country().is_working(day("28.08.2026"))


def test_asking_again_without_a_change_keeps_what_is_known(rt):
    before = rt.calendars.country()
    rt.calendars.forget()
    assert rt.calendars.country() is before


def test_a_day_edited_in_a_year_that_nobody_loaded_lies_on_the_plain_year(rt):
    service.edit_day(rt, methodologist(), holiday("29.08.2031"))
    calendar = rt.calendars.country()
    assert not calendar.is_working(day("29.08.2031"))
    assert not calendar.is_working(day("12.06.2031"))
    assert calendar.year(2031).status is YearStatus.PROVISIONAL
