"""Dates, times, and dates with times.

Values are those of `datetime` wherever it can hold them. FEEL also has years beyond 9999 and nanoseconds;
such values are `WideDate`, `WideTime`, `WideDateTime`, with attributes of the same names. The functions here
treat both alike, so nothing outside this module needs to know the difference.

A time zone is None (local), `datetime.timezone` (an offset) or `zoneinfo.ZoneInfo` (a region).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.feel import calendar
from engine.feel.durations import DAY, HOUR, MINUTE, SECOND

MAX_OFFSET: Final = 18 * 3600
"""Seconds; no zone of the world is further from UTC."""


@dataclass(frozen=True, slots=True)
class WideDate:
    """A date whose year `datetime.date` can't hold. `str()` is its FEEL text."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return temporal_text(self)


@dataclass(frozen=True, slots=True)
class WideTime:
    """A time of day with nanoseconds. `str()` is its FEEL text."""

    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None

    def __str__(self) -> str:
        return temporal_text(self)


@dataclass(frozen=True, slots=True)
class WideDateTime:
    """A date and time that `datetime.datetime` can't hold. `str()` is its FEEL text."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    tzinfo: tzinfo | None = None

    def __str__(self) -> str:
        return temporal_text(self)


AnyDate = date | WideDate
AnyTime = time | WideTime
AnyDateTime = datetime | WideDateTime
Temporal = AnyDate | AnyTime | AnyDateTime

DATES: Final = (date, WideDate)
TIMES: Final = (time, WideTime)
DATE_TIMES: Final = (datetime, WideDateTime)


def is_date(value: object) -> bool:
    """A date without a time (`datetime` is a subclass of `date`, hence by exact type)."""
    return type(value) in DATES


def is_time(value: object) -> bool:
    return type(value) in TIMES


def is_date_time(value: object) -> bool:
    return type(value) in DATE_TIMES


# Making values


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    """The date, or None if there is no such day."""
    if abs(year) > calendar.MAX_YEAR or not 1 <= month <= 12:
        return None
    return _date(year, month, day) if 1 <= day <= calendar.days_in_month(year, month) else None


def make_time(hour: int, minute: int, second: int, nanosecond: int, zone: tzinfo | None) -> AnyTime | None:
    """The time of day, or None if there is no such time."""
    if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nanosecond < SECOND:
        return _time(hour, minute, second, nanosecond, zone)
    return None


def make_date_time(day: AnyDate, clock: AnyTime) -> AnyDateTime:
    """Date and time of day together; the zone is that of the time."""
    nanosecond = nanosecond_of(clock)
    fields = (day.year, day.month, day.day, clock.hour, clock.minute, clock.second)
    if isinstance(day, WideDate) or nanosecond % 1000:
        return WideDateTime(*fields, nanosecond, clock.tzinfo)
    return datetime(*fields, nanosecond // 1000, clock.tzinfo)  # noqa: DTZ001 - a local one has no zone


def _date(year: int, month: int, day: int) -> AnyDate:
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def _time(hour: int, minute: int, second: int, nanosecond: int, zone: tzinfo | None) -> AnyTime:
    if nanosecond % 1000:
        return WideTime(hour, minute, second, nanosecond, zone)
    return time(hour, minute, second, nanosecond // 1000, zone)


def midnight(day: AnyDate, zone: tzinfo | None) -> AnyDateTime:
    return make_date_time(day, time(0, 0, 0, 0, zone))


def date_of(value: AnyDateTime) -> AnyDate:
    """The date part."""
    return _date(value.year, value.month, value.day)


def time_of(value: AnyDateTime) -> AnyTime:
    """The time part with its zone."""
    return _time(value.hour, value.minute, value.second, nanosecond_of(value), value.tzinfo)


def nanosecond_of(value: AnyTime | AnyDateTime) -> int:
    if isinstance(value, (WideTime, WideDateTime)):
        return value.nanosecond
    return value.microsecond * 1000


def nanoseconds_of_day(value: AnyTime | AnyDateTime) -> int:
    return value.hour * HOUR + value.minute * MINUTE + value.second * SECOND + nanosecond_of(value)


def time_from_nanoseconds(nanoseconds: int, zone: tzinfo | None) -> AnyTime:
    """The time of day so many nanoseconds after midnight, over midnight any number of times."""
    hour, rest = divmod(nanoseconds % DAY, HOUR)
    minute, rest = divmod(rest, MINUTE)
    second, nanosecond = divmod(rest, SECOND)
    return _time(hour, minute, second, nanosecond, zone)


def date_from_number(number: int) -> AnyDate | None:
    """The date so many days after 1970-01-01, or None beyond the years of FEEL."""
    return make_date(*calendar.from_day_number(number))


def number_of_date(value: AnyDate | AnyDateTime) -> int:
    return calendar.day_number(value.year, value.month, value.day)


# Time zones


def fixed_zone(seconds: int) -> timezone | None:
    """The zone so many seconds east of UTC, or None if there can't be one."""
    if abs(seconds) > MAX_OFFSET:
        return None
    return UTC if seconds == 0 else timezone(timedelta(seconds=seconds))


