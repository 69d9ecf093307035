"""Values of FEEL as JSON: exact both ways."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MarshrutError
from engine.feel import DaysTimeDuration
from engine.scenarios.values import json_of, value_of


def written(value: object) -> str:
    return orjson.dumps(json_of(value)).decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (Decimal("-0"), "0"),
        (Decimal(1) / 3, "0.3333333333333333333333333333"),
        (date(2026, 1, 14), '"2026-01-14"'),
        (DaysTimeDuration.of(days=5), '"P5D"'),
        ({"список": [True, None, "да"]}, '{"список":[true,null,"да"]}'),
        ("половина \ud83d", '"\\u043f\\u043e\\u043b\\u043e\\u0432\\u0438\\u043d\\u0430 \\ud83d"'),
    ],
)
def test_values_are_written_without_loss(value: object, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("@2026-01-14", date(2026, 1, 14)),
        ('@"2026-01-14"', date(2026, 1, 14)),
        ("@P5D", DaysTimeDuration.of(days=5)),
        ("@vera", "@vera"),
        ("", ""),
        (0.1, Decimal("0.1")),
        ({"a": ["@P5D"]}, {"a": [DaysTimeDuration.of(days=5)]}),
    ],
)
def test_items_are_read_as_what_they_mean(item: object, value: object) -> None:
    assert value_of(item) == value


def test_a_literal_that_is_no_date_is_told() -> None:
    with pytest.raises(MarshrutError, match="не дата, не время и не длительность"):
        value_of("@2026-99-99")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_every_number_is_written_as_the_same_number(number: Decimal) -> None:
    assert Decimal(written(number)) == number
