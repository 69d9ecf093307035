"""The one window looks around before it opens a second file on the same people."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, or_, select

from engine.cases.tables import ACTIVE, case_
from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records.queries import namesakes
from engine.runtime import Runtime

_ABOUT = select(case_.c.person_id, case_.c.family_id).where(case_.c.id == bindparam("case_id"))
_OPEN = (
    select(case_.c.number, case_.c.process)
    .where(
        case_.c.status == ACTIVE,
        case_.c.id != bindparam("case_id"),
        or_(case_.c.person_id == bindparam("person_id"), case_.c.family_id == bindparam("family_id")),
    )
    .order_by(case_.c.id)
    .limit(50)
)


@operation("intake.matches")
def matches(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Cards that may be of the same person and open cases of the same person or family: numbers, no names."""
    about = conn.execute(_ABOUT, {"case_id": call.case_id}).one()
    return {
        "совпадения": [] if about.person_id is None else _cards(rt, conn, about.person_id),
        "открытые_дела": _cases(rt, conn, call, about.person_id, about.family_id),
    }


def _cards(rt: Runtime, conn: Connection, person_id: int) -> list[Value]:
    tree = rt.directory.tree()
    return [
        {
            "карточка": f"№ {found.person_id}",
            "организация": tree.unit(found.unit_id).name,
            "совпало": "имя и дата рождения" if found.same_birth else "имя, даты рождения нет",
        }
        for found in namesakes(rt, conn, person_id)
    ]


def _cases(
    rt: Runtime, conn: Connection, call: Call, person_id: int | None, family_id: int | None
) -> list[Value]:
    where = {"case_id": call.case_id, "person_id": person_id, "family_id": family_id}
    rows = conn.execute(_OPEN, where).all()
    release = rt.library.current(conn)
    return [{"номер": row.number, "путь": release.process(row.process).name} for row in rows]
