"""Ranges, `in`, and unary tests."""

from __future__ import annotations

import pytest

from engine import feel
from tests.engine.feel.asking import means, value


@pytest.mark.parametrize(
    ("span", "inside"),
    [
        ("[2..4]", [2, 3, 4]), ("(2..4)", [3]), ("[2..4)", [2, 3]), ("(2..4]", [3, 4]),
        ("]2..4[", [3]), ("[2..4[", [2, 3]), ("]2..4]", [3, 4]),
        ("(< 3)", [1, 2]), ("(<= 3)", [1, 2, 3]), ("(> 3)", [4, 5]), ("(>= 3)", [3, 4, 5]),
    ],
)  # fmt: skip
def test_a_bracket_says_whether_the_end_belongs(span: str, inside: list[int]):
    assert [number for number in range(1, 6) if value(f"{number} in {span}")] == inside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 in [2, 3, 1]", "true"),
        ("5 in (1, 2)", "false"),
        ("5 in (< 3, > 4)", "true"),
        ("5 in < 3", "false"),
        ("5 in 5", "true"),
        ("5 in !=5", "false"),
        ('"б" in ["а".."в"]', "true"),
        ("5 in [[1..3], [5..7]]", "true"),
        ("[1, 2] in [[1, 2], [3]]", "true"),
        ("{a: 1} in ({a: 2}, {a: 1})", "true"),
        ("null in [1..5]", "null"),
        ("5 in [1..null]", "null"),
        ("5 in x", "true"),
        ("null in [1, null]", "true"),
        ('@"2026-01-14" in [@"2026-01-01"..@"2026-02-01")', "true"),
    ],
)
def test_in_takes_values_lists_ranges_and_comparisons(text: str, expected: str):
    means(text, expected, x=[1, 5])


@pytest.mark.parametrize(
    ("tests", "passing"),
    [
        ("-", [1, 2, 3, 4, 5]),
        ("3", [3]),
        ("1, 5", [1, 5]),
        ("< 3", [1, 2]),
        ("<= 2, > 4", [1, 2, 5]),
        ("[2..4]", [2, 3, 4]),
        ("not(3)", [1, 2, 4, 5]),
        ("not(1, > 3)", [2, 3]),
        ("не меньше", [4]),
        ("> не меньше", [5]),
        ("список", [1, 2]),
        ("? > 2 and ? != 4", [3, 5]),
        ("odd(?)", [1, 3, 5]),
        ("not(odd(?))", [2, 4]),
        ("not(odd(?)) and ? < 4", [2]),
        ("не меньше = 4", [1, 2, 3, 4, 5]),
        ("!= 3", [1, 2, 4, 5]),
    ],
)
def test_unary_tests_say_which_values_pass(tests: str, passing: list[int]):
    context = {"не меньше": 4, "список": [1, 2]}
    assert [number for number in range(1, 6) if feel.unary(tests, number, context)] == passing


@pytest.mark.parametrize(
    ("tests", "tested", "passes"),
    [
        ('"Высокий", "Средний"', "Средний", True),
        ('not("Высокий")', "Средний", True),
        ('contains(?, "дн")', "Средний", True),
        ("true", True, True),
        ("false", True, False),
        ("true", "да", False),
        ("null", None, True),
        ("< 5", None, False),
        ("not(< 5)", None, False),
        ('not("а")', None, True),
        ("-", None, True),
        ('> date("2026-01-01")', feel.evaluate('@"2026-01-14"', {}), True),
        ("some x in ? satisfies x > 1", [1, 2], True),
        ("[1, 2]", [1, 2], True),
        ("2", [1, 2], False),
    ],
)
def test_unary_tests_know_all_kinds_of_values(tests: str, tested: object, passes: bool):
    assert feel.unary(tests, tested, {}) is passes


