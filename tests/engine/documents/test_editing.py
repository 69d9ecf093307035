"""Texts of a draft go out as a list and come back into the same places."""

from io import BytesIO

import pytest
from docx import Document

from engine.documents.word import paragraphs
from engine.documents.word.faults import BadDocument
from tests.engine.documents.making import docx, saved


def runs(content: bytes, number: int = 0) -> list[tuple[str, bool]]:
    return [
        (run.text, bool(run.bold)) for run in Document(BytesIO(content)).paragraphs[number].runs if run.text
    ]


def test_paragraphs_come_in_order_and_cells_know_their_place():
    content = docx("Решение", "Решено", table=[["№", "Мера"], ["1", "уход"]])
    assert [(piece["text"], piece["cell"]) for piece in paragraphs.pieces(content)] == [
        ("Решение", None),
        ("Решено", None),
        ("№", [0, 0, 0]),
        ("Мера", [0, 0, 1]),
        ("1", [0, 1, 0]),
        ("уход", [0, 1, 1]),
    ]


def test_headings_are_told_from_text():
    made = Document()
    made.add_heading("Решение", 0)
    made.add_heading("Меры", 2)
    made.add_paragraph("Текст")
    assert [piece["kind"] for piece in paragraphs.pieces(saved(made))] == ["title", "heading", "text"]


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("Выдано Ольге лично", [("Выдано ", False), ("Ольге", True), (" лично", False)]),
        ("Передано Анне лично", [("Передано ", False), ("Анне", True), (" лично", False)]),
        ("Выдано Анне лично в руки", [("Выдано ", False), ("Анне", True), (" лично в руки", False)]),
        ("Выдано лично", [("Выдано ", False), ("лично", False)]),
        ("Анне лично", [("Анне", True), (" лично", False)]),
        ("", []),
    ],
)
def test_what_stays_of_a_paragraph_keeps_its_look(text, look):
    content = paragraphs.edit(docx("Выдано **Анне** лично"), {"0": text})
    assert runs(content) == look


def test_lines_and_tabs_survive():
    content = paragraphs.edit(docx("Текст"), {"0": "первая\nвторая\tтретья"})
    assert paragraphs.pieces(content)[0]["text"] == "первая\nвторая\tтретья"


def test_an_empty_paragraph_may_be_written_on():
    assert paragraphs.pieces(paragraphs.edit(docx("а", ""), {"1": "б"}))[1]["text"] == "б"


def test_addresses_mean_the_same_after_an_edit():
    content = docx("а", table=[["б", "в"]])
    edited = paragraphs.edit(content, {"0": "а\nа", "2": ""})
    assert [piece["address"] for piece in paragraphs.pieces(edited)] == [0, 1, 2]


@pytest.mark.parametrize("texts", [{"9": "а"}, {"-1": "а"}, {"x": "а"}, {"0": "а" * 20_001}])
def test_an_address_that_is_not_there_is_refused(texts):
    with pytest.raises(BadDocument):
        paragraphs.edit(docx("а"), texts)


def test_signs_that_xml_can_not_hold_are_left_out():
    assert paragraphs.pieces(paragraphs.edit(docx("а"), {"0": "б\x00\x0b\ud800в"}))[0]["text"] == "бв"


def test_markers_are_replaced_everywhere_and_reported():
    made = Document()
    made.sections[0].header.paragraphs[0].text = "№ [номер]"
    made.add_paragraph("от [дата] № ").add_run("[номер]").bold = True
    content, found = paragraphs.mark(saved(made), {"[номер]": "РЕШ-1", "[дата]": "21.01.2026", "[нет]": "х"})
    marked = Document(BytesIO(content))
    assert found == ["[дата]", "[номер]"]
    assert marked.sections[0].header.paragraphs[0].text == "№ РЕШ-1"
    assert runs(content) == [("от 21.01.2026 № ", False), ("РЕШ-1", True)]
