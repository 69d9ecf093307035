"""Values of variables as JSON and back, exactly.

What JSON has no word for is an object with one key: `$n` number, `$d` date, `$t` time, `$m` date and time,
`$p` duration, `$o` a context one of whose keys begins with `$`. Whole numbers without a tag are counters of
the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any, Final

import orjson

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.temporal import (
    WideDate,
    WideDateTime,
    WideTime,
    parse_date,
    parse_date_time,
    parse_time,
    temporal_text,
)

_AS_IT_IS: Final = frozenset({bool, int, NoneType, str})
"""What JSON has. Most of a case is text, so these are told apart before a call is made for them."""

_ONLY_JSON: Final = (
    orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""Leaves dates and the like to us."""

_TAGS: Final[dict[type, tuple[str, Callable[[Any], str]]]] = {
    Decimal: ("$n", str),
    date: ("$d", date.isoformat),
    WideDate: ("$d", temporal_text),
    time: ("$t", temporal_text),
    WideTime: ("$t", temporal_text),
    datetime: ("$m", temporal_text),
    WideDateTime: ("$m", temporal_text),
    DaysTimeDuration: ("$p", str),
    YearsMonthsDuration: ("$p", str),
}


def _read_date(text: str) -> date | WideDate | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # of a year that Python's dates have not
        return parse_date(text)


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "$n": Decimal,
    "$d": _read_date,
    "$t": parse_time,
    "$m": parse_date_time,
    "$p": parse_duration,
    "$o": lambda pairs: {key: decode(item) for key, item in pairs},
}


def to_json(value: Any) -> bytes:
    """A value as JSON. Raises TypeError for what is no value; `scope.storable` keeps that out."""
    tags = 0

    def tagged(special: Any) -> dict[str, str]:
        nonlocal tags
        tags += 1
        tag, text = _TAGS[type(special)]
        return {tag: text(special)}

    try:
        plain = orjson.dumps(value, tagged, _ONLY_JSON)
    except orjson.JSONEncodeError:
        return orjson.dumps(encode(value))
    # Other texts with a dollar in front may be keys, which must not be taken for tags.
    return plain if plain.count(b'"$') == tags else orjson.dumps(encode(value))


def encode(value: Any) -> Any:
    """The same before it is written. Slower: it looks at every part."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        for key in value:
            if key[:1] == "$":
                return {"$o": [[key, encode(item)] for key, item in value.items()]}
        return {key: item if type(item) in _AS_IT_IS else encode(item) for key, item in value.items()}
    if kind is list:
        return [encode(item) for item in value]
    try:
        tag, text = _TAGS[kind]
    except KeyError:
        raise TypeError(f"a {kind.__name__} is no value of a variable") from None
    return {tag: text(value)}


def decode(value: Any) -> Any:
    """The value that `encode` made this of. Whatever JSON was read into becomes it, and is not copied."""
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            ((key, item),) = value.items()
            if key in _READERS:
                return _READERS[key](item)
        for key, item in value.items():
            if type(item) is dict or type(item) is list:
                value[key] = decode(item)
    elif kind is list:
        for place, item in enumerate(value):
            if type(item) is dict or type(item) is list:
                value[place] = decode(item)
    return value
