"""What a case or a department may have besides: made for the walk over the doors."""

from __future__ import annotations

from sqlalchemy import func, select

from engine.model import SYSTEM
from engine.records import measures, merging
from engine.records import service as records
from engine.records.tables import measure, merge
from engine.runtime import Runtime
from tests.factories.access import town
from tests.factories.records import LAPSHINA


def merged_cards(rt: Runtime) -> int:
    """The number of a merge of two cards of the family department."""
    kept, gone = (records.create_person(rt, SYSTEM, LAPSHINA, unit_id=town(rt).families) for _ in range(2))
    merging.merge_people(rt, SYSTEM, merging.Wanted(kept, gone, 1, 1))
    with rt.database.read() as conn:
        return int(conn.execute(select(func.max(merge.c.id))).scalar_one())


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
