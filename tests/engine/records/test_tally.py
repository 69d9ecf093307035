"""The sheets of a month added up, in parts."""

from __future__ import annotations

import orjson

from engine.bpmn.values import decode, to_json
from engine.records.parameters import parameters
from engine.records.tally import Tally

NOTHING = {each.key: None for each in parameters()}


def test_a_line_for_every_parameter_with_its_unit() -> None:
    tally = Tally()
    tally.add({**NOTHING, "детей": 3, "помощь_путёвки": 2}, [], 9)
    tally.add({**NOTHING, "детей": 1, "алкоголь": True, "долги_за_жильё": False}, ["Мать работает"], 0)
    lines = {each["параметр"]: each for each in tally.lines()}
    assert len(lines) == 106
    vouchers, drink = lines["Путёвки в лагерь"], lines["Злоупотребление алкоголем"]
    assert (vouchers["единица"], vouchers["итог"], vouchers["пусто"]) == ("путёвок", 2, 1)
    assert lines["Детей до восемнадцати лет"]["итог"] == 4
    assert (drink["единица"], drink["итог"]) == ("семей", 1)
    assert (lines["Долги за коммунальные услуги"]["итог"], drink["семей"]) == (0, 1)
    assert (tally.sheets, tally.incomplete, tally.faults) == (2, 1, {"Мать работает": 1})


def test_a_line_has_two_units_the_families_beside_what_they_have() -> None:
    """Nine children of six families are in the centre; sixteen sets went to nine families."""
    tally = Tally()
    for children, sets in ((3, 1), (2, 2), (1, 2), (1, 2), (1, 2), (1, 2), (0, 2), (None, 2), (None, 1)):
        tally.add({**NOTHING, "дети_в_центре_число": children, "помощь_наборы": sets}, [], 0)
    lines = {each["параметр"]: (each["итог"], each["единица"], each["семей"]) for each in tally.lines()}
    assert lines["Сколько детей помещено"] == (9, "детей", 6)
    assert lines["Продуктовые и вещевые наборы"] == (16, "наборов", 9)


def test_what_was_counted_travels_to_the_next_part() -> None:
    whole, first = Tally(), Tally()
    one, two = {**NOTHING, "детей": 3}, {**NOTHING, "детей": 2, "алкоголь": True}
    first.add(one, ["Мать работает"], 1)
    rest = Tally.of(decode(orjson.loads(to_json(first.to_values()))))
    rest.add(two, ["Мать работает"], 0)
    whole.add(one, ["Мать работает"], 1)
    whole.add(two, ["Мать работает"], 0)
    assert rest == whole
    assert Tally.of(None) == Tally()
