"""One search box: cases by their number or by the people they are about."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select

from engine.cases.tables import case_
from engine.cases.visibility import visible
from engine.model import Actor, Permission
from engine.records.queries import find_people
from engine.runtime import Runtime

FOUND_AT_MOST = 200


def find_case_ids(rt: Runtime, conn: Connection, actor: Actor, text: str) -> list[int]:
    """Numbers of the cases within reach that the text may mean, newest first."""
    meant: list[ColumnElement[bool]] = [case_.c.number.contains(text.strip().upper(), autoescape=True)]
    if actor.may(Permission.RECORD_VIEW):
        people = find_people(rt, conn, actor, text)
        meant.append(case_.c.person_id.in_([found.id for found in people]))
        meant.append(case_.c.family_id.in_([number for found in people for number in found.family_ids]))
    wanted = select(case_.c.id).where(visible(actor), or_(*meant)).order_by(case_.c.id.desc())
    return list(conn.execute(wanted.limit(FOUND_AT_MOST)).scalars())
