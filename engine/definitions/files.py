"""What an uploaded or shipped file is: its kind, its keys, and what the checks say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from engine import bpmn, dmn, formjs
from engine.bpmn import Known
from engine.errors import DefinitionRefused, Finding

Kind = Literal["bpmn", "dmn", "form", "docx"]

KINDS: dict[str, Kind] = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form", ".docx": "docx"}
"""File endings that the catalogue takes."""

MAX_BYTES = 5_000_000
"""A diagram of 2,000 elements with its layout is about 2 MB."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, before anybody has looked inside."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex: the same bytes are never published twice."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that can be published: `keys` are the ids of its processes or decisions, or the form's key."""

    upload: Upload
    kind: Kind
    keys: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to an upload: what it is (None when it can't be read) and every finding."""

    upload: Upload
    file: ReadFile | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """True when the file may be published: it was read and no finding is an error."""
        return self.file is not None and not any(f.severity == "error" for f in self.findings)


def check_files(uploads: Iterable[Upload], known: Known) -> list[Checked]:
    """Check files that are to be published together, each against the others and against what is known
    already.
    """
    first = [_read(upload) for upload in uploads]
    together = replace(
        known,
        processes=_with(known.processes, first, "bpmn"),
        decisions=_with(known.decisions, first, "dmn"),
        forms=_with(known.forms, first, "form"),
    )
    return [Checked(c.upload, c.file, (*c.findings, *_lint(c, together))) for c in first]


def _with(known: Collection[str] | None, files: Iterable[Checked], kind: Kind) -> Collection[str] | None:
    """Known keys and those of the files that are published together; None stays None: nobody knows."""
    if known is None:
        return None
    new = (key for each in files if each.file and each.file.kind == kind for key in each.file.keys)
    return frozenset((*known, *new))


def _read(upload: Upload) -> Checked:
    kind = KINDS.get(PurePosixPath(upload.name).suffix.lower())
    if kind is None:
        return _refused(
            upload,
            "file-kind",
            f"Файл «{upload.name}» не похож на схему, правило, форму или шаблон документа.",
            "Загрузите файл .bpmn, .dmn, .form или .docx.",
        )
    if not upload.content:
        return _refused(upload, "file-empty", "Файл пустой.", "Сохраните файл ещё раз и загрузите снова.")
    if len(upload.content) > MAX_BYTES:
        return _refused(
            upload,
            "file-huge",
            f"Файл больше {MAX_BYTES // 1_000_000} МБ.",
            "Разделите схему на вызываемые процессы.",
        )
    try:
        return Checked(upload, READERS[kind](upload), ())
    except DefinitionRefused as refused:
        return Checked(upload, None, refused.findings)


def _refused(upload: Upload, rule: str, message: str, hint: str) -> Checked:
    return Checked(upload, None, (Finding(rule, "error", message, hint),))


def _read_bpmn(upload: Upload) -> ReadFile:
    diagram = bpmn.read(upload.content, name=upload.name)
    main = diagram.processes[0]
    return ReadFile(upload, "bpmn", tuple(p.id for p in diagram.processes), main.name or main.id)


def _read_dmn(upload: Upload) -> ReadFile:
    model = dmn.load(upload.content)
    return ReadFile(upload, "dmn", tuple(found.id for found in model.decisions), model.name or upload.name)


def _read_form(upload: Upload) -> ReadFile:
    form = formjs.read(upload.content)
    return ReadFile(upload, "form", (form.id,), form.id)


def _read_docx(upload: Upload) -> ReadFile:
    from engine.documents.templates import check_template

    check_template(upload.content, name=upload.name)
    stem = PurePosixPath(upload.name).stem
    return ReadFile(upload, "docx", (stem,), stem)


READERS: dict[Kind, Callable[[Upload], ReadFile]] = {
    "bpmn": _read_bpmn,
    "dmn": _read_dmn,
    "form": _read_form,
    "docx": _read_docx,
}


def _lint(checked: Checked, known: Known) -> list[Finding]:
    """Findings of a file that could be read, against everything it may refer to."""
    if checked.file is None:
        return []
    content, name = checked.upload.content, checked.upload.name
    match checked.file.kind:
        case "bpmn":
            return bpmn.check(content, name=name, known=known)
        case "form":
            return list(formjs.check(content))
        case _:
            return []