def test_a_range_has_members():
    means("[1..5).start", "1")
    means("[1..5).end", "5")
    means("[1..5).start included", "true")
    means("[1..5).end included", "false")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('range("[1..5)")', "[1..5)"),
        ('range("(-1..5.5]")', "(-1..5.5]"),
        ('range("[\\"a\\"..\\"c\\"]")', '["a".."c"]'),
        ('range("[@\\"2026-01-01\\"..date(\\"2026-02-01\\")]")', '[@"2026-01-01"..@"2026-02-01"]'),
        ('range("[18..)")', "(>= 18)"),
        ('range("(..18)")', "(< 18)"),
        ('range("[..18]")', "null"),
        ('range("(..)")', "null"),
        ('range("[1..\\"a\\"]")', "null"),
        ('range("1..5")', "null"),
        ('range("[a..5]")', "null"),
        ('range("[1..")', "null"),
    ],
)
def test_a_range_can_be_read_from_a_text(text: str, expected: str):
    means(text, expected)


def test_ends_that_do_not_compare_make_no_range():
    means('[1.."a"]', "null")


RELATIONS = """
before(1, 10) | before(10, 1) | before(1, 1)
before(1, [2..5]) | before(1, [1..5]) | before(1, (0..5))
before(1, (1..5]) |
before([1..5], 10) | before([1..5], 5) |
before([1..5), 5) |
before([1..5], [6..10]) | before([1..5], [5..10]) |
before([1..5), [5..10]) | before([1..6], [5..10]) |
after(10, 5) | after(5, 10) |
after(12, [2..5]) | after(5, [2..5]) |
after([11..20], 10) | after([5..20], 10) |
after([11..20], [1..10]) | after([10..20], [1..10]) |
after((10..20], [1..10]) |
meets([1..5], [5..10]) | meets([1..5), [5..10]) | meets([1..5], [6..10])
met by([5..10], [1..5]) | met by([5..10], [1..5)) |
overlaps([1..5], [3..8]) | overlaps([1..3], [4..8]) | overlaps([1..5), [5..8])
overlaps([3..8], [1..5]) | overlaps((5..8], [1..5]) |
overlaps before([1..5], [3..8]) | overlaps before([3..8], [1..5]) | overlaps before([1..8], [3..5])
overlaps before([1..5), (1..5]) | overlaps before([1..5], [1..5]) |
overlaps after([3..8], [1..5]) | overlaps after([1..5], [3..8]) |
finishes(10, [1..10]) | finishes(10, [1..10)) |
finishes([5..10], [1..10]) | finishes([5..10), [1..10]) | finishes([1..10], [5..10])
finished by([1..10], 10) | finished by([1..10), 10) |
finished by([1..10], [5..10]) | finished by([5..10], [1..10]) |
includes([1..10], 5) | includes([1..10], 12) | includes((1..10], 1)
includes([1..10], [4..6]) | includes([4..6], [1..10]) |
includes([1..10], (1..10)) | includes((1..10), [1..10]) |
during(5, [1..10]) | during(12, [1..10]) |
during([4..6], [1..10]) | during([1..10], [4..6]) |
starts(1, [1..10]) | starts(2, [1..10]) | starts(1, (1..10])
starts([1..5], [1..10]) | starts((1..5], [1..10]) |
started by([1..10], 1) | started by((1..10], 1) |
started by([1..10], [1..5]) | started by([1..5], [1..10]) |
coincides(5, 5) | coincides(5, 6) |
coincides([1..5], [1..5]) | coincides([1..5], (1..5]) |
before((< 5), [5..9]) | before((<= 5), [5..9]) |
includes((> 5), [6..9]) | includes((> 5), [5..9]) |
"""


@pytest.mark.parametrize("line", [line for line in RELATIONS.splitlines() if line])
def test_points_and_ranges_lie_to_each_other_as_the_standard_says(line: str):
    """The first of a line holds, the others do not."""
    holds, *others = [part.strip() for part in line.split("|") if part.strip()]
    assert value(holds) is True
    assert [value(other) for other in others] == [False] * len(others)


def test_a_relation_of_what_does_not_compare_is_null():
    means('before(1, "2")', "null")
    means("before(null, 1)", "null")
    means("meets(1, [1..2])", "null")
    means("includes(range: [1..5], point: 3)", "true")
