"""The list of trips for who gives out the cars: day, village, car, crew and to how many families. No names of
families: a dispatcher has no need of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from engine.access.directory import Tree
from engine.errors import NotAllowed
from engine.model import Actor
from engine.records.cars import KEEPERS
from engine.records.crews import Member, members_of
from engine.records.tables import PLANNED, car, settlement, visit, visit_plan


@dataclass(frozen=True, slots=True)
class Trip:
    """Visits of one day to one village with one car. `car` and `place` are empty where none is known; `crew`
    are those who said that they come, by service; `cases` those that make the visits.
    """

    day: date
    place: str
    car: str
    families: int
    crew: tuple[str, ...]
    cases: tuple[int, ...] = ()


def trips(conn: Connection, tree: Tree, actor: Actor, first: date, last: date) -> list[Trip]:
    """Trips still to be made in the actor's municipality, days inclusive, in order: for who keeps cars."""
    if not actor.roles & KEEPERS:
        raise NotAllowed("Лист выездов видят те, кто ведёт машины.", "Свои выезды — на странице «Выезды».")
    drafts = select(visit_plan.c.id).where(visit_plan.c.approved_at.is_(None))
    wanted = (
        select(
            visit.c.id,
            visit.c.case_id,
            visit.c.day,
            settlement.c.name.label("place"),
            settlement.c.kind,
            car.c.title,
        )
        .join_from(visit, settlement, settlement.c.id == visit.c.settlement_id, isouter=True)
        .join(car, car.c.id == visit.c.car_id, isouter=True)
        .where(
            visit.c.unit_id.in_(tree.below(tree.municipality(actor.unit_id))),
            visit.c.status == PLANNED,
            visit.c.day.between(first.isoformat(), last.isoformat()),
            visit.c.plan_id.is_(None) | visit.c.plan_id.not_in(drafts),
        )
        .order_by(visit.c.day, settlement.c.name, car.c.title, visit.c.id)
    )
    rows = conn.execute(wanted).all()
    crews = members_of(conn, [row.id for row in rows])
    cases = {row.id: row.case_id for row in rows}
    found: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        place = f"{row.kind} {row.place}" if row.place else ""
        found.setdefault((row.day, place, row.title or ""), []).append(row.id)
    return [
        Trip(
            date.fromisoformat(day),
            place,
            title,
            len(numbers),
            _crew(crews, numbers),
            tuple(cases[number] for number in numbers if cases[number] is not None),
        )
        for (day, place, title), numbers in found.items()
    ]


def _crew(crews: Mapping[int, Sequence[Member]], numbers: list[int]) -> tuple[str, ...]:
    """Everybody who comes on any of these visits, once."""
    words = [
        f"{member.title}: {member.name}" if member.name else member.title
        for number in numbers
        for member in crews.get(number, [])
        if member.comes
    ]
    return tuple(dict.fromkeys(words))
