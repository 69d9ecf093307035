"""Files that people attach: what they are by their content, what they are called, how large they may be."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import Final

from engine.errors import InvalidData
from engine.settings import Attachments

NAME_LENGTH: Final = 120

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
DOCX: Final = f"{_OFFICE}wordprocessingml.document"
XLSX: Final = f"{_OFFICE}spreadsheetml.sheet"
ODT: Final = "application/vnd.oasis.opendocument.text"
PDF: Final = "application/pdf"

ENDINGS: Final = {
    PDF: ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
    ODT: ".odt",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "text/plain": ".txt",
}
"""Kinds of files that can be recognised, and the ending each gets."""

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HEIC: Final = frozenset({b"heic", b"heix", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept: a clean name with the right ending, its kind, its bytes."""

    name: str
    media_type: str
    content: bytes


def accept(name: str, content: bytes, allowed: Attachments) -> Accepted:
    """The file as it will be kept; InvalidData when it is too large or of a kind that is not taken."""
    if not content:
        raise _refused("Файл пустой: проверьте его и выберите снова.")
    if len(content) > allowed.limit:
        raise _refused(f"Файл больше {allowed.megabytes} МБ: уменьшите его или разделите.")
    media_type = kind_of(content)
    if media_type is None or ENDINGS[media_type][1:] not in allowed.kinds:
        raise _refused(f"Такие файлы не принимаем. Подойдут: {allowed.words}.")
    return Accepted(clean_name(name, media_type), media_type, content)


def _refused(text: str) -> InvalidData:
    return InvalidData("Файл не приложен.", {"file": text})


def kind_of(content: bytes) -> str | None:
    """The media type by the first bytes, and for packed formats by what is inside; None for anything else."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "image/heic"
    if content.startswith(b"PK\x03\x04"):
        return _packed_kind(content)
    return "text/plain" if _is_text(content) else None


def _packed_kind(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            names = set(package.namelist())
            if any("vbaproject" in name.casefold() for name in names):
                return None
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                return ODT if package.read("mimetype").strip() == ODT.encode() else None
            if "[Content_Types].xml" not in names:
                return None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _is_text(content: bytes) -> bool:
    """UTF-8 or Windows-1251 without control characters, and nothing that a browser could take for a page."""
    start = content[:4096].lstrip().lower()
    if _CONTROL.search(content) or start.startswith((b"<", b"\xef\xbb\xbf<")):
        return False
    for encoding in ("utf-8", "cp1251"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def clean_name(name: str, media_type: str) -> str:
    """A name that no system takes for a path or a command, with the ending of its kind."""
    ending = ENDINGS[media_type]
    stem = PurePath(_UNSAFE.sub("_", unicodedata.normalize("NFC", name))).name
    while PurePath(stem).suffix.casefold() in {*ENDINGS.values(), ".jpeg"}:
        stem = PurePath(stem).stem
    stem = " ".join(stem.split()).strip(" .")[: NAME_LENGTH - len(ending)]
    return f"{stem or 'файл'}{ending}"