@lru_cache(maxsize=1024)
def region_zone(name: str) -> ZoneInfo | None:
    """The zone of a region such as `Europe/Moscow`, or None if it is not known here."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def region_name(zone: tzinfo | None) -> str | None:
    """`Europe/Moscow` for a region, None for an offset or no zone."""
    return zone.key if isinstance(zone, ZoneInfo) else None


def offset_seconds(value: AnyTime | AnyDateTime) -> int | None:
    """Seconds east of UTC, or None without a zone. A time in a region takes the region's winter time."""
    zone = value.tzinfo
    if zone is None:
        return None
    if isinstance(value, datetime):
        offset = value.utcoffset()
    elif isinstance(value, WideDateTime):  # zones repeat with the calendar: a year of the same kind stands in
        year = value.year if 1 <= value.year <= 9999 else 2000 + value.year % 400
        stand_in = datetime(year, value.month, value.day, value.hour, value.minute, value.second, 0, zone)
        offset = stand_in.utcoffset()
    else:
        offset = zone.utcoffset(datetime(2000, 1, 1, tzinfo=zone))
    return None if offset is None else int(offset.total_seconds())


def instant(value: AnyDateTime) -> int:
    """Nanoseconds since 1970-01-01T00:00Z; without a zone, since that local moment."""
    nanoseconds = number_of_date(value) * DAY + nanoseconds_of_day(value)
    return nanoseconds - (offset_seconds(value) or 0) * SECOND


def from_instant(nanoseconds: int, zone: tzinfo | None) -> AnyDateTime | None:
    """The date and time in `zone` at an instant; None beyond the years of FEEL."""
    if isinstance(zone, ZoneInfo):
        utc = _from_local(nanoseconds, UTC)
        if isinstance(utc, datetime) and 1 < utc.year < 9999:
            return utc.astimezone(zone)
        offset = _region_offset(nanoseconds, zone)
    else:
        offset = _seconds(zone.utcoffset(None)) if zone else 0
    return _from_local(nanoseconds + offset * SECOND, zone)


def _region_offset(nanoseconds: int, zone: ZoneInfo) -> int:
    """Seconds east of UTC at an instant that `datetime` can't hold: a year of the same kind stands in."""
    number, rest = divmod(nanoseconds, DAY)
    year, month, day = calendar.from_day_number(number)
    clock = time_from_nanoseconds(rest - rest % SECOND, UTC)
    year = year if 1 < year < 9999 else 2000 + year % 400
    stand_in = datetime(year, month, day, clock.hour, clock.minute, clock.second, 0, UTC)
    return _seconds(stand_in.astimezone(zone).utcoffset())


def _seconds(offset: timedelta | None) -> int:
    return int(offset.total_seconds()) if offset else 0


def _from_local(nanoseconds: int, zone: tzinfo | None) -> AnyDateTime | None:
    number, rest = divmod(nanoseconds, DAY)
    day = date_from_number(number)
    return None if day is None else make_date_time(day, time_from_nanoseconds(rest, zone))


# Text

_DATE: Final = r"(-)?([1-9][0-9]{4,8}|[0-9]{4})-([0-9]{2})-([0-9]{2})"
_TIME: Final = (
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,30}))?)?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+/-]{1,64}))?"
)
_DATE_PATTERN: Final = re.compile(_DATE, re.ASCII)
_TIME_PATTERN: Final = re.compile(_TIME, re.ASCII)


def parse_date(text: str) -> AnyDate | None:
    match = _DATE_PATTERN.fullmatch(text)
    if match is None:
        return None
    sign, year, month, day = match.groups()
    return make_date(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> AnyTime | None:
    """`10:30`, `10:30:00.5`, each with `Z`, an offset or `@Region` after it."""
    match = _TIME_PATTERN.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, utc, sign, off_hours, off_minutes, off_seconds, region = match.groups()
    zone: tzinfo | None = None
    if utc:
        zone = UTC
    elif region:
        zone = region_zone(region)
    elif sign:
        seconds = int(off_hours) * 3600 + int(off_minutes) * 60 + int(off_seconds or 0)
        in_bounds = int(off_minutes) < 60 and int(off_seconds or 0) < 60
        zone = fixed_zone(-seconds if sign == "-" else seconds) if in_bounds else None
    if zone is None and (region or sign):
        return None
    nanosecond = int((fraction or "")[:9].ljust(9, "0"))
    return make_time(int(hour), int(minute), int(second or 0), nanosecond, zone)


def parse_date_time(text: str) -> AnyDateTime | None:
    """A date, `T` and a time; `24:00:00` is the midnight after. A date alone is its midnight."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None:
        return None
    if not separator:
        return midnight(day, None)
    if time_text.startswith("24:00:00"):
        next_day = date_from_number(number_of_date(day) + 1)
        clock = parse_time("00" + time_text[2:])
        if next_day is None or clock is None or nanosecond_of(clock):
            return None
        return make_date_time(next_day, clock)
    clock = parse_time(time_text)
    return None if clock is None else make_date_time(day, clock)


def temporal_text(value: Any) -> str:
    """The FEEL text of a date, a time or a date and time."""
    if is_date(value):
        return _date_text(value)
    if is_time(value):
        return _time_text(value)
    return _date_text(value) + "T" + _time_text(value)


def _date_text(value: AnyDate | AnyDateTime) -> str:
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def _time_text(value: AnyTime | AnyDateTime) -> str:
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    if nanosecond := nanosecond_of(value):
        text += f".{nanosecond:09d}".rstrip("0")
    region = region_name(value.tzinfo)
    if region is not None:
        return f"{text}@{region}"
    offset = offset_seconds(value)
    if offset is None:
        return text
    return text + offset_text(offset)


def offset_text(seconds: int) -> str:
    if seconds == 0:
        return "Z"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, second = divmod(rest, 60)
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{second:02d}" if second else "")
