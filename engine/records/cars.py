"""Cars for visits, and which of them is taken on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select, update

from engine.access.directory import Tree
from engine.access.journal import record_action
from engine.access.policy import reach, require
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission
from engine.records.lengths import too_long
from engine.records.tables import PLANNED, car, settlement, visit
from engine.runtime import Runtime

MOST_SEATS = 60


@dataclass(frozen=True, slots=True)
class Car:
    """A car. `seats`: for passengers."""

    id: int
    unit_id: int
    title: str
    seats: int
    active: bool


def add_car(rt: Runtime, actor: Actor, title: str, seats: int) -> int:
    """The number of a new car of the actor's organisation."""
    _must_keep_cars(actor, actor.unit_id)
    title = " ".join(title.split())
    faults = {}
    if not title:
        faults["title"] = "Напишите, какая это машина: марка и номер."
    if not 1 <= seats <= MOST_SEATS:
        faults["seats"] = f"Мест для пассажиров — от 1 до {MOST_SEATS}."
    faults |= too_long({"car": title}, car="title")
    if faults:
        raise InvalidData("Машина не записана.", faults)
    with rt.database.write() as conn:
        values = {"unit_id": actor.unit_id, "title": title, "seats": seats}
        made = int(conn.execute(insert(car).returning(car.c.id), values).scalar_one())
        record_action(rt, conn, actor, "created", "car", made)
    return made


def retire_car(rt: Runtime, actor: Actor, car_id: int) -> None:
    """Take a car off the list; visits that it made keep it."""
    with rt.database.write() as conn:
        unit_id = conn.execute(select(car.c.unit_id).where(car.c.id == car_id)).scalar()
        if unit_id is None:
            raise NotFound("Такой машины нет.", "Обновите список машин.")
        _must_keep_cars(actor, unit_id)
        conn.execute(update(car).where(car.c.id == car_id).values(active=False))
        record_action(rt, conn, actor, "closed", "car", car_id)


def cars_of(conn: Connection, tree: Tree, unit_id: int, *, retired: bool = False) -> list[Car]:
    """Cars of the unit's municipality by title; with `retired` those that are off the list too."""
    municipality = tree.municipality(unit_id)
    rows = conn.execute(select(car).where(car.c.active | retired).order_by(car.c.title, car.c.id))
    return [
        Car(row.id, row.unit_id, row.title, row.seats, row.active)
        for row in rows
        if tree.municipality(row.unit_id) == municipality
    ]


def taken_on(conn: Connection, day: date) -> dict[int, str]:
    """Car → where it goes on that day, for visits that are still to come."""
    wanted = (
        select(visit.c.car_id, settlement.c.kind, settlement.c.name)
        .join_from(visit, settlement, visit.c.settlement_id == settlement.c.id, isouter=True)
        .where(visit.c.day == day.isoformat(), visit.c.status == PLANNED, visit.c.car_id.is_not(None))
        .order_by(visit.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in conn.execute(wanted):
        found.setdefault(row.car_id, []).append(f"{row.kind} {row.name}" if row.name else "другой выезд")
    return {number: ", ".join(dict.fromkeys(places)) for number, places in found.items()}


def choices(cars: Iterable[Car], taken: dict[int, str]) -> list[dict[str, str]]:
    """Cars as a form offers them: free ones first, with where the others go."""
    listed = sorted(cars, key=lambda each: (each.id in taken, each.title))
    return [{"label": f"{each.title}{_busy(taken.get(each.id))}", "value": str(each.id)} for each in listed]


def _busy(place: str | None) -> str:
    return "" if place is None else f" — занята: {place}"


def _must_keep_cars(actor: Actor, unit_id: int) -> None:
    """Cars are kept by dispatchers and by those who plan the visits."""
    require(actor, Permission.TASK_WORK)
    own = unit_id == actor.unit_id or reach(actor, Permission.TASK_REASSIGN).covers(
        unit_id=unit_id, owner_id=None
    )
    if not (own and actor.roles & KEEPERS):
        raise NotAllowed(
            "Машины ведёт диспетчер автотранспорта.", "Попросите диспетчера или специалиста КДН и ЗП."
        )


KEEPERS = frozenset({"R13", "R18"})
"""Roles that keep the list of cars: the dispatcher, and the specialist of the commission on minors."""
