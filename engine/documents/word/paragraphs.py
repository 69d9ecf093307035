"""The texts of a document as a list that people edit in the browser, and back into the document.

A paragraph is addressed by its place in the order of the document. Editing changes texts and never adds or
removes paragraphs, so an address means the same paragraph for the life of a draft. Headers and footers are
left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from engine.documents.word.faults import BadDocument

PARAGRAPHS: Final = 5000
TEXT: Final = 20_000
"""Characters of one paragraph."""

_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def pieces(content: bytes) -> list[dict[str, Any]]:
    """Every paragraph with `address`, `kind` (title, heading, text), `text`, and for those in tables `cell`:
    numbers of the table, the row and the column.
    """
    places = _Places()
    return [
        {
            "address": address,
            "kind": _kind(paragraph),
            "text": _text(paragraph),
            "cell": places.of(paragraph),
        }
        for address, paragraph in enumerate(_paragraphs(_opened(content)))
    ]


def edit(content: bytes, texts: Mapping[str, str]) -> bytes:
    """The document with new texts at these addresses; what stays of a paragraph keeps its look."""
    document = _opened(content)
    found = list(_paragraphs(document))
    for address, text in texts.items():
        if not address.isdecimal() or int(address) >= len(found) or len(text) > TEXT:
            raise BadDocument(
                "Документ с тех пор изменился, или абзац слишком длинный.", "Откройте документ ещё раз."
            )
        _replace(found[int(address)], _UNWANTED.sub("", text.replace("\r\n", "\n")))
    return _saved(document)


def mark(content: bytes, values: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """Markers («[номер]») replaced wherever they stand, headers and footers too; which of them were found."""
    document = _opened(content)
    found = set()
    for paragraph in (*_paragraphs(document), *_margins(document)):
        for marker, value in values.items():
            for _ in range(_text(paragraph).count(marker)):  # one by one: what stands between keeps its look
                found.add(marker)
                _replace(paragraph, _text(paragraph).replace(marker, value, 1))
    return _saved(document), sorted(found)


def _opened(content: bytes) -> Any:
    return Document(BytesIO(content))


def _saved(document: Any) -> bytes:
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue()


def _paragraphs(document: Any) -> Iterator[Paragraph]:
    """Paragraphs of the body in order, those in tables too. A text box is stored twice: once is enough."""
    body = document.element.body
    elements = [
        element
        for element in body.iter(qn("w:p"))
        if not any(_local(above) == "Fallback" for above in element.iterancestors())
    ]
    if len(elements) > PARAGRAPHS:
        raise BadDocument("Документ слишком велик, чтобы править его здесь.", "Загрузите готовый файл.")
    return (Paragraph(element, document) for element in elements)


def _margins(document: Any) -> Iterator[Paragraph]:
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not part.is_linked_to_previous:
                yield from (Paragraph(element, part) for element in part._element.iter(qn("w:p")))


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _kind(paragraph: Paragraph) -> str:
    name = paragraph.style.name if paragraph.style is not None else ""
    if name == "Title":
        return "title"
    return "heading" if name is not None and name.startswith("Heading") else "text"


class _Places:
    """Numbers tables as they come; rows and columns by their place in the table."""

    def __init__(self) -> None:
        self._tables: dict[Any, int] = {}

    def of(self, paragraph: Paragraph) -> list[int] | None:
        above: list[Any] = list(paragraph._p.iterancestors(qn("w:tc"), qn("w:tr"), qn("w:tbl")))
        if len(above) < 3:
            return None
        cell, row, table = above[:3]
        number = self._tables.setdefault(table, len(self._tables))
        return [number, table.findall(qn("w:tr")).index(row), row.findall(qn("w:tc")).index(cell)]


def _runs(paragraph: Paragraph) -> list[Run]:
    return [Run(element, paragraph) for element in paragraph._p.iter(qn("w:r"))]  # type: ignore[arg-type]


def _text(paragraph: Paragraph) -> str:
    return "".join(run.text for run in _runs(paragraph))


def _replace(paragraph: Paragraph, text: str) -> None:
    """Change only what differs: the beginning and the end that stay keep their runs, and so their look."""
    old = _text(paragraph)
    if text == old:
        return
    if not old:
        paragraph.add_run(text)
        return
    before = _common(old, text)
    after = _common(old[before:][::-1], text[before:][::-1])
    changed_to = len(old) - after
    fresh = text[before : len(text) - after]
    start = 0
    for run in _runs(paragraph):
        was = run.text
        end = start + len(was)
        takes = before < end if changed_to > before else before <= end
        new = was[: max(0, before - start)] + (fresh if takes else "") + was[max(0, changed_to - start) :]
        if takes:
            fresh = ""
        if new != was:
            run.text = new
        start = end


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
