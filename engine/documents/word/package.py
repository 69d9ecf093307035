"""Looks into a DOCX file before anything else does: size, kind, names; `parts` looks into the XML."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final

from engine.documents.word import parts
from engine.documents.word.faults import BadDocument

PARTS: Final = 500
DECLARED_BYTES: Final = 60_000_000
"""What all parts together may unpack to."""
PART_BYTES: Final = 30_000_000

_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES: Final = "[Content_Types].xml"
_FORBIDDEN_PARTS: Final = re.compile(
    r"vba|activex|customui|/embeddings/|\.bin$|\.exe$|\.js$|\.html?$|\.svg$|oleobject|/afchunk", re.IGNORECASE
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
    if len({name.casefold() for name in names}) != len(names) or any(
        name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name for name in names
    ):
        raise BadDocument("Файл повреждён.", "Откройте его в Word и сохраните заново.")


def _check_parts(package: zipfile.ZipFile) -> None:
    names = package.namelist()
    types = parts.content_types(package.read(_TYPES)) if _TYPES in names else parts.ContentTypes({}, {})
    if _MAIN not in types.all():
        raise BadDocument(
            "Это не документ DOCX.", "В Word выберите «Сохранить как», затем «Документ Word (.docx)»."
        )
    for name in names:
        if _FORBIDDEN_PARTS.search(name):
            raise BadDocument(
                "В документе есть макрос, страница или вложенный объект.",
                "Уберите их, рисунки SVG замените на PNG, и сохраните документ снова.",
            )
    for name in names:
        if name.endswith(".rels") or types.is_xml(name):
            links = _links_of(package, name)
            parts.check(name, package.read(name), links)


def _links_of(package: zipfile.ZipFile, name: str) -> frozenset[str]:
    """Ids under which the part refers to the outside."""
    folder, _, file = name.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels".lstrip("/")
    return parts.external_ids(package.read(relations)) if relations in package.namelist() else frozenset()
