"""Days of a calendar from a file: what is read, and what is said of a wrong line."""

from __future__ import annotations

import json

import pytest

from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.calendar_file import LONGEST_FILE, MOST_DAYS, Fault, ReadDays, read_days
from tests.engine.deadlines.factories import day

HEAD = "день;вид;почему;акт\n"
LINE = "28.08.2026;праздник;День округа;Закон № 5\n"
HOLIDAY = Day(day("28.08.2026"), DayKind.HOLIDAY, "День округа", "Закон № 5")


def read(text: str | bytes) -> ReadDays:
    return read_days(text.encode() if isinstance(text, str) else text, 2024, 2030)


@pytest.mark.parametrize(
    "content",
    [
        HEAD + LINE,
        "﻿" + HEAD + LINE,
        (HEAD + LINE).encode("cp1251"),
        (HEAD + LINE).replace(";", ",").replace("\n", "\r\n"),
        (HEAD + LINE).replace(";", "\t"),
        "Акт;Почему;Вид;День\nЗакон № 5;День округа;Праздник;2026-08-28\n\n;;;\n",
        'day,kind,note,source\n2026-08-28,holiday,"День округа","Закон № 5"\n',
        json.dumps([{"day": "2026-08-28", "kind": "holiday", "note": "День округа", "source": "Закон № 5"}]),
        json.dumps(
            {"days": [{"день": "28.08.2026", "вид": "праздник", "почему": "День округа", "акт": "Закон № 5"}]}
        ),
    ],
)
def test_a_day_is_read_however_a_spreadsheet_or_program_writes_it(content):
    assert read(content) == ReadDays((HOLIDAY,), ())


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("рабочий", DayKind.WORKING),
        ("Короткий", DayKind.SHORT),
        ("сокращённый", DayKind.SHORT),
        ("выходной", DayKind.DAY_OFF),
        ("day_off", DayKind.DAY_OFF),
    ],
)
def test_kinds_are_written_in_words(kind, meant):
    assert read(HEAD + f"27.08.2026;{kind};канун;приказ").days[0].kind is meant


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("31.02.2026;праздник;День округа;Закон", "«31.02.2026» — не день"),
        ("завтра;праздник;День округа;Закон", "«завтра» — не день"),
        ("28.08.2026;каникулы;День округа;Закон", "Вида «каникулы» нет"),
        ("28.08.2026;праздник;;Закон", "Не заполнено «почему»"),
        ("28.08.2026;праздник;День округа;", "Не заполнено «акт»"),
        ("28.08.2026;праздник;День округа", "Не заполнено «акт»"),
        ("28.08.1999;праздник;День округа;Закон", "вне календаря"),
        (f"28.08.2026;праздник;{'я' * 201};Закон", "«почему» длиннее 200 знаков"),
    ],
)
def test_a_wrong_line_is_named_with_its_number_and_the_others_are_read(line, words):
    found = read(HEAD + LINE.replace("28.08", "27.08") + line + "\n")
    (fault,) = found.faults
    assert fault.line == 3
    assert words in fault.words
    assert len(found.days) == 1


def test_a_day_that_stands_twice_is_a_fault():
    assert read(HEAD + LINE + LINE).faults == (Fault(3, "День 28.08.2026 стоит в файле дважды."),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "не хватает названий столбцов"),
        (HEAD, "нет ни одного дня"),
        ("[]", "нет ни одного дня"),
        ("день;вид\n28.08.2026;праздник", "не хватает названий столбцов: почему, акт"),
        ("[{", "JSON не читается"),
        ("[" * 100_000, "JSON не читается"),
        ('{"year": 2026}', "нет списка дней"),
        ('["28.08.2026"]', "Не заполнено «день»"),
        (b"\x98\x81\xff\xfe\x00", "Это не текст"),
        (b"x" * (LONGEST_FILE + 1), "Файл слишком велик"),
        (HEAD + LINE * (MOST_DAYS + 1), f"больше {MOST_DAYS} дней"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(content, words):
    found = read(content)
    assert words in " ".join(fault.words for fault in found.faults)
    assert not found.days
