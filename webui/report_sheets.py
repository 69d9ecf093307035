"""What a report shows: tables of figures. A page, a file and a print are made of the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from webui.ui import NBSP


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is what a file holds; `words` are shown instead where people read it otherwise. `href` leads to
    the rows behind a figure; `role` colours it: ok, soon, urgent.
    """

    value: int | float | str
    words: str = ""
    href: str | None = None
    role: str = ""

    @property
    def shown(self) -> str:
        return self.words or str(self.value)

    @property
    def is_text(self) -> bool:
        """Not a figure, nor the dash in the place of one."""
        return isinstance(self.value, str) and self.value != ""


@dataclass(frozen=True, slots=True)
class Point:
    """A bar of a drawing: the words under it, its figure."""

    words: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in order; `line`: a level to compare with, and its words."""

    label: str
    points: Sequence[Point]
    line: int | None = None
    line_words: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. `counts` says in plain words what counts and what does not; `warning`, where figures that
    should agree do not; `nothing`, why there are no rows.
    """

    title: str
    counts: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    warning: str = ""
    chart: Chart | None = None
    nothing: str = ""


def xlsx(title: str, about: str, sheets: Sequence[Sheet]) -> io.BytesIO:
    """A workbook, a sheet a table: heads, rows, then what was counted."""
    made = io.BytesIO()
    # What people typed must never become a formula of whoever opens the file.
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for number, each in enumerate(sheets, start=1):
        sheet = book.add_worksheet(_sheet_name(number, each.title))
        sheet.write_string(0, 0, f"{title}. {each.title}")
        sheet.write_string(1, 0, about)
        sheet.write_row(2, 0, each.columns, bold)
        for at, row in enumerate(each.rows, start=3):
            for column, cell in enumerate(row):
                if isinstance(cell.value, str):
                    sheet.write_string(at, column, cell.value)
                else:
                    sheet.write_number(at, column, cell.value)
        after = len(each.rows) + 4
        for line, words in enumerate(filter(None, (each.warning, each.counts))):
            sheet.merge_range(after + line, 0, after + line, max(len(each.columns) - 1, 1), words, wrapped)
            sheet.set_row(after + line, 60)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, max(len(each.columns) - 1, 1), 14)
        sheet.freeze_panes(3, 1)
    book.close()
    made.seek(0)
    return made


def _sheet_name(number: int, title: str) -> str:
    """A name that a workbook takes: 31 letters, none of those it keeps for itself."""
    plain = "".join(" " if letter in "[]:*?/\\'«»" else letter for letter in title)
    return f"{number}. {' '.join(plain.split())}"[:31]


def comma_separated(title: str, about: str, sheets: Sequence[Sheet]) -> bytes:
    """The same as text: semicolons and a mark of UTF-8, as spreadsheets here open it by a double click."""
    made = io.StringIO()
    lines = csv.writer(made, delimiter=";", lineterminator="\r\n")
    lines.writerow([title, about])
    for each in sheets:
        lines.writerow([])
        lines.writerow([each.title])
        lines.writerow(each.columns)
        lines.writerows([_plain(cell) for cell in row] for row in each.rows)
        lines.writerows([[words] for words in (each.warning, each.counts) if words])
    return made.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    """A figure with a decimal comma; a text that a spreadsheet would take for a formula begins with a
    space.
    """
    if isinstance(cell.value, str):
        return f" {cell.value}" if cell.value[:1] in ("=", "+", "-", "@") else cell.value
    return str(cell.value).replace(".", ",")


def share(part: int, whole: int) -> Cell:
    """«75 %», or a dash where there is nothing to divide."""
    if not whole:
        return Cell("", "—")
    percent = round(100 * part / whole, 1)
    return Cell(percent, f"{percent:g}{NBSP}%".replace(".", ","))
