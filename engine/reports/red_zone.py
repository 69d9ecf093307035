"""How many families of the «red zone» are supported as being in danger or at risk.

A family stands in the red zone at the end of the period; on that day a case of support or of the preventive
register was running about it. Its circumstances are the state of its entry.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, or_, true

from engine.cases.tables import CANCELLED, case_
from engine.records.tables import register_entry
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures

REGISTER, COMMISSION = "red_zone", "prevention"
"""Whose families are counted; the register of the commission on minors."""
SUPPORT = ("p05_family_support", "p08_patronage")
"""Pathways that support a family."""
DANGER_STATES = ("СОП", "группа риска")
"""Circumstances that the figure asks for."""
PARTS = ("supported", "unsupported", "others_supported", "others_unsupported")
"""Every family of the red zone is in one of these; the first is what the figure asks for."""


def facts(asked: Asked) -> Facts:
    """Entries of the red zone that stand at the end of the period."""
    dangerous = register_entry.c.state.in_(DANGER_STATES)
    supported = _supported(asked)
    about = case_.alias("about")
    return Facts(
        source=register_entry.outerjoin(about, about.c.id == register_entry.c.case_id),
        where=and_(
            register_entry.c.register == REGISTER,
            asked.of(register_entry.c.unit_id),
            _stands(asked, register_entry),
        ),
        figures={
            "all": true(),
            "registered": _registered(asked),
            "supported": dangerous & supported,
            "unsupported": dangerous & ~supported,
            "others_supported": ~dangerous & supported,
            "others_unsupported": ~dangerous & ~supported,
        },
        part=register_entry.c.register,
        case_id=register_entry.c.case_id,
        number=about.c.number,
        day=register_entry.c.since,
        note=register_entry.c.state,
    )


def _stands(asked: Asked, entry: FromClause) -> ColumnElement[bool]:
    last = asked.last.isoformat()
    return (entry.c.since <= last) & or_(entry.c.until.is_(None), entry.c.until > last)


def _registered(asked: Asked) -> ColumnElement[bool]:
    """On the last day of the period the family stood on the register of the commission too."""
    other = register_entry.alias("other")
    return exists().where(other.c.register == COMMISSION, _same(other, register_entry), _stands(asked, other))


def _same(rows: FromClause, entry: FromClause) -> ColumnElement[bool]:
    """About the same family, or the same person who is in none."""
    return or_(
        rows.c.family_id == entry.c.family_id,
        entry.c.family_id.is_(None) & (rows.c.person_id == entry.c.person_id),
    )


def _supported(asked: Asked) -> ColumnElement[bool]:
    """On the last day of the period a case of support was running about the family."""
    ends = asked.seconds(asked.after)
    return exists().where(
        _same(case_, register_entry),
        case_.c.process.in_(SUPPORT),
        case_.c.status != CANCELLED,
        case_.c.started_at < ends,
        or_(case_.c.ended_at.is_(None), case_.c.ended_at >= ends),
    )


def red_zone(conn: Connection, asked: Asked) -> Figures:
    """The figures at the end of the period."""
    found = facts(asked)
    return found.counted(conn).get(REGISTER, dict.fromkeys(found.figures, 0))
