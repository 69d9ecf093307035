"""`definition`: published files, byte for byte. `release`: which versions belong together."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.storage.append_only import append_only
from engine.storage.metadata import BIG_ID, metadata

definition = Table(
    "definition",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("key", String(80), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("title", String(300), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", BigInteger, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "key", "version"),
)
"""`content` is compared and given back byte for byte; the database refuses to change or delete a version."""
append_only(definition)

release = Table(
    "release",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("catalogue", Text, nullable=False),
)
"""`catalogue` is JSON: {kind: {key: definition id}}. A file with several processes or decisions stands under
each key. Kind `pinned`: `p04_item@3` and the like, the versions of processes that diagrams call by number."""
append_only(release)

upload = Table(
    "upload",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", BigInteger, nullable=False),
)
"""Files uploaded together that wait to be published."""

upload_file = Table(
    "upload_file",
    metadata,
    Column("upload_id", BigInteger, primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""`content` is the file as it came, compressed."""
