"""Files that are no ordinary document are refused before any library opens them."""

import zipfile
from io import BytesIO

import pytest

from engine.documents.word import package
from engine.documents.word.faults import BadDocument
from tests.engine.documents.making import SHIPPED, docx, with_part, with_text, with_xml

GOOD = docx("Решено: признать.")
RELATIONS = "word/_rels/document.xml.rels"
PICTURE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
TEMPLATE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"


def related(kind: str, target: str) -> bytes:
    relation = f'<Relationship Id="rId99" Type="{kind}" Target="{target}" TargetMode="External"/>'
    return with_xml(GOOD, RELATIONS, "</Relationships>", relation)


def bomb(declared: int) -> bytes:
    """A package whose one part unpacks to so many bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", b"\0" * declared)
    return stream.getvalue()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_templates_are_ordinary_documents(path):
    package.check(path.read_bytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7",
        GOOD[: len(GOOD) // 2],
        bomb(31_000_000),
        with_part(GOOD, "word/vbaProject.bin", b"x"),
        with_part(GOOD, "word/embeddings/oleObject1.bin", b"x"),
        with_part(GOOD, "word/activeX/activeX1.xml", b"<a/>"),
        with_part(GOOD, "customUI/customUI.xml", b"<a/>"),
        with_part(GOOD, "../evil.xml", b"<a/>"),
        with_part(GOOD, "word/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
        with_part(GOOD, "word/extra.xml", "<a/>".encode("utf-16")),
        with_text(GOOD, "[Content_Types].xml", "document.main+xml", "document.macroEnabled.main+xml"),
        related(PICTURE, "https://example.ru/a.png"),
        related(TEMPLATE, "https://example.ru/evil.dotm"),
        related(LINK, "file:///etc/passwd"),
        with_xml(
            GOOD, "word/document.xml", "<w:sectPr", "<w:p><w:r><w:instrText>DDE cmd</w:instrText></w:r></w:p>"
        ),
        with_xml(
            GOOD, "word/document.xml", "<w:sectPr", '<w:p><w:fldSimple w:instr="INCLUDETEXT x"/></w:p>'
        ),
    ],
    ids=[
        "empty", "torso", "pdf", "half", "bomb", "macro", "object", "control", "ribbon", "path", "entity",
        "utf-16", "docm", "picture elsewhere", "template elsewhere", "link to a file", "dde", "include",
    ],
)  # fmt: skip
def test_what_is_no_ordinary_document_is_refused_with_a_remedy(content):
    with pytest.raises(BadDocument) as refused:
        package.check(content)
    assert refused.value.message
    assert refused.value.hint


def test_links_to_pages_may_stay():
    package.check(related(LINK, "https://example.ru/order"))
