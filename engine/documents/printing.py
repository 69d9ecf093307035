"""PDF of a document: by LibreOffice where there is one and it manages, otherwise by our own printer."""

from __future__ import annotations

from engine.documents import office
from engine.documents.workshop import workshop


def pdf(content: bytes) -> bytes:
    """The PDF of a DOCX that was accepted or made here; DocumentFailed when nobody manages."""
    program = office.find()
    printed = office.pdf(program, content) if program else None
    return workshop.pdf(content) if printed is None else printed
