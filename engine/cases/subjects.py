"""Whom cases are about, when two cards turn out to be about one person."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select, update

from engine.cases.tables import case_

_ABOUT = select(case_.c.id).where(case_.c.person_id == bindparam("person"))


def cases_about(conn: Connection, person_id: int) -> list[int]:
    """Numbers of all cases about the person."""
    return list(conn.execute(_ABOUT, {"person": person_id}).scalars())


def put_under(conn: Connection, case_ids: Collection[int], person_id: int) -> None:
    """These cases are about that person now; their families stay as they are."""
    if case_ids:
        conn.execute(update(case_).where(case_.c.id.in_(case_ids)).values(person_id=person_id))
