"""Emergencies of a period: how many, of what kind, were children harmed, was the ministry told in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, and_, func, or_, select

from engine.cases.tables import CANCELLED, case_
from engine.records.emergencies import KINDS
from engine.records.tables import emergency
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures, total
from engine.storage.moments import to_seconds
from engine.worklist.tables import CANCELLED as STEP_CANCELLED
from engine.worklist.tables import DONE, OPEN, task

PATHWAY, TELL = "p23_emergency_notice", "p23_ut_notify_ministry"
UNKNOWN = ""
"""The part of those whose kind nobody has written down yet."""
CHILDREN = ("harmed", "unharmed", "unknown")
TOLD = ("told", "told_late", "untold", "untold_late")
"""Every emergency that counts is in one of CHILDREN and in one of TOLD."""


@dataclass(frozen=True, slots=True)
class Emergencies:
    """Figures of each kind, the unknown last, and of all together."""

    kinds: Mapping[str, Figures]
    whole: Figures


def facts(asked: Asked, now: datetime) -> Facts:
    """Notices received in the period. Cases that were given up count apart, and in nothing else."""
    counts = case_.c.status != CANCELLED
    done, open_ = task.c.status == DONE, task.c.status == OPEN
    overdue = task.c.due_at < to_seconds(now)
    return Facts(
        source=case_.outerjoin(emergency, emergency.c.case_id == case_.c.id).outerjoin(
            task, task.c.id == _telling()
        ),
        where=and_(case_.c.process == PATHWAY, asked.at(case_.c.filed_at), asked.of(case_.c.unit_id)),
        figures={
            "all": counts,
            "harmed": counts & (emergency.c.harmed > 0),
            "unharmed": counts & (emergency.c.harmed == 0),
            "unknown": counts & emergency.c.harmed.is_(None),
            "died": counts & (emergency.c.died > 0),
            "told": counts & done & (task.c.closed_at <= task.c.due_at),
            "told_late": counts & done & (task.c.closed_at > task.c.due_at),
            "untold": counts & or_(task.c.id.is_(None), open_ & ~overdue),
            "untold_late": counts & open_ & overdue,
            "given_up": ~counts,
        },
        part=func.coalesce(emergency.c.kind, UNKNOWN),
        case_id=case_.c.id,
        number=case_.c.number,
        day=case_.c.filed_at,
        note=func.coalesce(emergency.c.kind, UNKNOWN),
        words=lambda kind: KINDS.get(kind, "вид ещё не записан"),
        day_of=asked.day_of,
    )


def _telling() -> ScalarSelect[int]:
    """The step in which a case tells the ministry: the last of them, should it have been done anew."""
    one = task.alias()
    told = (one.c.case_id == case_.c.id) & (one.c.node == TELL) & (one.c.status != STEP_CANCELLED)
    return select(func.max(one.c.id)).where(told).scalar_subquery()


def emergencies(conn: Connection, asked: Asked, now: datetime) -> Emergencies:
    """The figures of the period; kinds of which there were none are left out."""
    found = facts(asked, now)
    parts = found.counted(conn)
    kinds = {kind: parts[kind] for kind in (*KINDS, UNKNOWN) if kind in parts}
    return Emergencies(kinds, total(parts, found.figures))
