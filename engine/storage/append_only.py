"""Tables whose rows nobody may change or delete, not even by hand: the database itself refuses."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$
""",
    """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()
""",
)

GUARDED: set[str] = set()
"""Names of all append-only tables that were loaded."""


def statements(table: str, dialect: str) -> list[str]:
    """What guards the table in that dialect; a migration that creates the table runs the same."""
    if dialect == "sqlite":
        return [_SQLITE.format(table=table, verb=verb) for verb in ("UPDATE", "DELETE")]
    return [statement.format(table=table) for statement in _POSTGRESQL]


def append_only(table: Table) -> None:
    """Guard the table whenever `create_all` makes it."""
    GUARDED.add(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in statements(table.name, dialect):
            guard = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", guard.execute_if(dialect=dialect))
