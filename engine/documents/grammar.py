"""Russian of documents: names in the right case, dates and sums in words, no-break spaces.

Declension is a proposal: rules know most surnames and not all, so a document can be edited before issue.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, Literal

from num2words import num2words
from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from engine.deadlines.russian import MONTHS, NBSP, Forms, bound, day_figures, plural
from engine.names import FullName

GrammaticalCase = Literal["родительный", "дательный", "винительный", "творительный", "предложный"]

CASES: Final[dict[GrammaticalCase, Case]] = {
    "родительный": Case.GENITIVE,
    "дательный": Case.DATIVE,
    "винительный": Case.ACCUSATIVE,
    "творительный": Case.INSTRUMENTAL,
    "предложный": Case.PREPOSITIONAL,
}
_MONTH_NAMES: Final = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
FIVE_DIGITS: Final = 10_000
_ROUBLES: Final[Forms] = ("рубль", "рубля", "рублей")
_KOPECKS: Final[Forms] = ("копейка", "копейки", "копеек")
_INITIALS: Final = re.compile(r"(?<=\b[А-ЯЁ]\.) (?=[А-ЯЁ])|(?<=[а-яё]) (?=[А-ЯЁ]\.)")
_PHONE: Final = re.compile(r"\+7 \d{3} \d{3}-\d{2}-\d{2}")
_SHORT_WORD: Final = re.compile(r"(?<=\d) (?=(?:г\.|руб\.|коп\.|экз\.|раб\.|%|лет\b|год))")


logging.getLogger("pytrovich").setLevel(logging.CRITICAL)
"""It tells its log every name that it declines."""


@lru_cache(maxsize=1)
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


def declined(name: FullName, case: GrammaticalCase, sex: str = "") -> FullName:
    """The name in a case. `sex`: f, m, or empty, when the patronymic tells it; otherwise nothing changes."""
    gender = _gender(name, sex)
    if gender is None:
        return name
    return FullName(
        _part(NamePart.LASTNAME, gender, case, name.family),
        _part(NamePart.FIRSTNAME, gender, case, name.given),
        _part(NamePart.MIDDLENAME, gender, case, name.patronymic),
    )


def _gender(name: FullName, sex: str) -> Gender | None:
    if sex:
        return Gender.FEMALE if sex == "f" else Gender.MALE
    patronymic = name.patronymic.casefold()
    if patronymic.endswith(("вна", "чна", "кызы")):
        return Gender.FEMALE
    return Gender.MALE if patronymic.endswith(("ич", "оглы")) else None


def _part(part: NamePart, gender: Gender, case: GrammaticalCase, text: str) -> str:
    return str(_maker().make(part, gender, CASES[case], text)) if text else ""


def date_words(day: date) -> str:
    """«21 января 2026 года»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}года"


def date_short(day: date) -> str:
    """«21 января 2026 г.»."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г."


def month_words(day: date) -> str:
    """«январь 2026 г.»."""
    return f"{_MONTH_NAMES[day.month - 1]} {day.year}{NBSP}г."


def figure(number: Decimal) -> str:
    """«12 500,5» with no-break spaces between thousands; four digits stand together: «2026»."""
    return _grouped(number) if abs(number) >= FIVE_DIGITS else f"{number:f}".replace(".", ",")


def _grouped(number: Decimal) -> str:
    return f"{number:,f}".replace(",", NBSP).replace(".", ",")


def money(amount: Decimal) -> str:
    """«12 500 (двенадцать тысяч пятьсот) рублей 50 копеек»."""
    exact = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    roubles, kopecks = divmod(int(abs(exact) * 100), 100)
    minus = "минус " if exact < 0 else ""
    return (
        f"{minus}{_grouped(Decimal(roubles))} ({num2words(roubles, lang='ru')}) {plural(roubles, _ROUBLES)} "
        f"{kopecks:02}{NBSP}{plural(kopecks, _KOPECKS)}"
    )


def number_words(number: int) -> str:
    """«двадцать один»."""
    return str(num2words(number, lang="ru"))


def listed(labels: Iterable[str]) -> str:
    """Labels that begin with a capital as one list: «Запросы в ведомства, услуги»; with semicolons where one
    of them has a comma of its own. Abbreviations stay as they are.
    """
    parts = [
        label if place == 0 or label[1:2].isupper() else _small(label) for place, label in enumerate(labels)
    ]
    return ("; " if any("," in part for part in parts) else ", ").join(parts)


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def tidy(text: str) -> str:
    """No-break spaces where a line must not break: «Белова Н. А.», «№ 12», «ст. 15», «5 экз.», phones."""
    text = _PHONE.sub(lambda found: found[0].replace(" ", NBSP), text)
    return _SHORT_WORD.sub(NBSP, _INITIALS.sub(NBSP, bound(text)))


def in_words(value: object) -> str:
    """A value as a document shows it when the template says nothing else."""
    match value:
        case bool():
            return "да" if value else "нет"
        case Decimal():
            return figure(value)
        case datetime():
            return f"{day_figures(value)} {value:%H:%M}"
        case date():
            return day_figures(value)
        case list() | tuple():
            return ", ".join(in_words(item) for item in value)
        case _:
            return str(value)
