"""What commissions have heard in a period: sittings, questions by kinds, families. The statistics RP-01.

Of a whole commission `engine.records.commission_report` counts; here is what of it was about cases of the
units that somebody asks for, and the questions themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, select, true

from engine.cases.tables import case_
from engine.model import Actor
from engine.records.agenda import POSTPONED
from engine.records.commission_report import Heard, heard_by_commission
from engine.records.commissions import ITEM_KINDS, Commission, commissions_of
from engine.records.sittings import HELD
from engine.records.tables import DECIDED, agenda_item, commission, sitting
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures
from engine.runtime import Runtime

CONSIDERED = agenda_item.c.decision != POSTPONED


@dataclass(frozen=True, slots=True)
class Considered:
    """A commission: `heard` of everything, `ours` of the cases of the units, by kinds and more; `families`
    about whom those were: a family whose questions came twice is one.
    """

    commission: Commission
    heard: Heard
    ours: Figures
    families: int


def facts(asked: Asked) -> Facts:
    """Questions of the cases of the units that were on agendas of sittings held in the period."""
    return Facts(
        source=_questions(),
        where=_within(asked),
        figures={
            "all": CONSIDERED,
            **{kind: CONSIDERED & (agenda_item.c.kind == kind) for kind in ITEM_KINDS},
            "postponed": agenda_item.c.decision == POSTPONED,
            "again": CONSIDERED & (agenda_item.c.postponed > 0),
        },
        part=agenda_item.c.commission_id,
        case_id=agenda_item.c.case_id,
        number=case_.c.number,
        day=sitting.c.day,
        note=agenda_item.c.kind,
        words=lambda kind: ITEM_KINDS.get(kind, kind),
    )


def sittings(asked: Asked) -> Facts:
    """Sittings of the municipality that were held in the period: their calendar is everybody's there."""
    return Facts(
        source=sitting.join(commission, commission.c.id == sitting.c.commission_id).join(
            case_, case_.c.id == sitting.c.case_id
        ),
        where=and_(sitting.c.status == HELD, asked.on(sitting.c.day), commission.c.unit_id.in_(asked.around)),
        figures={"sittings": true()},
        part=sitting.c.commission_id,
        case_id=sitting.c.case_id,
        number=case_.c.number,
        day=sitting.c.day,
        note=commission.c.name,
    )


def questions(rt: Runtime, conn: Connection, actor: Actor, asked: Asked) -> list[Considered]:
    """Each commission of the municipality."""
    found = facts(asked)
    commissions = commissions_of(rt, conn, actor)
    heard = heard_by_commission(conn, [each.id for each in commissions], asked.first, asked.last)
    ours = found.counted(conn)
    families = _families(conn, asked)
    none = dict.fromkeys(found.figures, 0)
    return [
        Considered(each, heard[each.id], ours.get(each.id, none), families.get(each.id, 0))
        for each in commissions
    ]


def _families(conn: Connection, asked: Asked) -> Mapping[int, int]:
    """Commission → families (and people who are in none) whose questions it considered."""
    about = func.coalesce(case_.c.family_id, -case_.c.person_id, 0)
    wanted = (
        select(agenda_item.c.commission_id, func.count(about.distinct()).label("families"))
        .select_from(_questions())
        .where(_within(asked), CONSIDERED)
        .group_by(agenda_item.c.commission_id)
    )
    return {row.commission_id: row.families for row in conn.execute(wanted)}


def _questions() -> FromClause:
    return agenda_item.join(sitting, sitting.c.case_id == agenda_item.c.sitting_case_id).join(
        case_, case_.c.id == agenda_item.c.case_id
    )


def _within(asked: Asked) -> ColumnElement[bool]:
    return and_(
        agenda_item.c.status == DECIDED,
        sitting.c.status == HELD,
        asked.on(sitting.c.day),
        asked.of(case_.c.unit_id),
    )
