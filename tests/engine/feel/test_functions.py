"""Functions written in expressions, calls, types, and functions of the program."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine import feel
from tests.engine.feel.asking import means, value, warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a, b) a + b)(1, 2)", "3"),
        ("(function() 5)()", "5"),
        ("{f: function(a) a * 2, r: f(4)}.r", "8"),
        ("{f: function(a) a * 2, r: f(a: 4)}.r", "8"),
        ("{f: function(a: number) a}.f([5])", "5"),
        ('{f: function(a: number) a}.f("5")', "null"),
        ("{f: function(a: number) a}.f(null)", "null"),
        ("{f: function(a: list<number>) count(a)}.f(5)", "1"),
        ("{f: function(a) a}.f(1, 2)", "null"),
        ("{f: function(a) a}.f(b: 1)", "null"),
        ("{f: function(a, b) [a, b]}.f(b: 1)", "[null, 1]"),
        ("append(list: [1], item: 2)", "[1, 2]"),
        ("concatenate(list: [1, 2])", "[1, 2]"),
        ("{n: 5, f: function(a) a + n, r: f(1)}.r", "6"),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(10)}.r", "3628800"),
        ("{f: function(g, x) g(g(x)), r: f(function(y) y + 1, 5)}.r", "7"),
        ("(function(x) function(y) x + y)(1)(2)", "3"),
        ("{f: abs, r: f(-5)}.r", "5"),
        ("for f in [floor, ceiling] return f(1.5)", "[1, 2]"),
        ("5()", "null"),
        ('"abs"(-1)', "null"),
        ("floor(n: 1.5)", "1"),
        ("floor(n: 1.5, n: 2)", "null"),
    ],
)
def test_functions_are_values(text: str, expected: str):
    means(text, expected)


def test_foreign_code_is_never_run_and_that_is_said():
    text = '(function(a) external {java: {class: "java.lang.Runtime", method signature: "exit(int)"}})(1)'
    assert value(text) is None
    assert warnings(text) == ["Внешние функции (Java, PMML) здесь не выполняются."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", "true"),
        ('"1" instance of number', "false"),
        ("null instance of number", "false"),
        ("null instance of Null", "true"),
        ("1 instance of Any", "true"),
        ('@"2026-01-14" instance of date', "true"),
        ('@"2026-01-14T10:00:00" instance of date', "false"),
        ('@"2026-01-14T10:00:00" instance of date and time', "true"),
        ('@"10:00:00" instance of time', "true"),
        ('@"P1D" instance of days and time duration', "true"),
        ('@"P1Y" instance of years and months duration', "true"),
        ('@"P1Y" instance of days and time duration', "false"),
        ("[1, 2] instance of list<number>", "true"),
        ('[1, "2"] instance of list<number>', "false"),
        ("[[1]] instance of list<list<number>>", "true"),
        ("[1] instance of list<Any>", "true"),
        ("[1] instance of list", "null"),
        ("{a: 1} instance of context", "null"),
        ("sum instance of function", "null"),
        ("[1..2] instance of range", "null"),
        ("{a: 1} instance of context<a: number>", "true"),
        ('{a: "1"} instance of context<a: number>', "false"),
        ("{} instance of context<a: number>", "false"),
        ("{a: 1, b: 2} instance of context<a: number>", "true"),
        ("[1..5] instance of range<number>", "true"),
        ("[1..5] instance of range<string>", "false"),
        ("(function(a: number) a) instance of function<number> -> Any", "true"),
        ("(function(a) a) instance of function<number, number> -> Any", "false"),
        ("(function(a: Any) a) instance of function<number> -> Any", "true"),
        ("(function(a: string) a) instance of function<number> -> Any", "false"),
        ("(function(a: list<Any>) a) instance of function<list<number>> -> Any", "true"),
        (
            "(function(a: context<b: number>) a) instance of function<context<b: number, c: string>> -> Any",
            "true",
        ),
        ("(function(a: context<b: number>) a) instance of function<context<c: string>> -> Any", "false"),
        ("floor instance of function<number, number> -> number", "true"),
        ("5 instance of function<number> -> number", "false"),
        ("1 instance of нечто", "null"),
        ("1 + 2 instance of number", "null"),
        ("(1 + 2) instance of number and true", "true"),
    ],
)
def test_instance_of_asks_for_the_type(text: str, expected: str):
    means(text, expected)


def test_functions_of_the_program_can_be_called():
    def working_days(start_date: date, n: Decimal) -> date:
        return date(2026, 1, 21) if (start_date, n) == (date(2026, 1, 14), Decimal(5)) else start_date

    for text in ('working days(@"2026-01-14", 5)', 'working days(start date: @"2026-01-14", n: 5)'):
        assert feel.evaluate(text, {}, functions={"working days": working_days}) == date(2026, 1, 21)


def test_functions_may_come_with_each_evaluation():
    expression = feel.compile('term("T15") + @"P1D"', functions=["term"])
    assert expression.functions == {"term"}
    for day in (1, 2):
        found = expression.evaluate({}, functions={"term": lambda _key, day=day: date(2026, 1, day)})
        assert found == date(2026, 1, day + 1)


def test_a_function_of_the_program_may_have_a_name_that_needs_to_be_known():
    assert feel.evaluate("срок в днях(5)", {}, functions={"срок в днях": lambda n: n * 2}) == 10
    assert feel.evaluate("до-и-после(5)", {}, functions={"до-и-после": lambda n: n}) == 5


def test_what_a_function_of_the_program_answers_becomes_a_value_of_feel():
    def answer(result: Any) -> Any:
        return feel.evaluate("f()", {}, functions={"f": lambda: result})

    assert answer(5) == Decimal(5)
    assert isinstance(answer(5), Decimal)
    assert answer((1, {"a": 0.5})) == [Decimal(1), {"a": Decimal("0.5")}]
    assert answer(object()) is None


def test_a_function_of_the_program_can_refuse():
    def refuse(_key: str) -> None:
        raise feel.Problem("такого срока нет")

    found: list[feel.FeelWarning] = []
    assert feel.evaluate('term("X")', {}, functions={"term": refuse}, warnings=found) is None
    assert [warning.message for warning in found] == ["Функция «term»: такого срока нет."]


def test_arguments_of_functions_of_the_program_are_counted():
    functions = {"f": lambda a, b=None: a}
    assert feel.evaluate("f(1)", {}, functions=functions) == 1
    assert feel.evaluate("f(1, 2)", {}, functions=functions) == 1
    assert feel.evaluate("f(b: 2, a: 3)", {}, functions=functions) == 3
    assert feel.evaluate("f()", {}, functions=functions) is None
    assert feel.evaluate("f(1, 2, 3)", {}, functions=functions) is None
    assert feel.evaluate("f(c: 2, a: 3)", {}, functions=functions) is None


def test_now_and_today_are_the_moment_of_the_evaluation():
    moment = datetime(2026, 1, 14, 10, 30, tzinfo=UTC)
    assert feel.evaluate("now()", {}, now=moment) == moment
    assert feel.evaluate("today()", {}, now=moment) == date(2026, 1, 14)
    assert feel.evaluate("now()", {}) is None
    assert warnings("today()") == ["Функция «today»: текущий момент здесь не известен."]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (5, Decimal(5)),
        (0.1, Decimal("0.1")),
        (True, True),
        (float("nan"), None),
        (Decimal("NaN"), None),
        (Decimal("sNaN"), None),
        (Decimal("Infinity"), None),
        (Decimal("1E+999999999"), None),
        (Decimal("1E-999999999"), Decimal("0E-6176")),
        ([10**7000], [None]),
        ([Decimal("NaN"), 1], [None, Decimal(1)]),
        ((1, 2), [Decimal(1), Decimal(2)]),
        ({"a": [1, {"b": 2}]}, {"a": [Decimal(1), {"b": Decimal(2)}]}),
        ({1: 2}, {"1": Decimal(2)}),
    ],
)
def test_values_of_python_become_values_of_feel(given: object, expected: object):
    got = feel.evaluate("x", {"x": given})
    assert got == expected
    assert type(got) is type(expected)


def test_keys_of_any_kind_do_no_harm():
    data: dict[Any, Any] = {
        1: 2,
        None: 3,
        ("a",): 4,
        "a" * 10_000 + "-": 5,
        "": 6,
        "  ": 7,
        "a\nb-c": 8,
        "x": 9,
    }
    assert feel.evaluate("x", data) == 9
    assert feel.evaluate("d.x", {"d": data}) == 9


def test_what_feel_does_not_know_is_null_and_says_so():
    assert value("x", x=object()) is None
    assert warnings("x", x={1, 2}) == ["Значение «x» такого вида (set) здесь не годится."]
    assert feel.unary("< 5", object(), {}) is False


def test_attributes_of_python_objects_are_out_of_reach():
    for text in ("x.__class__", "x.real", 'get value(x, "__class__")', "f.__globals__", "f.invoke"):
        assert feel.evaluate(text, {"x": "строка", "f": value("function(a) a")}) is None


def test_data_are_not_changed_by_an_evaluation():
    data = {"список": [3, 1], "набор": {"a": [1]}}
    feel.evaluate('{x: sort(список), y: context put(набор, "b", 1), z: append(список, 5)}', data)
    assert data == {"список": [3, 1], "набор": {"a": [1]}}
