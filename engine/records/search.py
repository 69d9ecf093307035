"""One search box: cases by their number or by the people they are about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, false, or_, select

from engine.cases.tables import case_
from engine.cases.visibility import visible
from engine.model import Actor, Permission
from engine.records.queries import PersonBrief, find_people, similar_people
from engine.runtime import Runtime

FOUND_AT_MOST = 200


def find_case_ids(rt: Runtime, conn: Connection, actor: Actor, text: str) -> list[int]:
    """Numbers of the cases within reach that the text may mean, newest first."""
    people = find_people(rt, conn, actor, text) if actor.may(Permission.RECORD_VIEW) else []
    return _within(conn, actor, case_.c.number.contains(text.strip().upper(), autoescape=True), people)


def similar_case_ids(rt: Runtime, conn: Connection, actor: Actor, text: str) -> list[int]:
    """The same for where nothing was found: cases of people whom a mistyped name may mean."""
    people = similar_people(rt, conn, actor, text) if actor.may(Permission.RECORD_VIEW) else []
    return _within(conn, actor, false(), people)


def _within(
    conn: Connection, actor: Actor, named: ColumnElement[bool], people: Iterable[PersonBrief]
) -> list[int]:
    known = list(people)
    about = case_.c.person_id.in_([each.id for each in known])
    of_family = case_.c.family_id.in_([number for each in known for number in each.family_ids])
    wanted = (
        select(case_.c.id).where(visible(actor), or_(named, about, of_family)).order_by(case_.c.id.desc())
    )
    return list(conn.execute(wanted.limit(FOUND_AT_MOST)).scalars())
