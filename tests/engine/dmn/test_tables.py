"""Decision tables: matching, hit policies, defaults, allowed values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import decide, decision, item, literal, model, table

BY_AGE = [["< 18", '"ребёнок"'], ["[18..60)", '"взрослый"'], [">= 60", '"пожилой"']]


def by_age(rows: list[list[str]] = BY_AGE, **options: Any) -> bytes:
    return model(decision("Группа", table(["возраст"], ["группа"], rows, **options)))


@pytest.mark.parametrize(("age", "group"), [(17, "ребёнок"), (18, "взрослый"), (60, "пожилой"), (None, None)])
def test_the_row_whose_cells_all_pass_gives_the_result(age: int | None, group: str | None):
    assert decide(by_age(), "Группа", возраст=age) == group


def test_several_columns_of_results_make_a_context():
    xml = model(decision("Мера", table(["доход"], ["вид", "сумма"], [["< 10000", '"пособие"', "доход / 2"]])))
    assert decide(xml, "Мера", доход=9000) == {"вид": "пособие", "сумма": Decimal(4500)}


def test_an_empty_cell_and_a_dash_let_everything_pass():
    xml = model(decision("Р", table(["а", "б"], ["в"], [["", "-", "1"]])))
    assert decide(xml, "Р", а=None, б="что угодно") == 1


def test_a_dash_among_the_results_is_nothing():
    assert decide(by_age([["-", "-"]]), "Группа", возраст=1) is None


def test_a_cell_may_ask_about_the_value_and_about_others():
    xml = model(
        decision("Р", table(["а"], ["в"], [["? > б and odd(?)", '"да"'], ["not(? > б and odd(?))", '"нет"']]))
    )
    assert [decide(xml, "Р", а=a, б=2) for a in (1, 3, 4)] == ["нет", "да", "нет"]


OVERLAP = [["> 0", "1"], ["> 10", "2"], ["> 20", "3"]]


@pytest.mark.parametrize(
    ("policy", "aggregation", "age", "result"),
    [
        (None, None, 5, 1),
        (None, None, 15, None),
        ("UNIQUE", None, 15, None),
        ("FIRST", None, 25, 1),
        ("ANY", None, 5, 1),
        ("ANY", None, 15, None),
        ("RULE ORDER", None, 15, [1, 2]),
        ("COLLECT", None, 25, [1, 2, 3]),
        ("COLLECT", "SUM", 25, 6),
        ("COLLECT", "MIN", 25, 1),
        ("COLLECT", "MAX", 25, 3),
        ("COLLECT", "COUNT", 25, 3),
        ("PRIORITY", None, 25, 2),
        ("OUTPUT ORDER", None, 25, [2, 3, 1]),
        ("FIRST", None, -1, None),
        ("RULE ORDER", None, -1, None),
        ("OUTPUT ORDER", None, -1, None),
        ("COLLECT", None, -1, []),
        ("COLLECT", "SUM", -1, None),
        ("COLLECT", "COUNT", -1, 0),
    ],
)
def test_the_hit_policy_says_what_becomes_of_several_rows(
    policy: str | None, aggregation: str | None, age: int, result: object
):
    xml = by_age(OVERLAP, policy=policy, aggregation=aggregation, allowed={"группа": "2, 3, 1"})
    assert decide(xml, "Группа", возраст=age) == result


def test_rows_that_agree_are_any_row():
    assert decide(by_age([["> 0", "[1]"], ["> 10", "[1.0]"]], policy="ANY"), "Группа", возраст=15) == [1]


def test_priority_goes_by_the_columns_from_left_to_right():
    rows = [["-", '"б"', "1"], ["-", '"а"', "2"], ["-", '"а"', "1"]]
    logic = table(["х"], ["к", "л"], rows, policy="PRIORITY", allowed={"к": '"а", "б"', "л": "1, 2"})
    assert decide(model(decision("Р", logic)), "Р", х=1) == {"к": "а", "л": 1}


def test_priority_may_come_from_the_type_of_the_results():
    rows = [["-", '"б"'], ["-", '"а"']]
    logic = table(["х"], ["к"], rows, policy="PRIORITY", types={"к": "tК"})
    assert decide(model(item("tК", base="string", allowed='"а", "б"'), decision("Р", logic)), "Р", х=1) == "а"


def test_without_a_matching_row_the_default_counts():
    xml = by_age([["> 100", '"долгожитель"']], defaults={"группа": '"прочие"'})
    assert decide(xml, "Группа", возраст=5) == "прочие"
    many = by_age([["> 100", "1"]], policy="COLLECT", defaults={"группа": "[5]"})
    assert decide(many, "Группа", возраст=5) == [5]


def test_an_input_that_is_not_allowed_gives_nothing_and_says_so():
    xml = by_age([["-", "1"]], allowed={"возраст": "[0..120]"})
    assert decide(xml, "Группа", возраст=50) == 1
    explained = dmn.load(xml).explain("Группа", {"возраст": 500})
    assert explained.value is None
    assert [warning.message for warning in explained.warnings] == [
        "«возраст» = 500: такого значения таблица не допускает."
    ]


def test_a_result_that_is_not_allowed_is_nothing():
    assert decide(by_age([["-", '"иное"']], allowed={"группа": '"а", "б"'}), "Группа", возраст=5) is None


def test_types_of_columns_are_kept_to():
    xml = by_age([["-", '"пять"']], types={"группа": "number"})
    assert decide(xml, "Группа", возраст=5) is None
    wrong_input = by_age([["-", "5"]], types={"возраст": "number"})
    explained = dmn.load(wrong_input).explain("Группа", {"возраст": "пять"})
    assert [warning.message for warning in explained.warnings] == ["Группа: нужно: число, а дано: строка."]


def test_cells_are_evaluated_only_when_the_row_is_needed():
    xml = by_age([["< 18", "1"], ["> 5", "нет такого"]], policy="FIRST")
    assert dmn.load(xml).explain("Группа", {"возраст": 10}).warnings == ()


def test_the_explanation_tells_which_rows_were_tried_and_why_they_did_not_match():
    logic = table(
        ["возраст", "доход"],
        ["мера", "срок"],
        [
            ["< 18", "-", '"школа"', "1"],
            [">= 18", "< 10000", '"пособие"', '@"P1M"'],
            ["-", "-", '"отказ"', "-"],
        ],
        policy="FIRST",
    )
    explained = dmn.load(model(decision("Мера", logic))).explain("Мера", {"возраст": 34, "доход": 9000})
    (trace,) = explained.tables
    assert (trace.decision, trace.hit_policy, trace.matched) == ("Мера", "F", (2,))
    assert trace.inputs == (("возраст", 34), ("доход", 9000))
    assert [(row.number, row.id, row.tried, row.matched, row.failed) for row in trace.rows] == [
        (1, "r1", True, False, 1),
        (2, "r2", True, True, None),
        (3, "r3", False, False, None),
    ]


def test_a_big_table_stays_within_the_budget():
    rows = [[f"{number}", f"{number}"] for number in range(2000)]
    assert decide(by_age(rows), "Группа", возраст=1999) == 1999


def test_a_table_used_too_often_is_stopped():
    rows = [[f"{number}", f"{number}"] for number in range(2000)]
    xml = model(
        decision("Все", literal("for i in 1..100000 return 1")),
        decision(
            "Группа", table(["count(for i in 1..50000 return for j in 1..50000 return j)"], ["г"], rows)
        ),
    )
    with pytest.raises(feel.LimitExceeded):
        decide(xml, "Группа")
