"""RP-08: the schedule of the year and the crews."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from engine.access.tables import AGENCY
from engine.records.tables import (
    CALLED_OFF,
    DANGER,
    HELD,
    NOBODY,
    NOT_LET_IN,
    PLANNED,
    visit_agreement,
    visit_member,
)
from engine.reports.visits import CREWS, ENDS, facts, schedules, visits
from tests.engine.reports.rows import a_case, a_plan, a_visit, year
from tests.factories.access import make_actor, make_unit
from tests.factories.records import make_family


def test_a_visit_is_in_one_end_and_one_that_took_place_in_one_crew(rt, town, analyst):
    with rt.database.write() as conn:
        for status, crew in [(HELD, True), (DANGER, False), (NOBODY, True), (CALLED_OFF, None)]:
            a_visit(conn, town.families, "2026-01-08", status, full_crew=crew, commission=True)
        a_visit(conn, town.families, "2026-01-08", HELD, full_crew=True)
        a_visit(conn, town.families, "2026-01-08", NOT_LET_IN)
        a_visit(conn, town.families, "2026-01-11", PLANNED)
        a_visit(conn, town.families, "2026-01-12", PLANNED)
        whole = visits(conn, year(rt, analyst)).whole
    assert {end: whole[end] for end in ENDS} == {
        "held": 3, "nobody": 1, "not_let_in": 1, "called_off": 1, "missed": 1, "ahead": 1,
    }  # fmt: skip
    assert whole["all"] == sum(whole[end] for end in ENDS)
    assert [whole[crew] for crew in CREWS] == [1, 1, 1]


def test_only_an_approved_schedule_counts(rt, town, analyst):
    with rt.database.write() as conn:
        approved = a_plan(conn, town.municipality)
        draft = a_plan(conn, town.municipality, 2027, approved=False)
        a_visit(conn, town.families, "2026-01-08", HELD, plan_id=approved)
        a_visit(conn, town.families, "2026-01-08", HELD)
        a_visit(conn, town.families, "2026-01-09", PLANNED, plan_id=draft)
        whole = visits(conn, year(rt, analyst)).whole
    assert (whole["all"], whole["scheduled"], whole["scheduled_held"]) == (2, 1, 1)


def test_months_and_units_add_up_to_the_whole_and_a_figure_is_its_list(rt, town, analyst):
    days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-12-31", "2027-01-01"]
    with rt.database.write() as conn:
        for unit_id in (town.families, town.care, town.administration):
            for day in days:
                row = {"full_crew": True, "commission": True, "case_id": a_case(conn, unit_id)}
                a_visit(conn, unit_id, day, HELD, **row)
        asked = year(rt, analyst)
        found = visits(conn, asked)
        parts = [
            visits(conn, year(rt, analyst, unit_id=each)).whole for each in (town.centre, town.administration)
        ]
        listed = facts(asked).listed(conn, "full")
    assert found.whole["all"] == 12 == sum(row["all"] for row in found.months.values())
    assert {name: sum(part[name] for part in parts) for name in found.whole} == found.whole
    assert len(listed) == found.whole["full"]
    assert {each.day for each in listed} == {date.fromisoformat(day) for day in days[1:-1]}


def test_it_says_which_service_of_the_commission_was_missing_and_why(rt, town, analyst):
    crew = [
        ("police", True, "no_show"),
        ("crb", True, ""),
        ("kcson", True, "not_asked"),
        ("education", False, ""),
    ]
    with rt.database.write() as conn:
        held = a_visit(conn, town.families, "2026-01-08", HELD, commission=True)
        nobody = a_visit(conn, town.families, "2026-01-08", NOBODY, commission=True)
        of_services = a_visit(conn, town.families, "2026-01-08", HELD)
        for number in (held, nobody, of_services):
            for place, (service, required, why) in enumerate(crew):
                row = {"visit_id": number, "place": place, "service": service, "name": ""}
                row |= {"required": required, "comes": not why, "absence": why}
                conn.execute(insert(visit_member), row)
        services = visits(conn, year(rt, analyst)).services
    assert [(each.service, each.needed, each.came) for each in services] == [
        ("police", 1, 0),
        ("crb", 1, 1),
        ("kcson", 1, 0),
    ]
    assert [services[0].absent["no_show"], services[2].absent["not_asked"]] == [1, 1]


def test_a_visit_counts_for_every_unit_that_keeps_the_family_or_has_a_case_about_it(rt, town, analyst):
    kept, *_ = make_family(rt, make_actor(rt, "R05", unit_id=town.care))
    police = make_unit(rt, "Полиция", AGENCY, town.municipality)
    with rt.database.write() as conn:
        a_visit(conn, town.administration, "2026-01-08", HELD, family_id=kept)
        a_case(conn, town.families, family_id=kept)
        found = {
            each: visits(conn, year(rt, analyst, unit_id=each)).whole["held"]
            for each in (town.administration, town.care, town.families, police)
        }
    assert found == {town.administration: 1, town.care: 1, town.families: 1, police: 0}


def test_it_says_who_agreed_to_the_schedule_of_the_year(rt, town, analyst):
    with rt.database.write() as conn:
        plan = a_plan(conn, town.municipality)
        a_plan(conn, town.municipality, 2027)
        for service, agreed in (("police", True), ("crb", False), ("opeka", True)):
            row = {"plan_id": plan, "service": service, "account_id": None, "agreed": agreed}
            conn.execute(insert(visit_agreement), row)
        [schedule] = schedules(conn, year(rt, analyst))
    assert (schedule.year, schedule.agreed, schedule.wanted) == (
        2026,
        {"police": True, "crb": False, "opeka": True},
        1,
    )
