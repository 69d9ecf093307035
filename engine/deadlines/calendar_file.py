"""Days of a calendar from a file: CSV out of a spreadsheet, or JSON. Pure.

Both have the columns `день`, `вид`, `почему`, `акт`, or `day`, `kind`, `note`, `source`; a day is 2026-08-28
or 28.08.2026. JSON is a list of such entries, or has it under `days`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.deadlines.calendar import Day, DayKind

MOST_DAYS = 2_000
LONGEST_FILE = 500_000
LONGEST_TEXT = 200

_COLUMNS = {"день": "day", "дата": "day", "вид": "kind", "почему": "note", "акт": "source"}
_REQUIRED = {"day": "день", "kind": "вид", "note": "почему", "source": "акт"}
_KINDS = {
    "рабочий": DayKind.WORKING,
    "короткий": DayKind.SHORT,
    "сокращённый": DayKind.SHORT,
    "сокращенный": DayKind.SHORT,
    "короче на час": DayKind.SHORT,
    "выходной": DayKind.DAY_OFF,
    "праздник": DayKind.HOLIDAY,
    **{kind.value: kind for kind in DayKind},
}
_FIGURES = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong. `line` is that of the file, in JSON the number of the entry; 0: the file as a whole."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class ReadDays:
    """What a file says. With a fault nothing of it should be written."""

    days: tuple[Day, ...]
    faults: tuple[Fault, ...]


class _Refused(Exception):
    """The words of a fault."""


def read_days(content: bytes, first_year: int, last_year: int) -> ReadDays:
    """The days of a file, in their order; faults line by line. Never raises for bad input."""
    try:
        entries = list(_entries(_text(content)))
    except _Refused as wrong:
        return ReadDays((), (Fault(0, str(wrong)),))
    days: dict[date, Day] = {}
    faults = []
    for line, entry in entries:
        try:
            day = _day(entry, first_year, last_year)
            if day.date in days:
                raise _Refused(f"День {day.date:%d.%m.%Y} стоит в файле дважды.")
            days[day.date] = day
        except _Refused as wrong:
            faults.append(Fault(line, str(wrong)))
    if not entries:
        faults.append(Fault(0, "В файле нет ни одного дня."))
    return ReadDays(tuple(days[each] for each in sorted(days)), tuple(faults))


def _text(content: bytes) -> str:
    if len(content) > LONGEST_FILE:
        raise _Refused("Файл слишком велик: в календаре года не больше нескольких сотен строк.")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Refused("Это не текст. Сохраните таблицу как CSV в кодировке UTF-8.")


def _entries(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    for count, entry in enumerate(found):
        if count == MOST_DAYS:
            raise _Refused(f"В файле больше {MOST_DAYS} дней.")
        yield entry


def _from_json(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f" в строке {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _Refused(f"JSON не читается: ошибка{at}.") from error
    if isinstance(found, dict):
        found = found.get("days")
    if not isinstance(found, list):
        raise _Refused("В JSON нет списка дней: он должен быть списком или лежать под именем days.")
    for number, entry in enumerate(found, start=1):
        yield number, _named(entry) if isinstance(entry, dict) else {}


def _from_csv(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    head = text.partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        named = _named({name: name for name in reader.fieldnames or ()})
        missing = [words for name, words in _REQUIRED.items() if name not in named]
        if missing:
            raise _Refused(f"В первой строке не хватает названий столбцов: {', '.join(missing)}.")
        for row in reader:
            if any(isinstance(value, str) and value.strip() for value in row.values()):
                yield reader.line_num, _named(row)
    except csv.Error as error:
        raise _Refused(f"CSV не читается: ошибка в строке {reader.line_num}.") from error


def _named(entry: Mapping[Any, Any]) -> dict[str, Any]:
    """The entry under the names of `Day`."""
    names = {name: str(name).strip().casefold() for name in entry if isinstance(name, str)}
    return {_COLUMNS.get(plain, plain): entry[name] for name, plain in names.items()}


def _day(entry: Mapping[str, Any], first_year: int, last_year: int) -> Day:
    said = {name: str(entry.get(name) or "").strip() for name in _REQUIRED}
    for name, words in _REQUIRED.items():
        if not said[name]:
            raise _Refused(f"Не заполнено «{words}».")
        if len(said[name]) > LONGEST_TEXT:
            raise _Refused(f"«{words}» длиннее {LONGEST_TEXT} знаков.")
    kind = _KINDS.get(said["kind"].casefold())
    if kind is None:
        raise _Refused(
            f"Вида «{said['kind']}» нет. Пишите: «рабочий», «короткий», «выходной» или «праздник»."
        )
    day = _date(said["day"])
    if not first_year <= day.year <= last_year:
        raise _Refused(f"{day:%d.%m.%Y} вне календаря: он идёт с {first_year} по {last_year} год.")
    return Day(day, kind, said["note"], said["source"])


def _date(words: str) -> date:
    figures = _FIGURES.fullmatch(words)
    try:
        if figures:
            day, month, year = map(int, figures.groups())
            return date(year, month, day)
        return date.fromisoformat(words)
    except ValueError as error:
        raise _Refused(f"«{words}» — не день. Пишите 28.08.2026 или 2026-08-28.") from error
