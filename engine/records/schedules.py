"""The visits of a year: families of one village in one trip, each as often as its state asks.

A schedule is a draft until it is approved; what stands against it (a day off, a car in two places) is found
before anybody signs.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from engine.access.directory import Tree
from engine.access.tables import absence
from engine.errors import NotFound
from engine.records.registers import OPEN, PREVENTION, Subject
from engine.records.tables import (
    PLANNED,
    car,
    register_entry,
    settlement,
    visit,
    visit_agreement,
    visit_plan,
)
from engine.records.visits import settlements_of
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

FAMILIES_A_TRIP = 4
"""Of one village: half an hour each, the road, and the day is over."""

QUIET_DAYS = 3
"""Working days at the beginning of a month without trips: reports are due then."""

MONTHS = 12

NOWHERE = "место не указано"
"""Instead of a village that is not known."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family to be visited every `months`."""

    subject: Subject
    settlement_id: int | None
    unit_id: int
    state: str
    months: int = 1


@dataclass(frozen=True, slots=True)
class Trip:
    """A visit of the schedule before it is written."""

    candidate: Candidate
    day: date


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a service (a key of `crews.SERVICES`) said of the schedule; `account_id`: who was asked."""

    service: str
    account_id: int | None
    agreed: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """What stands against a day of the schedule, in words."""

    day: date
    words: str


def candidates(conn: Connection, tree: Tree, unit_id: int) -> list[Candidate]:
    """Families on the preventive register of the unit's municipality, in the order of their entries."""
    here = register_entry.c.unit_id.in_(tree.below(tree.municipality(unit_id)))
    wanted = select(register_entry).where(register_entry.c.register == PREVENTION, OPEN, here)
    rows = conn.execute(wanted.order_by(register_entry.c.id)).all()
    subjects = [Subject(row.family_id, row.person_id) for row in rows]
    places = settlements_of(conn, subjects)
    return [
        Candidate(subject, places.get(subject), row.unit_id, row.state)
        for row, subject in zip(rows, subjects, strict=True)
    ]


def spread(
    families: Sequence[Candidate], after: date, year: int, works: Callable[[date], bool]
) -> list[Trip]:
    """Days of a year after `after` for every visit. Families of one village share a trip; a day has one trip
    as long as the month has days enough.
    """
    return [
        trip
        for month in range(1, MONTHS + 1)
        for trip in _of_month(families, month, _days(year, month, after, works))
    ]


def _of_month(families: Sequence[Candidate], month: int, days: Sequence[date]) -> list[Trip]:
    if not days:
        return []
    villages: dict[int | None, list[Candidate]] = defaultdict(list)
    for place, each in enumerate(families):
        if (month - 1) % each.months == place % each.months:
            villages[each.settlement_id].append(each)
    groups = [
        members[start : start + FAMILIES_A_TRIP]
        for members in villages.values()
        for start in range(0, len(members), FAMILIES_A_TRIP)
    ]
    return [
        Trip(candidate, days[number % len(days)])
        for number, group in enumerate(groups)
        for candidate in group
    ]


def _days(year: int, month: int, after: date, works: Callable[[date], bool]) -> list[date]:
    """Working days of a month on which trips may be made."""
    last = monthrange(year, month)[1]
    worked = [day for day in (date(year, month, n) for n in range(1, last + 1)) if works(day)]
    return [day for day in worked[QUIET_DAYS:] if day > after]


def keep_draft(
    conn: Connection, municipality: int, year: int, case_id: int, trips: Iterable[Trip], after: date
) -> int:
    """Write the schedule of a year anew, as a draft: the visits after that day that no case has taken are
    replaced, the others stay. The number of the plan.
    """
    key = (visit_plan.c.municipality_id == municipality) & (visit_plan.c.year == year)
    plan_id = conn.execute(select(visit_plan.c.id).where(key)).scalar()
    if plan_id is None:
        values = {"municipality_id": municipality, "year": year, "case_id": case_id}
        plan_id = conn.execute(insert(visit_plan).returning(visit_plan.c.id), values).scalar_one()
    else:
        kept = {"approved_at": None, "case_id": case_id}
        conn.execute(update(visit_plan).where(visit_plan.c.id == plan_id).values(kept))
    untaken = (visit.c.plan_id == plan_id) & visit.c.case_id.is_(None) & (visit.c.status == PLANNED)
    conn.execute(delete(visit).where(untaken, visit.c.day > after.isoformat()))
    rows = [
        {
            "plan_id": plan_id,
            "family_id": trip.candidate.subject.family_id,
            "person_id": trip.candidate.subject.person_id,
            "unit_id": trip.candidate.unit_id,
            "settlement_id": trip.candidate.settlement_id,
            "day": trip.day.isoformat(),
            "status": PLANNED,
        }
        for trip in trips
    ]
    if rows:
        conn.execute(insert(visit), rows)
    return int(plan_id)


