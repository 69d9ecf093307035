"""Reading documents and attachments. Opening one is journalled like looking at a person's card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine.access.journal import record_view
from engine.cases.tables import case_
from engine.documents import files, printing
from engine.documents.access import (
    attachment_row,
    case_row,
    document_row,
    name_purpose,
    open_content,
    open_to,
    own_document_row,
)
from engine.documents.service import keep_pdf
from engine.documents.tables import DISCARDED, DRAFT, ISSUED, SUPERSEDED, attachment, document
from engine.documents.workshop import Piece, workshop
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import from_seconds

STATUS_WORDS = {DRAFT: "черновик", ISSUED: "выпущен", SUPERSEDED: "заменён", DISCARDED: "убран"}

_OF_CASE = (
    select(document)
    .where(document.c.case_id == bindparam("case_id"), document.c.status != DISCARDED)
    .order_by(document.c.id)
)
_ISSUED = (
    select(document, case_.c.key_id)
    .join_from(document, case_, case_.c.id == document.c.case_id)
    .where(
        document.c.id == bindparam("document_id"),
        document.c.case_id == bindparam("case_id"),
        document.c.status == ISSUED,
    )
)
_ONE_ATTACHED = (
    select(attachment, case_.c.key_id)
    .join_from(attachment, case_, case_.c.id == attachment.c.case_id)
    .where(
        attachment.c.id == bindparam("attachment_id"),
        attachment.c.case_id == bindparam("case_id"),
        attachment.c.removed_at.is_(None),
    )
)
_ATTACHED = (
    select(attachment)
    .where(attachment.c.case_id == bindparam("case_id"), attachment.c.removed_at.is_(None))
    .order_by(attachment.c.id)
)


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document in the list of a case. `number` is empty until it is issued."""

    id: int
    case_id: int
    task_id: int | None
    template: str
    title: str
    number: str
    version: int
    previous_id: int | None
    status: int
    revision: int
    made_at: datetime
    made_by: int
    issued_at: datetime | None
    issued_by: int | None
    signer: str

    @property
    def status_words(self) -> str:
        return STATUS_WORDS[self.status]

    @property
    def draft(self) -> bool:
        return self.status == DRAFT

    @property
    def issued(self) -> bool:
        return self.status == ISSUED


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the list of a case. `name` is empty when the case was erased. `document_id`: the document
    whose electronic signature it is.
    """

    id: int
    case_id: int
    task_id: int | None
    name: str
    media_type: str
    size: int
    added_at: datetime
    added_by: int
    document_id: int | None


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes to be saved under a name. `name` has the right ending and no dangerous sign."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft opened for editing: its card and its paragraphs."""

    card: DocumentCard
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Papers:
    """What lies in a case, oldest first: what was made from templates, and the files that people added."""

    documents: list[DocumentCard]
    attachments: list[Attachment]


def case_papers(rt: Runtime, conn: Connection, actor: Actor, case_id: int) -> Papers:
    """The documents and the files of a case the actor may see, for a page that shows both."""
    case = case_row(conn, actor, case_id)
    return Papers(_documents(conn, actor, case), _attachments(rt, conn, actor, case))


def case_documents(conn: Connection, actor: Actor, case_id: int) -> list[DocumentCard]:
    """The documents of a case the actor may see, oldest first, without discarded drafts."""
    return _documents(conn, actor, case_row(conn, actor, case_id))


def case_attachments(rt: Runtime, conn: Connection, actor: Actor, case_id: int) -> list[Attachment]:
    """The files of a case the actor may see, oldest first."""
    return _attachments(rt, conn, actor, case_row(conn, actor, case_id))


def _documents(conn: Connection, actor: Actor, case: Row[Any]) -> list[DocumentCard]:
    rows = conn.execute(_OF_CASE, {"case_id": case.id}).all()
    return [_card(row) for row in open_to(conn, actor, case, rows)]


def _attachments(rt: Runtime, conn: Connection, actor: Actor, case: Row[Any]) -> list[Attachment]:
    rows = open_to(conn, actor, case, conn.execute(_ATTACHED, {"case_id": case.id}).all())
    names = rt.vault.open_many([(case.key_id, row.name, name_purpose(row.content_id)) for row in rows])
    return [_attachment(row, name) for row, name in zip(rows, names, strict=True)]


def issued_of_case(conn: Connection, case_id: int, templates: Collection[str]) -> list[DocumentCard]:
    """Issued documents of these templates, oldest first, for a caller that has checked who reads them."""
    found = [_card(row) for row in conn.execute(_OF_CASE, {"case_id": case_id})]
    return [each for each in found if each.issued and each.template in templates]


