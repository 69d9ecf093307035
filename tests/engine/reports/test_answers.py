"""RP-12: how partners answer."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from engine.errors import NotFound
from engine.records.referrals import FIGURES
from engine.records.tables import letter_family
from engine.reports.answers import OUTCOMES, answers, listed, together
from engine.reports.letters import OUTCOMES as LETTER_OUTCOMES
from engine.reports.letters import facts, letters
from tests.engine.reports.rows import a_case, a_document, a_partner, at, year


def test_every_document_has_one_outcome_and_the_day_of_the_term_is_in_time(rt, town, analyst):
    sent = at("2025-12-01 09:00")
    with rt.database.write() as conn:
        job = a_partner(conn, town.municipality, "Центр занятости")
        case_id = a_case(conn, town.families)
        a_document(conn, job, case_id, sent, "2025-12-05", closed_at=at("2025-12-05 20:59"), state="done")
        a_document(conn, job, case_id, sent, "2025-12-05", closed_at=at("2025-12-05 21:00"), state="undone")
        a_document(conn, job, case_id, sent, "2025-12-05", closed_at=at("2025-12-08 09:00"), state="expired")
        a_document(conn, job, case_id, sent, "2025-12-05", closed_at=at("2025-12-02 09:00"), state="revoked")
        a_document(conn, job, case_id, sent, "2026-01-12")
        a_document(conn, job, case_id, sent, "2026-01-11")
        asked = year(rt, analyst, date(2025, 12, 1), date(2025, 12, 31))
        [found] = answers(conn, asked)
        lists = {how: len(listed(conn, asked, how, job)) for how in OUTCOMES}
        everything = listed(conn, asked, "all")
    assert found.outcomes == dict.fromkeys(OUTCOMES, 1) == lists
    assert found.sent == len(everything) == 6
    assert found.median_days == 4.0  # the working days 2, 3, 4, 5 December; the sixth is a Saturday


def test_the_day_that_counts_is_the_partners_whenever_the_sender_looks_at_the_answer(rt, town, analyst):
    sent, late = at("2025-12-01 09:00"), at("2025-12-10 09:00")
    with rt.database.write() as conn:
        job = a_partner(conn, town.municipality, "Центр занятости")
        case_id = a_case(conn, town.families)
        for came, more in (
            ("2025-12-05", {"closed_at": late, "state": "done"}),
            ("2025-12-05", {"state": "answered"}),
            ("2025-12-08", {"closed_at": late, "state": "rejected"}),
        ):
            a_document(conn, job, case_id, sent, "2025-12-05", answered_on=came, **more)
        [found] = answers(conn, year(rt, analyst, date(2025, 12, 1), date(2025, 12, 31)))
    assert (found.outcomes["in_time"], found.outcomes["late"], found.sent) == (2, 1, 3)
    assert found.median_days == 4.0


def test_what_was_sent_counts_in_the_period_of_sending_by_the_clock_of_the_office(rt, town, analyst):
    with rt.database.write() as conn:
        job = a_partner(conn, town.municipality, "Центр занятости")
        for moment in ("2025-11-30 20:59", "2025-11-30 21:00", "2025-12-31 20:59", "2025-12-31 21:00"):
            a_document(conn, job, a_case(conn, town.families), at(moment), "2026-02-01")
        [found] = answers(conn, year(rt, analyst, date(2025, 12, 1), date(2025, 12, 31)))
    assert found.sent == 2
    assert found.median_days is None


def test_units_and_partners_add_up_to_the_whole(rt, town, analyst):
    sent = at("2025-12-01 09:00")
    with rt.database.write() as conn:
        for name in ("Больница", "Центр занятости"):
            number = a_partner(conn, town.municipality, name)
            for unit_id in (town.families, town.care, town.administration):
                done = {"closed_at": at("2025-12-03 09:00"), "state": "done", "families": 18}
                a_document(conn, number, a_case(conn, unit_id), sent, "2025-12-05", **done)
        span = date(2025, 12, 1), date(2025, 12, 31)
        found = answers(conn, year(rt, analyst, *span))
        parts = [
            together(answers(conn, year(rt, analyst, *span, unit_id=unit_id)))
            for unit_id in (town.centre, town.administration)
        ]
    whole = together(found)
    assert [each.name for each in found] == ["Больница", "Центр занятости"]
    assert whole.sent == sum(each.sent for each in found) == sum(part.sent for part in parts) == 6
    assert whole.given["families"] == 108 == sum(part.given["families"] for part in parts)
    assert whole.median_days == 2.0


def test_vouchers_of_two_months_refusals_and_invitations_add_up_in_their_own_units(rt, town, analyst):
    """June 3 families, 4 children; July 5 and 9, 4 families refused 7; 33 people invited, nobody came."""
    june = {"families": 3, "children": 4, "pieces": 4}
    july = {"families": 5, "children": 9, "pieces": 9, "refused_families": 4, "refused_pieces": 7}
    with rt.database.write() as conn:
        school = a_partner(conn, town.municipality, "Управление образования")
        doctor = a_partner(conn, town.municipality, "Нарколог")
        for number, state, figures in (
            (school, "done", june),
            (school, "done", july),
            (doctor, "undone", {"invited": 33, "people": 0}),
        ):
            ends = {"closed_at": at("2026-01-15 09:00"), "state": state}
            case_id = a_case(conn, town.families)
            a_document(conn, number, case_id, at("2026-01-12 09:00"), "2026-01-26", **ends, **figures)
        invited, vouchers = answers(conn, year(rt, analyst))
    nothing = dict.fromkeys(FIGURES, 0)
    assert vouchers.given == nothing | {
        "families": 8, "children": 13, "pieces": 13, "refused_families": 4, "refused_pieces": 7,
    }  # fmt: skip
    assert invited.given == nothing | {"invited": 33}


def test_an_outcome_that_there_is_not_is_not_found(rt, analyst):
    with rt.database.read() as conn, pytest.raises(NotFound):
        listed(conn, year(rt, analyst), "lost")


def test_every_family_of_a_letter_counts_with_its_answer_and_the_rest_stays_in_sight(rt, town, analyst):
    """One letter about eighteen: five consulted, ten informed, one registered; two are awaited."""
    told = ["consulted"] * 5 + ["informed"] * 10 + ["registered"] + [""] * 2
    with rt.database.write() as conn:
        job = a_partner(conn, town.municipality, "Центр занятости")
        letter = a_case(conn, town.families)
        a_document(conn, job, letter, at("2025-12-01 09:00"), "2025-12-20", state="accepted")
        a_document(conn, job, letter, at("2025-12-02 09:00"), "2025-12-20", state="revoked", closed_at=1)
        for place, result in enumerate(told, start=1):
            row = {"letter_case_id": letter, "referral_id": 1, "place": place, "ground": "442-ФЗ"}
            unit_id = town.families if place % 2 else town.administration
            conn.execute(insert(letter_family), row | {"case_id": a_case(conn, unit_id), "result": result})
        row = {"letter_case_id": letter, "referral_id": 2, "place": 1, "case_id": letter, "ground": ""}
        conn.execute(insert(letter_family), row)
        span = date(2025, 12, 1), date(2025, 12, 31)
        [found] = letters(conn, year(rt, analyst, *span))
        parts = [
            letters(conn, year(rt, analyst, *span, unit_id=unit_id))[0].families
            for unit_id in (town.centre, town.administration)
        ]
        listed_open = facts(year(rt, analyst, *span)).listed(conn, "open", job)
    families = found.families
    assert found.letters == 2
    assert [families[name] for name in ("all", "consulted", "informed", "registered", "open", "revoked")] == [
        19, 5, 10, 1, 2, 1,
    ]  # fmt: skip
    assert families["all"] == sum(families[name] for name in LETTER_OUTCOMES)
    assert {name: sum(part[name] for part in parts) for name in families} == families
    assert len(listed_open) == 2
