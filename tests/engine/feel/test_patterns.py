"""matches, replace and split: patterns of XPath."""

from __future__ import annotations

from contextlib import suppress

import pytest

from engine import feel
from tests.engine.feel.asking import warnings


def matches(string: str, pattern: str, flags: str | None = None) -> object:
    return feel.evaluate("matches(s, p, f)", {"s": string, "p": pattern, "f": flags})


@pytest.mark.parametrize(
    ("string", "pattern", "flags"),
    [
        ("абракадабра", "ака", None),
        ("абракадабра", "^а.*а$", None),
        ("123-456-789 00", r"^\d{3}-\d{3}-\d{3} \d{2}$", None),
        ("79161234567", r"^(\+7|7|8)\d{10}$", None),
        ("ivan@example.ru", r"^\w+@\w+(\.\w+)+$", None),
        ("б", "^[а-в]$", None),
        ("я", "^[^а-в]$", None),
        ("x", "[a-z-[aeiou]]", None),
        ("-", "^[a-]$", None),
        ("]", r"^[\]]$", None),
        ("АБВ", "абв", "i"),
        ("\u212a", "k", "i"),
        ("аб\nвг", "^вг$", "m"),
        ("а\nб", "а.б", "s"),
        ("аб", " а б ", "x"),
        ("а.б", "а.б", "q"),
        ("abab", r"^(ab)\1$", None),
        ("aA", r"^(a)\1$", "i"),
        ("Ж", r"\p{Lu}", None),
        ("ж", r"^\P{Lu}$", None),
        ("ж", r"^\p{IsCyrillic}$", None),
        ("ж-1", r"^\c+$", None),
        ("a\tb", r"a\sb", None),
        ("", "^$", None),
        ("aaa", "^a{2,3}$", None),
        ("aaaa", "^a{2,}$", None),
        ("ab", "^(a|ab)$", None),
        ("abcd", "^(?:a|ab)(?:c|bcd)$", None),
        ("aaab", "^a*?b$", None),
        ("aab", "(a*)*b", None),
    ],
)
def test_a_pattern_matches(string: str, pattern: str, flags: str | None):
    assert matches(string, pattern, flags) is True


@pytest.mark.parametrize(
    ("string", "pattern", "flags"),
    [
        ("абв", "г", None),
        ("АБВ", "абв", None),
        ("e", "[a-z-[aeiou]]", None),
        ("O", "[A-Z-[OI]]", "i"),
        ("а\nб", "а.б", None),
        ("аб\n", "б$", None),
        ("q", "[^Q]", "i"),
        ("а б", "аб", None),
        ("ахб", "а.б", "q"),
        ("a", "^a{2}$", None),
        ("abac", r"^(ab)\1$", None),
    ],
)
def test_a_pattern_does_not_match(string: str, pattern: str, flags: str | None):
    assert matches(string, pattern, flags) is False


@pytest.mark.parametrize(
    "pattern",
    [
        "(", "a)", "[", "[]", "*a", "a**", "a{2", "a{3,2}", r"\y", r"\3", r"(a)\2", r"(a\1)", r"\p{Xx}",
        r"[a\1]", "[z-a]", "a{5000}", "(a{1000}){1000}", "(" * 100 + ")" * 100, "a\\",
    ],
)  # fmt: skip
def test_a_wrong_pattern_is_null_and_says_what_is_wrong(pattern: str):
    assert matches("a", pattern) is None
    assert warnings('matches("a", x)', x=pattern)[0].startswith("Функция «matches»: образец")


@pytest.mark.parametrize("flags", ["X", "p", " ", "ii?"])
def test_an_unknown_flag_is_null(flags: str):
    assert matches("a", "a", flags) is None


@pytest.mark.parametrize(
    ("string", "pattern", "replacement", "result"),
    [
        ("абракадабра", "бра", "*", "а*када*"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("abc", "b", "$0$0", "abbc"),
        ("abc", "(b)", "$12", "ab2c"),
        ("abc", "b", r"\$\\", r"a$\c"),
        ("abc", "x", "y", "abc"),
        ("aaa", "a+?", "b", "bbb"),
        ("2026-01-14", r"(\d+)-(\d+)-(\d+)", "$3.$2.$1", "14.01.2026"),
    ],
)
def test_replacing_puts_groups_where_they_are_named(string: str, pattern: str, replacement: str, result: str):
    names = {"s": string, "p": pattern, "r": replacement}
    assert feel.evaluate("replace(s, p, r)", names) == result


@pytest.mark.parametrize(("pattern", "replacement"), [("a*", "b"), ("a", "$"), ("a", "\\n")])
def test_replacing_nothing_or_with_a_wrong_replacement_is_null(pattern: str, replacement: str):
    assert feel.evaluate("replace(s, p, r)", {"s": "abc", "p": pattern, "r": replacement}) is None


def test_a_literal_replacement_knows_no_groups():
    assert feel.evaluate('replace("a.b", ".", "$1", "q")', {}) == "a$1b"


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|aa)+$", "(a|a)*$", "a*a*a*a*a*a*a*b", "(x?){900}y", "((a*)*)*b", "(.*)*(.*)*(.*)*b"],
)
def test_no_pattern_makes_the_machine_go_round_in_circles(pattern: str):
    """Each of these takes `re` or its like longer than anybody waits: here it has an answer or is stopped."""
    with suppress(feel.LimitExceeded):
        assert matches("a" * 3000 + "!", pattern) in (True, False)


def test_a_back_reference_that_takes_too_long_is_stopped():
    with pytest.raises(feel.LimitExceeded):
        matches("a" * 3000, r"(.*)\1\1\1b")