def issued_pdf(rt: Runtime, actor: Actor, document_id: int, case_id: int) -> Download:
    """The PDF of an issued document, for a caller that has checked who reads it; journalled."""
    with rt.database.write() as conn:
        row = conn.execute(_ISSUED, {"document_id": document_id, "case_id": case_id}).one()
        record_view(rt, conn, actor, "document", row.id, case_id=case_id)
        content = open_content(rt, conn, row.key_id, row.issued_id)
        pdf = open_content(rt, conn, row.key_id, row.pdf_id) if row.pdf_id is not None else None
    if pdf is None:
        pdf = printing.pdf(content)
        keep_pdf(rt, row.id, case_id, row.key_id, pdf)
    return Download(_file_name(row, ".pdf"), files.PDF, pdf)


def attached_file(rt: Runtime, actor: Actor, attachment_id: int, case_id: int) -> Download:
    """A file of this case, for a caller that has checked who reads it; journalled."""
    with rt.database.write() as conn:
        row = conn.execute(_ONE_ATTACHED, {"attachment_id": attachment_id, "case_id": case_id}).one()
        record_view(rt, conn, actor, "attachment", row.id, case_id=case_id)
        return _attached_file(rt, conn, row, row.key_id)


def document_card(conn: Connection, actor: Actor, document_id: int) -> DocumentCard:
    """One document the actor may see."""
    return _card(document_row(conn, actor, document_id)[0])


def draft(rt: Runtime, actor: Actor, document_id: int) -> Draft:
    """A draft the actor may edit, with the texts of its paragraphs."""
    with rt.database.write() as conn:
        row, case = own_document_row(conn, actor, document_id)
        record_view(rt, conn, actor, "document", row.id, case_id=case.id)
        content = open_content(rt, conn, case.key_id, row.draft_id)
    return Draft(_card(row), workshop.pieces(content))


def download_docx(rt: Runtime, actor: Actor, document_id: int) -> Download:
    """The DOCX: as issued, or the draft as it stands."""
    row, _, content, _ = _opened(rt, actor, document_id)
    return Download(_file_name(row, ".docx"), files.DOCX, content)


def download_pdf(rt: Runtime, actor: Actor, document_id: int) -> Download:
    """The PDF. That of an issued document is made once and kept; that of a draft is made each time."""
    row, case, content, pdf = _opened(rt, actor, document_id)
    if pdf is None:
        pdf = printing.pdf(content)
        if row.issued_id is not None:
            keep_pdf(rt, row.id, case.id, case.key_id, pdf)
    return Download(_file_name(row, ".pdf"), files.PDF, pdf)


def download_attachment(rt: Runtime, actor: Actor, attachment_id: int) -> Download:
    """A file that somebody added."""
    with rt.database.write() as conn:
        row, case = attachment_row(conn, actor, attachment_id)
        record_view(rt, conn, actor, "attachment", row.id, case_id=case.id)
        return _attached_file(rt, conn, row, case.key_id)


def _attached_file(rt: Runtime, conn: Connection, row: Row[Any], key_id: int) -> Download:
    content = open_content(rt, conn, key_id, row.content_id)
    name = rt.vault.open(key_id, row.name, name_purpose(row.content_id)).decode()
    return Download(name, row.media_type, content)


def _opened(rt: Runtime, actor: Actor, document_id: int) -> tuple[Row[Any], Row[Any], bytes, bytes | None]:
    """(document, case, its DOCX, the PDF that was kept), journalled."""
    with rt.database.write() as conn:
        row, case = document_row(conn, actor, document_id)
        record_view(rt, conn, actor, "document", row.id, case_id=case.id)
        content = open_content(rt, conn, case.key_id, row.issued_id or row.draft_id)
        pdf = open_content(rt, conn, case.key_id, row.pdf_id) if row.pdf_id is not None else None
    return row, case, content, pdf


def _file_name(row: Row[Any], ending: str) -> str:
    kind = files.DOCX if ending == ".docx" else files.PDF
    return files.clean_name(f"{row.title} {row.number or 'черновик'}", kind)


def _card(row: Row[Any]) -> DocumentCard:
    return DocumentCard(
        id=row.id,
        case_id=row.case_id,
        task_id=row.task_id,
        template=row.template,
        title=row.title,
        number=row.number or "",
        version=row.version,
        previous_id=row.previous_id,
        status=row.status,
        revision=row.revision,
        made_at=from_seconds(row.made_at),
        made_by=row.made_by,
        issued_at=from_seconds(row.issued_at),
        issued_by=row.issued_by,
        signer=row.signer,
    )


def _attachment(row: Row[Any], name: bytes | None) -> Attachment:
    return Attachment(
        id=row.id,
        case_id=row.case_id,
        task_id=row.task_id,
        name=name.decode() if name is not None else "",
        media_type=row.media_type,
        size=row.size,
        added_at=from_seconds(row.added_at),
        added_by=row.added_by,
        document_id=row.document_id,
    )
