"""What holds for all values: laws of dates and durations, and that a function never breaks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel.builtins import BUILTINS
from engine.feel.builtins.registry import Overload
from tests.engine.feel.asking import value

NOW = datetime(2026, 1, 14, 10, tzinfo=ZoneInfo("Europe/Moscow"))

DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
ZONES = st.sampled_from(
    [None, timezone(timedelta(hours=3)), ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk")]
)
MOMENTS = st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)),  # noqa: DTZ001 - the zone comes after
    ZONES,
)
DAYS = st.integers(-(10**5), 10**5)
MONTHS = st.integers(-1200, 1200)
SPANS = st.integers(-(10**18), 10**18).map(feel.DaysTimeDuration)
NUMBERS = st.decimals(-(10**40), 10**40, allow_nan=False, allow_infinity=False) | st.integers(-9, 9).map(
    Decimal
)
PATTERNS = st.text(alphabet="ab1.*+?()[]{}|\\^$-ds,", max_size=8)
FUNCTIONS = st.sampled_from(
    ["sum", "function() 1", "function(a) a", "function(a, b) a < b", "function(a, b) a / b"]
).map(value)
SIMPLE = st.one_of(
    st.none(), st.booleans(), NUMBERS, PATTERNS, st.text(max_size=5), DATES, st.times(), MOMENTS, SPANS,
    MONTHS.map(feel.YearsMonthsDuration), FUNCTIONS,
    st.sampled_from(["[1..5]", "(< 5)", '["а".."я"]', '[@"2026-01-01"..@"2026-12-31")', '"[1..5)"']).map(
        value
    ),
)  # fmt: skip
VALUES = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["key", "value", "a"]), inner)
    ),
    max_leaves=6,
)
CALLS = st.sampled_from([(name, overload) for name, one in BUILTINS.items() for overload in one.overloads])


@settings(max_examples=400, deadline=None)
@given(CALLS, st.booleans(), st.data())
def test_a_function_gives_a_value_or_an_error_in_words_whatever_it_is_given(
    call: tuple[str, Overload], by_name: bool, data: st.DataObject
):
    name, overload = call
    parameters = overload.parameters[: data.draw(st.integers(0, len(overload.parameters)))]
    given_values = {f"x{place}": data.draw(VALUES) for place in range(len(parameters))}
    written = [
        f"{parameter.name}: x{place}" if by_name else f"x{place}"
        for place, parameter in enumerate(parameters)
    ]
    with suppress(feel.LimitExceeded):
        answer = feel.evaluate(f"{name}({', '.join(written)})", given_values, now=NOW)
        assert isinstance(feel.to_text(answer), str)


@given(VALUES, VALUES)
def test_an_operator_gives_a_value_or_an_error_in_words_whatever_it_is_given(left: object, right: object):
    for operator in ("+", "-", "*", "/", "**", "=", "!=", "<", ">=", "in", "and", "or"):
        with suppress(feel.LimitExceeded):
            assert feel.kind_of(value(f"a {operator} b", a=left, b=right))


@given(DATES, DAYS)
def test_days_that_are_added_can_be_taken_away_again(day: date, count: int):
    span = feel.DaysTimeDuration.of(days=count)
    assert value("день + срок - срок", день=day, срок=span) == day
    assert value("день + срок - день", день=day, срок=span) == span


@given(MOMENTS, SPANS)
def test_time_that_is_added_can_be_taken_away_again(moment: datetime, span: feel.DaysTimeDuration):
    assert value("(момент + срок) - момент = срок", момент=moment, срок=span) is True
    assert value("is((момент + срок) - срок, момент) or момент.timezone != null", момент=moment, срок=span)


@given(DATES, MONTHS)
def test_months_keep_the_day_or_take_the_last_of_the_month(day: date, count: int):
    after = value("день + срок", день=day, срок=feel.YearsMonthsDuration(count))
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == count
    assert after.day == day.day or (after + timedelta(days=1)).day == 1


@given(DATES, DATES)
def test_whole_months_between_two_days_never_go_beyond_the_second(first: date, second: date):
    months = value("years and months duration(a, b)", a=first, b=second)
    reached = value("a + m", a=first, m=months)
    assert (first <= reached <= second) if first <= second else (second <= reached <= first)


@given(DATES, DATES)
def test_the_order_of_days_is_that_of_the_calendar(first: date, second: date):
    assert value("[a < b, a = b, a > b]", a=first, b=second) == [
        first < second,
        first == second,
        first > second,
    ]
    assert value("a - b", a=first, b=second) == feel.DaysTimeDuration.from_timedelta(first - second)


@given(SPANS, SPANS)
def test_spans_are_ordered_and_added_as_their_lengths(
    first: feel.DaysTimeDuration, second: feel.DaysTimeDuration
):
    total = feel.DaysTimeDuration(first.nanoseconds + second.nanoseconds)
    assert value("a + b", a=first, b=second) == total
    assert value("a < b", a=first, b=second) == (first.nanoseconds < second.nanoseconds)


@given(st.one_of(DATES, MOMENTS, SPANS, MONTHS.map(feel.YearsMonthsDuration), st.times()))
def test_a_date_a_time_or_a_duration_is_read_from_its_own_text(one: object):
    assert value(f'is(@"{feel.to_text(one)}", x)', x=one) is True
