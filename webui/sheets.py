"""Lists as XLSX sheets."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import xlsxwriter
from flask_babel import gettext as _

from engine.worklist.inbox import InboxRow
from webui.frame import local
from webui.rows import step_title
from webui.ui import date_digits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def terms_sheet(rows: Sequence[InboxRow], names: Mapping[int, str], *, cut: bool) -> io.BytesIO:
    """Steps with their terms; `cut`: there were more, and the last line says so."""
    made = io.BytesIO()
    # What people typed must never become a formula of whoever opens the sheet.
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Сроки"))
    heads = (
        _("Срок"),
        _("Состояние"),
        _("Шаг"),
        _("Дело"),
        _("Кто"),
        _("Путь"),
        _("Исполнитель"),
        _("Основание"),
    )
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
    for number, row in enumerate(rows, start=1):
        cells = (
            date_digits(local(row.due.at).date()) if row.due.at else "",
            row.words.left,
            step_title(row),
            row.case_number,
            row.label,
            row.process_name,
            names.get(row.assignee_id or 0, _("не назначено")),
            row.words.ground,
        )
        for column, cell in enumerate(cells):
            sheet.write_string(number, column, str(cell))
    if cut:
        sheet.write_string(len(rows) + 1, 0, _("Это не всё: выгружено столько строк, сколько помещается."))
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, len(heads) - 1, 28)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    book.close()
    made.seek(0)
    return made
