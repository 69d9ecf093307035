"""Templates without a case: blanks to fill in by hand, and papers with the names of their values."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from engine.definitions.files import Upload
from engine.documents.blanks import DATE_LINE, blank_pdf, with_names
from engine.documents.making import preview_on_case
from engine.documents.workshop import workshop
from engine.errors import NotFound
from tests.engine.documents.making import docx, make_case, only_document, squeezed
from tests.factories.access import make_actor
from tests.factories.cases import publish_files

TEMPLATE = docx(
    "{{ организация.краткое }} {{ дата }} № {{ номер }}",
    "{% if опасность %}Опасность: {{ опасность or 'не выявлена' }}{% endif %}",
    "{{ вывод }}",
    "{{ приложено | join(', ') or 'ничего' }}!",
    "{% if демо %}Показ.{% endif %}",
    table=[
        ["№", "Мера"],
        ["{%tr for м in меры %}", ""],
        ["{{ loop.index }}", "{{ м.мера }}"],
        ["{%tr endfor %}", ""],
    ],
)


def lines(content: bytes) -> list[str]:
    return [piece.text for piece in workshop.pieces(content)]


def test_on_a_blank_every_part_is_there_and_nothing_is_said_beforehand(rt):
    publish_files(rt, Upload("D25.docx", TEMPLATE))
    found = blank_pdf(rt, make_actor(rt, "R05"), "D25")
    text = PdfReader(BytesIO(found.content)).pages[0].extract_text()
    assert found.name == "Решение бланк.pdf"
    assert squeezed(f"КЦСОН {DATE_LINE} № ____________") in squeezed(text)
    assert "Опасность: ____________" in text
    assert "не выявлена" not in text
    assert "ничего" not in text
    assert "Показ" not in text
    assert text.count("_" * 70) == 3, "three lines for a conclusion"
    assert squeezed("№Мера123") in squeezed(text), "empty rows with their numbers"


def test_there_is_no_blank_of_what_is_not_published(rt):
    with pytest.raises(NotFound):
        blank_pdf(rt, make_actor(rt, "R05"), "D25")


def test_a_template_is_shown_with_the_names_of_its_values(rt):
    shown = lines(with_names(rt, make_actor(rt, "R25"), TEMPLATE))
    assert shown[0] == "КЦСОН [дата] № [номер]"
    assert "‹вывод›" in shown
    assert shown[-2:] == ["3", "‹меры.мера›"]


def test_a_template_is_tried_on_a_case_and_nothing_is_kept(rt):
    specialist = make_actor(rt, "R05")
    make_case(rt, specialist, docx("{{ дело.номер }}"), {"вывод": "Семье нужна помощь."})
    before = only_document(rt)
    assert "Семье нужна помощь." in lines(preview_on_case(rt, specialist, TEMPLATE, " small-2026-0001 "))
    assert only_document(rt) == before
    with pytest.raises(NotFound):
        preview_on_case(rt, specialist, TEMPLATE, "small-2026-0099")
