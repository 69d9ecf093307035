"""What the person who fills the form in is told. Each text names the field and the remedy."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.deadlines.russian import NBSP, counted
from engine.formjs.values import number

SIGNS_OF: Final = ("знака", "знаков", "знаков")
ROWS: Final = ("строка", "строки", "строк")
ROWS_OF: Final = ("строки", "строк", "строк")
FIELDS: Final = ("поле", "поля", "полей")
REMARKS: Final = ("замечание", "замечания", "замечаний")
"""Forms for 1, 2 and 5; those with OF follow «не меньше» and «не больше»."""


def figure(value: Decimal) -> str:
    """A number as people write it here: comma, no-break thousands."""
    return f"{number(value):,}".replace(",", NBSP).replace(".", ",")


def missing(kind: str, label: str) -> str:
    verbs = {
        "select": "Выберите значение в поле",
        "radio": "Выберите значение в поле",
        "checklist": "Отметьте хотя бы одно значение в поле",
        "taglist": "Выберите хотя бы одно значение в поле",
        "checkbox": "Поставьте отметку",
        "date": "Укажите дату в поле",
        "time": "Укажите время в поле",
        "datetime": "Укажите дату и время в поле",
        "number": "Напишите число в поле",
    }
    return f"{verbs.get(kind, 'Заполните поле')} «{label}»."


def too_short(label: str, least: int) -> str:
    return f"Напишите в поле «{label}» подробнее: нужно не меньше {counted(least, SIGNS_OF)}."


def too_long(label: str, most: int) -> str:
    return f"Сократите текст в поле «{label}»: можно не больше {counted(most, SIGNS_OF)}."


def too_small(label: str, least: Decimal) -> str:
    return f"Исправьте поле «{label}»: число должно быть не меньше {figure(least)}."


def too_great(label: str, most: Decimal) -> str:
    return f"Исправьте поле «{label}»: число должно быть не больше {figure(most)}."


def too_precise(label: str, digits: int) -> str:
    if digits == 0:
        return f"Напишите в поле «{label}» целое число."
    after = counted(digits, SIGNS_OF)
    return f"Округлите число в поле «{label}»: после запятой не больше {after}."


def off_step(label: str, lower: Decimal, upper: Decimal) -> str:
    return f"Исправьте поле «{label}»: ближайшие подходящие числа {figure(lower)} и {figure(upper)}."


def not_number(label: str) -> str:
    return f"Напишите в поле «{label}» число цифрами, например 12 или 12,5."


def not_text(label: str) -> str:
    return f"В поле «{label}» нужен текст."


def not_date(kind: str, label: str) -> str:
    examples = {"date": "21.01.2026", "time": "17:00", "datetime": "21.01.2026 17:00"}
    names = {"date": "дату", "time": "время", "datetime": "дату и время"}
    return f"Укажите {names[kind]} в поле «{label}», например {examples[kind]}."


def in_the_past(label: str) -> str:
    return f"Дата в поле «{label}» уже прошла: укажите сегодняшнюю или будущую."


def in_the_future(label: str) -> str:
    return f"Дата в поле «{label}» ещё не наступила: укажите сегодняшнюю или прошедшую."


def not_checkbox(label: str) -> str:
    return f"В поле «{label}» может быть только отметка: есть или нет."


def not_an_option(label: str) -> str:
    return f"Выберите в поле «{label}» одно из предложенных значений."


def not_a_list(label: str) -> str:
    return f"В поле «{label}» нужен список."


def wrong_pattern(label: str) -> str:
    return f"Исправьте поле «{label}»: текст не такого вида, какой здесь нужен."


def not_email(label: str) -> str:
    return f"Напишите в поле «{label}» адрес почты целиком, например ivanova@example.ru."


def not_phone(label: str) -> str:
    return f"Напишите в поле «{label}» телефон с кодом страны и без пробелов, например +79021234567."


def rows_wanted(label: str, least: int) -> str:
    return f"Добавьте строки в «{label}»: нужно не меньше {counted(least, ROWS_OF)}."


def rows_too_many(label: str, most: int) -> str:
    return f"Уберите лишние строки в «{label}»: можно не больше {counted(most, ROWS_OF)}."


def rows_fixed(label: str, amount: int) -> str:
    return f"В «{label}» должно остаться {counted(amount, ROWS)}."


def unknown_field(name: str) -> str:
    return f"В форме нет поля «{name}»: уберите его из ответа или исправьте название."


def not_accepted(labels: list[str]) -> str:
    """The sentence over the form."""
    listed = ", ".join(f"«{label}»" for label in labels[:3])
    more = f" и ещё {counted(len(labels) - 3, FIELDS)}" if len(labels) > 3 else ""
    return f"Форма пока не принята. Проверьте: {listed}{more}."