def lend_car(conn: Connection, plan_id: int, car_id: int | None, settlement_id: int | None) -> int:
    """Give a car to every visit to come of a village (of all villages when None); how many visits."""
    wanted = (visit.c.plan_id == plan_id) & (visit.c.status == PLANNED)
    if settlement_id is not None:
        wanted &= visit.c.settlement_id == settlement_id
    return conn.execute(update(visit).where(wanted).values(car_id=car_id)).rowcount


def move_day(
    conn: Connection, plan_id: int, day: date, new_day: date, places: Collection[int | None] | None = None
) -> int:
    """Visits of one day to these villages (None among them: where the village is not known), without `places`
    everything of that day, go to another; how many visits.
    """
    wanted = _to_come(plan_id) & (visit.c.day == day.isoformat())
    if places is not None:
        known = visit.c.settlement_id.in_([each for each in places if each is not None])
        wanted &= known | visit.c.settlement_id.is_(None) if None in places else known
    return conn.execute(update(visit).where(wanted).values(day=new_day.isoformat())).rowcount


def approve(rt: Runtime, conn: Connection, plan_id: int, agreements: Iterable[Agreement] = ()) -> None:
    """From now on cases take their visits from this schedule; who agreed to it is kept with it."""
    values = {"approved_at": to_seconds(rt.clock.now())}
    if conn.execute(update(visit_plan).where(visit_plan.c.id == plan_id).values(values)).rowcount == 0:
        raise NotFound("Такого графика нет.", "Составьте его заново.")
    conn.execute(delete(visit_agreement).where(visit_agreement.c.plan_id == plan_id))
    rows = {each.service: {"plan_id": plan_id, **asdict(each)} for each in agreements}
    if rows:
        conn.execute(insert(visit_agreement), list(rows.values()))


def clashes(
    conn: Connection,
    plan_id: int,
    works: Callable[[date], bool],
    *,
    crew: Mapping[int, str],
    events: Iterable[Clash] = (),
) -> list[Clash]:
    """What stands against the schedule, by day: days off, a car in two villages, events of the district, and
    of the `crew` (account → service) whoever is away.
    """
    rows = conn.execute(select(visit.c.day).where(_to_come(plan_id)).distinct()).scalars()
    days = sorted(date.fromisoformat(day) for day in rows)
    found = [Clash(day, "нерабочий день") for day in days if not works(day)]
    found += car_clashes(conn, plan_id)
    found += [event for event in events if event.day in days]
    found += _absent(conn, days, crew)
    return sorted(found, key=lambda clash: (clash.day, clash.words))


def car_clashes(conn: Connection, plan_id: int) -> list[Clash]:
    """Days on which the schedule wants a car in several villages, with its title and their names."""
    wanted = (
        select(visit.c.day, car.c.id, car.c.title, settlement.c.kind, settlement.c.name)
        .join_from(visit, car, car.c.id == visit.c.car_id)
        .join(settlement, settlement.c.id == visit.c.settlement_id, isouter=True)
        .where(_to_come(plan_id))
        .order_by(visit.c.day, settlement.c.name, visit.c.id)
    )
    places: dict[tuple[str, int, str], dict[str, None]] = defaultdict(dict)
    for row in conn.execute(wanted):
        places[row.day, row.id, row.title][f"{row.kind} {row.name}" if row.name else NOWHERE] = None
    return [
        Clash(date.fromisoformat(day), f"«{title}» нужна в разных местах: {', '.join(villages)}")
        for (day, _, title), villages in places.items()
        if len(villages) > 1
    ]


def _to_come(plan_id: int) -> ColumnElement[bool]:
    return (visit.c.plan_id == plan_id) & (visit.c.status == PLANNED)


def shared_days(deeds: Iterable[Clash], events: Iterable[Clash]) -> list[Clash]:
    """Deeds of the commission's plan that fall on a day of an event of the district."""
    return [
        Clash(deed.day, f"{deed.words}; {event.words}")
        for deed in deeds
        for event in events
        if deed.day == event.day
    ]


def _absent(conn: Connection, days: Sequence[date], crew: Mapping[int, str]) -> list[Clash]:
    """Days when somebody of the crew is away; not why: that is between them and their head."""
    if not days or not crew:
        return []
    wanted = select(absence.c.absent_id, absence.c.first_day, absence.c.last_day).where(
        absence.c.absent_id.in_(crew),
        absence.c.last_day >= days[0].isoformat(),
        absence.c.first_day <= days[-1].isoformat(),
    )
    return [
        Clash(day, f"{crew[row.absent_id]}: участника нет")
        for row in conn.execute(wanted)
        for day in days
        if row.first_day <= day.isoformat() <= row.last_day
    ]


def villages_of(conn: Connection, plan_id: int) -> dict[str, int | None]:
    """Names of the places that the schedule goes to, with their numbers."""
    wanted = (
        select(settlement.c.kind, settlement.c.name, visit.c.settlement_id)
        .join_from(visit, settlement, visit.c.settlement_id == settlement.c.id, isouter=True)
        .where(visit.c.plan_id == plan_id)
        .distinct()
    )
    return {
        f"{row.kind} {row.name}" if row.name else NOWHERE: row.settlement_id for row in conn.execute(wanted)
    }


def first_of_next_month(day: date) -> date:
    """The month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
