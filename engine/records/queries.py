"""Reading people and families. What a card shows is journalled; lists show only what tells people apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, select

from engine.access.journal import record_view
from engine.access.policy import require
from engine.errors import NotFound
from engine.model import ERASED, Actor, Permission
from engine.records.likeness import FOUND_AT_MOST, alike, grounds_words, having_any
from engine.records.reach import (
    families_within,
    of_visible_case,
    people_within,
    require_family,
    require_person,
)
from engine.records.registers import Subject
from engine.records.service import family_purpose, person_purpose, today
from engine.records.tables import family, family_member, person, settlement
from engine.records.values import PersonData, age_words, from_json
from engine.runtime import Runtime
from engine.storage.moments import from_seconds

_FAMILIES = (
    select(family_member.c.person_id, family.c.id, family.c.key_id, family.c.label)
    .join_from(family_member, family, family.c.id == family_member.c.family_id)
    .where(
        family_member.c.person_id.in_(bindparam("ids", expanding=True)), family_member.c.last_day.is_(None)
    )
    .order_by(family.c.id)
)


@dataclass(frozen=True, slots=True)
class PersonBrief:
    """A person in a list or a header. `label` names their cases: by the family when there is one."""

    id: int
    name: str
    short: str
    age_words: str
    address: str
    phone: str
    label: str
    family_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person's card. `data` is None when the personal values were destroyed."""

    id: int
    data: PersonData | None
    age_words: str
    settlement_id: int | None
    unit_id: int
    version: int
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    merged_into: int | None
    """The card that holds what this one held: both were about one person."""
    families: tuple[tuple[int, str], ...]
    """(number, label) of each family the person is in now."""


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """Somebody who is or was in a family; days are ISO, inclusive."""

    person: PersonBrief
    relation: str
    first_day: str
    last_day: str | None


