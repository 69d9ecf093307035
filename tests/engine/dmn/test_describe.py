"""Why a decision came out as it did, in words."""

from __future__ import annotations

from typing import Any

import pytest

from engine import dmn
from engine.dmn import TableTrace
from tests.engine.dmn.drawing import decision, literal, model, table

NBSP = "\u00a0"


def used(xml: bytes, name: str = "Мера", **inputs: Any) -> TableTrace:
    """How the only table of a decision was used."""
    (trace,) = dmn.load(xml).explain(name, inputs).tables
    return trace


def cell_words(cell: str, value: Any, **others: Any) -> str:
    """How a cell of conditions is told in a case."""
    xml = model(decision("Мера", table(["а"], ["в"], [[cell, "1"]], policy="COLLECT")))
    return used(xml, а=value, **others).rows[0].cells[0]


MEASURES = table(
    ["Возраст", "доход"],
    ["мера", "срок", "документы"],
    [
        ["< 18", "-", '"школа"', '@"P1Y"', '["справка"]'],
        [">= 18", "< 10000", '"пособие"', '@"P1M"', '["акт", "справка"]'],
        ["-", "-", '"отказ"', "-", "null"],
    ],
    policy="FIRST",
)


def test_a_row_is_a_sentence():
    rows = used(model(decision("Мера", MEASURES)), Возраст=34, доход=9000).rows
    assert [row.text.replace(NBSP, " ") for row in rows] == [
        "если возраст меньше 18, то мера — «школа»; срок — 1 год; документы — справка",
        (
            "если возраст не меньше 18 и доход меньше 10 000, то мера — «пособие»; срок — 1 месяц; "
            "документы — акт, справка"
        ),
        "в остальных случаях мера — «отказ»",
    ]


def test_a_row_has_the_cells_of_its_columns():
    trace = used(model(decision("Мера", MEASURES)), Возраст=34, доход=9000)
    assert trace.columns == ("Возраст", "доход", "мера", "срок", "документы")
    assert trace.rows[1].cells == (
        "не меньше 18", f"меньше 10{NBSP}000", "пособие", f"1{NBSP}месяц", "акт, справка",
    )  # fmt: skip
    assert trace.rows[2].cells == ("—", "—", "отказ", "—", "—")


def test_the_sentence_tells_the_row_and_the_facts_it_asked_for():
    xml = model(decision("Мера", MEASURES))
    assert used(xml, Возраст=5, доход=9000).sentence == "Сработала строка 1: возраст — 5."
    assert used(xml, Возраст=34, доход=9000).sentence == "Сработала строка 2: возраст — 34; доход — 9000."


def test_a_row_for_everything_else_is_explained_by_all_facts():
    trace = used(model(decision("Мера", MEASURES)), Возраст=34, доход=20000)
    assert trace.sentence == f"Сработала строка 3: возраст — 34; доход — 20{NBSP}000."


def test_several_rows_are_named_together():
    rows = [['"а"', "-", "1"], ['"а"', '"б"', "2"], ["-", '"б"', "3"], ["-", '"в"', "4"]]
    xml = model(decision("Мера", table(["СОП", "Есть риск"], ["в"], rows, policy="COLLECT")))
    told = used(xml, **{"СОП": "а", "Есть риск": "б"}).sentence
    assert told == "Сработали строки 1, 2 и 3: СОП — «а»; есть риск — «б»."


def test_where_no_row_matched_the_facts_are_told_all_the_same():
    xml = model(decision("Мера", table(["возраст"], ["в"], [["< 18", "1"]])))
    assert used(xml, возраст=40).sentence == "Не подошла ни одна строка: возраст — 40."
    assert used(xml, возраст=None).sentence == "Не подошла ни одна строка: возраст — не указано."


