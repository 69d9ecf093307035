"""Every report on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.model import SYSTEM
from engine.records.commissions import NewCommission, create_commission
from engine.records.tables import HELD
from engine.reports import registers
from engine.reports.answers import answers
from engine.reports.questions import questions
from engine.reports.visits import facts, visits
from engine.runtime import Runtime
from tests.engine.reports.rows import (
    a_case,
    a_document,
    a_partner,
    a_question,
    a_sitting,
    a_visit,
    an_entry,
    at,
    year,
)
from tests.factories.access import make_actor, make_runtime, town


@pytest.fixture
def rt_both(tmp_path: Path, installed_database_url: str) -> Iterator[Runtime]:
    made = make_runtime(tmp_path, installed_database_url)
    yield made
    made.database.close()
    made.vault.store.database.close()


def test_figures_are_counted_on_both_databases(rt_both):
    rt, here = rt_both, town(rt_both)
    analyst = make_actor(rt, "R26", unit_id=here.families)
    commission = create_commission(rt, SYSTEM, NewCommission("family", here.centre))
    with rt.database.write() as conn:
        case_id = a_case(conn, here.families)
        a_visit(conn, here.families, "2026-01-08", HELD, case_id=case_id, full_crew=True, commission=True)
        an_entry(conn, here.families, "2025-12-30", "2026-01-09")
        a_question(conn, commission, a_sitting(conn, commission, "2026-01-06"), case_id, "gsp")
        a_document(
            conn, a_partner(conn, here.municipality, "ЦЗН"), case_id, at("2026-01-05 09:00"), "2026-01-20"
        )
        asked = year(rt, analyst, unit_id=here.centre)
        assert visits(conn, asked).months["2026-01"]["full"] == 1
        assert len(facts(asked).listed(conn, "full", "2026-01")) == 1
        assert registers.courses(conn, asked)[0].months[0].left == 1
        assert len(registers.facts(asked, "left").listed(conn, "left", "prevention")) == 1
        assert questions(rt, conn, analyst, asked)[0].ours["gsp"] == 1
        assert answers(conn, asked)[0].sent == 1