@dataclass(frozen=True, slots=True)
class FamilyView:
    """A family's card, present members first."""

    id: int
    label: str
    unit_id: int
    erased: bool
    members: tuple[FamilyMember, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A place where people live."""

    id: int
    kind: str
    name: str
    rural: bool
    unit_id: int | None = None
    """The department that serves those who live there."""

    @property
    def words(self) -> str:
        """«село Ивановка»."""
        return f"{self.kind} {self.name}"


def person_view(rt: Runtime, actor: Actor, person_id: int, *, case_id: int | None = None) -> PersonView:
    """A person's card, and in the same transaction the line of the journal that says who looked at it."""
    with rt.database.write() as conn:
        row = require_person(conn, actor, person_id, Permission.RECORD_VIEW)
        record_view(rt, conn, actor, "person", person_id, case_id=case_id)
        families = _families_of(rt, conn, [person_id]).get(person_id, [])
    data = people_data(rt, [row])[0]
    return PersonView(
        id=row.id,
        data=data,
        age_words=age_words(data.birth, today(rt, row.unit_id)) if data else "",
        settlement_id=row.settlement_id,
        unit_id=row.unit_id,
        version=row.version,
        created_at=from_seconds(row.created_at),
        updated_at=from_seconds(row.updated_at),
        erased_at=from_seconds(row.erased_at),
        merged_into=row.merged_into,
        families=tuple(families),
    )


def family_view(rt: Runtime, actor: Actor, family_id: int, *, case_id: int | None = None) -> FamilyView:
    """A family's card, journalled like a person's."""
    with rt.database.write() as conn:
        row = require_family(conn, actor, family_id, Permission.RECORD_VIEW)
        record_view(rt, conn, actor, "family", family_id, case_id=case_id)
        rows = conn.execute(
            select(family_member)
            .where(family_member.c.family_id == family_id)
            .order_by(family_member.c.last_day.is_not(None), family_member.c.id)
        ).all()
        people = conn.execute(select(person).where(person.c.id.in_([each.person_id for each in rows]))).all()
        briefs = {brief.id: brief for brief in people_briefs(rt, conn, people)}
    label = rt.vault.open_many([(row.key_id, row.label, family_purpose(row.id))])[0] if row.label else None
    return FamilyView(
        id=row.id,
        label=ERASED if label is None else label.decode(),
        unit_id=row.unit_id,
        erased=row.erased_at is not None,
        members=tuple(
            FamilyMember(briefs[each.person_id], each.relation, each.first_day, each.last_day)
            for each in rows
        ),
    )


def family_labels(rt: Runtime, conn: Connection, actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """What the families within reach among these are called («семья Лапшиных»), for lists."""
    wanted = select(family.c.id, family.c.key_id, family.c.label).where(
        family.c.id.in_(set(ids)), families_within(actor, Permission.RECORD_VIEW)
    )
    rows = [row for row in conn.execute(wanted) if row.label is not None]
    labels = rt.vault.open_many([(row.key_id, row.label, family_purpose(row.id)) for row in rows])
    return {
        row.id: ERASED if label is None else label.decode() for row, label in zip(rows, labels, strict=True)
    }


def people_labels(rt: Runtime, conn: Connection, actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """How the people within reach among these are called in lists («Лапшина О. С.»)."""
    wanted = select(person).where(person.c.id.in_(set(ids)), people_within(actor, Permission.RECORD_VIEW))
    return {brief.id: brief.short for brief in people_briefs(rt, conn, conn.execute(wanted).all())}


def subject_labels(
    rt: Runtime, conn: Connection, actor: Actor, subjects: Collection[Subject]
) -> dict[Subject, str]:
    """What these are called in lists: by the family, or by the person where the family is out of reach or
    there is none; whoever is out of reach altogether is left out.
    """
    families = family_labels(rt, conn, actor, [each.family_id for each in subjects if each.family_id])
    people = people_labels(rt, conn, actor, [each.person_id for each in subjects if each.person_id])
    found = {each: families.get(each.family_id or 0) or people.get(each.person_id or 0) for each in subjects}
    return {each: label for each, label in found.items() if label}


def person_brief(rt: Runtime, conn: Connection, actor: Actor, person_id: int) -> PersonBrief:
    """The person a case is about, for its header; the page journals that the case was looked at.

    Who has no right to records sees, in a case of theirs, the name and nothing else.
    """
    wanted = select(person).where(person.c.id == person_id)
    if actor.may(Permission.RECORD_VIEW):
        row = conn.execute(wanted.where(people_within(actor, Permission.RECORD_VIEW))).one_or_none()
        if row is not None:
            return people_briefs(rt, conn, [row])[0]
    row = conn.execute(wanted.where(of_visible_case(actor))).one_or_none()
    if row is None:
        raise NotFound("Такого человека нет среди тех, чьи дела вы ведёте.")
    brief = people_briefs(rt, conn, [row])[0]
    return PersonBrief(brief.id, brief.name, brief.short, "", "", "", brief.label, brief.family_ids)


def find_people(rt: Runtime, conn: Connection, actor: Actor, text: str) -> list[PersonBrief]:
    """People within reach by the beginnings of their names, in any order, by name; at most FOUND_AT_MOST."""
    require(actor, Permission.RECORD_VIEW)
    return _having(rt, conn, actor, [[token] for token in rt.vault.search_tokens(text)])


def similar_people(rt: Runtime, conn: Connection, actor: Actor, text: str) -> list[PersonBrief]:
    """People within reach whom a mistyped name may mean, for where `find_people` finds nobody: one slip of
    the fingers in a word, or a word written as it sounds.
    """
    require(actor, Permission.RECORD_VIEW)
    return _having(rt, conn, actor, rt.vault.near_tokens(text))


def _having(
    rt: Runtime, conn: Connection, actor: Actor, words: Sequence[Sequence[bytes]]
) -> list[PersonBrief]:
    """People within reach who have one of the tokens of each word, by name; nobody where there is no word."""
    if not words:
        return []
    wanted = select(person).where(people_within(actor, Permission.RECORD_VIEW))
    for tokens in words:
        wanted = wanted.where(having_any(tokens))
    rows = conn.execute(wanted.order_by(person.c.id.desc()).limit(FOUND_AT_MOST)).all()
    return sorted(people_briefs(rt, conn, rows), key=lambda brief: brief.name.casefold().replace("ё", "е"))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Somebody who may be the same person. `brief` is None when they are out of the actor's reach."""

    person_id: int
    unit_id: int
    grounds: tuple[str, ...]
    brief: PersonBrief | None

    @property
    def grounds_words(self) -> str:
        """What both have in common: «дата рождения, имя»."""
        return grounds_words(self.grounds)


def duplicates(rt: Runtime, conn: Connection, actor: Actor, data: PersonData) -> list[Duplicate]:
    """Who in the whole register may be this person (`likeness.alike`)."""
    require(actor, Permission.RECORD_EDIT)
    found = alike(rt, conn, data)
    mine = select(person.c.id).where(
        person.c.id.in_([each.row.id for each in found]), people_within(actor, Permission.RECORD_VIEW)
    )
    within = set(conn.execute(mine).scalars())
    rows = [each.row for each in found if each.row.id in within]
    briefs = {brief.id: brief for brief in people_briefs(rt, conn, rows)}
    return [Duplicate(each.row.id, each.row.unit_id, each.grounds, briefs.get(each.row.id)) for each in found]


def namesakes(rt: Runtime, conn: Connection, person_id: int) -> list[Duplicate]:
    """Who else in the whole register may be this person, without their data; nobody when it was erased."""
    data = people_data(rt, conn.execute(select(person).where(person.c.id == person_id)).all())[0]
    if data is None:
        return []
    return [
        Duplicate(each.row.id, each.row.unit_id, each.grounds, None)
        for each in alike(rt, conn, data, but=person_id)
    ]


def settlements(conn: Connection, municipality_id: int) -> list[Settlement]:
    """Settlements of a municipality by name."""
    rows = conn.execute(select(settlement).where(settlement.c.municipality_id == municipality_id)).all()
    return sorted(map(_place, rows), key=lambda place: place.name.casefold().replace("ё", "е"))


def settlement_named(conn: Connection, settlement_id: int | None) -> Settlement | None:
    """One settlement; None for who has none."""
    row = conn.execute(select(settlement).where(settlement.c.id == settlement_id)).one_or_none()
    return _place(row) if row is not None else None


def _place(row: Row[Any]) -> Settlement:
    return Settlement(row.id, row.kind, row.name, row.rural, row.unit_id)


def people_briefs(rt: Runtime, conn: Connection, rows: Sequence[Row[Any]]) -> list[PersonBrief]:
    """How each of these rows of `person` stands in a list."""
    families = _families_of(rt, conn, [row.id for row in rows])
    return [
        _brief(row, data, today(rt, row.unit_id), families.get(row.id, []))
        for row, data in zip(rows, people_data(rt, rows), strict=True)
    ]


def _brief(row: Row[Any], data: PersonData | None, day: date, families: list[tuple[int, str]]) -> PersonBrief:
    if data is None:
        return PersonBrief(
            row.id, ERASED, ERASED, "", "", "", ERASED, tuple(number for number, _ in families)
        )
    return PersonBrief(
        id=row.id,
        name=data.name.full(),
        short=data.name.short(),
        age_words=age_words(data.birth, day),
        address=data.address,
        phone=data.phone,
        label=families[0][1] if families else data.name.short(),
        family_ids=tuple(number for number, _ in families),
    )


def people_data(rt: Runtime, rows: Sequence[Row[Any]]) -> list[PersonData | None]:
    """What each of these rows of `person` knows; None where it was destroyed or lies on another card."""
    opened = iter(
        rt.vault.open_many(
            [(row.key_id, row.data, person_purpose(row.id)) for row in rows if row.data is not None]
        )
    )
    plain = [next(opened) if row.data is not None else None for row in rows]
    return [None if each is None else from_json(orjson.loads(each)) for each in plain]


def _families_of(rt: Runtime, conn: Connection, ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    wanted = list(ids)
    rows = conn.execute(_FAMILIES, {"ids": wanted}).all() if wanted else []
    rows = [row for row in rows if row.label is not None]
    labels = rt.vault.open_many([(row.key_id, row.label, family_purpose(row.id)) for row in rows])
    families: dict[int, list[tuple[int, str]]] = {}
    for row, label in zip(rows, labels, strict=True):
        families.setdefault(row.person_id, []).append((row.id, ERASED if label is None else label.decode()))
    return families
