"""Partners: who may keep them, what is refused, who is found."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor
from engine.records import partners
from engine.records.partners import NewPartner, Partner
from engine.runtime import Runtime
from tests.factories.access import make_account, make_actor, town

HOSPITAL = NewPartner("crb", "Районная больница (вымышленная)")


@pytest.fixture
def admin(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R29")


def add(rt: Runtime, admin: Actor, new: NewPartner = HOSPITAL) -> int:
    return partners.add_partner(rt, admin, town(rt).municipality, new)


def known(rt: Runtime, *, all_of_them: bool = False) -> list[Partner]:
    with rt.database.read() as conn:
        return partners.partners(conn, town(rt).municipality, all_of_them=all_of_them)


def found(rt: Runtime, wanted: str) -> str:
    with rt.database.read() as conn:
        return partners.partner_for(conn, town(rt).municipality, wanted).name


def test_partners_are_listed_by_kind_and_name(rt_both: Runtime, admin: Actor) -> None:
    for kind, name in (("czn", "Центр занятости"), ("crb", "Поликлиника"), ("crb", "Больница")):
        add(rt_both, admin, NewPartner(kind, name))
    assert [each.name for each in known(rt_both)] == ["Больница", "Поликлиника", "Центр занятости"]


def test_a_partner_is_found_by_its_name_and_by_its_kind(rt_both: Runtime, admin: Actor) -> None:
    add(rt_both, admin)
    add(rt_both, admin, NewPartner("crb", "Областная больница (вымышленная)"))
    assert found(rt_both, HOSPITAL.name) == HOSPITAL.name
    assert found(rt_both, "crb") == "Областная больница (вымышленная)"


def test_a_partner_that_is_not_there_is_named_in_words(rt_both: Runtime) -> None:
    with pytest.raises(NotFound, match="Партнёра «Полиция» нет"):
        found(rt_both, "police")


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewPartner("shop", "Магазин"), "kind"),
        (NewPartner("crb", " "), "name"),
        (NewPartner("crb", "Я" * 201), "name"),
        (HOSPITAL, "name"),
        (NewPartner("crb", "Больница", account_id=999), "account_id"),
    ],
)
def test_what_can_not_be_a_partner_is_refused_at_its_field(
    rt_both: Runtime, admin: Actor, new: NewPartner, field: str
) -> None:
    add(rt_both, admin)
    with pytest.raises(InvalidData) as refused:
        add(rt_both, admin, new)
    assert set(refused.value.errors) == {field}
    assert len(known(rt_both)) == 1


def test_a_partner_that_is_not_active_is_offered_no_more(rt_both: Runtime, admin: Actor) -> None:
    number = add(rt_both, admin)
    partners.change_partner(rt_both, admin, number, HOSPITAL, active=False)
    assert known(rt_both) == []
    assert [each.id for each in known(rt_both, all_of_them=True)] == [number]


def test_a_partner_keeps_who_answers_and_the_agreement(rt_both: Runtime, admin: Actor) -> None:
    answers = make_account(rt_both, "R20")
    new = NewPartner("crb", HOSPITAL.name, answers, "Соглашение № 5", date(2026, 12, 31))
    number = add(rt_both, admin)
    partners.change_partner(rt_both, admin, number, new, active=True)
    [seen] = known(rt_both)
    assert (seen.account_id, seen.agreement, seen.agreed_until) == (
        answers,
        "Соглашение № 5",
        date(2026, 12, 31),
    )
    assert not seen.agreement_over(date(2026, 12, 31))
    assert seen.agreement_over(date(2027, 1, 1))


def test_only_the_administrator_keeps_partners(rt_both: Runtime) -> None:
    with pytest.raises(NotAllowed):
        add(rt_both, make_actor(rt_both, "R07"))
