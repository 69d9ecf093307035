"""What the templates need from Python: addresses of built assets and ways of writing numbers, dates and
names.

The assets are built by ``webui/assets/build.mjs`` and committed; ``static/checksums.txt`` (the output format
of ``sha256sum``) lists them. The first digits of a checksum go into the address, so a browser may keep a file
for ever and still gets the new one after an update.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"

NBSP = "\u00a0"

MONTHS = (
    _l("января"), _l("февраля"), _l("марта"), _l("апреля"), _l("мая"), _l("июня"),
    _l("июля"), _l("августа"), _l("сентября"), _l("октября"), _l("ноября"), _l("декабря"),
)  # fmt: skip
WEEKDAYS = (_l("пн"), _l("вт"), _l("ср"), _l("чт"), _l("пт"), _l("сб"), _l("вс"))

_GLUED = (
    # No-break space after a sign or abbreviation that belongs to what follows…
    re.compile(r"(№|\b(?:ст|п|пп|ч|г|с|ул|д|ред|тел)\.) (?=[\w«])"),
    # …between a number and its unit…
    re.compile(r"(?<=\d) (?=(?:%|раб\.|рабоч|дн|день|дел|мин\b|ч\b))"),
    re.compile(r"(?<=раб\.) (?=дн|день)"),
    # …and inside a name with initials: «Белова Н. А.», «Н. А. Белова».
    re.compile(r"(?<=[а-яё]) (?=[А-ЯЁ]\. ?[А-ЯЁ]\.)|(?<=[А-ЯЁ]\.) (?=[А-ЯЁ])"),
)


@cache
def checksums(static: Path = STATIC) -> Mapping[str, str]:
    """Checksum of every built asset by its path inside ``static``."""
    lines = (static / "checksums.txt").read_text(encoding="ascii").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def asset_url(name: str) -> str:
    """Address of a built asset; ``KeyError`` for a name that the build does not make."""
    return url_for("static", filename=name, v=checksums()[name][:12])


def asset_script(name: str) -> Markup:
    """Tag of a script bundle. Modules run after the page is parsed, in the order of their tags."""
    return Markup('<script type="module" src="{}"></script>').format(asset_url(name))


def asset_style(name: str) -> Markup:
    """Tag of a style sheet."""
    return Markup('<link rel="stylesheet" href="{}">').format(asset_url(name))


def plural(number: int, one: str, few: str, many: str) -> str:
    """Number with the right form of a Russian noun: ``plural(3, "дело", "дела", "дел")`` is «3 дела».

    On a page in English the forms are translated already: `one` is the singular, `many` the plural.
    """
    tens, units = abs(number) % 100, abs(number) % 10
    if str(get_locale()) == "en":
        form = one if number == 1 else many
    elif units == 1 and tens != 11:
        form = one
    elif units in (2, 3, 4) and tens not in (12, 13, 14):
        form = few
    else:
        form = many
    return f"{number}{NBSP}{form}"


def file_size(size: int) -> str:
    """«меньше 1 КБ», «12 КБ», «1,4 МБ»."""
    if size < 1_000:
        return _("меньше 1 КБ").replace(" ", NBSP)
    if size < 1_000_000:
        return _("%(n)s КБ", n=round(size / 1_000)).replace(" ", NBSP)
    megabytes = f"{size / 1_000_000:.1f}"
    shown = megabytes if str(get_locale()) == "en" else megabytes.replace(".", ",")
    return _("%(n)s МБ", n=shown).replace(" ", NBSP)


def date_words(day: date) -> str:
    """Date for a sentence: «21 января, ср»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}, {WEEKDAYS[day.weekday()]}"


def near_date_words(day: date, this_year: int) -> str:
    """The same with the year when it is another: «21 января 2027, чт»."""
    year = "" if day.year == this_year else f"{NBSP}{day.year}"
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{year}, {WEEKDAYS[day.weekday()]}"


def date_digits(day: date) -> str:
    """Date for chips, tables and documents: «21.01.2026»."""
    return f"{day:%d.%m.%Y}"


def iso_digits(day: str) -> str:
    """The same of a day as it is kept: «2026-01-21»."""
    return date_digits(date.fromisoformat(day))


def time_digits(moment: datetime) -> str:
    """Time of a moment already in the zone of the organisation: «14:32»."""
    return f"{moment:%H:%M}"


def initials(name: str) -> str:
    """Letters for the avatar: «Крылова О. П.» gives «ОК», a single word its first letter."""
    words = name.split()
    return (words[1][0] + words[0][0] if len(words) > 1 else words[0][0]).upper()


def glue(text: str) -> str:
    """Put no-break spaces where a line must not end: «№ 12», «ст. 22», «Белова Н. А.», «2 раб. дня», «10
    %».
    """
    for pattern in _GLUED:
        text = pattern.sub(lambda found: found[0].rstrip(" ") + NBSP, text)
    return text


def case_words(number: str, label: str, between: str = ", ") -> str:
    """A case in one line: «№ ИП-2026-0012, семья Тихоновых»; one about nobody may have no label."""
    words = _("№ %(number)s", number=number)
    return f"{words}{between}{label}" if label else words


def capitalized(text: str) -> str:
    """The first letter large, the others as they are: «семья Тихоновых» at the head of a page."""
    return text[:1].upper() + text[1:]


def register(app: Flask) -> None:
    """Give the templates of ``app`` the functions and filters of this module."""
    app.jinja_env.globals.update(
        asset_url=asset_url, asset_script=asset_script, asset_style=asset_style, case_words=case_words
    )
    app.jinja_env.filters.update(
        plural=plural,
        file_size=file_size,
        date_words=date_words,
        date_digits=date_digits,
        iso_digits=iso_digits,
        time_digits=time_digits,
        initials=initials,
        glue=glue,
        capitalized=capitalized,
    )
