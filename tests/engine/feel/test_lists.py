"""Filters, paths, loops, and the functions over lists."""

from __future__ import annotations

import pytest

from tests.engine.feel.asking import means, warnings

FAMILY = {
    "семья": [
        {"имя": "Анна", "возраст": 34, "доход": 9000},
        {"имя": "Пётр", "возраст": 7, "доход": None},
        {"имя": "Мария", "возраст": 61, "доход": 15000},
    ],
    "порог": 10000,
    "возраст": 100,
}  # Invented people.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3][1]", "1"),
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][0]", "null"),
        ("[1, 2, 3][4]", "null"),
        ("[1, 2, 3][1.5]", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[1, 2, 3][true]", "[1, 2, 3]"),
        ("[1, 2, 3][false]", "[]"),
        ("[1, 2, 3][null]", "[]"),
        ("[1, 2, 3][count([1, 2])]", "2"),
        ("[][1]", "null"),
        ("[][item > 1]", "[]"),
        ("5[1]", "5"),
        ("5[item > 3]", "[5]"),
        ("null[1]", "null"),
        ("null[item > 1]", "null"),
        ("[{item: 1}, {item: 2}][item >= 2]", "[{item: 2}]"),
        ("[[1, 2], [3]][count(item) = 1]", "[[3]]"),
        ("[1, 2, 3, 4][item > 1][item < 4][1]", "2"),
    ],
)
def test_a_filter_takes_a_place_or_a_condition(text: str, expected: str):
    means(text, expected)


def test_in_a_filter_members_of_the_item_come_before_variables():
    means("семья[возраст < 18].имя", '["Пётр"]', **FAMILY)
    means("семья[доход < порог].имя", '["Анна"]', **FAMILY)
    means("семья[item.возраст > 60][1].имя", '"Мария"', **FAMILY)
    means("[1, 2][возраст > 5]", "[1, 2]", **FAMILY)


def test_filters_inside_one_another_keep_their_items_apart():
    means("[1, 2, 3][count([2, 3, 4][item > 2]) = 2]", "[1, 2, 3]")
    means("[{a: 1, b: [{a: 5}]}][b[a = 5][1].a = 5].a", "[1]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: {b: 1}}.a.b", "1"),
        ("[{a: 1}, {a: 2}].a", "[1, 2]"),
        ("[{a: 1}, {b: 2}].a", "[1, null]"),
        ("[{a: [1]}, {a: [2, 3]}].a", "[[1], [2, 3]]"),
        ("{a: 1}.b", "null"),
        ("null.a", "null"),
        ("5.a", "null"),
    ],
)
def test_a_path_goes_into_contexts_and_through_lists(text: str, expected: str):
    means(text, expected)


