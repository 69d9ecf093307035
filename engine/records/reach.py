"""Whose records a person may see: those kept by their units or made by themselves, and of everybody whom a
case within their reach is about.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select

from engine.access.policy import reach, require
from engine.cases.tables import case_
from engine.cases.visibility import visible
from engine.errors import NotFound
from engine.model import Actor, Permission
from engine.records.tables import family, family_member, person


def people_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """A condition over `person`. Cases about them and cases about their families are looked for one by one:
    asked for either at once PostgreSQL uses no index and reads all cases for each person.
    """
    seen = visible(actor, permission)
    about = exists().select_from(case_).where(case_.c.person_id == person.c.id, seen)
    of_family = (
        exists()
        .select_from(case_.join(family_member, family_member.c.family_id == case_.c.family_id))
        .where(family_member.c.person_id == person.c.id, seen)
    )
    return or_(
        reach(actor, permission).condition(unit=person.c.unit_id, owner=person.c.created_by),
        about.correlate(person),
        of_family.correlate(person),
    )


def families_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """A condition over `family`."""
    return or_(
        reach(actor, permission).condition(unit=family.c.unit_id, owner=family.c.created_by),
        exists().select_from(case_).where(case_.c.family_id == family.c.id, visible(actor, permission)),
    )


def require_person(conn: Connection, actor: Actor, person_id: int, permission: Permission) -> Row[Any]:
    """The row of a person within reach; NotFound also when they are there but out of it."""
    require(actor, permission)
    wanted = select(person).where(person.c.id == person_id, people_within(actor, permission))
    return _found(conn.execute(wanted).one_or_none(), "Такого человека нет среди тех, чьи дела вы ведёте.")


def require_family(conn: Connection, actor: Actor, family_id: int, permission: Permission) -> Row[Any]:
    """The row of a family within reach; NotFound also when it is there but out of it."""
    require(actor, permission)
    wanted = select(family).where(family.c.id == family_id, families_within(actor, permission))
    return _found(conn.execute(wanted).one_or_none(), "Такой семьи нет среди тех, чьи дела вы ведёте.")


def require_subject(conn: Connection, actor: Actor, person_id: int | None, family_id: int | None) -> None:
    """NotFound unless the actor may open a case about this person and family: they are within reach, or one
    of the actor's cases is about them already. A family comes with its member.
    """
    if person_id is not None:
        known = or_(people_within(actor, Permission.RECORD_VIEW), of_visible_case(actor))
        wanted = select(person.c.id).where(person.c.id == person_id, known)
        _found(conn.execute(wanted).one_or_none(), "Такого человека нет среди тех, чьи дела вы ведёте.")
    if family_id is not None:
        known = or_(
            families_within(actor, Permission.RECORD_VIEW),
            exists().where(family_member.c.family_id == family.c.id, family_member.c.person_id == person_id),
        )
        wanted = select(family.c.id).where(family.c.id == family_id, known)
        _found(conn.execute(wanted).one_or_none(), "Такой семьи нет среди тех, чьи дела вы ведёте.")


def of_visible_case(actor: Actor) -> ColumnElement[bool]:
    """A condition over `person`: a case that the actor may see is about them."""
    return exists().select_from(case_).where(case_.c.person_id == person.c.id, visible(actor))


def _found(row: Row[Any] | None, otherwise: str) -> Row[Any]:
    if row is None:
        raise NotFound(otherwise, "Проверьте поиск или обратитесь к тому, кто ведёт дело.")
    return row
