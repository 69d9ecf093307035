"""What the records and the cases of a family say of it, for the sheet of its monitoring.

The names are those that `processes/monitoring.yaml` may use.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, literal, or_, select

from engine import bpmn
from engine.cases.locking import state_purpose
from engine.cases.monitoring_deeds import deeds_of
from engine.cases.tables import ACTIVE, case_
from engine.errors import KeyDestroyed
from engine.model import Value
from engine.records.registers import Entry, Subject, entries_of
from engine.records.service import person_purpose
from engine.records.tables import family_member, person, settlement
from engine.records.values import MALE, PersonData, from_json
from engine.records.visits import settlement_of
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

OF_AGE = 18

CHILDREN = {"child", "ward", "sibling"}
"""Relations of those who count as children of the family while they are under age."""

NAMES = {
    "prevention": "профилактика",
    "red_zone": "красная_зона",
    "sop": "соп",
    "income50": "доход",
    "social_contract": "контракт",
    "removal_risk": "отобрание",
}
"""Registers as expressions call them."""

MONITORING = "p07_"
"""Cases of the monitoring itself say nothing new of the family."""

ASIDE = {"p05_export", "p05_transfer"}
"""Cases about papers of a family that share their code with its support: they know nothing of it."""

RISK, HELPED = "признаки_риска", "оказано"

CASES_READ = 40


def facts_of(rt: Runtime, conn: Connection, subject: Subject, today: date, zone: tzinfo) -> dict[str, Value]:
    """Everything a parameter may be taken from. A pathway that the family has no case of is missing.

    `zone`: of the clock by which days are told.
    """
    members = members_of(rt, conn, subject)
    rows = conn.execute(
        select(case_)
        .where(_about(subject, [number for number, _, _ in members]), ~case_.c.process.startswith(MONITORING))
        .order_by(case_.c.id.desc())
        .limit(CASES_READ)
    ).all()
    known = _newest_variables(rt, rows)
    signs = next((found[RISK] for found in known.values() if found.get(RISK) is not None), None)
    return {
        **known,
        "семья": _card(conn, subject, members, today),
        "учёт": _standing(entries_of(conn, subject)),
        "дела": len(rows),
        "риск": signs,
        "оказано": [given for found in known.values() for given in _listed(found.get(HELPED))],
        **deeds_of(rt, conn, [row.id for row in rows], zone),
    }


def case_to_review(conn: Connection, subject: Subject) -> str | None:
    """The number of the family's running case of support or need: whom a review is asked of."""
    wanted = (
        select(case_.c.number)
        .where(case_.c.status == ACTIVE, _about(subject, []))
        .where(or_(case_.c.process.startswith("p05_"), case_.c.process.startswith("p03_")))
        .order_by(case_.c.process.desc(), case_.c.id.desc())
        .limit(1)
    )
    return conn.execute(wanted).scalar()


def _about(subject: Subject, people: Sequence[int]) -> ColumnElement[bool]:
    if subject.family_id is None:
        return case_.c.person_id == subject.person_id
    return or_(
        case_.c.family_id == subject.family_id,
        case_.c.family_id.is_(None) & case_.c.person_id.in_(people),
    )


def _newest_variables(rt: Runtime, rows: Sequence[AnyRow]) -> dict[str, dict[str, Value]]:
    """Code of a pathway → what its newest case knows, the newest case first."""
    found: dict[str, dict[str, Value]] = {}
    for row in rows:
        code = row.process.partition("_")[0]
        if code in found or row.state is None or row.process in ASIDE:
            continue
        try:
            found[code] = bpmn.variables(rt.vault.open(row.key_id, row.state, state_purpose(row.id)))
        except KeyDestroyed:
            continue
    return found


def members_of(rt: Runtime, conn: Connection, subject: Subject) -> list[tuple[int, str, PersonData]]:
    """(number, relation, data) of everybody who is in the family now; the person alone without a family."""
    columns = (person.c.id, person.c.key_id, person.c.data)
    if subject.family_id is not None:
        wanted = (
            select(*columns, family_member.c.relation)
            .join_from(person, family_member, family_member.c.person_id == person.c.id)
            .where(family_member.c.family_id == subject.family_id, family_member.c.last_day.is_(None))
            .order_by(family_member.c.id)
        )
    else:
        alone = literal("").label("relation")
        wanted = select(*columns, alone).where(person.c.id == subject.person_id)
    rows = [row for row in conn.execute(wanted) if row.data is not None]
    opened = rt.vault.open_many([(row.key_id, row.data, person_purpose(row.id)) for row in rows])
    return [
        (row.id, row.relation, from_json(orjson.loads(kept)))
        for row, kept in zip(rows, opened, strict=True)
        if kept is not None
    ]


def _card(
    conn: Connection,
    subject: Subject,
    members: Sequence[tuple[int, str, PersonData]],
    today: date,
) -> dict[str, Value]:
    """`семья`: names, address, ages of the children."""
    ages = [
        age
        for _, relation, data in members
        if relation in CHILDREN and (age := age_on(data.birth, today)) is not None and age < OF_AGE
    ]
    adults = [data for _, relation, data in members if relation not in CHILDREN]
    mother = _named(members, {"mother"})
    partners = {"father", "partner"}
    father = _named(members, partners) or next(
        (data for _, relation, data in members if relation == "spouse" and data.sex == MALE), None
    )
    guardian = _named(members, {"guardian"})
    return {
        "номер": subject.family_id or subject.person_id,
        "мать": mother.name.full() if mother else None,
        "отец": father.name.full() if father else None,
        "представитель": guardian.name.full() if guardian else None,
        "адрес": next((data.address for data in adults if data.address), None),
        "телефон": next((data.phone for data in adults if data.phone), None),
        "место": _place(conn, subject),
        "возраст": sorted(ages),
    }


def _named(members: Sequence[tuple[int, str, PersonData]], relations: set[str]) -> PersonData | None:
    return next((data for _, relation, data in members if relation in relations), None)


def age_on(birth: date | None, today: date) -> int | None:
    """Full years; None where the birthday is not known."""
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _place(conn: Connection, subject: Subject) -> str | None:
    number = settlement_of(conn, subject)
    if number is None:
        return None
    rural = conn.execute(select(settlement.c.rural).where(settlement.c.id == number)).scalar()
    return "село" if rural else "город"


def _standing(found: Sequence[Entry]) -> dict[str, Any]:
    """`учёт`: the entry of each register on which the family stands."""
    now = {NAMES[each.register]: each for each in found if each.until is None}
    entries: dict[str, Any] = {
        name: {"состояние": now[name].state, "с": now[name].since} if name in now else None
        for name in NAMES.values()
    }
    left = any(each.register == "prevention" and each.until is not None for each in found)
    return {**entries, "снят": True if left and "профилактика" not in now else None}


def _listed(given: Value) -> list[Value]:
    return given if isinstance(given, list) else []
