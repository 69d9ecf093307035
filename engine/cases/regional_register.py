"""The file with which a programme goes to the regional register: the one place that knows its format.

The format is ours, version 1. What the systems of the regions take is not known to us and was checked with
none of them: whoever learns it writes another pair of functions here. UTF-8, dates as 2026-01-21.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
import xlsxwriter

FORMAT: Final = "marshrut.programme"
VERSION: Final = 1

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A member of the family. Neither telephone nor papers: the register knows its people by the number."""

    relation: str
    family_name: str
    given_name: str
    patronymic: str
    sex: str
    birth: date | None
    snils: str
    address: str


@dataclass(frozen=True, slots=True)
class Programme:
    """What is sent. `kind`: «сопровождение» or «ИППСУ». `services`, `measures`: rows as the forms give them;
    of those only the columns of SERVICES and MEASURES go.
    """

    made_at: datetime
    organisation: str
    performer: str
    ground: str
    kind: str
    case_number: str
    finished_on: date
    valid_until: date | None
    aim: str
    category: str
    risk: str
    family: Sequence[Relative]
    services: Sequence[Mapping[str, Any]]
    measures: Sequence[Mapping[str, Any]]


SERVICES: Final = {
    "вид_услуги": "вид",
    "услуга": "услуга",
    "объём": "объём",
    "периодичность": "периодичность",
    "срок_услуги": "срок",
    "исполнитель_услуги": "исполнитель",
}
MEASURES: Final = {
    "задача": "задача",
    "мера": "мероприятие",
    "мероприятие": "мероприятие",
    "вид": "вид",
    "вид_помощи": "вид",
    "исполнитель": "исполнитель",
    "срок": "срок",
}
"""Key in the form of a programme → name in the file."""


def to_json(programme: Programme) -> bytes:
    """The file for a machine."""
    content = {
        "формат": FORMAT,
        "версия": VERSION,
        "сформирован": programme.made_at.isoformat(timespec="seconds"),
        "отправитель": {"организация": programme.organisation, "исполнитель": programme.performer},
        "основание": programme.ground,
        "программа": dict(_facts(programme)),
        "семья": [dict(_person(each)) for each in programme.family],
        "услуги": _rows(programme.services, SERVICES),
        "мероприятия": _rows(programme.measures, MEASURES),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def to_xlsx(programme: Programme) -> bytes:
    """The same for a person: four sheets, a heading in the first row of each."""
    made = io.BytesIO()
    # What people typed must never become a formula of whoever opens the sheet.
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    about = [
        ("формат", f"{FORMAT}, версия {VERSION}"),
        ("сформирован", programme.made_at.isoformat(timespec="seconds")),
        ("организация", programme.organisation),
        ("исполнитель", programme.performer),
        ("основание", programme.ground),
        *_facts(programme),
    ]
    facts = [{"поле": name, "значение": value} for name, value in about]
    _sheet(book, "Программа", ("поле", "значение"), facts)
    _sheet(
        book,
        "Семья",
        [name for name, _ in _person(_NOBODY)],
        [dict(_person(each)) for each in programme.family],
    )
    _sheet(book, "Услуги", _names(SERVICES), _rows(programme.services, SERVICES))
    _sheet(book, "Мероприятия", _names(MEASURES), _rows(programme.measures, MEASURES))
    book.close()
    return made.getvalue()


_NOBODY = Relative("", "", "", "", "", None, "", "")


def _facts(programme: Programme) -> list[tuple[str, Cell]]:
    return [
        ("вид", programme.kind),
        ("номер_дела", programme.case_number),
        ("дата", _day(programme.finished_on)),
        ("действует_до", _day(programme.valid_until)),
        ("цель", programme.aim),
        ("категория", programme.category),
        ("риск", programme.risk),
    ]


def _person(each: Relative) -> list[tuple[str, Cell]]:
    return [
        ("кем_приходится", each.relation),
        ("фамилия", each.family_name),
        ("имя", each.given_name),
        ("отчество", each.patronymic),
        ("пол", each.sex),
        ("дата_рождения", _day(each.birth)),
        ("снилс", each.snils),
        ("адрес", each.address),
    ]


def _rows(given: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[dict[str, Cell]]:
    """Only the columns that the format has, under its names; what a form does not ask is None."""
    found: list[dict[str, Cell]] = []
    for row in given:
        line: dict[str, Cell] = dict.fromkeys(_names(columns))
        line |= {name: _cell(row[key]) for key, name in columns.items() if row.get(key) is not None}
        found.append(line)
    return found


def _names(columns: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(columns.values()))


def _cell(value: Any) -> Cell:
    return _day(value) if isinstance(value, date) else str(value)


def _day(value: date | None) -> str | None:
    if isinstance(value, datetime):
        value = value.date()
    return None if value is None else value.isoformat()


def _sheet(
    book: xlsxwriter.Workbook, title: str, heads: Sequence[str], rows: Sequence[Mapping[str, Cell]]
) -> None:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
    for number, row in enumerate(rows, start=1):
        for column, head in enumerate(heads):
            sheet.write_string(number, column, str(row[head] or ""))
    sheet.set_column(0, len(heads) - 1, 28)
    sheet.freeze_panes(1, 0)
