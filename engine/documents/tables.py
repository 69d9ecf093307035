"""`document`: what the case file holds on paper. `attachment`: files people added. `content`: their bytes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    text,
)

from engine.storage.metadata import BIG_ID, metadata

DRAFT, ISSUED, SUPERSEDED, DISCARDED = 0, 1, 2, 3
"""`document.status`."""

content = Table(
    "content",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""Bytes of a file, sealed under the key of its case."""
Index("ix_content_case", content.c.case_id)

document = Table(
    "document",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("task_id", BigInteger),
    Column("template", String(80), nullable=False),
    Column("title", String(200), nullable=False),
    Column("mark", String(20), nullable=False),
    Column("number", String(80), unique=True),
    Column("version", SmallInteger, nullable=False, server_default=text("1")),
    Column("previous_id", BigInteger, ForeignKey("document.id")),
    Column("status", SmallInteger, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("draft_id", BigInteger, ForeignKey("content.id"), nullable=False),
    Column("issued_id", BigInteger, ForeignKey("content.id")),
    Column("pdf_id", BigInteger, ForeignKey("content.id")),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", BigInteger, nullable=False),
    Column("issued_at", BigInteger),
    Column("issued_by", BigInteger),
    Column("signer", String(200), nullable=False, server_default=text("''")),
)
"""`title` and `mark` come from the template and name nobody. `draft_id` is the text with its markers,
`issued_id` the frozen one with its number. `revision` counts savings of a draft and is its optimistic lock.
`version` counts issues of the same document; `previous_id` is the one it replaces."""
Index("ix_document_case", document.c.case_id)

attachment = Table(
    "attachment",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("task_id", BigInteger),
    Column("content_id", BigInteger, ForeignKey("content.id"), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    Column("removed_by", BigInteger),
    Column("document_id", BigInteger),
)
"""`name` is sealed under the key of the case; `digest` finds the same file again and tells nothing.
`document_id`: the document whose electronic signature the file is."""
Index("ix_attachment_case", attachment.c.case_id)

document_counter = Table(
    "document_counter",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The last number given to documents of an agency, a mark and a year."""
