"""Lists as XLSX sheets."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import xlsxwriter
from flask_babel import gettext as _

from engine.deadlines.due import DueWords
from engine.model import Due
from engine.records.commission_report import Heard
from engine.records.commissions import COUNTED, ITEM_KINDS
from engine.records.dispatch import Trip
from engine.worklist.forecast import Forecast
from engine.worklist.inbox import InboxRow
from engine.worklist.monitor import LateCase
from webui.forecast import chance_words
from webui.frame import local
from webui.rows import risk_words
from webui.ui import date_digits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Line = tuple[str, ...]


def terms_sheet(
    rows: Sequence[InboxRow],
    late: Sequence[LateCase],
    expected: Sequence[Forecast],
    names: Mapping[int, str],
    open_to: Collection[int],
    red: Collection[int],
    *,
    cut: bool,
) -> io.BytesIO:
    """Steps with their terms, then the cases that wait past a term of their own; on a second sheet the terms
    that may be missed. Of a case that is not among `open_to` the number only; those of `late` that bear the
    red mark are among `red`. `cut`: there were more, and the last line says so.
    """
    made = io.BytesIO()
    # What people typed must never become a formula of whoever opens the sheet.
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    lines = [
        *(_step_line(row, names, row.case_id in open_to) for row in rows),
        *(_case_line(each, names, each.case_id in open_to, each.case_id in red) for each in late),
    ]
    heads = (*_heads(), _("Основание"), _("Прогноз"), _("На контроле"))
    _fill(book, _("Сроки"), heads, lines, cut=cut)
    foreseen = [_forecast_line(each, names, each.case_id in open_to) for each in expected]
    _fill(book, _("Могут не успеть"), (*_heads(), _("Прогноз"), _("Почему")), foreseen, cut=cut)
    book.close()
    made.seek(0)
    return made


def _heads() -> Line:
    return (_("Срок"), _("Состояние"), _("Шаг"), _("Дело"), _("Кто"), _("Путь"), _("Исполнитель"))


def _fill(book: xlsxwriter.Workbook, title: str, heads: Line, lines: Sequence[Line], *, cut: bool) -> None:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
    for number, line in enumerate(lines, start=1):
        for column, cell in enumerate(line):
            sheet.write_string(number, column, cell)
    if cut:
        sheet.write_string(len(lines) + 1, 0, _("Это не всё: выгружено столько строк, сколько помещается."))
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, len(heads) - 1, 28)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)


def commissions_sheet(rows: Sequence[tuple[str, Heard]], first: date, last: date) -> io.BytesIO:
    """RP-01, a line a commission: sittings, questions, the seven kinds, the others, the sum and whether it is
    the total.
    """
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Комиссии"))
    sheet.write_string(0, 0, f"{first:%d.%m.%Y} – {last:%d.%m.%Y}")
    heads = (
        _("Комиссия"),
        _("Заседаний"),
        _("Вопросов"),
        *(ITEM_KINDS[kind] for kind in COUNTED),
        _("Прочие"),
        _("Сумма видов"),
        _("Сходится"),
        _("Отложено"),
    )
    sheet.write_row(1, 0, heads, book.add_format({"bold": True, "bottom": 1, "text_wrap": True}))
    bad = book.add_format({"font_color": "#b00020", "bold": True})
    for number, (name, heard) in enumerate(rows, start=2):
        sheet.write_string(number, 0, name)
        figures = (heard.sittings, heard.total, *heard.counted, heard.others, heard.summed)
        for column, figure in enumerate(figures, start=1):
            sheet.write_number(number, column, figure)
        column = len(figures) + 1
        sheet.write_string(
            number, column, _("да") if heard.agrees else _("нет"), None if heard.agrees else bad
        )
        sheet.write_number(number, column + 1, heard.postponed)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(heads) - 1, 14)
    sheet.freeze_panes(2, 1)
    book.close()
    made.seek(0)
    return made


def trips_sheet(rows: Sequence[Trip]) -> io.BytesIO:
    """The list of trips: day, place, car, families, crew."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Лист выездов"))
    heads = (_("День"), _("Место"), _("Машина"), _("Семей"), _("Состав"))
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
    for number, trip in enumerate(rows, start=1):
        for column, cell in enumerate((date_digits(trip.day), trip.place, trip.car)):
            sheet.write_string(number, column, cell)
        sheet.write_number(number, 3, trip.families)
        sheet.write_string(number, 4, "; ".join(trip.crew))
    sheet.set_column(0, 3, 18)
    sheet.set_column(4, 4, 60)
    sheet.freeze_panes(1, 0)
    book.close()
    made.seek(0)
    return made


def _state(words: DueWords) -> str:
    return ", ".join(filter(None, (words.left, words.provisional)))


def _step_line(row: InboxRow, names: Mapping[int, str], named: bool) -> Line:
    return (
        _day(row.due),
        _state(row.words),
        row.title,
        row.case_number,
        row.label if named else "",
        row.process_name,
        names.get(row.assignee_id or 0, _("не назначено")),
        row.words.ground,
        risk_words(row) or "",
        _red(row.red),
    )


def _case_line(each: LateCase, names: Mapping[int, str], named: bool, red: bool) -> Line:
    """A case that waits has no step with this term; where it stands takes the step's place."""
    return (
        _day(each.due),
        _state(each.words),
        _("ждёт: %(phase)s", phase=each.phase) if each.phase else _("ждёт"),
        each.number,
        each.label if named else "",
        each.process_name,
        names.get(each.owner_id or 0, _("не назначено")),
        each.words.ground,
        "",
        _red(red),
    )


def _forecast_line(each: Forecast, names: Mapping[int, str], named: bool) -> Line:
    return (
        date_digits(local(each.due_at).date()),
        _state(each.words),
        each.title,
        each.case_number,
        each.label if named else "",
        each.process_name,
        names.get(each.responsible or 0, _("не назначено")),
        chance_words(each.outlook),
        each.reason,
    )


def _red(red: bool) -> str:
    return _("на контроле у руководителя") if red else ""


def _day(due: Due) -> str:
    return date_digits(local(due.at).date()) if due.at else ""
