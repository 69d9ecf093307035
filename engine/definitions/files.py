"""What an uploaded or shipped file is: its kind, its keys, and what the checks say of it.

Each language is imported when the first file of its kind is read, so that checking one file is quick.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePosixPath
from typing import Literal

from engine.bpmn import Known
from engine.bpmn.rules.known import Lookup
from engine.definitions.exchange import (
    Passing,
    decision_inputs,
    first_of,
    form_fields,
    handed_over,
    joined,
)
from engine.definitions.limits import diagram_findings, key_findings
from engine.errors import DefinitionRefused, Finding, MarshrutError

Kind = Literal["bpmn", "dmn", "form", "docx"]

KINDS: dict[str, Kind] = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form", ".docx": "docx"}
"""File endings that the catalogue takes."""

_ROOTS: dict[str, tuple[bytes, Kind]] = {
    ".xml": (b"omg.org/spec/DMN/", "dmn"),
    ".json": (b'"components"', "form"),
}
"""Endings that other editors give, and what tells a decision (else it is a diagram) and a form."""

MAX_BYTES = 5_000_000
"""A diagram of 2,000 elements with its layout is about 2 MB."""

_WORD = re.compile(r"[^\W\d]\w*")

UNREAD = frozenset({"file-kind", "file-empty", "file-huge"})
"""What is said of a file that nobody has to look into."""


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
    passes: Passing = field(default_factory=dict, compare=False)
    """Names of variables by key: fields of a form, data of a decision, what a process hands to another."""


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
    uploads = list(uploads)
    first = [read_upload(upload) for upload in uploads]
    together = replace(
        known,
        processes=_with(known.processes, first, "bpmn"),
        decisions=_with(known.decisions, first, "dmn"),
        forms=_with(known.forms, first, "form"),
        form_fields=_passed(first, "form", known.form_fields),
        decision_inputs=_passed(first, "dmn", known.decision_inputs),
        handed=_passed(first, "bpmn", known.handed),
        words=_with_words(known.words, uploads),
    )
    twins = _twins(first)
    return [Checked(c.upload, c.file, (*_all_findings(c, together), *twins.get(c.upload, ()))) for c in first]


def _all_findings(read: Checked, known: Known) -> tuple[Finding, ...]:
    """What kept it from being read and what else there is to say of it, each remark once."""
    if any(finding.rule in UNREAD for finding in read.findings):
        return read.findings
    linted = _lint(read, known)
    said = {(finding.rule, finding.element, finding.line) for finding in linted}
    return (*(f for f in read.findings if (f.rule, f.element, f.line) not in said), *linted)


def _twins(files: Sequence[Checked]) -> dict[Upload, list[Finding]]:
    """Files that would push one another out of the catalogue."""
    found: dict[Upload, list[Finding]] = {}
    for each, other in itertools.permutations((c.file for c in files if c.file), 2):
        if each.kind == other.kind and (shared := set(each.keys) & set(other.keys)):
            message = f"Ключ «{min(shared)}» есть и в файле «{other.upload.name}»."
            hint = "Оставьте один из этих файлов или дайте второму другой ключ (id)."
            found.setdefault(each.upload, []).append(Finding("file-twice", "error", message, hint))
    return found


def _with(known: Collection[str] | None, files: Iterable[Checked], kind: Kind) -> Collection[str] | None:
    """Known keys and those of the files that are published together; None stays None: nobody knows."""
    if known is None:
        return None
    new = (key for each in files if each.file and each.file.kind == kind for key in each.file.keys)
    return frozenset((*known, *new))


def _with_words(
    known: Callable[[], Collection[str]] | None, uploads: Sequence[Upload]
) -> Callable[[], Collection[str]] | None:
    """Words of what is known already and of these files; None where there is nothing to take words from."""
    written = [each for each in uploads if kind_of(each) not in (None, "docx")]
    if known is None and not written:
        return None
    return cache(lambda: {*(known() if known else ()), *words_of(each.content for each in written)})


def words_of(contents: Iterable[bytes]) -> set[str]:
    """Every word in the text of diagrams, decisions and forms."""
    return {word for each in contents for word in _WORD.findall(each.decode(errors="replace"))}


def _passed(files: Iterable[Checked], kind: Kind, otherwise: Lookup) -> Lookup:
    """What files of a kind pass to others, each before what is known already."""
    return first_of(joined(c.file.passes for c in files if c.file and c.file.kind == kind), otherwise)


def kind_of(upload: Upload) -> Kind | None:
    """What the file seems to be by its name, and where that is a general one by its content."""
    suffix = PurePosixPath(upload.name).suffix.lower()
    if suffix not in _ROOTS:
        return KINDS.get(suffix)
    mark, kind = _ROOTS[suffix]
    if mark in upload.content:
        return kind
    return "bpmn" if suffix == ".xml" else None


def read_upload(upload: Upload) -> Checked:
    """The file, if it can be read; its findings are only those that kept it from being read."""
    kind = kind_of(upload)
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
        file = READERS[kind](upload)
    except DefinitionRefused as refused:
        return Checked(upload, None, refused.findings)
    except MarshrutError as error:
        return _refused(upload, "file-unreadable", error.message, error.hint)
    if odd := tuple(key_findings(file.keys)):
        return Checked(upload, None, odd)
    return Checked(upload, file, ())


def _refused(upload: Upload, rule: str, message: str, hint: str) -> Checked:
    return Checked(upload, None, (Finding(rule, "error", message, hint),))


def _read_bpmn(upload: Upload) -> ReadFile:
    from engine import bpmn

    diagram = bpmn.read(upload.content, name=upload.name)
    if findings := tuple(diagram_findings(diagram)):
        raise DefinitionRefused(findings[0].message, findings)
    main = diagram.processes[0]
    keys = tuple(p.id for p in diagram.processes)
    return ReadFile(upload, "bpmn", keys, main.name or main.id, handed_over(diagram))


def _read_dmn(upload: Upload) -> ReadFile:
    from engine import dmn

    try:
        model = dmn.load(upload.content)
    except MarshrutError as error:
        element, line = getattr(error, "element", None), getattr(error, "line", None)
        finding = Finding("dmn-unreadable", "error", error.message, error.hint, element, None, line)
        raise DefinitionRefused(error.message, (finding,)) from error
    if not model.decisions:
        message = "В файле нет ни одного решения."
        hint = "Нарисуйте решение в редакторе DMN и сохраните файл снова."
        raise DefinitionRefused(message, (Finding("dmn-no-decision", "error", message, hint),))
    keys = tuple(found.id for found in model.decisions)
    return ReadFile(upload, "dmn", keys, model.name or upload.name, decision_inputs(model))


def _read_form(upload: Upload) -> ReadFile:
    from engine import formjs

    form = formjs.read(upload.content)
    return ReadFile(upload, "form", (form.id,), form.id, {form.id: form_fields(form)})


def _read_docx(upload: Upload) -> ReadFile:
    from engine.documents.templates import check_template

    title = check_template(upload.content, name=upload.name)
    return ReadFile(upload, "docx", (PurePosixPath(upload.name).stem,), title)


READERS: dict[Kind, Callable[[Upload], ReadFile]] = {
    "bpmn": _read_bpmn,
    "dmn": _read_dmn,
    "form": _read_form,
    "docx": _read_docx,
}


def _lint(read: Checked, known: Known) -> list[Finding]:
    """All findings of a file against everything it may refer to, also of one that was refused."""
    match kind_of(read.upload):
        case "bpmn":
            from engine import bpmn

            return bpmn.check(read.upload.content, name=read.upload.name, known=known)
        case "form":
            from engine import formjs

            return formjs.check(read.upload.content)
        case "dmn" if read.file is not None:
            from engine import dmn

            return dmn.check(read.upload.content)
        case "docx" if read.file is not None:
            from engine.documents.templates import check_names

            return check_names(read.upload.content, known.words)
        case _:
            return []
