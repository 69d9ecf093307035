"""RP-07: work and waiting of a visit. The office of the tests works from 9 to 17 by the clock of Moscow."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import insert

from engine.deadlines.counting import Rule, Unit
from engine.deadlines.interruptions import time_left
from engine.model import StepInfo
from engine.records.tables import CALLED_OFF, HELD, NOBODY
from engine.reports.stream import PATHWAY, STEPS, VISIT, runs
from engine.storage.moments import from_seconds
from engine.worklist.tables import CANCELLED, DONE, OPEN, task
from tests.engine.reports.rows import a_case, a_plan, a_visit, at, year

NORMS = {"p10_ut_notice": 5, "p10_ut_confirm": 5, VISIT: 30, "p10_ut_act": 30, "p10_ut_measures": 15}
INFOS = {
    node: StepInfo(node, PATHWAY, node, "userTask", minutes=Decimal(NORMS.get(node, 10))) for node in STEPS
}


def moscow(text):
    """A moment of January by the clock of the office: «12 10:30»."""
    return at(f"2026-01-{text}") - 3 * 3600


def steps(conn, case_id, *done, called=False, first=1):
    """Steps as (node, opened, closed) in words of `moscow`."""
    for number, (node, opened, closed, *more) in enumerate(done, start=first):
        row = {
            "id": case_id << 24 | number,
            "case_id": case_id,
            "queue_id": 1,
            "role_queue_id": 1,
            "clock": 0,
        }
        row |= {"node": f"{PATHWAY}/{node}" if called else node, "due_at": 1}
        row |= {"status": more[0] if more else DONE, "opened_at": moscow(opened), "closed_at": moscow(closed)}
        conn.execute(insert(task), row)


def measured(rt, conn, actor, **more):
    return list(runs(conn, year(rt, actor, **more), INFOS))


USUAL = (
    ("p10_ut_notice", "12 10:00", "12 10:15"),
    ("p10_ut_confirm", "12 10:15", "12 11:00"),
    ("p10_ut_confirm", "12 10:15", "12 12:15"),
    (VISIT, "12 12:15", "14 10:30"),
    ("p10_ut_act", "14 10:30", "14 10:50"),
    ("p10_ut_measures", "14 10:50", "15 09:30"),
)


def test_between_two_steps_lie_work_and_waiting_and_the_days_until_the_appointed_one(rt, town, analyst):
    with rt.database.write() as conn:
        case_id = a_case(conn, town.families, process=PATHWAY)
        a_visit(conn, town.families, "2026-01-14", HELD, case_id=case_id, minutes=40)
        steps(conn, case_id, *USUAL)
        [run] = measured(rt, conn, analyst)
    assert [(piece.node, piece.work, piece.waiting, piece.arranged) for piece in run.pieces] == [
        ("p10_ut_notice", 5, 10, 0),
        ("p10_ut_confirm", 5, 115, 0),  # both were asked at once: till the last answer
        (VISIT, 40, 50, 4 * 60 + 45 + 8 * 60),  # the rest of Monday and all of Tuesday were before its day
        ("p10_ut_act", 20, 0, 0),  # sooner than the norm
        ("p10_ut_measures", 15, 6 * 60 + 10 + 30 - 15, 0),  # the night is no working time
    ]
    assert run.whole == sum(piece.whole for piece in run.pieces)


def test_the_parts_add_up_to_the_working_time_from_the_first_step_to_the_last(rt, town, analyst):
    """Over steps that took any time at all, at night and over days off too."""
    dice = Random(7)
    ends = {}
    with rt.database.write() as conn:
        for _ in range(40):
            case_id = a_case(conn, town.families, process=PATHWAY)
            minutes = dice.choice((None, 10, 90))
            a_visit(conn, town.families, "2026-01-20", HELD, case_id=case_id, minutes=minutes)
            moment = at("2026-01-16 05:00")
            for number, node in enumerate(NORMS, start=1):
                opened, moment = moment, moment + dice.randrange(2 * 86400)
                row = {"id": case_id << 24 | number, "case_id": case_id, "node": node, "status": DONE}
                row |= dict.fromkeys(("queue_id", "role_queue_id", "clock", "due_at"), 1)
                conn.execute(insert(task), row | {"opened_at": opened, "closed_at": moment})
            ends[case_id] = moment
        found = measured(rt, conn, analyst)
        asked = year(rt, analyst)
    assert len(found) == 40
    for run in found:
        assert all(min(piece.work, piece.arranged, piece.waiting) >= 0 for piece in run.pieces)
        begun, over = from_seconds(at("2026-01-16 05:00")), from_seconds(ends[run.case_id])
        whole = time_left(Rule(1, Unit.WORKING_DAYS), over, begun, asked.calendar, asked.office)
        assert run.whole == pytest.approx(whole / 60)


def test_a_visit_of_the_schedule_waits_for_nobody_who_confirms_it_before_its_day(rt, town, analyst):
    with rt.database.write() as conn:
        plan = a_plan(conn, town.municipality)
        for plan_id, day in ((plan, "2026-01-14"), (None, "2026-01-14"), (plan, "2026-01-12")):
            case_id = a_case(conn, town.families, process=PATHWAY)
            a_visit(conn, town.families, day, HELD, case_id=case_id, plan_id=plan_id, minutes=40)
            steps(conn, case_id, *USUAL)
        confirmed = [
            next(piece for piece in run.pieces if piece.node == "p10_ut_confirm")
            for run in measured(rt, conn, analyst)
        ]
    assert [(piece.work, piece.waiting, piece.arranged) for piece in confirmed] == [
        (5, 0, 115),  # its day was named in December
        (5, 115, 0),
        (5, 115, 0),  # the answer came on the day itself
    ]


def test_a_case_that_visits_again_has_a_row_of_steps_for_each_visit(rt, town, analyst):
    with rt.database.write() as conn:
        case_id = a_case(conn, town.families)
        a_visit(conn, town.families, "2025-12-10", HELD, case_id=case_id)
        a_visit(conn, town.families, "2026-01-14", HELD, case_id=case_id)
        a_visit(conn, town.families, "2026-01-28", CALLED_OFF, case_id=case_id)
        earlier = [(node, "01 10:00", "01 10:05") for node in ("p10_ut_notice", VISIT, "p10_ut_measures")]
        steps(conn, case_id, *earlier, called=True)
        steps(conn, case_id, *USUAL, called=True, first=10)
        steps(conn, case_id, ("p10_ut_notice", "20 10:00", "20 10:05"), called=True, first=20)
        [run] = measured(rt, conn, analyst)
    assert (run.case_id, len(run.pieces)) == (case_id, 5)


def test_a_second_try_after_nobody_was_at_home_is_the_same_visit(rt, town, analyst):
    with rt.database.write() as conn:
        case_id = a_case(conn, town.families, process=PATHWAY)
        a_visit(conn, town.families, "2026-01-14", NOBODY, case_id=case_id)
        a_visit(conn, town.families, "2026-01-19", HELD, case_id=case_id)
        again = ((VISIT, "19 10:00", "19 10:30"), ("p10_ut_measures", "19 10:30", "19 10:45"))
        steps(conn, case_id, *USUAL[:4], *again)
        [run] = measured(rt, conn, analyst)
    assert [piece.node for piece in run.pieces].count(VISIT) == 2
    assert run.day.day == 19


@pytest.mark.parametrize("last", [(), (("p10_ut_measures", "14 10:50", "14 11:00", OPEN),)])
def test_a_visit_that_goes_on_does_not_count(rt, town, analyst, last):
    with rt.database.write() as conn:
        case_id = a_case(conn, town.families, process=PATHWAY)
        a_visit(conn, town.families, "2026-01-14", HELD, case_id=case_id)
        steps(conn, case_id, *USUAL[:5], *last, ("p10_ut_car", "12 10:00", "12 10:00", CANCELLED))
        assert measured(rt, conn, analyst) == []


def test_units_add_up_to_all(rt, town, analyst):
    with rt.database.write() as conn:
        for unit_id in (town.families, town.care, town.administration):
            case_id = a_case(conn, unit_id, process=PATHWAY)
            a_visit(conn, unit_id, "2026-01-14", HELD, case_id=case_id)
            steps(conn, case_id, *USUAL)
        counts = [
            len(measured(rt, conn, analyst, **more))
            for more in ({}, {"unit_id": town.centre}, {"unit_id": town.administration})
        ]
    assert counts == [3, 2, 1]
