"""Values of decisions in Russian: «10 000», «21.01.2026», «1 год 2 месяца», «акт, справка»."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine import feel
from engine.deadlines.russian import NBSP, Forms, counted
from engine.feel.durations import DAY, HOUR, MINUTE, SECOND, DaysTimeDuration, YearsMonthsDuration
from engine.feel.numbers import CONTEXT, number_text
from engine.feel.temporal import is_date, is_date_time, is_time
from engine.feel.values import Range, Value

NOTHING: Final = "не указано"
"""Said of null."""

_LONGEST: Final = 80
"""Characters of a value or a condition in words."""

_MOST_DIGITS: Final = 4
"""Digits of a fraction; more of them come from divisions and tell nobody anything."""

_LONG_NUMBER: Final = 5
"""Digits from which thousands are set apart."""

_ENTRIES: Final[Forms] = ("запись", "записи", "записей")
_YEARS: Final[Forms] = ("год", "года", "лет")
_MONTHS: Final[Forms] = ("месяц", "месяца", "месяцев")
_CLOCK: Final[tuple[tuple[int, Forms], ...]] = (
    (DAY, ("день", "дня", "дней")),
    (HOUR, ("час", "часа", "часов")),
    (MINUTE, ("минута", "минуты", "минут")),
    (SECOND, ("секунда", "секунды", "секунд")),
)


def value_words(value: Value, *, quoted: bool = False) -> str:
    """A value as people read it, shortened; `quoted` puts a text into quotation marks."""
    if isinstance(value, str):
        text = shortened(value)
        return f"«{text}»" if quoted or not text else text
    if isinstance(value, list):
        return _list_words(value)
    if isinstance(value, dict):
        return shortened(", ".join(f"{name}: {value_words(item)}" for name, item in value.items()))
    return shortened(_single(value))


def _list_words(items: list[Value]) -> str:
    """The items; of those that have members of their own only how many there are."""
    if any(isinstance(item, (dict, list)) for item in items):
        return counted(len(items), _ENTRIES)
    return shortened(", ".join(map(value_words, items)) or "ничего")


def _single(value: Value) -> str:
    match value:
        case None:
            return NOTHING
        case bool():
            return "да" if value else "нет"
        case Decimal():
            return number_words(value)
        case YearsMonthsDuration():
            return _months_words(value.months)
        case DaysTimeDuration():
            return _time_words(value.nanoseconds)
        case Range():
            return range_words(value)
    if is_date(value) or is_date_time(value):
        clock = f", {_clock(value)}" if is_date_time(value) else ""
        return f"{value.day:02}.{value.month:02}.{value.year}{clock}"
    return _clock(value) if is_time(value) else "функция"


def number_words(value: Decimal) -> str:
    """«10 000,5»: a comma before the fraction, a no-break space between thousands; «≈ 0,3333»."""
    whole, _, fraction = number_text(abs(value)).partition(".")
    about = ""
    if len(fraction) > _MOST_DIGITS and len(whole) + _MOST_DIGITS < CONTEXT.prec:
        about = "≈" + NBSP
        rounded = CONTEXT.quantize(abs(value), Decimal(1).scaleb(-_MOST_DIGITS))
        whole, _, fraction = number_text(rounded).partition(".")
    if _LONG_NUMBER <= len(whole) <= _LONGEST:
        whole = f"{int(whole):,}".replace(",", NBSP)
    return about + ("−" if value < 0 else "") + whole + ("," + fraction if fraction else "")


def _clock(value: Value) -> str:
    seconds = f":{value.second:02}" if value.second else ""
    return f"{value.hour:02}:{value.minute:02}{seconds}"


def _months_words(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    parts = ((years, _YEARS), (rest, _MONTHS))
    return _counted(months < 0, parts, _MONTHS)


def _time_words(nanoseconds: int) -> str:
    left, parts = abs(nanoseconds), []
    for unit, forms in _CLOCK:
        count, left = divmod(left, unit)
        parts.append((count, forms))
    return _counted(nanoseconds < 0, parts, _CLOCK[0][1])


def _counted(negative: bool, parts: Iterable[tuple[int, Forms]], nothing: Forms) -> str:
    words = " ".join(counted(count, forms) for count, forms in parts if count) or counted(0, nothing)
    return f"минус {words}" if negative else words


def range_words(span: Range, *, quoted: bool = False) -> str:
    """«от 3 до 7», «от 3, но меньше 7», «больше 3»; of dates «с 01.01.2026 по 31.01.2026»."""
    if span.start is None:
        return compared("<=" if span.closed_end else "<", span.end, quoted=quoted)
    if span.end is None:
        return compared(">=" if span.closed_start else ">", span.start, quoted=quoted)
    start, end = (value_words(value, quoted=quoted) for value in (span.start, span.end))
    day = _is_moment(span.start)
    first, last = ("с", "по") if day else ("от", "до")
    if span.closed_start and span.closed_end:
        return f"{first} {start} {last} {end}"
    begin = f"{first} {start}" if span.closed_start else compared(">", span.start, quoted=quoted)
    if span.closed_end:
        return f"{begin} и {last} {end}"
    return f"{begin}, но {compared('<', span.end, quoted=quoted)}"


_NUMBER_WORDS: Final = {"<": "меньше", "<=": "не больше", ">": "больше", ">=": "не меньше"}
_MOMENT_WORDS: Final = {"<": "раньше", "<=": "не позже", ">": "позже", ">=": "не раньше"}


def compared(operator: str, value: Value, *, quoted: bool = False) -> str:
    """«меньше 5», «не раньше 01.01.2026»."""
    words = _MOMENT_WORDS if _is_moment(value) else _NUMBER_WORDS
    return f"{words[operator]} {value_words(value, quoted=quoted)}"


def _is_moment(value: Value) -> bool:
    return feel.kind_of(value) in ("date", "time", "date and time")


def shortened(text: str, longest: int = _LONGEST) -> str:
    """A text on one line, cut after a word where it is too long."""
    line = " ".join(text.split(" ")) if "\n" not in text else " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def label_words(label: str) -> str:
    """A label inside a sentence: «Детей до 18 лет» begins with a small letter, «СОП» does not."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label
