"""Visits to families: when, by which case, with which car, and what came of them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from engine.access.policy import require
from engine.cases.tables import ACTIVE, case_
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor, Permission
from engine.records.reach import families_within, people_within
from engine.records.registers import Subject
from engine.records.tables import (
    CALLED_OFF,
    DANGER,
    HELD,
    NOBODY,
    NOT_LET_IN,
    PLANNED,
    family,
    family_member,
    person,
    visit,
    visit_agreement,
    visit_member,
    visit_plan,
)

OUTCOMES = {"состоялся": HELD, "никого нет": NOBODY, "не впустили": NOT_LET_IN, "опасность": DANGER}
"""What the form of a visit says of how it ended."""

STATUS_WORDS = {
    PLANNED: "назначен",
    HELD: "состоялся",
    NOBODY: "никого не застали",
    NOT_LET_IN: "семья не впустила",
    DANGER: "состоялся, опасность",
    CALLED_OFF: "отменён",
}

NEAR = timedelta(days=15)
"""How far the day of a visit may be from the schedule for it still to be the visit of the schedule."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as lists show it. `case_id` is None while only the schedule knows of it; `reason` says why it
    was called off; `commission`: the visit counts in the share of full crews.
    """

    id: int
    plan_id: int | None
    subject: Subject
    case_id: int | None
    unit_id: int
    settlement_id: int | None
    day: date
    urgent: bool
    status: int
    car_id: int | None
    full_crew: bool | None
    minutes: int | None
    reason: str = ""
    commission: bool = False

    @property
    def words(self) -> str:
        """How it stands, in words."""
        return STATUS_WORDS[self.status]

    @property
    def to_come(self) -> bool:
        return self.status == PLANNED

    @property
    def took_place(self) -> bool:
        return self.status in (HELD, DANGER)


def open_visit(
    conn: Connection,
    subject: Subject,
    *,
    case_id: int,
    unit_id: int,
    day: date,
    planned: bool,
    urgent: bool,
    visit_id: int | None = None,
) -> Visit:
    """The visit that a case will make on that day: the one it has appointed already, moved to the day; else
    the nearest of the approved schedule when it is a planned one; else a new one.
    """
    row = _appointed(conn, visit_id) or (_scheduled(conn, subject, day) if planned else None)
    values = {"case_id": case_id, "day": day.isoformat(), "urgent": urgent}
    if row is not None:
        changed = update(visit).where(visit.c.id == row.id).values(values).returning(visit)
        return _visit(conn.execute(changed).one())
    values |= {
        "family_id": subject.family_id,
        "person_id": subject.person_id,
        "unit_id": unit_id,
        "settlement_id": settlement_of(conn, subject),
        "status": PLANNED,
    }
    return _visit(conn.execute(insert(visit).returning(visit), values).one())


def make_ready(
    conn: Connection, visit_id: int, *, car_id: int | None, full_crew: bool, commission: bool = False
) -> None:
    """The crew is known and the car given out; `commission`: the crew ought to be that of the commission."""
    _change(conn, visit_id, {"car_id": car_id, "full_crew": full_crew, "commission": commission})


def close_visit(
    conn: Connection,
    visit_id: int,
    outcome: str,
    *,
    day: date,
    minutes: int | None,
    full_crew: bool | None = None,
) -> None:
    """How the visit ended: a key of OUTCOMES. `full_crew`: whether the crew was full in the end; None leaves
    what was known before.
    """
    if outcome not in OUTCOMES:
        raise InvalidData("Выезд не записан.", {"outcome": f"Есть: {', '.join(OUTCOMES)}."})
    values: dict[str, Any] = {"status": OUTCOMES[outcome], "day": day.isoformat(), "minutes": minutes}
    _change(conn, visit_id, values if full_crew is None else {**values, "full_crew": full_crew})


def visits_between(conn: Connection, actor: Actor, first: date, last: date) -> list[Visit]:
    """Visits of these days, inclusive, to families and people within reach, by day; of schedules only those
    that were approved.
    """
    require(actor, Permission.RECORD_VIEW)
    families = select(family.c.id).where(families_within(actor, Permission.RECORD_VIEW))
    people = select(person.c.id).where(people_within(actor, Permission.RECORD_VIEW))
    drafts = select(visit_plan.c.id).where(visit_plan.c.approved_at.is_(None))
    wanted = (
        select(visit)
        .where(visit.c.day.between(first.isoformat(), last.isoformat()))
        .where(or_(visit.c.family_id.in_(families), visit.c.person_id.in_(people)))
        .where(or_(visit.c.plan_id.is_(None), visit.c.plan_id.not_in(drafts)))
        .order_by(visit.c.day, visit.c.settlement_id, visit.c.id)
    )
    return [_visit(row) for row in conn.execute(wanted)]


def visits_ahead(conn: Connection, account_id: int, first: date) -> list[Visit]:
    """Visits still to be made from that day on that a colleague has said they come to, or whose case they
    lead; of an approved schedule those about which nobody was asked yet, when they agreed to it.
    """
    comes = select(visit_member.c.visit_id).where(
        visit_member.c.account_id == account_id, visit_member.c.comes.is_(True)
    )
    leads = select(case_.c.id).where(case_.c.owner_id == account_id, case_.c.status == ACTIVE)
    agreed = (
        select(visit_agreement.c.plan_id)
        .join(visit_plan, visit_plan.c.id == visit_agreement.c.plan_id)
        .where(
            visit_agreement.c.account_id == account_id,
            visit_agreement.c.agreed,
            visit_plan.c.approved_at.is_not(None),
        )
    )
    wanted = (
        select(visit)
        .where(visit.c.status == PLANNED, visit.c.day >= first.isoformat())
        .where(
            or_(
                visit.c.id.in_(comes),
                visit.c.case_id.in_(leads),
                visit.c.plan_id.in_(agreed) & visit.c.id.not_in(select(visit_member.c.visit_id)),
            )
        )
        .order_by(visit.c.day, visit.c.id)
    )
    return [_visit(row) for row in conn.execute(wanted)]


def visits_of(conn: Connection, subject: Subject, *, limit: int = 10) -> list[Visit]:
    """The last visits to a family, newest first."""
    wanted = select(visit).where(subject.condition(visit), visit.c.status != PLANNED)
    return [_visit(row) for row in conn.execute(wanted.order_by(visit.c.day.desc()).limit(limit))]


def full_crew_share(visits: Sequence[Visit]) -> tuple[int, int]:
    """(visits of the commission with the full crew, those that took place): their share is the indicator."""
    held = [each for each in visits if each.took_place and each.commission]
    return sum(bool(each.full_crew) for each in held), len(held)


def next_day(conn: Connection, subject: Subject, today: date, months: int) -> date:
    """When a family is to be visited next: by the approved schedule, else so many months after the last
    visit that took place (after today when there was none), never before today.
    """
    ahead = _of_schedule(subject).where(visit.c.day >= today.isoformat()).order_by(visit.c.day).limit(1)
    row = conn.execute(ahead).one_or_none()
    if row is not None:
        return date.fromisoformat(row.day)
    wanted = select(func.max(visit.c.day)).where(subject.condition(visit), visit.c.status.in_((HELD, DANGER)))
    last = conn.execute(wanted).scalar()
    return max(today, months_after(date.fromisoformat(last) if last else today, months))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last one: a month after 31 January is the end of February."""
    place = day.month - 1 + months
    first = date(day.year + place // 12, place % 12 + 1, 1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def settlement_of(conn: Connection, subject: Subject) -> int | None:
    """Where a family lives: the settlement of the first of its members who has one."""
    return settlements_of(conn, [subject]).get(subject)


def settlements_of(conn: Connection, subjects: Collection[Subject]) -> dict[Subject, int]:
    """The same of many, in a statement for families and one for people who are in none; who has no settlement
    is left out.
    """
    families = [each.family_id for each in subjects if each.family_id is not None]
    alone = [each.person_id for each in subjects if each.family_id is None]
    known = select(person.c.id, person.c.settlement_id).where(person.c.settlement_id.is_not(None))
    members = (
        known.add_columns(family_member.c.family_id)
        .join(family_member, family_member.c.person_id == person.c.id)
        .where(family_member.c.family_id.in_(families), family_member.c.last_day.is_(None))
        .order_by(person.c.id.desc())  # the first one is read last, and stays
    )
    found: dict[Subject, int] = {}
    if families:
        found |= {Subject(row.family_id, None): row.settlement_id for row in conn.execute(members)}
    if alone:
        people = conn.execute(known.where(person.c.id.in_(alone)))
        found |= {Subject(None, row.id): row.settlement_id for row in people}
    homes = {each: found.get(Subject.of(each.family_id, each.person_id)) for each in subjects}
    return {each: number for each, number in homes.items() if number is not None}


def by_ids(conn: Connection, ids: Collection[int]) -> list[Visit]:
    """Visits by their numbers, in the order of days."""
    wanted = select(visit).where(visit.c.id.in_(list(ids))).order_by(visit.c.day, visit.c.id)
    return [_visit(row) for row in conn.execute(wanted)] if ids else []


def _appointed(conn: Connection, visit_id: int | None) -> Row[Any] | None:
    """The visit of that number while it is still to come."""
    wanted = select(visit).where(visit.c.id == visit_id, visit.c.status == PLANNED)
    return None if visit_id is None else conn.execute(wanted).one_or_none()


def _scheduled(conn: Connection, subject: Subject, day: date) -> Row[Any] | None:
    """The nearest visit of an approved schedule that no case has taken yet."""
    near = visit.c.day.between((day - NEAR).isoformat(), (day + NEAR).isoformat())
    rows = conn.execute(_of_schedule(subject).where(near)).all()
    return min(rows, key=lambda row: abs(date.fromisoformat(row.day) - day), default=None)


def _of_schedule(subject: Subject) -> Select[*tuple[Any, ...]]:
    """Visits of an approved schedule that no case has taken yet."""
    return (
        select(visit)
        .join_from(visit, visit_plan, visit.c.plan_id == visit_plan.c.id)
        .where(subject.condition(visit), visit.c.status == PLANNED, visit.c.case_id.is_(None))
        .where(visit_plan.c.approved_at.is_not(None))
    )


def _change(conn: Connection, visit_id: int, values: dict[str, Any]) -> None:
    found = conn.execute(select(visit.c.status).where(visit.c.id == visit_id)).scalar()
    if found is None:
        raise NotFound("Такого выезда нет.", "Назначьте выезд заново.")
    if found != PLANNED:
        raise Conflict("Этот выезд уже записан.", "Обновите страницу дела.")
    conn.execute(update(visit).where(visit.c.id == visit_id).values(values))


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        id=row.id,
        plan_id=row.plan_id,
        subject=Subject(row.family_id, row.person_id),
        case_id=row.case_id,
        unit_id=row.unit_id,
        settlement_id=row.settlement_id,
        day=date.fromisoformat(row.day),
        urgent=row.urgent,
        status=row.status,
        car_id=row.car_id,
        full_crew=row.full_crew,
        minutes=row.minutes,
        reason=row.reason,
        commission=row.commission,
    )
