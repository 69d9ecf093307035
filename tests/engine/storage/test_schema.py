from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, insert, inspect, text

from engine.access.tables import unit
from engine.bootstrap import load_tables
from engine.errors import StorageUnavailable
from engine.storage import schema
from engine.storage.database import Database
from engine.storage.metadata import marshrut_meta, metadata

load_tables()

MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "{this}", {before!r}, None, None
def upgrade():
    {deed}
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations of the test's own: the real one without its versions."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (folder / "versions").mkdir()
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return folder / "versions"


def add_migration(versions: Path, this: str, before: str | None, deed: str) -> None:
    (versions / f"{this}.py").write_text(MIGRATION.format(this=this, before=before, deed=deed))


def columns(database: Database, table: str) -> set[str]:
    with database.read() as conn:
        return {column["name"] for column in inspect(conn).get_columns(table)}


def test_a_new_database_passes_the_check_and_keeps_its_mark(database: Database) -> None:
    mark = schema.install(database)
    assert schema.check(database) == mark
    assert schema.install(database) == mark


def test_an_empty_database_is_refused_with_the_command_to_type(database: Database) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        schema.check(database)
    assert "marshrut init" in caught.value.hint


def test_the_database_of_another_program_is_left_alone(database: Database) -> None:
    if database.path is not None:
        database.path.touch()
    with database.write() as conn:
        conn.execute(text("CREATE TABLE wp_posts (id INTEGER)"))
    with pytest.raises(StorageUnavailable, match="другой программы"):
        schema.check(database)


def test_a_database_without_its_mark_is_not_ours(database: Database) -> None:
    schema.install(database)
    with database.write() as conn:
        conn.execute(delete(marshrut_meta))
    with pytest.raises(StorageUnavailable, match="другой программы"):
        schema.check(database)


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    schema.install(database)
    with database.write() as conn:
        conn.execute(text("DELETE FROM alembic_version"))
        conn.execute(text("INSERT INTO alembic_version VALUES ('from_the_future')"))
    with pytest.raises(StorageUnavailable, match="более новой"):
        schema.check(database)


def test_an_older_database_is_refused_until_it_is_upgraded(database: Database, migrations: Path) -> None:
    add_migration(migrations, "one", None, "pass")
    schema.install(database)
    add_migration(migrations, "two", "one", 'op.add_column("unit", sa.Column("colour", sa.String(10)))')
    with pytest.raises(StorageUnavailable, match="прежней версии"):
        schema.check(database)
    schema.upgrade(database)
    schema.check(database)
    assert "colour" in columns(database, "unit")


def test_a_table_that_others_refer_to_can_be_rebuilt_without_losing_rows(
    database: Database, migrations: Path
) -> None:
    add_migration(migrations, "one", None, "pass")
    schema.install(database)
    office = {"kind": "agency", "short_name": "x", "zone": "UTC", "closing": "17:00"}
    with database.write() as conn:
        conn.execute(insert(unit), {**office, "id": 1, "agency_id": 1, "name": "town"})
        conn.execute(insert(unit), {**office, "id": 2, "agency_id": 2, "name": "centre", "parent_id": 1})
    add_migration(
        migrations,
        "two",
        "one",
        'with op.batch_alter_table("unit") as batch:\n'
        '        batch.alter_column("closing", new_column_name="closes")',
    )
    schema.upgrade(database)
    with database.read() as conn:
        assert conn.execute(text("SELECT name, closes FROM unit ORDER BY id")).all() == [
            ("town", "17:00"),
            ("centre", "17:00"),
        ]


def test_an_upgrade_that_fails_changes_nothing(database: Database, migrations: Path) -> None:
    add_migration(migrations, "one", None, "pass")
    schema.install(database)
    add_migration(migrations, "two", "one", 'op.add_column("unit", sa.Column("colour", sa.String(10)))')
    add_migration(migrations, "three", "two", 'raise RuntimeError("out of luck")')
    with pytest.raises(RuntimeError):
        schema.upgrade(database)
    assert "colour" not in columns(database, "unit")
    with pytest.raises(StorageUnavailable, match="прежней версии"):
        schema.check(database)


def test_the_tables_in_the_database_are_those_in_the_code(database: Database) -> None:
    schema.install(database)
    with database.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
