"""Functions over contexts, and the few that take anything."""

from __future__ import annotations

import pytest

from tests.engine.feel.asking import means


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('get value({a: 1}, "a")', "1"),
        ('get value({a: 1}, "b")', "null"),
        ('get value({a: {b: 1}}, ["a", "b"])', "1"),
        ('get value({a: 1}, ["a", "b"])', "null"),
        ('get value(null, "a")', "null"),
        ("get entries({a: 1, b: 2})", '[{key: "a", value: 1}, {key: "b", value: 2}]'),
        ('context([{key: "a", value: 1}])', "{a: 1}"),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"),
        ("context([{value: 1}])", "null"),
        ("context([])", "{}"),
        ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
        ('context put({a: 1}, "a", 2)', "{a: 2}"),
        ('context put({a: {b: 1}}, ["a", "c"], 2)', "{a: {b: 1, c: 2}}"),
        ('context put({}, ["a", "b"], 2)', "null"),
        ('context put({a: 1}, ["a", "b"], 2)', "null"),
        ("context put({a: 1}, [], 2)", "null"),
        ('context put(null, "a", 2)', "null"),
        ("context merge([{a: 1}, {b: 2}, {a: 3}])", "{a: 3, b: 2}"),
        ("context merge([1])", "null"),
        ("not(true)", "false"),
        ("not(null)", "null"),
        ('is(@"2026-01-14", @"10:00:00")', "false"),
        ('is(@"10:00:00Z", @"10:00:00")', "false"),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', "true"),
        ('is(@"10:00:00Z", @"13:00:00+03:00")', "false"),
        ("is(1, 1.0)", "true"),
        ("is(null, null)", "true"),
        ('is(1, "1")', "false"),
    ],
)
def test_functions_over_contexts(text: str, expected: str):
    means(text, expected)
