"""What a case or a department may have besides: made for the walk over the doors."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, insert, select

from engine.model import SYSTEM
from engine.records import letters, measures, merging, referrals
from engine.records import service as records
from engine.records.tables import measure, merge, partner
from engine.runtime import Runtime
from tests.factories.access import town
from tests.factories.records import LAPSHINA


def merged_cards(rt: Runtime) -> int:
    """The number of a merge of two cards of the family department."""
    kept, gone = (records.create_person(rt, SYSTEM, LAPSHINA, unit_id=town(rt).families) for _ in range(2))
    merging.merge_people(rt, SYSTEM, merging.Wanted(kept, gone, 1, 1))
    with rt.database.read() as conn:
        return int(conn.execute(select(func.max(merge.c.id))).scalar_one())


def letter_of(rt: Runtime, case_id: int) -> int:
    """A letter that the case sent to a partner, about its own family."""
    with rt.database.write() as conn:
        sent = referrals.sent_by(conn, case_id) + 1
        place = {"municipality_id": town(rt).municipality, "kind": "czn", "name": f"Партнёр {sent}"}
        to = conn.execute(insert(partner).returning(partner.c.id), place).scalar_one()
        letters.put_on(conn, case_id, [letters.NewLine(case_id, "закон")])
        new = referrals.NewReferral(case_id, to, "letter", f"{case_id}/{sent}", date(2026, 1, 19))
        made = referrals.send(rt, conn, new)
        letters.send_with(conn, case_id, made)
        return made


def measure_of(rt: Runtime, case_id: int) -> int:
    """A measure that the case has decided."""
    with rt.database.write() as conn:
        measures.keep(rt, conn, case_id, [{"мера": "Помочь с дровами"}], "план")
        return int(conn.execute(select(measure.c.id)).scalar_one())


def settlement_of(rt: Runtime) -> int:
    """A village of the municipality."""
    return records.add_settlement(
        rt, SYSTEM, municipality_id=town(rt).municipality, kind="село", name="Ключевое", rural=True
    )
