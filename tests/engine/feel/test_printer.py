"""Trees as text, and what holds for every text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel.ast import Node
from engine.feel.parser import parse_expression, parse_tests


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1+2 *3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("-(1+2)", "-(1 + 2)"),
        ("(a or b) and c", "(a or b) and c"),
        ("if a then b else (if c then d else e)", "if a then b else if c then d else e"),
        ("(if a then b else c)+1", "(if a then b else c) + 1"),
        ("a.b[c>1].d(1,2)", "a.b[c > 1].d(1, 2)"),
        ('{"a b,":1}', '{"a b,": 1}'),
        ("for i in 1..3,j in xs return i", "for i in 1..3, j in xs return i"),
        ("x in <5", "x in (< 5)"),
        ("x instance of list< number >", "x instance of list<number>"),
        ("x instance of context<a:number,b:range<date>>", "x instance of context<a: number, b: range<date>>"),
        (
            "x instance of function<t.a, date and time>->Any",
            "x instance of function<t.a, date and time> -> Any",
        ),
        ("f(a:1,b c:2)", "f(a: 1, b c: 2)"),
        ("(2**3)**2", "2 ** 3 ** 2"),
        ("2**(3**2)", "2 ** (3 ** 2)"),
        ("function(a:number,b) external {java:1}", "function(a: number, b) external {java: 1}"),
    ],
)
def test_a_tree_is_printed_with_no_more_brackets_than_needed(text: str, printed: str):
    assert feel.to_source(parse_expression(text)) == printed


@pytest.mark.parametrize("text", ["-", "< 5, >= 10", "not(1, 2)", '"а", [1 .. 5)', "? > 5"])
def test_tests_are_printed_as_they_are_written(text: str):
    assert feel.to_source(parse_tests(text)) == text


NAMES = st.sampled_from(["a", "доход", "дата рождения", "x1", "item", "?"])
NUMBERS = st.decimals(0, 10**12, allow_nan=False, allow_infinity=False, places=3).map(
    lambda number: f"{number:f}"
)
STRINGS = st.text(max_size=8).map(lambda text: feel.to_text([text])[1:-1])
LEAVES = st.one_of(
    NAMES, NUMBERS, STRINGS, st.sampled_from(["true", "false", "null", '@"P1D"', '@"2026-01-14"', "[]", "{}"])
)
BINARY = st.sampled_from(
    ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between 1 and"]
)


def grown(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(smaller, BINARY, smaller).map(" ".join),
        smaller.map(lambda one: f"({one})"),
        smaller.map(lambda one: f"-{one}"),
        st.tuples(smaller, smaller, smaller).map(lambda parts: "if {} then {} else {}".format(*parts)),
        st.lists(smaller, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(smaller, smaller).map(lambda parts: "[{}..{}]".format(*parts)),
        st.tuples(NAMES, smaller).map(lambda parts: "{{k {}: {}}}".format(*parts)),
        st.tuples(smaller, smaller).map(lambda parts: "({})[{}]".format(*parts)),
        st.tuples(smaller, smaller).map(lambda parts: "for i in {} return {}".format(*parts)),
        st.tuples(smaller, smaller, smaller).map(
            lambda parts: "some i in {}..{} satisfies {}".format(*parts)
        ),
        st.tuples(NAMES, smaller).map(lambda parts: "{}({})".format(*parts)),
        smaller.map(lambda one: f"({one}).member"),
        smaller.map(lambda one: f"{one} instance of number"),
        smaller.map(lambda one: f"function(p, q: list<number>) {one}"),
        st.tuples(smaller, smaller).map(lambda parts: "x in (< ({}), {})".format(*parts)),
        st.tuples(st.sampled_from(["sum", "count", "string", "sort", "max", "not", "flatten"]), smaller).map(
            lambda parts: "{}({})".format(*parts)
        ),
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=12)


def tree_of(text: str) -> Node | None:
    try:
        return parse_expression(text)
    except feel.FeelError:
        return None


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_what_is_printed_is_read_as_the_same_tree(text: str):
    tree = tree_of(text)
    if tree is not None:
        printed = feel.to_source(tree)
        assert parse_expression(printed) == tree
        assert feel.to_source(parse_expression(printed)) == printed


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_an_expression_gives_a_value_or_an_error_in_words(text: str):
    with suppress(feel.FeelError):
        value = feel.evaluate(text, {"a": 1, "доход": [1, {"member": 2}], "x1": "а"})
        assert feel.kind_of(value)
        assert isinstance(feel.to_text(value), str)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list('a1.,:()[]{}<>=!+-*/@"\\? \nжand№')), max_size=30))
def test_any_text_gives_a_value_or_an_error_with_its_place(text: str):
    for ask in (feel.evaluate, lambda tests, context: feel.unary(tests, Decimal(1), context)):
        assert 0 <= place_of_error(ask, text) <= len(text)


def place_of_error(ask: Callable[[str, dict[str, Any]], Any], text: str) -> int:
    """Where the error is; 0 without one or without a place."""
    try:
        ask(text, {"a": 1})
    except feel.FeelError as error:
        return error.position or 0
    return 0


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.decimals(-(10**6), 10**6, places=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_the_text_of_a_value_is_an_expression_for_it(value: object):
    text = feel.to_text([value])
    assert feel.to_text(feel.evaluate(text, {})) == text
