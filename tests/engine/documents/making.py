"""Documents for tests: small DOCX files, good and bad, and cases that make documents."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from sqlalchemy import select

from engine.cases.tables import case_
from engine.definitions.files import Upload
from engine.documents.tables import document
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor
from engine.runtime import Runtime
from tests.factories.cases import chain, complete, open_case, publish_files, user_task

REPOSITORY = Path(__file__).parents[3]
SHIPPED = sorted((REPOSITORY / "processes").rglob("*.docx"))


def docx(
    *paragraphs: str,
    table: Sequence[Sequence[str]] = (),
    title: str = "Решение",
    mark: str = "РЕШ",
    about: str = "",
) -> bytes:
    """A document of these paragraphs and one table; `**bold**` inside a paragraph makes a run of its own."""
    made = Document()
    made.core_properties.title, made.core_properties.category = title, mark
    made.core_properties.subject = about
    for text in paragraphs:
        added = made.add_paragraph()
        for number, part in enumerate(text.split("**")):
            if part:
                added.add_run(part).bold = number % 2 == 1
    if table:
        grid = made.add_table(rows=len(table), cols=len(table[0]))
        grid.style = "Table Grid"
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return saved(made)


def saved(made: Any) -> bytes:
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The package with one more part."""
    return _repacked(content, {name: data})


def with_xml(content: bytes, name: str, before: str, inserted: str) -> bytes:
    """The package with XML put before a mark in one of its parts."""
    return with_text(content, name, before, inserted + before)


def with_text(content: bytes, name: str, old: str, new: str) -> bytes:
    """The package with another text in one of its parts."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        part = package.read(name)
    assert old.encode() in part
    return _repacked(content, {name: part.replace(old.encode(), new.encode(), 1)})


def _repacked(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {entry.filename: old.read(entry) for entry in old.infolist()}
        for name, data in {**kept, **parts}.items():
            new.writestr(name, data)
    return stream.getvalue()


def squeezed(text: str) -> str:
    """A text without any spaces, to compare what was printed wherever lines were broken."""
    return re.sub(r"\s", "", text)


def make_case(
    rt: Runtime, actor: Actor, template: bytes | None = None, data: Mapping[str, Any] | None = None
) -> int:
    """A case whose first step was completed and promised document D25; its number."""
    files = [chain("small", user_task("a", document="D25"), user_task("b"))]
    if template is not None:
        files.append(Upload("D25.docx", template))
    publish_files(rt, *files)
    open_case(rt, actor, "small", data)
    complete(rt, actor, "a")
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        return int(conn.execute(select(case_.c.id).order_by(case_.c.id.desc()).limit(1)).scalar_one())


def only_document(rt: Runtime) -> int:
    """Number of the newest document."""
    with rt.database.read() as conn:
        return int(conn.execute(select(document.c.id).order_by(document.c.id.desc()).limit(1)).scalar_one())
