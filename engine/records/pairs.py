"""Pairs of cards that may be of one person: the list, the comparison, «these are different people»."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, or_, select, update

from engine.access.journal import record_action, record_view
from engine.access.policy import require
from engine.cases.subjects import cases_about
from engine.model import Actor, Permission
from engine.records.likeness import GROUNDS, grounds_words, pair_of
from engine.records.merging import FIELDS, MOVED
from engine.records.queries import PersonBrief, people_briefs, people_data
from engine.records.reach import people_within, require_person
from engine.records.service import refuse_empty
from engine.records.tables import DIFFERENT, MAY_BE_SAME, person, person_pair
from engine.records.values import PersonData
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow

SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cards that may be of one person. A card out of reach has no brief, only the unit that keeps it."""

    first_id: int
    second_id: int
    grounds: tuple[str, ...]
    first: PersonBrief | None
    second: PersonBrief | None
    units: tuple[int, int]

    @property
    def grounds_words(self) -> str:
        """What both have in common."""
        return grounds_words(self.grounds)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two cards that are compared, and how much hangs on it: cases, families, visits and so on."""

    id: int
    data: PersonData
    brief: PersonBrief
    unit_id: int
    settlement_id: int | None
    version: int
    created_at: int
    belongings: dict[str, int]
    """Table → rows about the person."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cards side by side. `differing`: keys of what both say differently, and what only one says."""

    kept: Side
    gone: Side
    differing: tuple[str, ...]

    def better(self, name: str) -> str:
        """From which card the value is proposed: from the one that stays, unless only the other has it."""
        if name == "settlement":
            return "gone" if self.kept.settlement_id is None else "kept"
        return "kept" if getattr(self.kept.data, name) else "gone"


def pairs(rt: Runtime, conn: Connection, actor: Actor, *, person_id: int | None = None) -> list[Pair]:
    """Pairs of which at least one card is within reach, the surest first; of one person only, when told."""
    require(actor, Permission.RECORD_EDIT)
    within = select(person.c.id).where(people_within(actor, Permission.RECORD_EDIT))
    wanted = select(person_pair).where(
        person_pair.c.state == MAY_BE_SAME,
        or_(person_pair.c.first_id.in_(within), person_pair.c.second_id.in_(within)),
    )
    if person_id is not None:
        wanted = wanted.where(or_(person_pair.c.first_id == person_id, person_pair.c.second_id == person_id))
    rows = conn.execute(wanted.order_by(person_pair.c.second_id.desc()).limit(SHOWN_AT_MOST)).all()
    return sorted(_shown(rt, conn, actor, rows), key=_sureness)


def count_pairs(conn: Connection, actor: Actor) -> int:
    """How many pairs wait for somebody to compare them, among the people within reach."""
    require(actor, Permission.RECORD_EDIT)
    within = select(person.c.id).where(people_within(actor, Permission.RECORD_EDIT))
    wanted = select(func.count()).where(
        person_pair.c.state == MAY_BE_SAME,
        or_(person_pair.c.first_id.in_(within), person_pair.c.second_id.in_(within)),
    )
    return int(conn.execute(wanted).scalar_one())


def compare(rt: Runtime, actor: Actor, kept_id: int, gone_id: int) -> Comparison:
    """Both cards whole, and in the same transaction the lines of the journal that say who looked at them."""
    with rt.database.write() as conn:
        rows = [require_person(conn, actor, number, Permission.RECORD_EDIT) for number in (kept_id, gone_id)]
        for row in rows:
            refuse_empty(row)
            record_view(rt, conn, actor, "person", row.id)
        kept, gone = (_side(rt, conn, row) for row in rows)
    differing = tuple(name for name in FIELDS if getattr(kept.data, name) != getattr(gone.data, name))
    if kept.settlement_id != gone.settlement_id:
        differing += ("settlement",)
    return Comparison(kept, gone, differing)


def say_different(rt: Runtime, actor: Actor, one: int, other: int) -> None:
    """Two cards were compared: these are different people. They are not shown as a pair again."""
    with rt.database.write() as conn:
        for number in (one, other):
            require_person(conn, actor, number, Permission.RECORD_EDIT)
        first, second = pair_of(one, other)
        this = (person_pair.c.first_id == first) & (person_pair.c.second_id == second)
        decided = {
            "state": DIFFERENT,
            "decided_by": actor.user_id,
            "decided_at": to_seconds(rt.clock.now()),
        }
        if conn.execute(update(person_pair).where(this).values(decided)).rowcount == 0:
            row = {"first_id": first, "second_id": second, "grounds": "", **decided}
            conn.execute(insert(person_pair), row)
        record_action(rt, conn, actor, "told_apart", "person", first, details={"card": second})


def _shown(rt: Runtime, conn: Connection, actor: Actor, rows: Sequence[AnyRow]) -> list[Pair]:
    ids = {number for row in rows for number in (row.first_id, row.second_id)}
    people = {row.id: row for row in conn.execute(select(person).where(person.c.id.in_(ids)))} if ids else {}
    within = select(person.c.id).where(person.c.id.in_(ids), people_within(actor, Permission.RECORD_EDIT))
    reached = set(conn.execute(within).scalars()) if ids else set()
    briefs = {
        each.id: each for each in people_briefs(rt, conn, [people[number] for number in sorted(reached)])
    }
    return [
        Pair(
            first_id=row.first_id,
            second_id=row.second_id,
            grounds=tuple(row.grounds.split()),
            first=briefs.get(row.first_id),
            second=briefs.get(row.second_id),
            units=(people[row.first_id].unit_id, people[row.second_id].unit_id),
        )
        for row in rows
    ]


def _sureness(pair: Pair) -> tuple[int, int]:
    """The surest ground first, then more of them."""
    order = list(GROUNDS)
    return min((order.index(each) for each in pair.grounds), default=len(order)), -len(pair.grounds)


def _side(rt: Runtime, conn: Connection, row: AnyRow) -> Side:
    data = people_data(rt, [row])[0]
    assert data is not None, "an empty card was refused before"
    counts: dict[str, int] = {"case_": len(cases_about(conn, row.id))}
    for name, table in MOVED.items():
        wanted = select(func.count()).select_from(table).where(table.c.person_id == row.id)
        counts[name] = int(conn.execute(wanted).scalar_one())
    return Side(
        id=row.id,
        data=data,
        brief=people_briefs(rt, conn, [row])[0],
        unit_id=row.unit_id,
        settlement_id=row.settlement_id,
        version=row.version,
        created_at=row.created_at,
        belongings=counts,
    )
