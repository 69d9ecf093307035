"""Alembic asks this module how to run. `engine.storage.schema` gives the connection and its transaction."""

from __future__ import annotations

from alembic import context

from engine.storage.metadata import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a table by rebuilding it
)
with context.begin_transaction():
    context.run_migrations()
