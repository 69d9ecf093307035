"""Functions over numbers."""

from __future__ import annotations

import pytest

from tests.engine.feel.asking import means, value, warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(1/3, 2)", "0.33"),
        ("decimal(1.5, 0)", "2"),
        ("decimal(2.5, 0)", "2"),
        ("decimal(1234, -2)", "1200"),
        ("decimal(null, 0)", "null"),
        ("decimal(1, 7000)", "null"),
        ("floor(1.5)", "1"),
        ("floor(-1.5)", "-2"),
        ("floor(-1.56, 1)", "-1.6"),
        ("ceiling(1.5)", "2"),
        ("ceiling(-1.56, 1)", "-1.5"),
        ("round up(5.5, 0)", "6"),
        ("round up(-1.121, 2)", "-1.13"),
        ("round down(-5.5, 0)", "-5"),
        ("round half up(5.5, 0)", "6"),
        ("round half up(-1.126, 2)", "-1.13"),
        ("round half down(5.5, 0)", "5"),
        ("round half down(1.126, 2)", "1.13"),
        ("abs(-1)", "1"),
        ('abs(@"-P1D")', '@"P1D"'),
        ('abs(@"-P1Y")', '@"P1Y"'),
        ('abs("-1")', "null"),
        ("modulo(12, 5)", "2"),
        ("modulo(-12, 5)", "3"),
        ("modulo(12, -5)", "-3"),
        ("modulo(-12, -5)", "-2"),
        ("modulo(10.1, 4.5)", "1.1"),
        ("modulo(-10.1, 4.5)", "3.4"),
        ("modulo(10.1, -4.5)", "-3.4"),
        ("modulo(-10.1, -4.5)", "-1.1"),
        ("modulo(10, 5)", "0"),
        ("modulo(1, 0)", "null"),
        ("sqrt(16)", "4"),
        ("sqrt(-1)", "null"),
        ("log(0)", "null"),
        ("exp(0)", "1"),
        ("odd(5)", "true"),
        ("odd(2)", "false"),
        ("odd(2.5)", "false"),
        ("even(2)", "true"),
        ("even(-3)", "false"),
        ("even(0)", "true"),
        ("even(10 ** 40)", "true"),
    ],
)
def test_functions_over_numbers(text: str, expected: str):
    means(f"{text} = {expected}" if expected != "null" else text, "true" if expected != "null" else "null")


def test_rounding_to_hundredths_writes_both_of_them():
    assert value("string(decimal(1.5, 2))") == "1.50"


def test_more_places_than_a_number_has_change_nothing():
    means("decimal(1/3, 100)", "1/3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('number("1 000,5", " ", ",")', "1000.5"),
        ('number("1.000,5", ".", ",")', "1000.5"),
        ('number("1,000.5", ",", ".")', "1000.5"),
        ('number("1000.5", null, null)', "1000.5"),
        ('number("-5")', "-5"),
        ('number("5,5")', "null"),
        ('number("пять")', "null"),
        ('number("1e5")', "1e5"),
        ('number("1,000.5", ".", ".")', "null"),
        ('number("1;5", ";", ".")', "null"),
        ('number("NaN")', "null"),
        ('number(" 5 ")', "null"),
        ("number(null)", "null"),
    ],
)
def test_a_number_is_read_from_a_text(text: str, expected: str):
    means(f"{text} = {expected}" if expected != "null" else text, "true" if expected != "null" else "null")


def test_a_function_says_what_is_wrong_with_what_it_got():
    assert warnings('floor("5")') == [
        "Функция «floor»: значение «n» должно быть такого вида: число; дано: строка."
    ]
    assert warnings("floor(null)") == ["Функция «floor»: значение «n» пусто."]
    assert warnings("floor()") == ["Функция «floor»: пишите так: floor(n, scale?)."]
    assert warnings("floor(число: 5)") == [
        "Функция «floor»: имена значений не те, пишите так: floor(n, scale?)."
    ]
    assert warnings("такой функции нет(5)") == ["Нет функции «такой функции нет»."]
