"""How a paragraph or a run looks once all styles are taken together, in points and fpdf's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

DEFAULT_SIZE: Final = 12.0

_ALIGN: Final = {
    WD_ALIGN_PARAGRAPH.CENTER: "C",
    WD_ALIGN_PARAGRAPH.RIGHT: "R",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "J",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one look. `style` is any of B, I, U together."""

    text: str
    style: str
    size: float


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: lengths in points, `align` one of L, C, R, J."""

    pieces: tuple[Piece, ...]
    align: str
    before: float
    after: float
    indent: float
    first_line: float
    keep: bool
    """Not to be torn from what follows."""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def size(self) -> float:
        return max((piece.size for piece in self.pieces), default=DEFAULT_SIZE)


def block(paragraph: Paragraph) -> Block:
    """The look of a paragraph and its runs."""
    chain = [paragraph.paragraph_format, *(style.paragraph_format for style in _styles(paragraph.style))]
    alignment = _first(chain, "alignment")
    return Block(
        pieces=tuple(_pieces(paragraph)),
        align=_ALIGN.get(alignment, "L") if alignment is not None else "L",
        before=_points(_first(chain, "space_before")),
        after=_points(_first(chain, "space_after")),
        indent=max(0.0, _points(_first(chain, "left_indent"))),
        first_line=_points(_first(chain, "first_line_indent")),
        keep=bool(_first(chain, "keep_with_next")),
    )


def _pieces(paragraph: Paragraph) -> Iterator[Piece]:
    default = _default_size(paragraph)
    base = [style.font for style in _styles(paragraph.style)]
    for element in paragraph._p.iter(qn("w:r")):
        run = Run(element, paragraph)  # type: ignore[arg-type]
        if not run.text:
            continue
        chain = [run.font, *base]
        size = _first(chain, "size")
        marks = (("B", "bold"), ("I", "italic"), ("U", "underline"))
        style = "".join(letter for letter, name in marks if _first(chain, name))
        yield Piece(run.text, style, size.pt if size is not None else default)


def _styles(style: Any) -> Iterator[Any]:
    """The style and those it is based on."""
    while style is not None:
        yield style
        style = style.base_style


def _first(chain: Any, name: str) -> Any:
    return next((value for each in chain if (value := getattr(each, name)) is not None), None)


def _points(length: Any) -> float:
    return 0.0 if length is None else float(length.pt)


def _default_size(paragraph: Paragraph) -> float:
    styles = paragraph.part.document.styles.element if hasattr(paragraph.part, "document") else None
    found = styles.find(f".//{qn('w:docDefaults')}//{qn('w:sz')}") if styles is not None else None
    return int(found.get(qn("w:val"))) / 2 if found is not None else DEFAULT_SIZE
