"""C38: who of the red zone is supported."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from engine.cases.tables import CANCELLED, ENDED
from engine.records.tables import family
from engine.reports.red_zone import PARTS, facts, red_zone
from tests.engine.reports.rows import a_case, an_entry, at, year

END = date(2025, 12, 31)


@pytest.fixture
def families(rt, town):
    """Ten families of the red zone, half of them in danger."""
    with rt.database.write() as conn:
        row = {"key_id": 1, "unit_id": town.families, "created_by": 1, "created_at": 1}
        made = [conn.execute(insert(family).returning(family.c.id), row).scalar_one() for _ in range(10)]
        for place, number in enumerate(made):
            state = ("СОП", "группа риска")[place % 2] if place < 5 else "ТЖС"
            an_entry(conn, town.families, "2025-10-01", register="red_zone", family_id=number, state=state)
    return made


def test_a_case_of_support_that_runs_on_the_last_day_supports(rt, town, analyst, families):
    first, second, third, fourth, fifth, *others = families
    support = {"process": "p05_family_support", "started_at": at("2025-11-01 09:00")}
    midnight = at("2025-12-31 21:00")
    with rt.database.write() as conn:
        a_case(conn, town.families, family_id=first, **support)
        a_case(conn, town.families, family_id=second, **support | {"process": "p08_patronage"})
        a_case(conn, town.families, family_id=third, **support, status=ENDED, ended_at=midnight)
        a_case(conn, town.families, family_id=fourth, **support, status=ENDED, ended_at=midnight - 1)
        a_case(conn, town.families, family_id=fourth, **support, status=CANCELLED)
        a_case(conn, town.families, family_id=fifth, **support | {"started_at": midnight})
        a_case(conn, town.families, family_id=fifth, **support | {"process": "p03_need_ippsu"})
        a_case(conn, town.families, family_id=others[0], **support)
        asked = year(rt, analyst, date(2025, 1, 1), END)
        found = red_zone(conn, asked)
        listed = {part: len(facts(asked).listed(conn, part)) for part in PARTS}
    assert {part: found[part] for part in PARTS} == {
        "supported": 3, "unsupported": 2, "others_supported": 1, "others_unsupported": 4,
    } == listed  # fmt: skip
    assert found["all"] == sum(found[part] for part in PARTS) == 10


def test_who_left_the_zone_by_the_last_day_does_not_count(rt, town, analyst):
    with rt.database.write() as conn:
        an_entry(conn, town.families, "2025-10-01", "2025-12-31", register="red_zone")
        an_entry(conn, town.families, "2025-10-01", "2026-01-01", register="red_zone")
        an_entry(conn, town.families, "2026-01-01", register="red_zone")
        an_entry(conn, town.families, "2025-10-01", register="sop")
        assert red_zone(conn, year(rt, analyst, date(2025, 1, 1), END))["all"] == 1


def test_families_on_the_register_of_the_commission_count_apart(rt, town, analyst, families):
    first, second, third, *_ = families
    with rt.database.write() as conn:
        an_entry(conn, town.families, "2025-10-01", family_id=first)
        an_entry(conn, town.families, "2025-10-01", "2025-12-31", family_id=second)
        an_entry(conn, town.families, "2025-10-01", register="sop", family_id=third)
        asked = year(rt, analyst, date(2025, 1, 1), END)
        assert red_zone(conn, asked)["registered"] == len(facts(asked).listed(conn, "registered")) == 1
