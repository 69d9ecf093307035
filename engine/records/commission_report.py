"""What commissions have heard in a stretch of days, by kinds of questions: the statistics RP-01.

The total is what the minutes say, the kinds are what stands on the agendas: they are counted apart, so that
a difference shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

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
    return heard_by_commission(conn, [commission_id], first, last)[commission_id]


def heard_by_commission(
    conn: Connection, commission_ids: Collection[int], first: date, last: date
) -> dict[int, Heard]:
    """The same of several commissions at once."""
    held = (
        sitting.c.commission_id.in_(commission_ids)
        & (sitting.c.status == HELD)
        & sitting.c.day.between(first.isoformat(), last.isoformat())
    )
    kinds: dict[int, Counter[str]] = defaultdict(Counter)
    postponed: Counter[int] = Counter()
    for row in conn.execute(_by_kind(held)):
        if row.decision == POSTPONED:
            postponed[row.commission_id] += row.n
        else:
            kinds[row.commission_id][row.kind] += row.n
    minutes = conn.execute(
        select(sitting.c.commission_id, sitting.c.case_id, sitting.c.heard).where(held)
    ).all()
    sittings = Counter(row.commission_id for row in minutes)
    totals = _decided(conn, [row.case_id for row in minutes if row.heard is None])
    for row in minutes:
        totals[row.commission_id] += row.heard or 0
    return {
        each: Heard(sittings[each], totals[each], dict(kinds[each]), postponed[each])
        for each in commission_ids
    }


def _by_kind(held: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Questions of the sittings `held` by commission, kind and decision."""
    by = (sitting.c.commission_id, agenda_item.c.kind, agenda_item.c.decision)
    return (
        select(*by, func.count().label("n"))
        .join_from(agenda_item, sitting, sitting.c.case_id == agenda_item.c.sitting_case_id)
        .where(held, agenda_item.c.status == DECIDED)
        .group_by(*by)
    )


def _decided(conn: Connection, case_ids: Collection[int]) -> Counter[int]:
    """Commission → questions of sittings held before their minutes were counted: what their agendas say."""
    if not case_ids:
        return Counter()
    wanted = select(agenda_item.c.commission_id, func.count().label("n")).where(
        agenda_item.c.sitting_case_id.in_(case_ids),
        agenda_item.c.status == DECIDED,
        agenda_item.c.decision != POSTPONED,
    )
    rows = conn.execute(wanted.group_by(agenda_item.c.commission_id))
    return Counter({row.commission_id: row.n for row in rows})
