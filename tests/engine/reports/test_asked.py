"""Who may ask for figures, of which units, and where a period ends."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import column

from engine.errors import InvalidData, NotAllowed
from engine.reports.asked import ask, offered_units
from tests.engine.reports.rows import YEAR, at, year
from tests.factories.access import make_actor


def test_a_unit_answers_for_itself_and_an_analyst_for_all(rt, town, head, analyst):
    assert year(rt, head).units == frozenset({town.families})
    assert year(rt, analyst).units is None
    assert year(rt, analyst, unit_id=town.centre).units == frozenset({town.centre, town.families, town.care})
    assert [each.id for each in offered_units(rt, head)] == [town.families]
    assert {each.id for each in offered_units(rt, analyst)} >= {town.municipality, town.care}


def test_figures_of_another_unit_and_of_ones_own_work_alone_are_refused(rt, town, head):
    for unit_id in (town.care, town.centre, 999):
        with pytest.raises(NotAllowed):
            year(rt, head, unit_id=unit_id)
    with pytest.raises(NotAllowed):
        year(rt, make_actor(rt, "R05"))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (None, YEAR[1]),
        (YEAR[0], None),
        (YEAR[1], YEAR[0]),
        (date(2000, 1, 1), YEAR[1]),
        (date.min, date(2, 1, 1)),
        (date(9999, 1, 1), date.max),
    ],
)
def test_a_period_that_is_none_says_what_to_correct(rt, head, first, last):
    with pytest.raises(InvalidData) as refused:
        ask(rt, head, first, last)
    assert "last" in refused.value.errors


def test_days_end_at_midnight_of_the_office_and_not_of_greenwich(rt, head):
    january = year(rt, head, date(2026, 1, 1), date(2026, 1, 31))
    begins, ends = at("2025-12-31 21:00"), at("2026-01-31 21:00")
    within = january.at(column("moment")).compile(compile_kwargs={"literal_binds": True})
    assert f">= {begins}" in str(within)
    assert f"< {ends}" in str(within)
    assert january.day_of(ends - 1) == date(2026, 1, 31)
    assert january.day_of(ends) == date(2026, 2, 1)


def test_months_of_a_period_are_clipped_to_it(rt, head):
    asked = year(rt, head, date(2026, 1, 15), date(2026, 3, 10))
    assert [(each.first.day, each.last.day) for each in asked.months] == [(15, 31), (1, 28), (1, 10)]