def test_a_path_that_leads_nowhere_says_so():
    assert warnings("{a: 1}.б") == ["Поля «б» нет."]
    assert warnings('"а".б') == ["У этого значения (строка) нет поля «б»."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in [1, 2, 3] return i * i", "[1, 4, 9]"),
        ("for i in 1..3 return i", "[1, 2, 3]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in -1..1 return i", "[-1, 0, 1]"),
        ("for i in [1..3] return i", "[1, 2, 3]"),
        ("for i in (1..4) return i", "[2, 3]"),
        ("for i in n..n + 2 return i", "[5, 6, 7]"),
        ("for i in 1..2, j in i..2 return [i, j]", "[[1, 1], [1, 2], [2, 2]]"),
        ("for i in [] return i", "[]"),
        ("for i in 5 return i", "[5]"),
        ("for i in null return i", "null"),
        ('for i in "а".."в" return i', "null"),
        ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5]"),
        ("for i in 1..3 return count(partial)", "[0, 1, 2]"),
        ("for i in 1..2 return partial", "[[], [[]]]"),
        ('for d in @"2026-01-30"..@"2026-02-01" return d', '[@"2026-01-30", @"2026-01-31", @"2026-02-01"]'),
        ("for i in 1..2 return for j in 1..2 return i * j", "[[1, 2], [2, 4]]"),
        ("(for i in 1..2 return function() i)[2]()", "2"),
    ],
)
def test_for_makes_a_list(text: str, expected: str):
    means(text, expected, n=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some x in [1, 2] satisfies x > 1", "true"),
        ("some x in [1, 2] satisfies x > 2", "false"),
        ("every x in [1, 2] satisfies x > 0", "true"),
        ("every x in [1, 2] satisfies x > 1", "false"),
        ("some x in [] satisfies x > 1", "false"),
        ("every x in [] satisfies x > 1", "true"),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", "true"),
        ("every x in 1..3 satisfies x < 4", "true"),
        ("some x in [null, 2] satisfies x > 1", "true"),
        ("some x in [null, 1] satisfies x > 1", "null"),
        ("every x in [null, 2] satisfies x > 1", "null"),
        ("some x in null satisfies x", "null"),
    ],
)
def test_some_and_every_ask_each_item(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if true then 1 else 2", "1"),
        ("if false then 1 else 2", "2"),
        ("if null then 1 else 2", "2"),
        ('if "true" then 1 else 2', "2"),
        ("if false then 1 else if true then 2 else 3", "2"),
        ("(if true then 1 else 2) + 10", "11"),
        ("if true then 1 else 2 + 10", "1"),
    ],
)
def test_if_takes_the_else_unless_the_condition_is_true(text: str, expected: str):
    means(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("list contains([1, null], null)", "true"),
        ("list contains([1, 2], 3)", "false"),
        ("list contains(null, 1)", "null"),
        ("count([1, 2, null])", "3"),
        ("count([])", "0"),
        ("min([3, 1, 2])", "1"),
        ("min(3, 1, 2)", "1"),
        ("min([])", "null"),
        ('max("а", "в", "б")', '"в"'),
        ('max(@"P1D", @"PT25H")', '@"P1DT1H"'),
        ('max(1, "а")', "null"),
        ("max([1, null])", "null"),
        ("sum([1, 2, 3])", "6"),
        ("sum(1, 2)", "3"),
        ("sum([])", "null"),
        ('sum([1, "2"])', "null"),
        ("mean([1, 2, 3])", "2"),
        ("mean(1, 2)", "1.5"),
        ("product([2, 3, 4])", "24"),
        ("median([8, 2, 5, 3, 4])", "4"),
        ("median([6, 1, 2, 3])", "2.5"),
        ("median([])", "null"),
        ("stddev([47])", "null"),
        ("stddev(2, 4, 7, 5) = 2.081665999466132735282297706979931", "true"),
        ("mode([6, 3, 9, 6, 6])", "[6]"),
        ("mode(6, 1, 9, 6, 1)", "[1, 6]"),
        ("mode([])", "[]"),
        ("mode([1, null])", "null"),
        ("all([true, false])", "false"),
        ("all([true, null])", "null"),
        ("all([])", "true"),
        ("any([false, null, true])", "true"),
        ("any([false, null])", "null"),
        ("any([])", "false"),
        ("sublist([4, 5, 6], 1, 2)", "[4, 5]"),
        ("sublist([4, 5, 6], 2)", "[5, 6]"),
        ("sublist([4, 5, 6], -2, 1)", "[5]"),
        ("sublist([4, 5, 6], 0)", "null"),
        ("sublist([4, 5, 6], 3, 2)", "null"),
        ("append([1], 2, 3)", "[1, 2, 3]"),
        ("append([1], [2])", "[1, [2]]"),
        ("append(1, 2)", "[1, 2]"),
        ("append([1], null)", "[1, null]"),
        ("append(null, 1)", "null"),
        ("concatenate([1, 2], [3])", "[1, 2, 3]"),
        ("concatenate([1], 2, [[3]])", "[1, 2, [3]]"),
        ("insert before([1, 3], 1, 2)", "[2, 1, 3]"),
        ("insert before([1, 3], -1, 2)", "[1, 2, 3]"),
        ("insert before([1], 5, 2)", "null"),
        ("remove([1, 2, 3], 2)", "[1, 3]"),
        ("remove([1, 2, 3], -1)", "[1, 2]"),
        ("remove([1], 0)", "null"),
        ("list replace([1, 2, 3], 2, 5)", "[1, 5, 3]"),
        ("list replace([1, 2, 3], function(item, newItem) item < newItem, 3)", "[3, 3, 3]"),
        ("list replace([1], function(item, newItem) 5, 3)", "null"),
        ("reverse([1, 2, 3])", "[3, 2, 1]"),
        ("index of([1, 2, 3, 2], 2)", "[2, 4]"),
        ("index of([1, null], null)", "[2]"),
        ("index of([1], 5)", "[]"),
        ("union([1, 2], [2, 3])", "[1, 2, 3]"),
        (
            'distinct values([1, 1.0, "1", true, null, null, [1], [1], {a: 1}, {a: 1}])',
            '[1, "1", true, null, [1], {a: 1}]',
        ),
        ("flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"),
        ("sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]"),
        ("sort([3, 1, 2], function(x, y) x > y)", "[3, 2, 1]"),
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ('sort([1, "a"])', "null"),
        ("sort(list: [2, 1], precedes: function(x, y) x < y)", "[1, 2]"),
        ('string join(["а", null, "в"], ", ")', '"а, в"'),
        ('string join(["а", "в"])', '"ав"'),
        ('string join(["а", "в"], null)', '"ав"'),
        ('string join([], ",")', '""'),
        ("string join([1, 2])", "null"),
    ],
)
def test_functions_over_lists(text: str, expected: str):
    means(text, expected)


def test_sorting_keeps_the_order_of_equals():
    people = '[{n: "а", v: 2}, {n: "б", v: 1}, {n: "в", v: 2}, {n: "г", v: 1}]'
    means(f"sort({people}, function(x, y) x.v < y.v).n", '["б", "г", "а", "в"]')
