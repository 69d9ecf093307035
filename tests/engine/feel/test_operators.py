"""Arithmetic, comparison, logic of three values."""

from __future__ import annotations

import pytest

from tests.engine.feel.asking import means, value, warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 3 - 2", "5"),
        ("100 / 10 / 2", "5"),
        ("10 + 20 / -5 - 3", "3"),
        ("2 ** 3 ** 2", "64"),
        ("-3 ** 2", "9"),
        ("10 ** -2", "0.01"),
        ("--10", "10"),
        ("1.2 * 10 ** 3", "1200"),
        ('"а" + "б" + "в"', '"абв"'),
    ],
)
def test_arithmetic_binds_as_in_school(text: str, expected: str):
    assert value(f"{text} = {expected}") is True


@pytest.mark.parametrize(
    "text",
    [
        "1 + null",
        "null * 2",
        '1 + "1"',
        '"a" - "a"',
        '"a" * 2',
        "1 / 0",
        "0 / 0",
        "10 ** 7000",
        "-null",
        '-"1"',
        "-[1]",
        "true + 1",
    ],
)
def test_arithmetic_that_makes_no_sense_is_null_and_says_why(text: str):
    assert value(text) is None
    assert warnings(text)


def test_division_by_zero_is_called_by_its_name():
    assert warnings("1 / 0") == ["Деление на ноль."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", "true"),
        ('"а" = "А"', "false"),
        ("null = null", "true"),
        ("null = 1", "false"),
        ("1 != null", "true"),
        ('1 = "1"', "null"),
        ("true = 1", "null"),
        ("[1, 2] = [1, 2]", "true"),
        ("[1, 2] = [2, 1]", "false"),
        ("[1] = [1, 2]", "false"),
        ('[1] = ["1"]', "null"),
        ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
        ("{a: 1} = {a: 1, b: null}", "false"),
        ("[1..5] = [1..5]", "true"),
        ("[1..5] = [1..5)", "false"),
        ("sum = sum", "true"),
        ("sum = max", "false"),
        ('@"PT24H" = @"P1D"', "true"),
        ('@"P1Y" = @"P12M"', "true"),
        ('@"P1Y" = @"P365D"', "null"),
        ('@"2026-01-14" = @"2026-01-14T00:00:00"', "null"),
        ('@"10:00:00Z" = @"13:00:00+03:00"', "true"),
        ('@"10:00:00Z" = @"10:00:00"', "false"),
        ('@"2026-01-14T10:00:00@Europe/Moscow" = @"2026-01-14T07:00:00Z"', "true"),
    ],
)
def test_equality_is_of_values_of_one_kind(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 < 2", "true"),
        ("2 <= 2", "true"),
        ('"а" < "б"', "true"),
        ('@"2026-01-14" > @"2025-12-31"', "true"),
        ('@"P1D" < @"PT25H"', "true"),
        ('@"2026-01-14T10:00:00Z" < @"2026-01-14T12:00:00+01:00"', "true"),
        ('1 < "2"', "null"),
        ("null < 1", "null"),
        ("true < false", "null"),
        ("[1] < [2]", "null"),
        ('@"2026-01-14T10:00:00Z" < @"2026-01-14T12:00:00"', "true"),
        ('@"2026-01-14T10:00:00" > @"2026-01-14T12:00:00+03:00"', "false"),
        ('@"10:00:00@Europe/Moscow" > @"09:59:00"', "true"),
        ('@"P1Y" < @"P400D"', "null"),
    ],
)
def test_order_is_of_values_that_can_be_compared(text: str, expected: str):
    means(text, expected)


def test_a_comparison_that_is_null_says_what_met_what():
    assert warnings('1 < "2"') == ["Сравниваются значения разного вида: число и строка."]
    assert warnings("a > 5", a=None) == ["Сравнить с пустым значением нельзя."]
    assert warnings("true > false") == ["Эти значения (да или нет) нельзя сравнить между собой."]


THREE = ["true", "false", "null"]


@pytest.mark.parametrize("left", THREE)
@pytest.mark.parametrize("right", THREE)
def test_logic_knows_the_unknown(left: str, right: str):
    both = "false" if "false" in (left, right) else "null" if "null" in (left, right) else "true"
    either = "true" if "true" in (left, right) else "null" if "null" in (left, right) else "false"
    means(f"{left} and {right}", both)
    means(f"{left} or {right}", either)


def test_what_is_no_boolean_is_unknown_in_logic():
    means('true and "true"', "null")
    means("false or 1", "null")
    means("1 or true", "true")
    means('not("true")', "null")


def test_logic_stops_when_the_answer_is_known():
    assert warnings("false and нет такого") == []
    assert warnings("true or нет такого") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 between 1 and 5", "true"),
        ("5 between 6 and 9", "false"),
        ("null between 1 and 5", "null"),
        ("1 between 0 and 2 and true", "true"),
        ("2 + 3 between 1 + 1 and 2 * 3", "true"),
        ('@"2026-01-14" between @"2026-01-01" and @"2026-12-31"', "true"),
    ],
)
def test_between_takes_both_ends(text: str, expected: str):
    means(text, expected)


def test_comparison_binds_tighter_than_logic_and_looser_than_arithmetic():
    means("1 + 1 = 2 and 2 * 2 > 3 or false", "true")
    means("true or false and false", "true")
    means("(true or false) and false", "false")