def test_settings_are_told_by_their_values():
    limits = decision("Пороги", literal('{детей: 3, зона: "красная"}'))
    logic = table(["детей"], ["зона", "доля"], [[">= Пороги.детей", "Пороги.зона", "детей / 7"]])
    trace = used(model(limits, decision("Мера", logic, "Пороги")), детей=4)
    assert trace.rows[0].cells == ("не меньше 3", "красная", f"≈{NBSP}0,5714")


def test_what_a_row_would_work_out_is_not_told_where_it_did_not_match():
    rows = [["> 5", "детей * 2"], ["<= 5", "детей * 3"]]
    trace = used(model(decision("Мера", table(["детей"], ["в"], rows))), детей=4)
    assert [row.cells for row in trace.rows] == [("больше 5", "по формуле"), ("не больше 5", "12")]


def test_long_results_are_cut_and_records_counted():
    long = '"' + "очень " * 30 + '"'
    xml = model(decision("Мера", table(["а"], ["в", "г"], [["-", long, "[{б: 1}, {б: 2}]"]])))
    shown, records = used(xml, а=1).rows[0].cells[1:]
    assert len(shown) <= 80
    assert shown.endswith("очень…")
    assert records == f"2{NBSP}записи"


def test_what_would_take_too_long_is_told_as_it_is_written():
    endless = "> count(for i in 1..100000000 return i)"
    xml = model(decision("Мера", table(["а"], ["в"], [["-", "1"], [endless, "2"]], policy="FIRST")))
    assert used(xml, а=1).rows[1].cells == (endless, "2")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("5", "5"),
        ("5.5", "5,5"),
        ("-5", "−5"),
        ("1234567", "1 234 567"),
        ('"а", "б"', "а или б"),
        ('["а", "б"]', "а или б"),
        ("true", "да"),
        ("false", "нет"),
        ("null", "не заполнено"),
        ("not(null)", "заполнено"),
        ("!= null", "заполнено"),
        ("? != null", "заполнено"),
        ("< 5", "меньше 5"),
        ("<= 5", "не больше 5"),
        ("> 5", "больше 5"),
        ("? > 5", "больше 5"),
        ("!= 5", "не 5"),
        ("= 5", "5"),
        ("[3..7]", "от 3 до 7"),
        ("? in [3..7]", "от 3 до 7"),
        ("(3..7)", "больше 3, но меньше 7"),
        ("[3..7)", "от 3, но меньше 7"),
        ("(3..7]", "больше 3 и до 7"),
        ("< 3, > 7", "меньше 3 или больше 7"),
        ("? >= 3 and ? < 7", "не меньше 3 и меньше 7"),
        ("? < 3 or ? = 5", "меньше 3 или 5"),
        ('not("а")', "не а"),
        ('not("а", "б")', "кроме а, б"),
        ("not(< 5)", "не меньше 5"),
        ('> date("2026-01-14")', "позже 14.01.2026"),
        ('[@"2026-01-01"..@"2026-01-31"]', "с 01.01.2026 по 31.01.2026"),
        ('<= date and time("2026-01-14T17:00:00")', "не позже 14.01.2026, 17:00"),
        ('< @"09:30:15"', "раньше 09:30:15"),
        ('@"P1Y2M"', "1 год 2 месяца"),
        ('< @"-P10DT2H"', "меньше минус 10 дней 2 часа"),
        ('@"PT0S"', "0 дней"),
        ('list contains(?, "а")', "есть «а»"),
        ('not(list contains(?, "а"))', "нет «а»"),
        ("count(?) > 0", "заполнено"),
        ("count(?) = 0", "не заполнено"),
        ("string length(?) > 0", "заполнено"),
        ("порог", "10"),
        ("> порог * 2", "больше 20"),
        ("? in (порог, 20)", "10 или 20"),
        ("нет_такого", "нет_такого"),
        ("> нет_такого", "> нет_такого"),
        ("odd(?)", "odd(?)"),
        ("((", "(("),
    ],
)
def test_a_cell_is_told_in_words(cell: str, words: str):
    assert cell_words(cell, 5, порог=10).replace(NBSP, " ") == words
