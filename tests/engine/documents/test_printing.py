"""The same text comes out of both printers, and a printer that hangs holds nobody up."""

import os
import stat
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from docx import Document

from engine.documents import office, printing
from engine.documents.word.pdf import pdf
from engine.documents.workshop import workshop
from tests.engine.documents.making import SHIPPED, docx, saved, squeezed
from tests.engine.documents.sample import SAMPLE

OFFICE = office.find()
SEVERAL = [path for path in SHIPPED if path.stem in {"D25", "D27", "D31"}]
"""A letter, a long form with many tables, and minutes."""


def text_of(printed: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(printed)).pages)


def program(folder: Path, script: str) -> str:
    """A stand-in for LibreOffice: a program of this text."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_headings_text_tables_and_page_numbers_are_printed():
    made = Document()
    made.add_heading("Решение № 12", 1)
    made.add_paragraph("Признать Белову нуждающейся. " * 150)
    table = made.add_table(rows=2, cols=2)
    table.style = "Table Grid"
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("Мера", "Срок", "уход", "21.01.2026"), strict=True
    ):
        cell.text = text
    printed = text_of(pdf(saved(made)))
    assert "Решение № 12" in printed
    assert printed.count("нуждающейся") == 150
    assert all(text in printed for text in ("Мера", "Срок", "уход", "21.01.2026"))


def test_bold_is_printed_with_the_bold_font():
    page: Any = pypdf.PdfReader(BytesIO(pdf(docx("обычный **жирный**")))).pages[0]
    names = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert any("Bold" in name for name in names)
    assert any("Regular" in name or name.endswith("PTSerif") for name in names)


def test_a_row_longer_than_a_page_is_printed_all_the_same():
    printed = text_of(pdf(docx("Начало", table=[["а", "слово " * 3000]])))
    assert printed.count("слово") == 3000


def test_an_empty_document_is_one_page():
    assert len(pypdf.PdfReader(BytesIO(pdf(docx()))).pages) == 1


@pytest.mark.skipif(OFFICE is None, reason="нет LibreOffice: apt-get install libreoffice-writer")
@pytest.mark.parametrize("path", SEVERAL, ids=lambda path: path.stem)
def test_libreoffice_and_our_printer_print_the_same_text(path):
    content = workshop.fill(path.read_bytes(), SAMPLE).content
    theirs = office.pdf(str(OFFICE), content)
    assert theirs is not None
    ours = workshop.pdf(content)
    assert sorted(squeezed(text_of(ours))) == sorted(squeezed(text_of(theirs)))


def test_libreoffice_is_given_the_document_and_a_folder_of_its_own(tmp_path):
    script = (
        'for last; do :; done; cp "$last" "${last%.docx}.pdf"; env > '
        + str(tmp_path / "env")
        + f'; echo "$@" > {tmp_path / "args"}'
    )
    assert office.pdf(program(tmp_path, script), b"document") == b"document"
    environment = (tmp_path / "env").read_text()
    assert "MARSHRUT" not in environment
    assert "--headless" in (tmp_path / "args").read_text()
    assert "-env:UserInstallation=file:///" in (tmp_path / "args").read_text()


def test_a_libreoffice_that_hangs_is_ended_with_all_its_children(tmp_path):
    script = f"sleep 600 & echo $! > {tmp_path / 'child'}; sleep 600"
    assert office.pdf(program(tmp_path, script), b"document", seconds=1) is None
    assert gone(int((tmp_path / "child").read_text()))


def gone(number: int) -> bool:
    """Whether the process ends: a killed one may still be listed for a moment, or wait to be buried."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{number}/stat").read_text().split()[2]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_a_libreoffice_that_makes_nothing_is_replaced_by_our_printer(tmp_path, monkeypatch, script):
    program(tmp_path, script)
    monkeypatch.setattr(office, "NAMES", ("soffice",))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert "Текст" in text_of(printing.pdf(docx("Текст")))
