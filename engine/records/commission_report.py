"""What commissions have heard in a stretch of days, by kinds of questions: the statistics RP-01.

The total is what the minutes say, the kinds are what stands on the agendas: they are counted apart, so that
a difference shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from engine.records.agenda import POSTPONED
from engine.records.commissions import COUNTED, ITEM_KINDS
from engine.records.sittings import HELD
from engine.records.tables import DECIDED, agenda_item, sitting


@dataclass(frozen=True, slots=True)
class Heard:
    """One line: `sittings` that were held, `total` questions by their minutes, `kinds` by their agendas,
    `postponed` of those put off, which are in no count.
    """

    sittings: int
    total: int
    kinds: Mapping[str, int]
    postponed: int

    @property
    def counted(self) -> list[int]:
        """The seven kinds in the order of COUNTED."""
        return [self.kinds.get(kind, 0) for kind in COUNTED]

    @property
    def others(self) -> int:
        """All the other known kinds together."""
        return sum(n for kind, n in self.kinds.items() if kind in ITEM_KINDS and kind not in COUNTED)

    @property
    def summed(self) -> int:
        """The seven kinds and the others."""
        return sum(self.counted) + self.others

    @property
    def agrees(self) -> bool:
        """Whether the sum of the kinds is the total."""
        return self.summed == self.total


def heard_between(conn: Connection, commission_id: int, first: date, last: date) -> Heard:
    """What a commission heard from `first` to `last`, days inclusive."""
    held = (
        (sitting.c.commission_id == commission_id)
        & (sitting.c.status == HELD)
        & sitting.c.day.between(first.isoformat(), last.isoformat())
    )
    rows = conn.execute(
        select(agenda_item.c.kind, agenda_item.c.decision, func.count())
        .join_from(agenda_item, sitting, sitting.c.case_id == agenda_item.c.sitting_case_id)
        .where(held, agenda_item.c.status == DECIDED)
        .group_by(agenda_item.c.kind, agenda_item.c.decision)
    ).all()
    kinds: Counter[str] = Counter()
    postponed = 0
    for kind, decision, count in rows:
        if decision == POSTPONED:
            postponed += count
        else:
            kinds[kind] += count
    minutes = conn.execute(select(sitting.c.case_id, sitting.c.heard).where(held)).all()
    unsaid = [row.case_id for row in minutes if row.heard is None]
    total = sum(row.heard or 0 for row in minutes) + _decided(conn, unsaid)
    return Heard(len(minutes), total, dict(kinds), postponed)


def _decided(conn: Connection, case_ids: list[int]) -> int:
    """Of sittings held before their minutes were counted: what their agendas say."""
    wanted = select(func.count()).where(
        agenda_item.c.sitting_case_id.in_(case_ids),
        agenda_item.c.status == DECIDED,
        agenda_item.c.decision != POSTPONED,
    )
    return int(conn.execute(wanted).scalar_one()) if case_ids else 0
