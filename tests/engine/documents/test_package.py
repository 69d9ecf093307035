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


# The same things, written so that a search for words does not find them.
CHUNK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
OBJECT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject"


FIELD_PARTS = ("begin", "separate", "end")


def relation(text: str) -> bytes:
    return with_xml(GOOD, RELATIONS, "</Relationships>", text)


def paragraph(text: str) -> bytes:
    return with_xml(GOOD, "word/document.xml", "<w:sectPr", f"<w:p>{text}</w:p>")


def field(*parts: str) -> bytes:
    """A field whose instruction is torn into these runs."""
    begin, result, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in FIELD_PARTS)
    runs = (f'<w:r><w:instrText xml:space="preserve">{part}</w:instrText></w:r>' for part in parts)
    return paragraph(f"{begin}{''.join(runs)}{result}<w:r><w:t>1</w:t></w:r>{end}")


def linked(drawing: str) -> bytes:
    """A hyperlink's relation, used by something that is no hyperlink."""
    content = with_xml(
        GOOD,
        RELATIONS,
        "</Relationships>",
        f'<Relationship Id="rId99" Type="{LINK}" Target="https://example.ru/a.png" TargetMode="External"/>',
    )
    return with_xml(content, "word/document.xml", "<w:sectPr", f"<w:p>{drawing}</w:p>")


def renamed(content: bytes) -> bytes:
    """The main part under a name that looks like no XML, with a field in it that loads a file."""
    with zipfile.ZipFile(BytesIO(content)) as old:
        parts = {entry.filename: old.read(entry) for entry in old.infolist()}
    parts["word/document.dat"] = parts.pop("word/document.xml")
    parts["word/_rels/document.dat.rels"] = parts.pop("word/_rels/document.xml.rels")
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = parts[name].replace(b"document.xml", b"document.dat")
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return stream.getvalue()


BLIP = (
    '<w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:{}="rId99"/>'
    "</w:drawing></w:r>"
)
DECLARED = '<?xml version="1.0" encoding="UTF-16BE"?>'
DOCTYPE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize(
    "content",
    [
        relation(f'<Relationship Id="r9" Type="{PICTURE}" Target="http://a.ru/" TargetMode="&#69;xternal"/>'),
        relation(f'<Relationship Id="a>b" Type="{PICTURE}" Target="https://a.ru/" TargetMode="External"/>'),
        relation(f'<Relationship Id="r9" Type="{CHUNK}" Target="page.html"/>'),
        relation(f'<Relationship Id="r9" Type="{OBJECT}" Target="thing.dat"/>'),
        relation(f'<Relationship Id="r9" Type="{LINK}" Target="&#102;ile:///a" TargetMode="External"/>'),
        linked(BLIP.format("link")),
        linked(BLIP.format("embed")),
        field("includepicture https://a.ru/"),
        field("INCLU", "DEPICTURE https://a.ru/"),
        field('</w:instrText><w:fldChar w:fldCharType="begin"/><w:instrText>QUOTE x'),
        field("&#73;NCLUDETEXT x"),
        paragraph('<w:fldSimple w:instr="IncludeText x"/>'),
        renamed(field("INCLUDETEXT x")),
        with_part(GOOD, "word/extra.xml", DOCTYPE.encode("utf-16-le")),
        with_part(GOOD, "word/extra.xml", f"{DECLARED}{DOCTYPE}".encode("utf-16-be")),
        with_part(GOOD, "word/extra.xml", b"<a>" * 10),
        with_part(GOOD, "word/Document.xml", b"<a/>"),
    ],
    ids=[
        "coded mode", "bracket in a name", "chunk", "object", "coded address", "picture by a link",
        "picture by the relation of a link", "small letters", "torn field", "computed field",
        "coded field", "simple field",
        "main part under another name", "entity in utf-16", "entity in utf-16 with a declaration",
        "xml without an end", "the same name twice",
    ],
)  # fmt: skip
def test_disguises_do_not_help(content):
    with pytest.raises(BadDocument) as refused:
        package.check(content)
    assert refused.value.hint


def test_fields_of_word_that_load_nothing_may_stay():
    package.check(field(" PAGE ", "\\* MERGEFORMAT"))
    package.check(field("HYPERLINK https://example.ru/importance-of-links"))


def test_links_to_pages_may_stay():
    package.check(related(LINK, "https://example.ru/order"))
