"""What may be attached, judged by the content and not by the name."""

import zipfile
from io import BytesIO

import pytest

from engine.documents.files import ENDINGS, accept, clean_name, kind_of
from engine.errors import InvalidData
from engine.settings import ATTACHMENT_KINDS, Attachments
from tests.engine.documents.making import docx, with_part

ALL = Attachments()


def packed(*names: str, **contents: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, contents.get(name, b"x"))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\0\0\0\x18ftypheic....", "image/heic"),
        ("Справка о доходах".encode(), "text/plain"),
        ("Справка".encode("cp1251"), "text/plain"),
        (docx("текст"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            packed("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            packed("mimetype", mimetype=b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (b"MZ\x90\x00", None),
        (b"\x7fELF\x02\x01", None),
        (b"<html><script>alert(1)</script>", None),
        (b"  <svg onload='alert(1)'>", None),
        (b"\xef\xbb\xbf<!doctype html>", None),
        (b"GIF89a", "text/plain"),
        (b"PK\x03\x04broken", None),
        (packed("evil.exe"), None),
        (packed("mimetype", mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), None),
        (with_part(docx("текст"), "word/vbaProject.bin", b"x"), None),
        (b"\x00\x01\x02", None),
    ],
)
def test_the_kind_is_told_by_the_content(content, kind):
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Справка.pdf", "Справка.pdf"),
        ("справка.PDF.exe", "справка.PDF.exe.pdf"),
        ("фото.jpeg.pdf", "фото.pdf"),
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ("C:\\Docs\\акт.docx", "C__Docs_акт.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ("\u202efdp.exe", "_fdp.exe.pdf"),
        ("", "файл.pdf"),
        ("....", "файл.pdf"),
        ("о" * 300, "о" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(name, clean):
    assert clean_name(name, "application/pdf") == clean


def test_a_file_over_the_limit_is_refused_in_words():
    with pytest.raises(InvalidData) as refused:
        accept("скан.pdf", b"%PDF-" + b"0" * 2_000_000, Attachments(megabytes=1))
    assert refused.value.errors["file"] == "Файл больше 1 МБ: уменьшите его или разделите."


def test_an_empty_file_is_refused():
    with pytest.raises(InvalidData):
        accept("пусто.txt", b"", ALL)


def test_an_instance_takes_only_the_kinds_it_names():
    only = Attachments(kinds=("pdf", "jpg"))
    assert accept("а.pdf", b"%PDF-1.7", only).name == "а.pdf"
    with pytest.raises(InvalidData) as refused:
        accept("а.txt", "Справка".encode(), only)
    assert refused.value.errors["file"] == "Такие файлы не принимаем. Подойдут: PDF, JPG."


def test_every_kind_of_the_settings_is_one_that_is_recognised():
    assert {f".{kind}" for kind in ATTACHMENT_KINDS} == set(ENDINGS.values())
