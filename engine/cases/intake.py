"""What is known already of the people of a case: other cards, registers, other cases. Numbers, no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, bindparam, or_, select

from engine.access.queries import holders
from engine.cases.monitoring_facts import OF_AGE, age_on, members_of
from engine.cases.tables import ACTIVE, case_
from engine.deadlines.russian import counted
from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records.queries import namesakes
from engine.records.registers import Subject, entries_of
from engine.records.values import RELATIONS, YEARS
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

LEADING = ("R03", "R05", "R13")
"""Whose cases a curator may lead: the curator of a case, a specialist, the commission's chief specialist."""
CURATORS_AT_MOST = 20
"""A waiting case keeps the list: more names would make it too large."""

_ABOUT = select(case_.c.person_id, case_.c.family_id).where(case_.c.id == bindparam("case_id"))
_OTHERS = (
    select(case_.c.number, case_.c.process, case_.c.status)
    .where(
        case_.c.id != bindparam("case_id"),
        or_(case_.c.person_id == bindparam("person_id"), case_.c.family_id == bindparam("family_id")),
    )
    .order_by(case_.c.id.desc())
    .limit(50)
)


@operation("intake.matches")
def matches(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Cards that may be of the same person, open cases of the same person or family, who the family is; and
    who may lead the case on (`кураторы`: names, curators first).
    """
    about = conn.execute(_ABOUT, {"case_id": call.case_id}).one()
    person_id = about.person_id
    return {
        **_family(rt, conn, Subject(about.family_id, person_id), call.now.date()),
        "кураторы": _curators(rt, call.unit_id),
        "совпадения": [] if person_id is None else _cards(rt, conn, person_id),
        "открытые_дела": [
            {"номер": row.number, "путь": _title(rt, conn, row)}
            for row in _others(conn, call)
            if row.status == ACTIVE
        ],
    }


@operation("intake.known")
def known(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Registers on which the family stands or stood, and its cases, open ones and ended ones."""
    about = conn.execute(_ABOUT, {"case_id": call.case_id}).one()
    nobody = about.family_id is None and about.person_id is None
    entries = [] if nobody else entries_of(conn, Subject(about.family_id, about.person_id))
    return {
        "учёт": [
            {"регистр": each.title, "состояние": each.state, "с": each.since, "по": each.until}
            for each in entries
        ],
        "дела_семьи": [
            {
                "номер": row.number,
                "путь": _title(rt, conn, row),
                "состояние": "открыто" if row.status == ACTIVE else "закрыто",
            }
            for row in _others(conn, call)
        ],
    }


def _curators(rt: Runtime, unit_id: int) -> list[str]:
    """Names of those who lead cases of the unit, at most CURATORS_AT_MOST; with plain spaces, as an answer of
    a form is written.
    """
    tree = rt.directory.tree()
    names: dict[str, None] = {}
    for role in LEADING:
        place = tree.place_of((role,), unit_id)
        people = holders(rt, [role], list(tree.units))
        here = [
            each.name.short().replace("\u00a0", " ")
            for each in people
            if tree.is_open((role,), place, each.roles_by_unit)
        ]
        names.update(dict.fromkeys(sorted(here)))
    return list(names)[:CURATORS_AT_MOST]


def _family(rt: Runtime, conn: Connection, subject: Subject, today: date) -> dict[str, Value]:
    """What the cards say of the family: `состав_семьи` {кем, возраст}, `взрослых`, `детей` under age."""
    ages = [(relation, age_on(data.birth, today)) for _, relation, data in members_of(rt, conn, subject)]
    children = sum(age is not None and age < OF_AGE for _, age in ages)
    return {
        "состав_семьи": [
            {"кем": RELATIONS[relation], "возраст": "" if age is None else counted(age, YEARS)}
            for relation, age in ages
            if relation
        ],
        "взрослых": Decimal(max(len(ages) - children, 1)),
        "детей": Decimal(children),
    }


def _cards(rt: Runtime, conn: Connection, person_id: int) -> list[Value]:
    tree = rt.directory.tree()
    return [
        {
            "карточка": f"№ {found.person_id}",
            "организация": tree.unit(found.unit_id).name,
            "совпало": found.grounds_words,
        }
        for found in namesakes(rt, conn, person_id)
    ]


def _others(conn: Connection, call: Call) -> Sequence[AnyRow]:
    """Other cases of the same person or family, newest first."""
    about = conn.execute(_ABOUT, {"case_id": call.case_id}).one()
    where = {"case_id": call.case_id, "person_id": about.person_id, "family_id": about.family_id}
    return conn.execute(_OTHERS, where).all()


def _title(rt: Runtime, conn: Connection, row: AnyRow) -> str:
    return rt.library.current(conn).process(row.process).name
