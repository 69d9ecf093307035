"""Registers: which family stands on which list, since when, on what ground, and who keeps the entry.

A pathway enters a family, changes its entry and takes it off; an entry that is over stays for the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, or_, select, update

from engine.access.policy import require
from engine.errors import Conflict, InvalidData
from engine.model import Actor, Permission
from engine.records.reach import families_within, people_within
from engine.records.tables import family, person, register_entry, register_event
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

REGISTERS = {
    "prevention": "Профилактический учёт",
    "red_zone": "«Красная зона»",
    "sop": "Социально опасное положение",
    "income50": "Доход ниже порога",
    "social_contract": "Социальный контракт",
    "removal_risk": "Риск отобрания ребёнка",
}

PREVENTION = "prevention"
"""The register whose families the yearly schedule visits."""

OPEN = register_entry.c.until.is_(None)

DEEDS = {"entered": "внесена", "changed": "запись изменена", "left": "снята"}
"""`register_event.deed` in words."""


ENTER, LEAVE = "внести", "снять"
"""What the form of an entry calls what is to be done."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an entry or a contact is about: a family, or a person who is in none."""

    family_id: int | None
    person_id: int | None

    @classmethod
    def of(cls, family_id: int | None, person_id: int | None) -> Subject:
        """The same for the same family, whichever of its people a row names besides."""
        return cls(family_id, None if family_id is not None else person_id)

    def condition(self, table: Table) -> ColumnElement[bool]:
        """Rows of `table` about the same."""
        if self.family_id is not None:
            return table.c.family_id == self.family_id
        return (table.c.person_id == self.person_id) & table.c.family_id.is_(None)

    def key(self, conn: Connection) -> int:
        """The key of their data. Their row is held until the commit: one writer at a time."""
        if self.family_id is not None:
            wanted = select(family.c.key_id).where(family.c.id == self.family_id)
        else:
            wanted = select(person.c.key_id).where(person.c.id == self.person_id)
        return int(conn.execute(wanted.with_for_update()).scalar_one())

    @property
    def words(self) -> str:
        """For what their data are sealed: «family:7», «person:9»."""
        return f"family:{self.family_id}" if self.family_id is not None else f"person:{self.person_id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a register. `until` is None while it lasts; `left_for` then is empty. `updated_at`: when it
    was last written.
    """

    id: int
    register: str
    family_id: int | None
    person_id: int | None
    case_id: int
    unit_id: int
    keeper_id: int | None
    state: str
    ground: str
    contact_days: int | None
    since: date
    until: date | None
    left_for: str
    updated_at: datetime

    @property
    def title(self) -> str:
        """Name of the register."""
        return REGISTERS[self.register]


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry says; None leaves it as it is."""

    state: str | None = None
    ground: str | None = None
    keeper_id: int | None = None
    contact_days: int | None = None

    def values(self) -> dict[str, Any]:
        """Columns to write."""
        given = {
            "state": self.state,
            "ground": self.ground,
            "keeper_id": self.keeper_id,
            "contact_days": self.contact_days,
        }
        return {name: value for name, value in given.items() if value is not None}


def enter(
    rt: Runtime,
    conn: Connection,
    register: str,
    subject: Subject,
    standing: Standing,
    *,
    case_id: int,
    unit_id: int,
    since: date,
) -> int:
    """Put a family on a register; the number of the entry. One that stands there already is changed."""
    found = _standing(conn, register, subject)
    if found is not None:
        return change(rt, conn, register, subject, standing, case_id=case_id)
    if subject.family_id is None and subject.person_id is None:
        raise InvalidData("В регистр не внесено.", {"subject": "Дело ни о ком: вносить некого."})
    values = {
        "state": "",
        "ground": "",
        **standing.values(),
        "register": register,
        "family_id": subject.family_id,
        "person_id": subject.person_id,
        "case_id": case_id,
        "unit_id": unit_id,
        "since": since.isoformat(),
        "updated_at": to_seconds(rt.clock.now()),
    }
    made = int(conn.execute(insert(register_entry).returning(register_entry.c.id), values).scalar_one())
    _note(rt, conn, made, "entered", case_id, str(values["state"]), str(values["ground"]))
    return made


def change(
    rt: Runtime, conn: Connection, register: str, subject: Subject, standing: Standing, *, case_id: int
) -> int:
    """Change an entry; Conflict when the family is not on that register. The number of the entry."""
    entry_id = _required(conn, register, subject)
    values = {**standing.values(), "updated_at": to_seconds(rt.clock.now())}
    changed = update(register_entry).where(register_entry.c.id == entry_id).values(values)
    row = conn.execute(changed.returning(register_entry.c.state, register_entry.c.ground)).one()
    _note(rt, conn, entry_id, "changed", case_id, row.state, row.ground)
    return entry_id


