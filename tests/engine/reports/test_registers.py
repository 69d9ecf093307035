"""Registers over time: stood + came - left = stands."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import update

from engine.errors import NotFound
from engine.records.tables import family_member
from engine.reports.registers import courses, facts
from tests.engine.reports.rows import an_entry, year
from tests.factories.access import make_actor
from tests.factories.records import make_family, make_person

FIRST, LAST = date(2025, 10, 1), date(2025, 12, 31)


def prevention(rt, conn, actor, first=FIRST, last=LAST, **more):
    found = courses(conn, year(rt, actor, first, last, **more))
    return next(each for each in found if each.register == "prevention")


def test_the_last_day_of_a_month_belongs_to_it(rt, town, analyst):
    with rt.database.write() as conn:
        an_entry(conn, town.families, "2025-09-30")
        an_entry(conn, town.families, "2025-10-31", "2025-11-30")
        an_entry(conn, town.families, "2025-11-01", "2025-12-01")
        course = prevention(rt, conn, analyst)
    assert [(m.stood, m.came, m.left, m.stands) for m in course.months] == [
        (1, 1, 0, 2),
        (2, 1, 1, 2),
        (2, 0, 1, 1),
    ]


def test_who_left_and_came_back_within_a_month_is_one_that_left_and_one_that_came(rt, town, analyst):
    with rt.database.write() as conn:
        an_entry(conn, town.families, "2025-01-01", "2025-11-10")
        an_entry(conn, town.families, "2025-11-20")
        course = prevention(rt, conn, analyst)
    assert [(m.came, m.left, m.stands) for m in course.months] == [(0, 0, 1), (1, 1, 1), (0, 0, 1)]


def test_months_that_have_not_begun_are_left_out(rt, town, analyst):
    with rt.database.write() as conn:
        course = prevention(rt, conn, analyst, date(2025, 12, 1), date(2026, 6, 30))
    assert [each.span.month for each in course.months] == ["2025-12", "2026-01"]


def test_what_stands_is_what_a_count_of_that_day_gives_in_every_unit_and_in_all(rt, town, analyst):
    """Against a count by hand, over entries of any days."""
    dice = Random(26)
    entries = []
    for _ in range(200):
        since = date(2025, 8, 1) + timedelta(dice.randrange(170))
        until = since + timedelta(dice.randrange(90)) if dice.random() < 0.6 else None
        entries.append((dice.choice((town.families, town.care, town.administration)), since, until))
    with rt.database.write() as conn:
        for unit_id, since, until in entries:
            an_entry(conn, unit_id, since.isoformat(), until.isoformat() if until else None)
        whole = prevention(rt, conn, analyst, date(2025, 10, 5), date(2025, 12, 20))
        parts = [
            prevention(rt, conn, analyst, date(2025, 10, 5), date(2025, 12, 20), unit_id=unit_id)
            for unit_id in (town.centre, town.administration)
        ]
        listed = {
            figure: facts(year(rt, analyst, date(2025, 10, 5), date(2025, 12, 20)), figure).listed(
                conn, figure, "prevention"
            )
            for figure in ("came", "left", "stands")
        }
    for at, month in enumerate(whole.months):
        day = month.span.last
        standing = [one for one in entries if one[1] <= day and (one[2] is None or one[2] > day)]
        assert month.stands == len(standing)
        assert month.stands == sum(part.months[at].stands for part in parts)
    assert {figure: len(rows) for figure, rows in listed.items()} == {
        "came": whole.came,
        "left": whole.left,
        "stands": whole.stands,
    }


def test_a_figure_that_no_report_has_is_not_found(rt, analyst):
    with rt.database.read() as conn, pytest.raises(NotFound):
        facts(year(rt, analyst), "names").listed(conn, "names")


def test_people_are_those_who_were_in_the_family_on_the_day(rt, town, analyst):
    clerk = make_actor(rt, "R05")
    family, _mother, child = make_family(rt, clerk)
    alone = make_person(rt, clerk)
    with rt.database.write() as conn:
        conn.execute(update(family_member).values(first_day="2025-01-01"))
        gone = family_member.c.person_id == child
        conn.execute(update(family_member).where(gone).values(last_day="2025-11-09"))
        an_entry(conn, town.families, "2025-10-01", "2025-11-10", family_id=family)
        an_entry(conn, town.families, "2025-10-02", person_id=alone)
        course = prevention(rt, conn, analyst)
    assert [(m.came, m.people_came, m.left, m.people_left) for m in course.months] == [
        (2, 3, 0, 0),
        (0, 0, 1, 1),
        (0, 0, 0, 0),
    ]
    assert (course.people_came, course.people_left) == (3, 1)
