"""Names: of several words, with signs, with keywords in them; and where they are looked up."""

from __future__ import annotations

import pytest

from engine import feel
from tests.engine.feel.asking import means, value, warnings


def test_words_side_by_side_are_one_name():
    means("среднедушевой доход < 10000", "true", **{"среднедушевой доход": 9000})
    means("среднедушевой \n  доход", "9000", **{"среднедушевой доход": 9000})
    means("доход за 2025 год + 1", "6", **{"доход за 2025 год": 5})


@pytest.mark.parametrize(
    "name",
    [
        "a-b",
        "дата и in",
        "1-й взнос",
        "№ дела",
        "Нуждается?",
        "доход/4",
        "a.b",
        "if only",
        "Сумма, руб.",
        "some or other",
    ],
)
def test_a_known_name_may_hold_signs_and_keywords(name: str):
    assert feel.evaluate(f"{name} + 1", {name: 1}) == 2


def test_signs_are_operators_where_no_such_name_is_known():
    means("a-b", "3", a=5, b=2)
    means("a-b", "7", a=5, b=2, **{"a-b": 7})
    means("a - b", "7", a=5, b=2, **{"a-b": 7})
    means("(a) - (b)", "3", a=5, b=2, **{"a-b": 7})


def test_the_longest_known_name_wins():
    means("рост in доме", "1", **{"рост": [2], "доме": 3, "рост in доме": 1})


def test_members_of_given_data_are_known_names_too():
    data = {"заявитель": {"доход/4": 100, "дети": [{"возраст-1": 5}, {"возраст-1": 9}]}}
    means("заявитель.доход/4", "100", **data)
    means("заявитель.дети[возраст-1 > 6].возраст-1", "[9]", **data)


def test_a_key_of_a_context_literal_is_known_from_there_on():
    means("{a+b: 1, c: a+b + 1}.c", "2")
    means("{a+b: 1}.a+b", "1")


@pytest.mark.parametrize("key", ["{", "(", "0", "1", "true", "null", "if", "-", "+", "1.5", "[", "and"])
def test_a_key_never_changes_the_grammar(key: str):
    text = "[{}, (0), true, null, if 1 = 1.5 then 2 else -3, [1] = [1] and true, 1 + 1]"
    context = f'{{"{key}": "ключ", x: {text}}}.x'
    assert value(context) == value(text) == feel.evaluate(text, {key: "ключ"})


def test_built_in_names_with_keywords_are_known_where_they_are_called():
    means('date and time("2026-01-14T10:00:00").year', "2026")
    means("date and time", "true", date=True, time=True)


def test_an_expression_tells_the_names_it_uses():
    expression = feel.compile("возраст >= 18 and семья[доход < порог].имя = f(x)")
    assert expression.names == {"возраст", "семья", "доход", "порог", "x"}
    assert expression.certain_names == {"возраст", "семья", "x"}
    assert expression.functions == {"f"}


def test_names_bound_inside_are_no_free_names():
    text = "{a: 1, f: function(x) x + a, y: for i in s return partial[-1], z: some q in s satisfies q = item}"
    assert feel.compile(text).names == {"s", "item"}


def test_an_unknown_name_is_null_and_says_so():
    assert value("доход + 1") is None
    assert warnings("доход") == ["Нет значения с именем «доход»."]


def test_a_variable_does_not_hide_a_function_of_its_name():
    means('date("2026-01-14") = date', "true", date=value('@"2026-01-14"'))
    means("count([count])", "1", count=5)


def test_a_function_in_the_data_hides_a_built_in_one():
    means("sum(1)", "2", sum=value("function(a) a + 1"))


def test_given_names_for_compiling_may_show_their_members():
    expression = feel.compile("a.b-c + d-e", names={"a": {"b-c": {}}, "d-e": None})
    assert expression.evaluate({"a": {"b-c": 1}, "d-e": 2}) == 3
    assert expression.names == {"a", "d-e"}
