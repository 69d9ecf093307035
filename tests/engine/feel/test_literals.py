"""Constants, lists and contexts as they are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from engine import feel
from tests.engine.feel.asking import means, value, warnings


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("007", "7"),
        (".872", "0.872"),
        ("-.5", "-0.5"),
        ("1.50", "1.50"),
        ("1.2e3", "1200"),
        ("5E-3", "0.005"),
    ],
)
def test_a_number_is_a_decimal(text: str, number: str):
    assert value(text) == Decimal(number)
    assert isinstance(value(text), Decimal)


def test_a_number_keeps_34_digits():
    assert value("1/3") == Decimal("0." + "3" * 34)
    assert value("0.1 + 0.2 = 0.3") is True


def test_a_string_is_what_stands_between_straight_quotes():
    assert value('"абв \u00abгде\u00bb"') == "абв «где»"
    assert value('""') == ""


@pytest.mark.parametrize(
    ("text", "string"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', "a\\b"),
        (r'"\n\r\t"', "\n\r\t"),
        (r'"\u0416"', "Ж"),
        (r'"\U01F40E"', "🐎"),
        (r'"\uD83D\uDC0E"', "🐎"),
        (r'"\\u0416"', r"\u0416"),
        (r'"\d+\."', r"\d+\."),
    ],
)
def test_a_string_knows_escapes(text: str, string: str):
    assert value(text) == string


def test_half_of_a_character_becomes_a_mark_that_can_be_stored():
    assert value(r'"\uD83D"').encode() == "\ufffd".encode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ('@"2026-01-14"', date(2026, 1, 14)),
        ('@"10:30:00"', time(10, 30)),
        ('@"2026-01-14T10:30:00Z"', datetime(2026, 1, 14, 10, 30, tzinfo=UTC)),
        ('@"P2D"', feel.DaysTimeDuration.of(days=2)),
        ('@"P1Y2M"', feel.YearsMonthsDuration(14)),
    ],
)
def test_an_at_literal_is_a_date_a_time_or_a_duration(text: str, moment: object):
    assert value(text) == moment


def test_an_at_literal_that_is_none_of_them_is_null_and_says_so():
    assert value('@"завтра"') is None
    assert warnings('@"завтра"') == [
        '«завтра» — не дата, не время и не длительность. Пишите так: @"2026-01-31", @"P10D".'
    ]


def test_true_false_and_null():
    assert [value("true"), value("false"), value("null")] == [True, False, None]


def test_lists_and_contexts_hold_anything():
    assert value('[1, "a", [true]]') == [Decimal(1), "a", [True]]
    assert value('{имя: "Анна", "дата рождения": null, дети: []}') == {
        "имя": "Анна",
        "дата рождения": None,
        "дети": [],
    }
    assert value("[]") == []
    assert value("{}") == {}


def test_an_entry_of_a_context_sees_the_entries_before_it():
    means("{a: 1, b: a + 1, c: a + b}.c", "3")
    means("{a: b, b: 1}.a", "null")


def test_a_context_with_one_name_twice_is_null():
    assert value("{a: 1, a: 2}") is None


def test_comments_are_skipped():
    means("1 + /* 1 + */ 1 // и всё", "2")


@pytest.mark.parametrize("text", ["= 1 + 2", "${1 + 2}", "#{ 1 + 2 }", " 1 + 2 "])
def test_the_marks_of_other_dialects_around_an_expression_come_off(text: str):
    assert value(feel.unwrap(text)) == 3


def test_unwrapping_leaves_contexts_alone():
    assert feel.unwrap("{a: 1}") == "{a: 1}"
