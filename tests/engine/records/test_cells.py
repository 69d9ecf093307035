"""A sheet from month to month: what the records say, what was typed over it, what stands out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engine.model import Value
from engine.records.cells import (
    EMPTY,
    FRESH,
    NOT_ASKED,
    OLD,
    RED,
    Cell,
    answered,
    from_json,
    marks,
    months_without_result,
    refreshed,
    values_of,
)
from engine.records.parameters import SOURCES, TYPES, parameters, sections

DAY = date(2026, 1, 1)
LATER = DAY + timedelta(days=31)
CLERK = 7


def facts(*ages: int, **more: Value) -> dict[str, Any]:
    family = {"номер": 12, "мать": "Лапшина Ольга Сергеевна", "возраст": list(ages)}
    return {"семья": family, "учёт": {}, **more}


def typed(cells: dict[str, Cell], day: date = DAY, **answers: Value) -> dict[str, Cell]:
    return answered(cells, answers, CLERK, day)


def test_the_table_has_the_eleven_sections_and_106_parameters() -> None:
    assert [len(part.parameters) for part in sections()] == [14, 16, 9, 8, 10, 8, 8, 18, 11, 2, 2]
    keys = [each.key for each in parameters()]
    assert len(keys) == len(set(keys)) == 106


def test_every_parameter_is_one_that_the_program_understands() -> None:
    keys = {each.key for each in parameters()}
    for each in parameters():
        assert each.type in TYPES, each.key
        assert each.source in SOURCES, each.key
        assert (each.value is not None) == bool(each.source), each.key
        assert bool(each.options) == (each.type == "choice"), each.key
        assert each.when is None or each.when.names <= keys, each.key


def test_a_new_sheet_says_what_the_records_say() -> None:
    values = values_of(refreshed({}, facts(2, 5, 16), DAY))
    assert (values["номер_семьи"], values["мать"]) == (12, "Лапшина Ольга Сергеевна")
    assert [values[key] for key in ("детей", "детей_младше_трёх", "детей_от_трёх", "детей_от_семи")] == [
        3, 1, 1, 0,
    ]  # fmt: skip
    assert values["нет_вакансий"] is None


def test_what_was_typed_is_carried_on() -> None:
    cells = typed(refreshed({}, facts(5), DAY), долги_за_жильё=True, мать_место_работы="Ферма")
    later = refreshed(cells, facts(5), LATER)
    assert later["долги_за_жильё"] == Cell(True, DAY, CLERK, DAY)
    assert later["мать_место_работы"].value == "Ферма"


def test_what_was_typed_over_the_records_stays_until_they_say_something_new() -> None:
    cells = typed(refreshed({}, facts(5), DAY), детей=2)
    assert refreshed(cells, facts(5), LATER)["детей"].value == 2
    renewed = refreshed(cells, facts(5, 0, 7), LATER)["детей"]
    assert (renewed.value, renewed.by, renewed.changed) == (3, 0, LATER)


def test_what_the_records_say_no_more_is_gone_unless_it_was_typed() -> None:
    listed = facts(5, учёт={"профилактика": {"состояние": "СОП", "с": DAY}})
    cells = refreshed({}, listed, DAY)
    assert cells["учёт_комиссии"].value == DAY
    assert refreshed(cells, facts(5), LATER)["учёт_комиссии"].value is None
    own = typed(cells, учёт_комиссии=date(2025, 6, 1))
    assert refreshed(own, facts(5), LATER)["учёт_комиссии"].value == date(2025, 6, 1)


def test_a_name_comes_from_the_card_alone() -> None:
    cells = typed(refreshed({}, facts(5), DAY), мать="Другая")
    assert cells["мать"].value == "Лапшина Ольга Сергеевна"


def test_an_answer_is_noted_with_its_day_and_whose_it_is() -> None:
    cells = typed(refreshed({}, facts(5), DAY), LATER, долги_за_жильё=True, помощь_наборы=2)
    assert cells["помощь_наборы"] == Cell(2, LATER, CLERK, LATER)
    again = answered(cells, {"помощь_наборы": 2, "долги_за_жильё": False}, 8, LATER + timedelta(days=9))
    assert (again["помощь_наборы"].changed, again["помощь_наборы"].by) == (LATER, CLERK)
    assert again["помощь_наборы"].checked == LATER + timedelta(days=9)
    assert (again["долги_за_жильё"].value, again["долги_за_жильё"].by) == (False, 8)


@pytest.mark.parametrize(("days", "mark"), [(0, EMPTY), (30, EMPTY), (31, RED)])
def test_a_parameter_that_stays_empty_for_over_30_days_is_red(days: int, mark: str) -> None:
    cells = refreshed({}, facts(5), DAY)
    assert marks(cells, DAY + timedelta(days=days))["нет_вакансий"] == mark


@pytest.mark.parametrize(("days", "mark"), [(30, FRESH), (31, OLD)])
def test_what_nobody_confirmed_for_over_30_days_is_marked(days: int, mark: str) -> None:
    cells = typed(refreshed({}, facts(5), DAY), долги_за_жильё=True)
    assert marks(cells, DAY + timedelta(days=days))["долги_за_жильё"] == mark


def test_what_the_records_confirm_is_not_old() -> None:
    cells = refreshed(refreshed({}, facts(5), DAY), facts(5), LATER)
    found = marks(cells, LATER)
    assert (found["детей"], found["номер_семьи"]) == (FRESH, FRESH)


def test_only_what_concerns_the_family_is_asked() -> None:
    cells = typed(refreshed({}, facts(5), DAY), мать_работает=False)
    assert marks(cells, DAY)["мать_место_работы"] == NOT_ASKED
    assert marks(typed(cells, мать_работает=True), DAY)["мать_место_работы"] == EMPTY


def test_what_may_be_empty_is_never_a_gap() -> None:
    assert marks(refreshed({}, facts(5), DAY), LATER)["учёт_полиции"] == FRESH


def test_months_count_from_the_last_result() -> None:
    cells = refreshed({}, facts(5), DAY)
    assert months_without_result(cells, DAY, date(2026, 7, 1)) == 6
    reached = typed(cells, date(2026, 3, 5), итог_работа=True, итог_динамика="хуже")
    assert months_without_result(reached, DAY, date(2026, 7, 1)) == 3


def test_a_sheet_is_read_as_it_was_kept() -> None:
    cells = typed(refreshed({}, facts(5), DAY), долги_за_жильё=True)
    assert from_json({key: cell.to_json() for key, cell in cells.items()}) == cells
