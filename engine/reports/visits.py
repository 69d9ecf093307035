"""Visits of a period: how the schedule of the year was carried out, and how often the whole crew came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select, true

from engine.cases.tables import case_
from engine.records.crews import SERVICES
from engine.records.tables import (
    CALLED_OFF,
    DANGER,
    HELD,
    NOBODY,
    PLANNED,
    visit,
    visit_member,
    visit_plan,
)
from engine.records.visits import STATUS_WORDS
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures, total

ENDS = ("held", "nobody", "called_off", "missed", "ahead")
"""Every visit is in one of these."""
CREWS = ("full", "not_full", "unknown")
"""Every visit that took place is in one of these."""


@dataclass(frozen=True, slots=True)
class Came:
    """How a service came along on the visits that took place: asked, came."""

    service: str
    asked: int
    came: int


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
        "called_off": visit.c.status == CALLED_OFF,
        "missed": (visit.c.status == PLANNED) & (visit.c.day < today),
        "ahead": (visit.c.status == PLANNED) & (visit.c.day >= today),
    }
    scheduled = visit.c.plan_id.is_not(None)
    crews = {
        "full": ends["held"] & visit.c.full_crew.is_(True),
        "not_full": ends["held"] & visit.c.full_crew.is_(False),
        "unknown": ends["held"] & visit.c.full_crew.is_(None),
    }
    return Facts(
        source=visit.outerjoin(visit_plan, visit_plan.c.id == visit.c.plan_id).outerjoin(
            case_, case_.c.id == visit.c.case_id
        ),
        where=and_(
            asked.on(visit.c.day),
            asked.of(visit.c.unit_id),
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
            func.count().label("asked"),
            func.count().filter(visit_member.c.comes.is_(True)).label("came"),
        )
        .select_from(found.source.join(visit_member, visit_member.c.visit_id == visit.c.id))
        .where(found.where, found.figures["held"])
        .group_by(visit_member.c.service)
    )
    rows = {row.service: Came(row.service, row.asked, row.came) for row in conn.execute(wanted)}
    return tuple(rows[service] for service in SERVICES if service in rows)
