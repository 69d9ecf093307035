"""The bytes of a case: exact, small, readable without the diagram, refused when they do not fit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import bpmn
from engine.bpmn.packing import pack
from engine.bpmn.values import decode, encode, to_json
from engine.errors import StepFailed
from engine.feel import DaysTimeDuration, YearsMonthsDuration
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    diagram,
    end,
    flow,
    parallel,
    path,
    start,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play

ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=3)), ZoneInfo("Europe/Moscow")])
MOMENTS = st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01")).map(
    lambda moment: moment.replace(fold=0)
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.times().map(lambda clock: clock.replace(fold=0))
    | st.tuples(MOMENTS, ZONES).map(lambda pair: pair[0].replace(tzinfo=pair[1]))
    | st.integers(-(10**18), 10**18).map(DaysTimeDuration)
    | st.integers(-(10**6), 10**6).map(YearsMonthsDuration)
)
KEYS = st.text() | st.sampled_from(["$n", "$o", "$", "$d", "typename"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_every_value_comes_back_exactly(value):
    written = to_json(value)
    assert orjson.loads(written) == encode(value)
    back = decode(orjson.loads(written))
    assert back == value
    assert repr(back) == repr(value)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name != "дело"), VALUES, max_size=5))
def test_variables_of_a_case_come_back_exactly(values):
    play = Play(diagram(start(), user("a"), path("s a")), values)
    assert play.variables == values


def test_what_is_no_value_is_not_stored():
    for value in (object(), b"", {1, 2}):
        with pytest.raises(TypeError):
            to_json([value])


def test_values_from_python_become_values_of_feel():
    play = Play(
        diagram(start(), user("a"), path("s a")),
        {
            "целое": 3,
            "дробь": 0.1,
            "пара": (1, 2),
            "время": timedelta(days=1),
            "час": time(9, 30),
            "день": date(2026, 1, 2),
        },
    )
    assert play.variables == {
        "целое": Decimal(3),
        "дробь": Decimal("0.1"),
        "пара": [Decimal(1), Decimal(2)],
        "время": DaysTimeDuration.of(days=1),
        "час": time(9, 30),
        "день": date(2026, 1, 2),
    }


ORDINARY = diagram(
    start(),
    user("registration"),
    boundary("reminder", "visit", after("P10D"), interrupting=False),
    user("call"),
    user("visit"),
    parallel("split"),
    user("inspection"),
    user("request"),
    parallel("joined"),
    end(),
    path("s registration visit split inspection joined e", "split request joined", "reminder call"),
)


def test_an_ordinary_waiting_case_is_less_than_a_kilobyte():
    fields = {f"поле_{number}": f"Семья поставлена на учёт, выезд номер {number}" for number in range(40)}
    play = Play(ORDINARY, fields).do("registration", решение="принято")
    assert play.waiting == ["reminder"]
    assert len(play.state) < 1024


ROUND = diagram(
    start(),
    xor("m"),
    parallel("g"),
    user("a"),
    boundary("t", "a", after("P1D"), interrupting=False),
    user("h"),
    user("b"),
    parallel("j"),
    user("d"),
    xor("x", default="again"),
    end(),
    path("s m g a j d x", "g b j", "t h e"),
    flow("x", "m", id="again"),
    flow("x", "e", "конец"),
)


def test_a_thousandth_round_costs_no_more_bytes_than_the_tenth():
    play = Play(ROUND)
    sizes = {}
    for number in range(1, 1001):
        if number in (10, 1000):
            sizes[number] = len(play.state)
        for node in ("a", "b") if number % 2 else ("b", "a"):
            play.do(node)
        play.do("d", конец=number == 1000)
    assert play.ended
    assert sizes[1000] <= sizes[10] + 16


def test_a_long_text_is_stored_once():
    play = Play(ORDINARY, {"текст": "".join(chr(1040 + (n * n) % 64) for n in range(50_000))})
    before = len(play.state)
    play.do("registration").do("visit").do("inspection")
    assert len(play.state) < before + 300


def test_variables_are_read_without_the_diagram():
    play = Play(ORDINARY, {"n": 1})
    assert bpmn.variables(play.state) == {"n": 1}


# --- bytes that do not fit


def broken(play: Play) -> list[bytes]:
    good = play.state
    return [
        b"",
        b"MR",
        b"XX" + good[2:],
        good[:2] + b"\x63" + good[3:],
        good[:4] + b"\x09" + good[5:],
        good[:-3],
        good[:5] + b"[1]",
        good[:4] + pack(b"{}"),
    ]


def test_damaged_bytes_are_refused():
    play = Play(ORDINARY)
    for bad in broken(play):
        with pytest.raises(StepFailed, match="не читается"):
            bpmn.variables(bad)
        with pytest.raises(StepFailed, match="не читается"):
            bpmn.position(play.program, bad)


def test_bytes_of_another_reader_are_refused():
    play = Play(ORDINARY)
    other = play.state[:3] + bytes((bpmn.READER_VERSION + 1,)) + play.state[4:]
    with pytest.raises(StepFailed, match="другой версией программы"):
        bpmn.variables(other)


def test_a_case_does_not_go_on_with_a_diagram_that_lacks_its_step():
    play = Play(ORDINARY)
    (other,) = bpmn.read(diagram(start(), user("other"), path("s other"))).processes
    with pytest.raises(StepFailed, match="нет шага «registration»"):
        bpmn.position(bpmn.link(other, {}), play.state)
