"""Changing norms and calendars."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, select

from engine.access.tables import audit
from engine.deadlines import service
from engine.deadlines.calendar import Day, DayKind, YearStatus
from engine.deadlines.queries import norm_editions
from engine.deadlines.tables import calendar_year
from engine.errors import Conflict, InvalidData, MarshrutError, NotAllowed, NotFound
from engine.model import Permission
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from tests.engine.deadlines.factories import day, norm
from tests.engine.deadlines.instances import TOWN, instance, methodologist

ACT = "решение совета № 12"


@pytest.fixture
def rt(installed_database_url, tmp_path):
    found = instance(installed_database_url, tmp_path)
    yield found
    found.database.close()


def journal(rt: Runtime) -> Sequence[Row[Any]]:
    with rt.database.read() as conn:
        return conn.execute(select(audit).order_by(audit.c.id)).all()


def test_a_new_edition_ends_the_one_before_and_leaves_it_to_the_terms_that_have_it(rt):
    old = rt.calendars.norm("T15", day("31.12.2026"))
    number = service.add_norm_edition(
        rt, methodologist(), norm(8, valid_from="2027-01-01", edition="ред. 2027")
    )
    assert rt.calendars.norm("T15", day("31.12.2026")).id == old.id
    assert rt.calendars.norm("T15", day("01.01.2027")).id == number
    assert rt.calendars.norm("T15", day("01.01.2027")).value == 8
    assert rt.calendars.norm_by_id(old.id).value == 10
    with rt.database.read() as conn:
        plain = [found for found in norm_editions(conn, "T15") if not found.variant]
    assert [(found.value, found.valid_to) for found in plain] == [(8, None), (10, day("31.12.2026"))]


def test_a_new_edition_of_a_norm_leaves_its_variant_alone(rt):
    service.add_norm_edition(rt, methodologist(), norm(8, valid_from="2027-01-01"))
    assert rt.calendars.norm("T15", day("01.02.2027"), {"паллиативный": True}).value == 2


def test_an_edition_cannot_begin_before_the_one_it_replaces(rt):
    service.add_norm_edition(rt, methodologist(), norm(8, valid_from="2027-01-01"))
    with pytest.raises(InvalidData) as refused:
        service.add_norm_edition(rt, methodologist(), norm(7, valid_from="2027-01-01"))
    assert "01.01.2027" in refused.value.errors["valid_from"]
    assert rt.calendars.norm("T15", day("01.02.2027")).value == 8


def test_a_norm_of_ones_own_can_be_added(rt):
    service.add_norm_edition(rt, methodologist(), norm(4, "months", key="M01", act="приказ № 12", mark="VR"))
    assert rt.calendars.norm("M01", day("21.11.2026")).ground == "приказ №\u00a012, ст.\u00a016"


def test_what_the_instance_has_changed_survives_an_update_of_the_product(rt):
    service.add_norm_edition(rt, methodologist(), norm(8, valid_from="2027-01-01"))
    service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей города", ACT))
    with rt.database.write() as conn:
        service.seed(conn, rt.clock.now())
    rt.calendars.forget()
    assert rt.calendars.norm("T15", day("01.02.2027")).value == 8
    assert not rt.calendars.country().is_working(day("14.12.2026"))


def test_confirming_a_year_makes_its_dates_final(rt):
    assert rt.calendars.country().year(2027).status is YearStatus.UNCONFIRMED
    service.confirm_year(rt, methodologist(), 2027, "постановление № 1")
    assert rt.calendars.country().year(2027).status is YearStatus.CONFIRMED
    assert not rt.calendars.country().is_working(day("05.11.2027"))
    with rt.database.read() as conn:
        row = conn.execute(select(calendar_year).where(calendar_year.c.year == 2027)).one()
    assert (row.confirmed_at, row.confirmed_by) == (to_seconds(rt.clock.now()), 25)


def test_a_year_can_be_typed_in_and_confirmed_by_hand(rt):
    service.edit_day(rt, methodologist(), Day(day("10.01.2028"), DayKind.DAY_OFF, "перенос", "постановление"))
    service.confirm_year(rt, methodologist(), 2028, "постановление № 1")
    calendar = rt.calendars.country()
    assert calendar.year(2028).status is YearStatus.CONFIRMED
    assert not calendar.is_working(day("10.01.2028"))
    assert not calendar.is_working(day("12.06.2028"))


def test_a_year_is_confirmed_once(rt):
    with pytest.raises(Conflict, match="2026 год уже подтверждён"):
        service.confirm_year(rt, methodologist(), 2026, "постановление № 1")


def test_loading_a_year_takes_the_transfers_that_are_known_of_it(rt):
    service.load_year(rt, methodologist(), 2023)
    calendar = rt.calendars.country()
    assert calendar.year(2023).status is YearStatus.UNCONFIRMED
    assert not calendar.is_working(day("24.02.2023"))


def test_a_year_of_which_nothing_is_known_yet_is_not_loaded(rt):
    with pytest.raises(MarshrutError, match="на 2040 год программе не известны"):
        service.load_year(rt, methodologist(), 2040)


def test_loading_does_not_overwrite_a_confirmed_year(rt):
    service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей города", ACT))
    with pytest.raises(Conflict):
        service.load_year(rt, methodologist(), 2026)
    assert not rt.calendars.country().is_working(day("14.12.2026"))


def test_editing_a_day_twice_keeps_the_last_word(rt):
    service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей города", ACT))
    service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.SHORT, "до обеда", ACT))
    assert rt.calendars.country().day(day("14.12.2026")).kind is DayKind.SHORT


def test_a_day_without_a_reason_is_not_written(rt):
    with pytest.raises(InvalidData) as refused:
        service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "  ", ACT))
    assert "note" in refused.value.errors
    assert rt.calendars.country().is_working(day("14.12.2026"))


def test_days_of_a_unit_that_is_not_there_are_not_written(rt):
    with pytest.raises(NotFound):
        service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей", ACT), 77)


@pytest.mark.parametrize(
    "change",
    [
        lambda rt, actor: service.edit_day(rt, actor, Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей", ACT)),
        lambda rt, actor: service.load_year(rt, actor, 2023),
        lambda rt, actor: service.confirm_year(rt, actor, 2027, "постановление № 1"),
        lambda rt, actor: service.add_norm_edition(rt, actor, norm(8, valid_from="2027-01-01")),
    ],
)
def test_only_those_who_may_change_norms_and_calendars(rt, change):
    with pytest.raises(NotAllowed):
        change(rt, methodologist(Permission.TASK_WORK))
    assert journal(rt) == []


def test_every_change_is_in_the_journal(rt):
    service.edit_day(rt, methodologist(), Day(day("14.12.2026"), DayKind.DAY_OFF, "юбилей города", ACT), TOWN)
    service.confirm_year(rt, methodologist(), 2027, "постановление № 1")
    number = service.add_norm_edition(rt, methodologist(), norm(8, valid_from="2027-01-01"))
    rows = journal(rt)
    assert [(row.actor_id, row.action, row.object_id) for row in rows] == [
        (25, "calendar.day", TOWN),
        (25, "calendar.confirm", 2027),
        (25, "norm.edition", number),
    ]
    assert json.loads(rows[0].details)["day"] == "2026-12-14"
