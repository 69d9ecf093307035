"""People and families of a test instance. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.model import Actor
from engine.names import FullName
from engine.records.service import Member, create_family, create_person
from engine.records.values import FEMALE, IdentityDocument, PersonData
from engine.runtime import Runtime

LAPSHINA = PersonData(
    name=FullName("Лапшина", "Ольга", "Сергеевна"),
    sex=FEMALE,
    birth=date(1990, 3, 14),
    phone="+7 900 000-00-01",
    address="село Приозёрное, улица Лесная, дом 4",
    document=IdentityDocument("паспорт", "0000", "000001"),
)


def make_person(rt: Runtime, actor: Actor, *, data: PersonData = LAPSHINA, **changes: object) -> int:
    """A person whom the actor registers; `changes` replace fields of PersonData. The person's number."""
    return create_person(rt, actor, replace(data, **changes))  # type: ignore[arg-type]


def make_family(rt: Runtime, actor: Actor, label: str = "") -> tuple[int, int, int]:
    """A mother and her child: (family, mother, child)."""
    mother = make_person(rt, actor)
    child = make_person(
        rt, actor, name=FullName("Лапшин", "Егор", "Ильич"), birth=date(2017, 9, 2), document=None
    )
    members = [Member(mother, "mother"), Member(child, "child")]
    return create_family(rt, actor, members, label=label), mother, child
