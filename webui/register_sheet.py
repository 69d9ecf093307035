"""A register with all parameters of its families as an XLSX file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter
from flask_babel import gettext as _

from engine.model import Value
from engine.records.parameters import parameters
from engine.records.registers import Entry
from engine.records.sheets import Sheet

HEAD = 2
"""Rows above the families: numbers of the parameters, then their names."""


def register_sheet(title: str, month: str, lines: Sequence[tuple[str, Entry, Sheet | None]]) -> io.BytesIO:
    """A line for each family (what it is called, its entry, its sheet of that month or None), a column for
    each parameter. What people typed never becomes a formula.
    """
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title.replace("«", "").replace("»", "")[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    heads = (_("Семья"), _("На учёте с"), _("Категория"), _("Основание"))
    sheet.write_string(0, 0, f"{title}, {month}")
    sheet.write_row(1, 0, heads, bold)
    for column, each in enumerate(parameters(), start=len(heads)):
        sheet.write_string(0, column, each.number)
        sheet.write_string(1, column, f"{each.title}, {each.unit}" if each.unit else each.title, bold)
    for row, (name, entry, found) in enumerate(lines, start=HEAD):
        sheet.write_string(row, 0, name)
        sheet.write_datetime(row, 1, entry.since, day)
        sheet.write_string(row, 2, entry.state)
        sheet.write_string(row, 3, entry.ground)
        if found is None:
            continue
        for column, each in enumerate(parameters(), start=len(heads)):
            _write(sheet, row, column, found.cells[each.key].value, day)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(heads) + len(parameters()), 14)
    sheet.freeze_panes(HEAD, 1)
    book.close()
    made.seek(0)
    return made


def _write(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: Value,
    day: xlsxwriter.format.Format,
) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, _("да") if value else _("нет"))
    elif isinstance(value, Decimal | int):
        sheet.write_number(row, column, float(value))
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    elif value is not None:
        sheet.write_string(row, column, str(value))
