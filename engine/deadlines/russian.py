"""Russian words for dates and counts, with the no-break spaces that keep them whole on a line."""

from __future__ import annotations

import re
from datetime import date

NBSP = "\u00a0"

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")

Forms = tuple[str, str, str]
"""The forms for 1, 2 and 5."""

_BOUND = re.compile(r"\b(ст|п|пп|ч|гл|разд)\. (?=\d)|№ (?=\d)")


def plural(count: int, forms: Forms) -> str:
    """The form that Russian asks for after this number: 21 день, 22 дня, 11 дней."""
    tens, ones = abs(count) % 100, abs(count) % 10
    if 11 <= tens <= 14 or ones == 0 or ones >= 5:
        return forms[2]
    return forms[0] if ones == 1 else forms[1]


def counted(count: int, forms: Forms) -> str:
    """The number with its noun, unbreakable: «2 раб. дня»."""
    return f"{count}{NBSP}{plural(count, forms)}".replace(" ", NBSP)


def bound(text: str) -> str:
    """No-break spaces inside «ст. 22», «п. 3.4», «№ 12»."""
    return _BOUND.sub(lambda found: found.group().replace(" ", NBSP), text)


def day_month(day: date) -> str:
    """«21 января»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}"


def day_words(day: date, today: date) -> str:
    """«21 января, ср»; with the year when it isn't today's."""
    year = "" if day.year == today.year else f"{NBSP}{day.year}"
    return f"{day_month(day)}{year}, {WEEKDAYS[day.weekday()]}"


def day_figures(day: date) -> str:
    """«21.01.2026»."""
    return f"{day.day:02}.{day.month:02}.{day.year}"
