"""What a slip of the pen looks like: the place and what was expected there."""

from __future__ import annotations

import pytest

from engine import feel
from engine.errors import MarshrutError
from tests.engine.feel.asking import refused, value, warnings


@pytest.mark.parametrize(
    ("text", "position", "expected", "message"),
    [
        ("", 0, ("значение",), "Нужно значение, а выражение кончилось."),
        ("1 +", 3, ("значение",), "Нужно значение, а выражение кончилось."),
        ("(1 + 2", 6, (")", "знак действия"), "Нужно «)» или знак действия, а выражение кончилось."),
        ("[1, 2", 5, (",", "]"), "Нужно «,» или «]», а выражение кончилось."),
        ("{a 1}", 4, (":",), "Нужно «:», а здесь «}»."),
        ("if a then b", 11, ("else",), "Нужно «else», а выражение кончилось."),
        ("for x in y", 10, ("return",), "Нужно «return», а выражение кончилось."),
        ("some x in y return x", 12, ("satisfies",), "Нужно «satisfies», а здесь «return»."),
        ("доход > ) 5", 8, ("значение",), "Нужно значение, а здесь «)»."),
        (
            "1 2",
            2,
            ("знак действия", "конец выражения"),
            "Нужно знак действия или конец выражения, а здесь «2».",
        ),
        ("5 between 1", 11, ("and",), "Нужно «and», а выражение кончилось."),
        (
            "a.1",
            1,
            ("знак действия", "конец выражения"),
            "Нужно знак действия или конец выражения, а здесь «.1».",
        ),
        ("f(1,)", 4, None, None),
        ("[1..2", 5, ("]", ")"), "Нужно «]» или «)», а выражение кончилось."),
    ],
)
def test_a_mistake_is_shown_where_it_is(
    text: str, position: int, expected: tuple[str, ...] | None, message: str | None
):
    if expected is None:
        feel.compile(text)  # a comma too many before a bracket does no harm
        return
    error = refused(text)
    assert (error.position, error.expected, error.message) == (position, expected, message)


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ("a == 1", 3, "Равенство пишется одним знаком: =."),
        ("a =< 1", 3, "«Не больше» пишется так: <=."),
        ("a <> 1", 3, "«Не равно» пишется так: !=."),
        ("a ≥ 1", 2, "«Не меньше» пишется так: >=."),
        ("a > 1 и b", 6, "«И» пишется словом: and."),
        ("a > 1 OR b", 6, "«Или» пишется словом: or."),
        ("если a > 1 то 2", 11, "Выбор пишется так: if … then … else …"),
        ("1,5 + 1", 1, "Дробь пишется через точку: 1.5. Несколько значений берут в скобки: (1, 5)."),
        ("10 000", 3, "Число пишется без пробелов: 10000."),
        ("1..5", 1, "Промежуток пишется в скобках: [1..5]."),
        ("5 – 3", 2, "Минус — короткая черта: -."),
        ("a between 1 or 5", 12, ""),
        ("a && b", 2, "«И» пишется словом: and."),
        ("a || b", 2, "«Или» пишется словом: or."),
        ("!a", 0, "«Не» пишется словом: not(…)."),
        ("'a'", 0, 'Строки пишутся в прямых двойных кавычках: "…".'),
        ("«a»", 0, 'Строки пишутся в прямых двойных кавычках: "…".'),
        ("[1; 2]", 2, "Части отделяются запятой."),
        ('"абв', 0, 'Закройте её кавычкой ".'),
        ("1 /* 2", 2, "Закройте его знаками */."),
        ("f(a: 1, 2)", 0, "Дайте все одним способом."),
        ("1e99999", 0, "В числе может быть не больше 6145 цифр."),
    ],
)
def test_habits_from_other_languages_get_a_hint(text: str, position: int, hint: str):
    error = refused(text)
    assert (error.position, error.hint) == (position, hint)


def test_an_error_is_one_of_the_program():
    assert isinstance(refused("("), MarshrutError)
    assert issubclass(feel.LimitExceeded, feel.FeelError)


def test_a_mistake_in_unary_tests_is_shown_where_it_is():
    with pytest.raises(feel.FeelError) as caught:
        feel.compile_unary("< 5, >")
    assert caught.value.position == 6


def test_a_warning_shows_its_place():
    found: list[feel.FeelWarning] = []
    feel.evaluate('1 + ("а" - 2)', {}, warnings=found)
    assert [(warning.position, warning.message) for warning in found] == [
        (9, "Нельзя вычесть: строка и число."),
        (2, "Нельзя сложить: число и пусто."),
    ]


SPANS = 'Сроки пишутся так: @"P5D" — пять дней, @"PT2H" — два часа, @"P1M" — месяц.'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("доход больше 5", "Нет значения с именем «доход больше 5». «Больше» пишется знаком: >."),
        ("день + 5", f"Нельзя сложить: дата и число. {SPANS}"),
        (
            'день > "2026-01-01"',
            'Сравниваются значения разного вида: дата и строка. Это пишется так: @"2026-01-31".',
        ),
        ('день - "2026-01-01"', 'Нельзя вычесть: дата и строка. Это пишется так: @"2026-01-31".'),
        ("10 ** 999999", "Такой степени нет или она слишком велика."),
        ("9e6144 + 9e6144", "Число слишком велико."),
        ('if "да" then 1 else 2', "Здесь нужно да или нет, а дано: строка."),
        ('not("да")', "Функция «not»: нужно да или нет, а дано: строка."),
        ("1 instance of деньги", "Вида значений «деньги» нет."),
        ("[1] instance of list", "Нужно сказать, чего: list<number>."),
        ("min()", "Функция «min»: пишите так: min(list) или min(items…)."),
        ("abs(x: 1)", "Функция «abs»: имена значений не те, пишите так: abs(n)."),
        ("sqrt(-1)", "Функция «sqrt»: у отрицательного числа корня нет."),
        ('date("31.01.2026")', "Функция «date»: такой даты нет (пишите так: 2026-01-31)."),
        ("[1][0]", "Места в списке считаются с 1, с конца — с −1."),
        ("[1][2]", "В списке нет места 2, всего значений в нём: 1."),
        ("[2..1]", "Начало промежутка больше его конца."),
    ],
)
def test_a_warning_says_how_to_write_it(text: str, message: str):
    assert warnings(text, день=value('@"2026-01-14"')) == [message]