def leave(
    rt: Runtime,
    conn: Connection,
    register: str,
    subject: Subject,
    *,
    until: date,
    left_for: str,
    case_id: int,
) -> int:
    """Take a family off a register; Conflict when it is not there. The number of the entry."""
    entry_id = _required(conn, register, subject)
    values = {"until": until.isoformat(), "left_for": left_for, "updated_at": to_seconds(rt.clock.now())}
    changed = update(register_entry).where(register_entry.c.id == entry_id).values(values)
    state = str(conn.execute(changed.returning(register_entry.c.state)).scalar_one())
    _note(rt, conn, entry_id, "left", case_id, state, left_for)
    return entry_id


@dataclass(frozen=True, slots=True)
class Happened:
    """What a case did to an entry of a register, and when."""

    register: str
    deed: str
    case_id: int
    at: datetime
    state: str
    ground: str

    @property
    def words(self) -> str:
        """In words."""
        return DEEDS[self.deed]


def history_of(conn: Connection, subject: Subject, register: str | None = None) -> list[Happened]:
    """How a family came on registers, changed there and left; the newest first."""
    wanted = (
        select(register_entry.c.register, register_event)
        .join_from(register_event, register_entry, register_event.c.entry_id == register_entry.c.id)
        .where(subject.condition(register_entry))
        .order_by(register_event.c.id.desc())
    )
    if register is not None:
        wanted = wanted.where(register_entry.c.register == known(register))
    return [
        Happened(row.register, row.deed, row.case_id, from_seconds(row.at), row.state, row.ground)
        for row in conn.execute(wanted)
    ]


def _note(
    rt: Runtime, conn: Connection, entry_id: int, deed: str, case_id: int, state: str, ground: str
) -> None:
    values = {
        "entry_id": entry_id, "deed": deed, "case_id": case_id, "state": state, "ground": ground,
        "at": to_seconds(rt.clock.now()),
    }  # fmt: skip
    conn.execute(insert(register_event), values)


def entries(conn: Connection, actor: Actor, register: str, *, ended: bool = False) -> list[Entry]:
    """Who stands on a register now, or did, among the families and people within reach; the oldest first."""
    require(actor, Permission.RECORD_VIEW)
    known(register)
    within = or_(
        register_entry.c.family_id.in_(
            select(family.c.id).where(families_within(actor, Permission.RECORD_VIEW))
        ),
        register_entry.c.family_id.is_(None)
        & register_entry.c.person_id.in_(
            select(person.c.id).where(people_within(actor, Permission.RECORD_VIEW))
        ),
    )
    wanted = select(register_entry).where(register_entry.c.register == register, within)
    wanted = wanted.where(~OPEN if ended else OPEN)
    rows = conn.execute(wanted.order_by(register_entry.c.since, register_entry.c.id))
    return [entry_of(row) for row in rows]


def entries_of(conn: Connection, subject: Subject) -> list[Entry]:
    """Every register that the family stands or stood on, those of today first."""
    wanted = select(register_entry).where(subject.condition(register_entry))
    rows = conn.execute(wanted.order_by(register_entry.c.until.is_not(None), register_entry.c.id))
    return [entry_of(row) for row in rows]


def stands(conn: Connection, register: str, subject: Subject) -> bool:
    """Whether the family is on that register now."""
    here = (register_entry.c.register == known(register)) & subject.condition(register_entry) & OPEN
    return conn.execute(select(register_entry.c.id).where(here).limit(1)).scalar() is not None


def proposal(register: str, deed: str) -> dict[str, str]:
    """What is chosen beforehand in the form of an entry: `deed` is ENTER or LEAVE."""
    return {"регистр": register, "действие": deed}


def known(register: str) -> str:
    """The same key; InvalidData when there is no such register."""
    if register not in REGISTERS:
        raise InvalidData("Такого регистра нет.", {"register": f"Есть: {', '.join(REGISTERS)}."})
    return register


def _standing(conn: Connection, register: str, subject: Subject) -> int | None:
    wanted = select(register_entry.c.id).where(
        register_entry.c.register == known(register), subject.condition(register_entry), OPEN
    )
    return conn.execute(wanted.with_for_update()).scalar()


def _required(conn: Connection, register: str, subject: Subject) -> int:
    found = _standing(conn, register, subject)
    if found is None:
        raise Conflict(
            f"{REGISTERS[register]}: семьи там нет.", "Проверьте, не сняли ли её раньше, и повторите."
        )
    return found


def entry_of(row: Row[Any]) -> Entry:
    """The entry of a row of `register_entry`."""
    return Entry(
        id=row.id,
        register=row.register,
        family_id=row.family_id,
        person_id=row.person_id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        keeper_id=row.keeper_id,
        state=row.state,
        ground=row.ground,
        contact_days=row.contact_days,
        since=date.fromisoformat(row.since),
        until=date.fromisoformat(row.until) if row.until else None,
        left_for=row.left_for or "",
        updated_at=from_seconds(row.updated_at),
    )
