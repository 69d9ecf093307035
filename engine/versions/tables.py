"""`migration`: plans to move running cases to another release. `moved_case`: cases that were moved."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from engine.storage.metadata import BIG_ID, metadata

migration = Table(
    "migration",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("process", String(80), nullable=False),
    Column("release_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("renames", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("planned_at", BigInteger, nullable=False),
    Column("planned_by", BigInteger, nullable=False),
)
"""`release_id` is where the cases go; `version` is that of the diagram, as people know it. `renames` is JSON:
{reference of an element in the old version: id in the new one}."""

moved_case = Table(
    "moved_case",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("migration_id", BigInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("release_before", BigInteger, nullable=False),
    Column("version_after", Integer, nullable=False),
    Column("kept", LargeBinary, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("moved_by", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    Column("undone_by", BigInteger),
)
"""`kept`: sealed under the case's key, everything that taking the move back needs. `version_after` is the
case's own: while it is the same, nothing has happened in the case since."""
Index("ix_moved_case_migration", moved_case.c.migration_id)
Index("ix_moved_case_case", moved_case.c.case_id)
