"""Visits of a period: who agreed to the schedule of the year, how it was carried out, how often all came.

A visit counts for the unit whose case makes it, and for every unit that keeps the family or has a case about
it: a head sees in figures what the page of visits shows in lines. So a visit may count in two units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from engine.cases.tables import case_
from engine.records.crews import ABSENCES, SERVICES
from engine.records.tables import (
    CALLED_OFF,
    DANGER,
    HELD,
    NOBODY,
    NOT_LET_IN,
    PLANNED,
    family,
    person,
    visit,
    visit_agreement,
    visit_member,
    visit_plan,
)
from engine.records.visits import STATUS_WORDS
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures, total

ENDS = ("held", "nobody", "not_let_in", "called_off", "missed", "ahead")
"""Every visit is in one of these."""
MUST_AGREE = ("police", "crb")
"""The indicator of the source asks for the agreement of these two."""
CREWS = ("full", "not_full", "of_services")
"""Every visit that took place is in one of these: of the commission with a full crew or not, or of one or
some services, which needs no full crew and is not in its share.
"""


@dataclass(frozen=True, slots=True)
class Came:
    """How a service came on the visits of the commission that took place: how often it was needed and came,
    and why it was missing (`crews.ABSENCES`).
    """

    service: str
    needed: int
    came: int
    absent: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of a year that was approved on `day`; service → whether it had agreed."""

    year: int
    day: date
    agreed: Mapping[str, bool]

    @property
    def wanted(self) -> int:
        """How many of the services that must agree (MUST_AGREE) did."""
        return sum(self.agreed.get(service, False) for service in MUST_AGREE)


@dataclass(frozen=True, slots=True)
class Visits:
    """Figures of each month («2026-01») and of all of them together; how each service came."""

    months: Mapping[str, Figures]
    whole: Figures
    services: tuple[Came, ...]


def facts(asked: Asked) -> Facts:
    """Visits whose day, moved or not, is in the period; those of schedules that nobody has approved do not
    count.
    """
    today = asked.today.isoformat()
    ends = {
        "held": visit.c.status.in_((HELD, DANGER)),
        "nobody": visit.c.status == NOBODY,
        "not_let_in": visit.c.status == NOT_LET_IN,
        "called_off": visit.c.status == CALLED_OFF,
        "missed": (visit.c.status == PLANNED) & (visit.c.day < today),
        "ahead": (visit.c.status == PLANNED) & (visit.c.day >= today),
    }
    scheduled = visit.c.plan_id.is_not(None)
    crews = {
        "full": ends["held"] & visit.c.commission & visit.c.full_crew.is_(True),
        "not_full": ends["held"] & visit.c.commission & visit.c.full_crew.is_not(True),
        "of_services": ends["held"] & ~visit.c.commission,
    }
    return Facts(
        source=visit.outerjoin(visit_plan, visit_plan.c.id == visit.c.plan_id).outerjoin(
            case_, case_.c.id == visit.c.case_id
        ),
        where=and_(
            asked.on(visit.c.day),
            _of_units(asked),
            or_(visit.c.plan_id.is_(None), visit_plan.c.approved_at.is_not(None)),
        ),
        figures={
            "all": true(),
            **ends,
            "scheduled": scheduled,
            **{f"scheduled_{end}": scheduled & which for end, which in ends.items()},
            **crews,
        },
        part=func.substr(visit.c.day, 1, 7),
        case_id=visit.c.case_id,
        number=case_.c.number,
        day=visit.c.day,
        note=visit.c.status,
        words=STATUS_WORDS.__getitem__,
    )


def _of_units(asked: Asked) -> ColumnElement[bool]:
    if asked.units is None:
        return true()
    cases = select(case_).where(case_.c.unit_id.in_(asked.units)).subquery()
    ours = [asked.of(visit.c.unit_id)]
    for subject, table in ((visit.c.family_id, family), (visit.c.person_id, person)):
        about = cases.c.family_id if table is family else cases.c.person_id
        ours += [
            subject.in_(select(table.c.id).where(asked.of(table.c.unit_id))),
            subject.in_(select(about).where(about.is_not(None))),
        ]
    return or_(*ours)


def schedules(conn: Connection, asked: Asked) -> list[Schedule]:
    """Schedules of the municipality that were approved for the years of the period, the newest first."""
    wanted = (
        select(visit_plan, visit_agreement.c.service, visit_agreement.c.agreed)
        .join_from(visit_plan, visit_agreement, visit_agreement.c.plan_id == visit_plan.c.id, isouter=True)
        .where(
            visit_plan.c.municipality_id.in_(asked.around),
            visit_plan.c.approved_at.is_not(None),
            visit_plan.c.year.between(asked.first.year, asked.last.year),
        )
        .order_by(visit_plan.c.year.desc())
    )
    found: dict[int, Schedule] = {}
    for row in conn.execute(wanted):
        schedule = found.setdefault(row.year, Schedule(row.year, asked.day_of(row.approved_at), {}))
        if row.service is not None:
            found[row.year] = replace(schedule, agreed={**schedule.agreed, row.service: row.agreed})
    return list(found.values())


def visits(conn: Connection, asked: Asked) -> Visits:
    """The figures of the period."""
    found = facts(asked)
    months = found.counted(conn)
    none = dict.fromkeys(found.figures, 0)
    by_month = {each.month: months.get(each.month, none) for each in asked.months}
    return Visits(by_month, total(months, found.figures), _services(conn, found))


def _services(conn: Connection, found: Facts) -> tuple[Came, ...]:
    wanted = (
        select(
            visit_member.c.service,
            func.count().label("needed"),
            func.count().filter(visit_member.c.comes).label("came"),
            *(func.count().filter(visit_member.c.absence == why).label(why) for why in ABSENCES),
        )
        .select_from(found.source.join(visit_member, visit_member.c.visit_id == visit.c.id))
        .where(found.where, found.figures["held"], visit.c.commission, visit_member.c.required)
        .group_by(visit_member.c.service)
    )
    rows = {
        row.service: Came(row.service, row.needed, row.came, {why: getattr(row, why) for why in ABSENCES})
        for row in conn.execute(wanted)
    }
    return tuple(rows[service] for service in SERVICES if service in rows)
