"""Whom the cases of the demonstration are about: families and lonely people, all invented."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from engine.demo.town import Town
from engine.model import Actor
from engine.names import FullName
from engine.records.queries import person_brief, person_view
from engine.records.service import Member, create_family, create_person
from engine.records.values import FEMALE, MALE, IdentityDocument, PersonData
from engine.runtime import Runtime

_FILE = Path(__file__).with_name("households.yaml")

REGISTERED_TWICE, JOINED = "samoylov", "voronin"
"""Whose applicants have a second card: nobody has compared it yet; it is joined in the play."""

ADULT = 18
BABY = timedelta(days=170)
"""How old a baby is: born before the play begins, also where its last day comes after long holidays."""
PASSPORT_AT = 14


@dataclass(frozen=True, slots=True)
class Kin:
    """Somebody of a household: full name, age in years, relation (a key of RELATIONS)."""

    name: str
    age: int
    relation: str


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together; the first one applies. `place` is a settlement, `home` the rest of the address,
    `situation` the key of what brought them to the office.
    """

    key: str
    place: str
    home: str
    situation: str
    kin: tuple[Kin, ...]


@cache
def households() -> tuple[Household, ...]:
    """Everybody of `households.yaml`."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Household(
            key, found["place"], found["home"], found["situation"], tuple(Kin(**kin) for kin in found["kin"])
        )
        for key, found in content["households"].items()
    )


@dataclass(frozen=True, slots=True)
class Registered:
    """A household in the register: numbers of the applicant and the family, and what forms say of it."""

    household: Household
    person_id: int
    family_id: int | None
    label: str
    address: str

    @property
    def children(self) -> int:
        return sum(kin.age < ADULT for kin in self.household.kin)


def register(
    rt: Runtime, registrar: Callable[[str], Actor], town: Town, today: date, rng: random.Random
) -> Mapping[str, Registered]:
    """Enter all households into the register, by key; `registrar`: who enters the household of that key."""
    found = {
        household.key: entered(rt, registrar(household.key), household, town, today, number, rng)
        for number, household in enumerate(households(), start=1)
    }
    for key in (REGISTERED_TWICE, JOINED):
        _register_again(rt, registrar(key), found[key])
    return found


def entered(
    rt: Runtime,
    registrar: Actor,
    household: Household,
    town: Town,
    today: date,
    number: int,
    rng: random.Random,
) -> Registered:
    """One household in the register; `number` makes its telephones and papers different from others'."""
    address = f"{town.settlement_words[household.place]}, {household.home}"
    members = []
    for order, kin in enumerate(household.kin):
        phone = f"+7 900 000-{number:02}-{order:02}" if kin.age >= ADULT else ""
        data = _data(kin, today, address, phone, number * 10 + order, rng)
        settlement = town.settlements[household.place]
        members.append(Member(create_person(rt, registrar, data, settlement_id=settlement), kin.relation))
    family_id = create_family(rt, registrar, members) if len(members) > 1 else None
    applicant = members[0].person_id
    with rt.database.read() as conn:
        label = person_brief(rt, conn, registrar, applicant).label
    return Registered(household, applicant, family_id, label, address)


def _register_again(rt: Runtime, registrar: Actor, known: Registered) -> None:
    """The same person once more, misheard on the telephone: a pair of cards for the page of duplicates."""
    data = person_view(rt, registrar, known.person_id).data
    if data is not None:
        misheard = replace(data.name, family=data.name.family.replace("о", "а", 1), patronymic="")
        again = PersonData(name=misheard, birth=data.birth, phone=data.phone, note="Вымышленный человек")
        create_person(rt, registrar, again)


def _data(kin: Kin, today: date, address: str, phone: str, number: int, rng: random.Random) -> PersonData:
    name = FullName(*kin.name.split())
    paper = "паспорт" if kin.age >= PASSPORT_AT else "свидетельство о рождении"
    return PersonData(
        name=name,
        sex=FEMALE if name.patronymic.endswith("на") else MALE,
        birth=_birth(kin.age, today, rng),
        phone=phone,
        address=address,
        document=IdentityDocument(paper, "0000", f"{number:06}"),
        note="Вымышленный человек",
    )


def _birth(age: int, today: date, rng: random.Random) -> date:
    """A birthday that makes somebody `age` years old today and for months to come; babies are five months."""
    return today - (timedelta(days=round(age * 365.25) + rng.randint(10, 170)) if age else BABY)
