"""`marshrut feel` and `marshrut decide`."""

from __future__ import annotations

import pytest

from engine.resources import processes_dir
from tests.engine.commands.calling import call

GROUNDS = str(processes_dir() / "decisions" / "dmn_04_grounds.dmn")


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("1 + 1", "2"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("10 ** 20", "100000000000000000000"),
        ("0.1 + 0.2", "0.3"),
        ('"да"', '"да"'),
        ("null", "null"),
        ("1 < 2", "true"),
        ('@"2026-01-14"', '"2026-01-14"'),
        ('date and time("2026-01-14T10:00:00+03:00")', '"2026-01-14T10:00:00+03:00"'),
        ('duration("P5D")', '"P5D"'),
        ("-5 + 3", "-2"),
        ("-высота", "null"),
    ],
)
def test_the_value_is_printed_as_json(expression, printed):
    answer = call("feel", expression)
    assert (answer.code, answer.out) == (0, f"{printed}\n")


def test_with_json_the_type_and_the_warnings_are_told():
    assert call("feel", "доход + 1", "--context", '{"доход": 9000}', "--json").json == {
        "value": 9001,
        "type": "number",
        "warnings": [],
    }
    assert call("feel", '@"2026-01-14"', "--json").json["type"] == "date"
    (warning,) = call("feel", '1 + "x"', "--json").json["warnings"]
    assert warning["position"] == 2
    assert warning["message"]


def test_at_literals_in_the_context_are_dates(tmp_path):
    file = tmp_path / "context.json"
    file.write_text('{"день": "@2026-01-14", "список": ["@P5D", "@vera"]}', "utf-8")
    answer = call("feel", "день + список[1]", "--context", f"@{file}")
    assert answer.json == "2026-01-19"
    assert call("feel", "список[2]", "--context", f"@{file}").json == "@vera"


def test_names_with_spaces_come_from_the_context():
    assert call("feel", "доход на человека * 2", "--context", '{"доход на человека": 6400}').json == 12800


@pytest.mark.parametrize(
    ("tests", "value", "passed"),
    [
        ("< 5", "3", True),
        ("< 5", "7", False),
        ('"да", "нет"', "да", True),
        ('> @"2026-01-01"', "@2026-01-14", True),
    ],
)
def test_unary_tests_are_tried_on_a_value(tests, value, passed):
    assert call("feel", tests, "--unary", value).json is passed


def test_what_is_no_feel_ends_with_1_and_its_place():
    answer = call("feel", "1 +", "--json")
    assert answer.code == 1
    assert answer.json["error"]["position"] == 3
    assert answer.json["error"]["message"]
    words = call("feel", "1 +")
    assert (words.code, words.out) == (1, "")
    assert words.err.startswith("Знак 4. ")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("{", "--context: это не JSON, строка 1"),
        ("[1]", "--context: нужен набор имён и значений"),
        ('{"d": "@2026-99-99"}', "не дата, не время и не длительность"),
        ("@нет.json", "«нет.json» не читается: его нет"),
        ("@/", "это папка"),
    ],
)
def test_a_context_that_can_not_be_read_ends_with_2(context, words):
    answer = call("feel", "1", "--context", context)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_a_language_may_be_asked_for():
    assert call("feel", "1", "--lang", "en").code == 0


INPUTS = (
    '{"самообслуживание": "утрачено частично", "особенности_семьи": [], "неблагополучие": [], '
    '"тип_жилья": "дом", "работа_и_средства": "есть", "иное": ""}'
)


def test_a_decision_tells_its_value_and_the_rows_that_matched():
    answer = call("decide", GROUNDS, "DMN-04", "--with", INPUTS, "--json")
    assert answer.code == 0
    assert set(answer.json) == {"value", "matched", "warnings"}
    (table,) = answer.json["matched"]
    assert table["rows"] != []
    assert len(answer.json["value"]) == len(table["rows"])


def test_a_decision_is_found_by_its_name_too_and_explains_itself():
    answer = call("decide", GROUNDS, "Основания нуждаемости", "--with", INPUTS, "--explain")
    assert answer.code == 0
    assert "строка" in answer.out
    assert "explanation" in call("decide", GROUNDS, "DMN-04", "--with", INPUTS, "--explain", "--json").json


@pytest.mark.parametrize("decision", ["DMN-99", ""])
def test_a_decision_that_is_not_there_ends_with_2(decision):
    answer = call("decide", GROUNDS, decision)
    assert answer.code == 2
    assert "Основания нуждаемости" in answer.err


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x01", b"<a/>", b'{"a": 1}', b"<definitions"])
def test_a_file_that_is_no_dmn_ends_with_2(tmp_path, content):
    file = tmp_path / "x.dmn"
    file.write_bytes(content)
    answer = call("decide", str(file), "x", "--json")
    assert answer.code == 2
    assert answer.json["error"]["message"]
