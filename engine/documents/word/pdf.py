"""A PDF of a document without an office suite: text, headings, bold, alignment, tables, page numbers.

Pictures, text boxes and other decoration are left out: an office suite, where there is one, prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from engine.documents.word.look import Block, Piece, block

FONTS: Final = Path(__file__).parents[1] / "fonts"
FONT: Final = "PT Serif"
_FILES: Final = {
    "": "PTSerif-Regular.ttf",
    "B": "PTSerif-Bold.ttf",
    "I": "PTSerif-Italic.ttf",
    "BI": "PTSerif-BoldItalic.ttf",
}
LINE: Final = 1.15
_PAGE, _PAGES = "\u0001", "\u0002"
"""Stand in a footer for the number of the page and for how many there are."""
_CELL_PADDING: Final = 3.0
_KEPT_TOGETHER: Final = 50.0
"""Room that must be left below a heading."""
_FIELD: Final = re.compile(r"^\s*(PAGE|NUMPAGES)\b")


def pdf(content: bytes) -> bytes:
    """The document as PDF."""
    document = Document(BytesIO(content))
    printer = _Printer(document)
    for part in _body(document):
        if isinstance(part, WordTable):
            printer.grid(part)
        else:
            printer.paragraph(block(part))
    return bytes(printer.output())


def _body(document: Any) -> Iterator[Paragraph | WordTable]:
    for element in document.element.body:
        if element.tag == qn("w:p"):
            yield Paragraph(element, document)
        elif element.tag == qn("w:tbl"):
            yield WordTable(element, document)


class _Printer(FPDF):
    def __init__(self, document: Any) -> None:
        section = document.sections[0]
        super().__init__(unit="pt", format=(section.page_width.pt, section.page_height.pt))
        for style, file in _FILES.items():
            self.add_font(FONT, style, FONTS / file)
        self._footers = [_with_numbers(paragraph) for paragraph in section.footer.paragraphs]
        self.set_margins(section.left_margin.pt, section.top_margin.pt, section.right_margin.pt)
        self.set_auto_page_break(auto=True, margin=section.bottom_margin.pt)
        self.c_margin = 0
        self.set_title(document.core_properties.title or "")
        self.set_lang("ru")
        self.add_page()

    def footer(self) -> None:
        """Called by fpdf at the end of every page."""
        self.set_y(-36)
        for text, align in self._footers:
            if text:
                self.set_font(FONT, size=9)
                line = text.replace(_PAGE, str(self.page_no())).replace(_PAGES, "{nb}")
                self.cell(w=0, text=line, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def paragraph(self, part: Block) -> None:
        if not part.text.strip():
            self.ln(part.size * LINE + part.before + part.after)
            return
        if part.keep and self.y + part.size * LINE + _KEPT_TOGETHER > self.page_break_trigger:
            self.add_page()
        if self.y > self.t_margin:
            self.ln(part.before)
        with (
            self.text_columns(l_margin=self.l_margin + part.indent, text_align=part.align) as columns,
            columns.paragraph(line_height=LINE, first_line_indent=max(0.0, part.first_line)) as lines,
        ):
            for piece in part.pieces:
                self.set_font(FONT, piece.style, piece.size)
                lines.write(piece.text.replace("\t", "    "))
        self.set_x(self.l_margin)
        self.ln(part.after)

    def grid(self, table: WordTable) -> None:
        """A table; one whose row is longer than a page is printed as paragraphs."""
        page, x, y = self.page, self.x, self.y
        try:
            self._grid(table)
        except ValueError:
            self.page, self.x, self.y = page, x, y
            for row in table.rows:
                for cell in _cells(row):
                    for part in _blocks(cell):
                        self.paragraph(part)

    def _grid(self, table: WordTable) -> None:
        bordered = table.style is not None and table.style.name == "Table Grid"
        widths = [column.width.pt if column.width is not None else 1.0 for column in table.columns]
        self.set_font(FONT, size=_table_size(table))
        with self.table(
            col_widths=widths,
            width=min(sum(widths), self.epw) if sum(widths) > len(widths) else self.epw,
            align="LEFT",
            borders_layout=TableBordersLayout.ALL if bordered else TableBordersLayout.NONE,
            first_row_as_headings=_repeats(table),
            headings_style=FontFace(),
            line_height=self.font_size * LINE,
            v_align="TOP",
        ) as lines:
            for row in table.rows:
                line = lines.row()
                for cell in _cells(row):
                    parts = _blocks(cell)
                    first = next((piece for part in parts for piece in part.pieces), Piece("", "", 12))
                    line.cell(
                        text="\n".join(part.text for part in parts),
                        align=parts[0].align if parts else "L",
                        style=FontFace(emphasis=first.style or None, size_pt=first.size),
                        colspan=cell.grid_span,
                        padding=_padding(parts, bordered=bordered),
                    )


def _padding(parts: Sequence[Block], *, bordered: bool) -> tuple[float, float, float, float]:
    """Room around a cell's text: top, right, bottom, left."""
    above = parts[0].before if parts else 0.0
    return (_CELL_PADDING, _CELL_PADDING, _CELL_PADDING, _CELL_PADDING) if bordered else (1 + above, 6, 1, 0)


def _cells(row: Any) -> Sequence[_Cell]:
    """The cells of a row, each once, though it may span columns."""
    return [_Cell(element, row._parent) for element in row._tr.tc_lst]


def _blocks(cell: Any) -> list[Block]:
    return [block(paragraph) for paragraph in cell.paragraphs]


def _table_size(table: WordTable) -> float:
    sizes = [
        part.size for row in table.rows[:2] for cell in _cells(row) for part in _blocks(cell) if part.pieces
    ]
    return max(sizes, default=12.0)


def _repeats(table: WordTable) -> bool:
    first = table.rows[0]._tr if len(table.rows) else None
    return first is not None and first.find(f".//{qn('w:tblHeader')}") is not None


def _with_numbers(paragraph: Paragraph) -> tuple[str, str]:
    """The text of a footer, with signs in place of the number of the page and of how many there are."""
    text, waiting = "", ""
    for element in paragraph._p.iter():
        if element.tag == qn("w:instrText") and (field := _FIELD.match(element.text or "")):
            waiting = _PAGE if field[1] == "PAGE" else _PAGES
        elif element.tag == qn("w:fldSimple") and (field := _FIELD.match(element.get(qn("w:instr")) or "")):
            text += _PAGE if field[1] == "PAGE" else _PAGES
        elif element.tag == qn("w:fldChar") and element.get(qn("w:fldCharType")) == "separate":
            text += waiting
        elif element.tag == qn("w:fldChar") and element.get(qn("w:fldCharType")) == "end":
            waiting = ""
        elif element.tag == qn("w:t") and not waiting and not _inside_field(element):
            text += element.text or ""
    return text, block(paragraph).align


def _inside_field(element: Any) -> bool:
    return any(above.tag == qn("w:fldSimple") for above in element.iterancestors())
