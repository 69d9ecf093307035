"""Functions over strings, and values as text."""

from __future__ import annotations

import pytest

from engine import feel
from tests.engine.feel.asking import means, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("абвгде", 3)', '"вгде"'),
        ('substring("абвгде", 3, 2)', '"вг"'),
        ('substring("абвгде", -2, 1)', '"д"'),
        ('substring("абвгде", 5, 100)', '"де"'),
        ('substring("абвгде", 0)', "null"),
        ('substring("абвгде", 7)', "null"),
        ('substring("абвгде", 1, 0)', "null"),
        ('substring("🐎foo", 2)', '"foo"'),
        ('substring(string: "абв", start position: 2, length: 1)', '"б"'),
        ('string length("🐎б")', "2"),
        ('string length("")', "0"),
        ('upper case("Ёж")', '"ЁЖ"'),
        ('lower case("ЁЖ")', '"ёж"'),
        ('substring before("абвг", "вг")', '"аб"'),
        ('substring before("абвг", "я")', '""'),
        ('substring after("абвг", "б")', '"вг"'),
        ('substring after("абвг", "я")', '""'),
        ('substring after("абвг", "")', '"абвг"'),
        ('contains("абвг", "бв")', "true"),
        ('contains("абвг", "")', "true"),
        ('starts with("абвг", "аб")', "true"),
        ('ends with("абвг", "вг")', "true"),
        ('ends with("абвг", "аб")', "false"),
        ('contains(null, "а")', "null"),
        ('contains(["абв"], "а")', "true"),
        ("string length(5)", "null"),
        ('split("а;б;;в", ";")', '["а", "б", "", "в"]'),
        ('split("а, б", ",\\s")', '["а", "б"]'),
        ('split("", ";")', '[""]'),
        ('split("абв", "")', '["а", "б", "в"]'),
    ],
)
def test_functions_over_strings(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ("1.10", "1.10"),
        ("-0.0", "0.0"),
        ("1e3", "1000"),
        ("1e-7", "0.0000001"),
        ('"а"', "а"),
        ("true", "true"),
        ('@"2026-01-14"', "2026-01-14"),
        ('@"10:30:00.5Z"', "10:30:00.5Z"),
        ('@"2026-01-14T10:30:00@Europe/Moscow"', "2026-01-14T10:30:00@Europe/Moscow"),
        ('@"2026-01-14T10:30:00+03:00"', "2026-01-14T10:30:00+03:00"),
        ('@"PT49H"', "P2DT1H"),
        ('@"-P25M"', "-P2Y1M"),
        ('[1, "а\\"б", null]', '[1, "а\\"б", null]'),
        ('{а: 1, "б,": {в: [2]}}', '{а: 1, "б,": {в: [2]}}'),
        ("[1..5)", "[1..5)"),
        ("(< 5)", "(< 5)"),
        ("(>= 5)", "(>= 5)"),
    ],
)
def test_a_value_as_text_is_how_feel_writes_it(text: str, string: str):
    assert value(f"string({text})") == string
    assert feel.to_text(value(text)) == string


def test_null_has_no_text():
    means("string(null)", "null")
