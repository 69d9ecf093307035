"""Looks into a DOCX file before anything else does: size, kind, macros, links to the outside."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

from engine.documents.word.faults import BadDocument

PARTS: Final = 500
DECLARED_BYTES: Final = 60_000_000
"""What all parts together may unpack to."""
PART_BYTES: Final = 30_000_000

_MAIN: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_FORBIDDEN_PARTS: Final = re.compile(
    r"vba|activex|customui|/embeddings/|\.bin$|\.exe$|\.js$|oleobject|/afchunk", re.IGNORECASE
)
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_EXTERNAL: Final = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']")
_HYPERLINK: Final = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
_SAFE_TARGET: Final = re.compile(rb"Target\s*=\s*[\"'](?:https?://|mailto:)")
_FIELD: Final = re.compile(rb"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|MACROBUTTON)\b")
_INSTRUCTION: Final = re.compile(
    rb"<w:instrText\b[^>]*>([^<]*)</w:instrText>|w:instr\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
)


def check(content: bytes) -> None:
    """BadDocument unless the bytes are an ordinary DOCX: no macros, no foreign objects, nothing loaded from
    elsewhere, and not much larger unpacked than packed.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _check_sizes(package)
            _check_parts(package)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise BadDocument(
            "Файл не открывается как документ Word.", "Сохраните его в формате DOCX и загрузите снова."
        ) from None


def _check_sizes(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if (
        len(entries) > PARTS
        or sum(entry.file_size for entry in entries) > DECLARED_BYTES
        or any(entry.file_size > PART_BYTES for entry in entries)
    ):
        raise BadDocument(
            "Документ после распаковки слишком велик.", "Уберите из него большие картинки и сохраните снова."
        )
    if len(set(names)) != len(names) or any(
        name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name for name in names
    ):
        raise BadDocument("Файл повреждён.", "Откройте его в Word и сохраните заново.")


def _check_parts(package: zipfile.ZipFile) -> None:
    names = package.namelist()
    if "[Content_Types].xml" not in names or _MAIN not in package.read("[Content_Types].xml"):
        raise BadDocument(
            "Это не документ DOCX.", "В Word выберите «Сохранить как», затем «Документ Word (.docx)»."
        )
    for name in names:
        if _FORBIDDEN_PARTS.search(name):
            raise BadDocument(
                "В документе есть макрос или вложенный объект.", "Уберите их и сохраните документ снова."
            )
        if name.endswith((".xml", ".rels")):
            _check_xml(name, package.read(name))


def _check_xml(name: str, xml: bytes) -> None:
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadDocument("Файл повреждён.", "Откройте его в Word и сохраните заново.")
    if name.endswith(".rels"):
        for relation in _RELATION.findall(xml):
            if _EXTERNAL.search(relation) and not (
                _HYPERLINK.search(relation) and _SAFE_TARGET.search(relation)
            ):
                raise BadDocument(
                    "Документ загружает что-то из другого места.",
                    "Вставьте картинки в сам документ, уберите связи с другими файлами и шаблоном.",
                )
    else:
        for found in _INSTRUCTION.finditer(xml):
            if _FIELD.search(found[1] or found[2] or found[3] or b""):
                raise BadDocument(
                    "В документе есть поле, которое берёт данные из другого файла.",
                    "Замените его обычным текстом: выделите и нажмите Ctrl+Shift+F9.",
                )
