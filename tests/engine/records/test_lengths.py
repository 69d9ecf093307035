"""Texts of records that are too long are told at their field on both databases, and never cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import InvalidData
from engine.model import SYSTEM, Actor
from engine.records.cars import add_car
from engine.records.lengths import LONGEST, too_long
from engine.records.partners import NewPartner, add_partner
from engine.records.service import add_settlement, change_settlement, rename_family
from engine.runtime import Runtime
from engine.worklist.relocation import move_family
from tests.factories.access import make_actor, town
from tests.factories.records import make_family

LONG = "я" * 400


def add_place(rt: Runtime, name: str) -> int:
    municipality = rt.directory.tree().municipality(town(rt).families)
    return add_settlement(rt, SYSTEM, municipality_id=municipality, kind="село", name=name, rural=True)


def new_partner(rt: Runtime, name: str = "Центр занятости", agreement: str = "") -> None:
    municipality = rt.directory.tree().municipality(town(rt).families)
    add_partner(rt, SYSTEM, municipality, NewPartner("czn", name, agreement=agreement))


def change_place(rt: Runtime, _: Actor) -> None:
    change_settlement(rt, SYSTEM, add_place(rt, "Лесное"), kind="село", name=LONG, rural=True, unit_id=None)


WRITTEN: dict[str, tuple[str, Callable[[Runtime, Actor], object]]] = {
    "a family": ("label", lambda rt, who: rename_family(rt, who, make_family(rt, who)[0], LONG)),
    "an address": ("address", lambda rt, who: move_family(rt, who, 1, 1, LONG)),
    "a settlement": ("name", lambda rt, _: add_place(rt, LONG)),
    "a settlement that is changed": ("name", change_place),
    "a car": ("title", lambda rt, who: add_car(rt, who, LONG, 4)),
    "a partner": ("name", lambda rt, _: new_partner(rt, LONG)),
    "an agreement": ("agreement", lambda rt, _: new_partner(rt, agreement=LONG)),
}


@pytest.mark.parametrize(("field", "write"), WRITTEN.values(), ids=WRITTEN)
def test_what_is_too_long_is_told_at_its_field(
    rt_both: Runtime, field: str, write: Callable[[Runtime, Actor], object]
) -> None:
    rt, who = rt_both, make_actor(rt_both, "R05", "R13")
    with pytest.raises(InvalidData) as refused:
        write(rt, who)
    assert set(refused.value.errors) == {field}
    assert refused.value.errors[field].endswith("а здесь 400\N{NO-BREAK SPACE}знаков.")


def test_the_last_sign_that_fits_is_no_fault() -> None:
    assert all(too_long({name: "я" * length}) == {} for name, length in LONGEST.items())
    assert too_long({"car": "я" * 101}, car="title") == {
        "title": "Не больше 100 знаков, а здесь 101\N{NO-BREAK SPACE}знак."
    }
