"""Patterns are tested as JavaScript tests them, and in time that grows with the text and no faster."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formjs.patterns import BadPattern, Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("а", "баб", True),
        ("^а", "ба", False),
        ("а$", "аб", False),
        ("а$", "а\n", False),
        ("^$", "", True),
        ("^$", "а", False),
        ("", "что угодно", True),
        ("^а|б$", "вб", True),
        ("^а|б$", "вбв", False),
        ("[а-в-]", "-", True),
        ("[^а]", "а", False),
        (r"[\]]", "]", True),
        (r"\u0451", "ё", True),
        (r"\x41", "A", True),
        (r"\.", "а", False),
        (r"\/", "/", True),
        (r"\D", "١", True),
        (r"^[\d\s]+$", "1 2", True),
        ("^(аб){2,3}$", "абаб", True),
        ("^(аб){2,3}$", "абабабаб", False),
        ("^а{0}$", "", True),
        ("^а{2,}$", "ааа", True),
        ("^(?:а|бв)+г$", "абвг", True),
        ("^а??б$", "аб", True),
    ],
)
def test_patterns_mean_what_they_mean_in_the_browser(pattern, text, found):
    assert Pattern(pattern).found_in(text) is found


@pytest.mark.parametrize(
    "pattern",
    ["(а+)+$", "(а*)*", "^(а|а)*$", "^(\\w+\\s?)*$", "(а|аа)+$", "^(([a-z])+.)+[A-Z]$", "(.*)*б", "(а?б?)*"],
)
def test_patterns_that_explode_in_the_browser_are_refused(pattern):
    with pytest.raises(BadPattern, match="браузер"):
        Pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "а**", "*", "{3}", "а{2", "а{3,1}", "а{999}", "\\", "\\b", "\\p{L}", "\\1", "(?=а)",
     "(?<и>а)", "(?i)а", "а^", "а$б", "(^а)", "[я-а]", "\\uZZZZ", "а" * 501, "(а{200}){2}"],
)  # fmt: skip
def test_patterns_outside_the_safe_part_are_refused_with_a_reason(pattern):
    with pytest.raises(BadPattern) as refused:
        Pattern(pattern)
    assert str(refused.value)


def test_names_of_two_parts_are_no_explosion():
    pattern = Pattern("^[А-ЯЁ][а-яё]+([- ][А-ЯЁ][а-яё]+)*$")
    assert pattern.found_in("Белова-Гусева")
    assert not pattern.found_in("Белова-")


def test_a_long_text_against_many_stars_takes_no_backtracking():
    assert not Pattern("^.*а.*а.*а.*а.*а$").found_in("а" * 4 + "б" * 20_000)


LETTERS = st.text("абв", max_size=6)
PARTS = st.recursive(
    st.sampled_from(["а", "б", "в", "[аб]", "[^а]", "."]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"(?:{'|'.join(ways)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,}"])).map(
            lambda part: f"(?:{part[0]}){part[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(pattern=PARTS, start=st.sampled_from(["", "^"]), end=st.sampled_from(["", "$"]), text=LETTERS)
def test_the_answer_is_that_of_an_ordinary_regular_expression(pattern, start, end, text):
    whole = f"{start}{pattern}{end}"
    try:
        ours = Pattern(whole)
    except BadPattern:
        return
    assert ours.found_in(text) is bool(re.search(whole.replace("$", r"\Z"), text))
