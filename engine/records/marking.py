"""Cards written before there were tokens of papers and telephones get them, a batch at a time."""

from __future__ import annotations

from sqlalchemy import exists, select

from engine.records.queries import people_data
from engine.records.service import store_person
from engine.records.tables import person
from engine.runtime import Runtime

BATCH = 100

_IS_UNMARKED = ~person.c.marked & person.c.data.is_not(None)
OLD_CARDS = exists().where(_IS_UNMARKED)
_UNMARKED = select(person).where(_IS_UNMARKED).order_by(person.c.id).limit(BATCH)


def mark_old_cards(rt: Runtime) -> int:
    """Find out with whom the people of old cards may be one; how many cards were looked at."""
    with rt.database.read() as conn:
        if not conn.execute(select(OLD_CARDS)).scalar_one():
            return 0
    with rt.database.write() as conn:
        rows = conn.execute(_UNMARKED.with_for_update(skip_locked=True)).all()
        for row, data in zip(rows, people_data(rt, rows), strict=True):
            if data is not None:
                store_person(rt, conn, row.id, row.key_id, data)
            else:
                conn.execute(person.update().where(person.c.id == row.id).values(marked=True))
    return len(rows)
