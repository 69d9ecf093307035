"""No expression takes more than its share, whatever somebody writes into a diagram."""

from __future__ import annotations

import pytest

from engine import feel
from tests.engine.feel.asking import value

DOUBLING = ", ".join(f"x{n}: [{', '.join([f'x{n - 1}'] * 10)}]" for n in range(1, 20))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 300 + "]" * 300,
        "-" * 5000 + "1",
        "not(" * 2000 + "true" + ")" * 2000,
        "[1.." * 2000,
        "a" + ".b" * 10_000,
        "a" + "[1]" * 10_000,
        "=".join(["1"] * 2000),
        "1e999999999",
        "1" + " + 1" * 20_000,
    ],
    ids=lambda text: text[:10],
)
def test_a_text_too_deep_or_too_long_is_refused(text: str):
    with pytest.raises(feel.LimitExceeded):
        feel.compile(text)


@pytest.mark.parametrize(
    "text", ["+".join(["1"] * 10_000), "if false then 1 else " * 1000 + "2", " or ".join(["false"] * 5000)]
)
def test_long_chains_are_not_deep(text: str):
    assert value(text) in (10_000, 2, False)


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..100000000000 return i",
        "for i in 1..100000, j in 1..100000 return i * j",
        "some x in 1..100000000 satisfies x < 0",
        "count(for i in 1..10000 return for j in 1..10000 return j)",
        "for i in 1..100000 return 1.000001 ** i * 1.3 ** 0.37",
        "for i in 1..5000 return partial",
        "for i in 1..100000 return concatenate(partial, partial)",
        "for i in 1..100000 return if i = 1 then [] else [partial[-1]]",
        'for i in 1..100 return if i = 1 then "аааааааа" else partial[-1] + partial[-1]',
        "for i in 1..100000 return string(1e6144)",
        "distinct values(for i in 1..20000 return [i])",
        f"{{x0: [1, 1], {DOUBLING}}}",
        f"{{x0: [1, 1], {DOUBLING}, r: string(x19)}}.r",
        f"{{x0: [1, 1], {DOUBLING}, r: x19 = x19}}.r",
        f"{{x0: [1, 1], {DOUBLING}, r: count(flatten(x19))}}.r",
        "{f: function(n) f(n + 1), r: f(0)}.r",
        "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(40)}.r",
        "(function(x) x(x))(function(x) x(x))",
        'replace(s, "а", s)',
    ],
    ids=lambda text: text[:40],
)
def test_an_evaluation_too_big_is_stopped(text: str):
    with pytest.raises(feel.LimitExceeded) as stopped:
        value(text, s="а" * 10_000)
    assert stopped.value.message.endswith(".")


def test_recursion_within_reason_works():
    assert value("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(80)}.r") == 80


@pytest.mark.parametrize(
    "text", ["10 ** 1000000", "9.99 ** 9999999999999", "exp(1e6000)", '@"P999999999999D" * 1e30']
)
def test_a_number_beyond_all_bounds_is_null(text: str):
    assert value(text) is None


def test_data_too_deep_are_refused():
    nested: list[object] = []
    for _ in range(1000):
        nested = [nested]
    with pytest.raises(feel.LimitExceeded):
        value("count(x)", x=nested)


def test_the_same_expression_always_stops_at_the_same_place():
    """Work is counted, not timed."""
    longest = [
        count
        for count in (1000, 10_000, 50_000, 400_000)
        if not _stops(f"count(for i in 1..{count} return i)")
    ]
    assert longest == [1000, 10_000, 50_000]


def _stops(text: str) -> bool:
    try:
        value(text)
    except feel.LimitExceeded:
        return True
    return False


def test_warnings_are_not_kept_without_end():
    found: list[feel.FeelWarning] = []
    feel.evaluate("for i in 1..1000 return null + 1", {}, warnings=found)
    assert len(found) == 100
