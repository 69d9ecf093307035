"""Reading the catalogue: what is published, its versions, a file as it was uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.definitions.tables import definition
from engine.errors import NotFound
from engine.storage.moments import from_seconds


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One published version, without its content."""

    id: int
    kind: str
    key: str
    version: int
    title: str
    file_name: str
    published_at: datetime
    published_by: int
    note: str


_COLUMNS = tuple(c for c in definition.c if c.name not in {"content", "digest"})


def published_definitions(conn: Connection, kind: str | None = None) -> list[DefinitionRow]:
    """All versions, newest first within a key."""
    statement = select(*_COLUMNS).order_by(definition.c.kind, definition.c.key, definition.c.version.desc())
    if kind is not None:
        statement = statement.where(definition.c.kind == kind)
    return [
        DefinitionRow(
            id=row.id,
            kind=row.kind,
            key=row.key,
            version=row.version,
            title=row.title,
            file_name=row.file_name,
            published_at=from_seconds(row.published_at),
            published_by=row.published_by,
            note=row.note,
        )
        for row in conn.execute(statement)
    ]


def definition_content(conn: Connection, definition_id: int) -> tuple[str, str, bytes]:
    """(kind, file name, the bytes as they were uploaded)."""
    row = conn.execute(
        select(definition.c.kind, definition.c.file_name, definition.c.content).where(
            definition.c.id == definition_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"Версии № {definition_id} нет.")
    return row.kind, row.file_name, row.content
