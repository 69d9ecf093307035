"""RP-01: what commissions have heard."""

from __future__ import annotations

from engine.model import SYSTEM
from engine.records.commissions import COUNTED, ITEM_KINDS, NewCommission, create_commission
from engine.records.sittings import CANCELLED
from engine.records.tables import WITHDRAWN
from engine.reports.questions import facts, questions, sittings
from tests.engine.reports.rows import a_case, a_question, a_sitting, year


def test_a_question_put_off_counts_once_where_it_is_decided(rt, town, analyst):
    number = create_commission(rt, SYSTEM, NewCommission("family", town.centre))
    with rt.database.write() as conn:
        december = a_sitting(conn, number, "2025-12-30", heard=0)
        january = a_sitting(conn, number, "2026-01-06", heard=2)
        cancelled = a_sitting(conn, number, "2026-01-13", CANCELLED)
        case_id = a_case(conn, town.families, family_id=1)
        a_question(conn, number, december, case_id, "detect", decision="postpone")
        a_question(conn, number, january, case_id, "detect", postponed=1)
        a_question(conn, number, january, case_id, "gsp")
        a_question(conn, number, january, case_id, "gsp", status=WITHDRAWN, decision=None)
        a_question(conn, number, cancelled, case_id, "remove")
        [found] = questions(rt, conn, analyst, year(rt, analyst))
        held = sittings(year(rt, analyst)).listed(conn, "sittings", number)
    assert (found.heard.sittings, found.heard.total, found.heard.agrees) == (1, 2, True)
    assert (found.ours["all"], found.ours["again"], found.ours["postponed"]) == (2, 1, 0)
    assert [each.case_id for each in held] == [january]
    assert found.families == 1


def test_a_difference_between_minutes_and_agendas_is_shown(rt, town, analyst):
    number = create_commission(rt, SYSTEM, NewCommission("family", town.centre))
    with rt.database.write() as conn:
        held = a_sitting(conn, number, "2026-01-06", heard=3)
        a_question(conn, number, held, a_case(conn, town.families), "detect")
        [found] = questions(rt, conn, analyst, year(rt, analyst))
    assert (found.heard.total, found.heard.summed, found.heard.agrees) == (3, 1, False)


def test_a_year_of_one_commission_is_counted_by_the_seven_kinds(rt, town, analyst):
    """23 sittings about 496 families, by the figures of a year of practice."""
    asked_for = dict(zip(COUNTED, (100, 89, 128, 12, 29, 110, 28), strict=True))
    number = create_commission(rt, SYSTEM, NewCommission("family", town.centre))
    with rt.database.write() as conn:
        days = [
            a_sitting(conn, number, f"2026-{1 + week // 4:02}-{6 + 7 * (week % 4):02}") for week in range(23)
        ]
        kinds = [kind for kind, times in asked_for.items() for _ in range(times)]
        for place, kind in enumerate(kinds):
            case_id = a_case(conn, town.families, family_id=place + 1)
            a_question(conn, number, days[place % 23], case_id, kind)
        [found] = questions(rt, conn, analyst, year(rt, analyst))
    assert (found.heard.sittings, found.heard.total, found.families) == (23, 496, 496)
    assert dict(zip(COUNTED, found.heard.counted, strict=True)) == asked_for
    assert (found.heard.summed, found.heard.agrees) == (496, True)


def test_kinds_and_units_add_up_to_what_was_considered(rt, town, analyst, head):
    commissions = [
        create_commission(rt, SYSTEM, NewCommission(kind, town.centre)) for kind in ("family", "kdn")
    ]
    with rt.database.write() as conn:
        for number in commissions:
            held = a_sitting(conn, number, "2026-02-03")
            for unit_id in (town.families, town.care, town.administration):
                for kind in ITEM_KINDS:
                    a_question(conn, number, held, a_case(conn, unit_id), kind)
        whole = questions(rt, conn, analyst, year(rt, analyst))
        mine = questions(rt, conn, head, year(rt, head))
        parts = [
            facts(year(rt, analyst, unit_id=unit_id)).counted(conn)
            for unit_id in (town.centre, town.administration)
        ]
        listed = facts(year(rt, analyst)).listed(conn, "gsp", commissions[0])
    for each in whole:
        assert each.ours["all"] == each.heard.total == sum(each.ours[kind] for kind in ITEM_KINDS) == 36
        assert sum(part[each.commission.id]["all"] for part in parts) == 36
    assert [each.ours["all"] for each in mine] == [12, 12]
    assert len(listed) == whole[0].ours["gsp"] == 3
