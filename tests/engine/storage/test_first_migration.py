"""Databases made by the first migration before it was settled get the tables of the code, rows and all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.bootstrap import load_tables
from engine.errors import StorageUnavailable
from engine.storage import schema
from engine.storage.database import Database
from tests import services
from tests.engine.storage.test_migrations import shape

load_tables()

AS_IT_WAS = (
    ('        sa.Column("successor_id", sa.BigInteger(), nullable=True),\n', ""),
    (
        (
            '        sa.ForeignKeyConstraint(["successor_id"], ["account.id"], '
            'name=op.f("fk_account_successor_id")),\n'
        ),
        "",
    ),
    ('        sa.Column("substitute_id", sa.BigInteger(), nullable=True),\n', ""),
    (
        '        sa.Column("kind", sa.String(length=10), nullable=False),\n        sa.Column("first_day"',
        '        sa.Column("substitute_id", sa.BigInteger(), nullable=False),\n        sa.Column("first_day"',
    ),
    ('"ix_absence_last_day", ["last_day"]', '"ix_substitution_substitute", ["substitute_id", "last_day"]'),
    ("absence", "substitution"),
    (
        (
            "        sa.Column(\n"
            '            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False,'
            " nullable=False\n"
            "        ),\n"
        ),
        '        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),\n',
    ),
    ('"node", sa.String(length=161)', '"node", sa.String(length=80)'),
    (
        (
            '    for statement in append_only.statements("definition", op.get_bind().dialect.name):\n'
            "        op.execute(statement)\n"
        ),
        '    op.create_index("ix_definition_digest", "definition", ["digest"])\n',
    ),
    (
        (
            '    for statement in append_only.statements("release", op.get_bind().dialect.name):\n'
            "        op.execute(statement)\n"
        ),
        '    op.create_index("ix_term_task", "term", ["task_id"])\n',
    ),
)
"""What the first migration says now, and what stood there when it made the first databases."""

A_SUBSTITUTION = (
    (
        "INSERT INTO unit (id, agency_id, kind, name, short_name, zone, closing)"
        " VALUES (1, 1, 'agency', 'КЦСОН', 'КЦСОН', 'Europe/Moscow', '17:00')"
    ),
    (
        "INSERT INTO account (id, login, password, family_name, given_name, unit_id, stamp, created_at)"
        " VALUES (1, 'a', '', 'Белова', 'Анна', 1, 'a', 0), (2, 'b', '', 'Гаврилов', 'Пётр', 1, 'b', 0)"
    ),
    (
        "INSERT INTO substitution (id, absent_id, substitute_id, first_day, last_day)"
        " VALUES (1, 1, 2, '2026-01-12', '2026-01-16')"
    ),
)


@pytest.fixture
def installed(installed_database_url: str) -> Iterator[Database]:
    made = Database(installed_database_url)
    yield made
    made.close()


@pytest.fixture
def early(installed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database as the first of all were, of the same kind as `installed`."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (first,) = (folder / "versions").glob("0001_*.py")
    program = first.read_text()
    for now, then in AS_IT_WAS:
        assert now in program
        program = program.replace(now, then)
    first.write_text(program)
    with contextlib.ExitStack() as stack:
        sqlite = installed.kind == "sqlite"
        made = Database(
            f"sqlite:///{tmp_path / 'early.db'}" if sqlite else stack.enter_context(services.fresh_database())
        )
        stack.callback(made.close)
        made.create_file()
        with monkeypatch.context() as patch:
            patch.setattr(schema, "MIGRATIONS", folder)
            schema.upgrade(made, "0001")
        yield made


def test_the_tables_become_those_of_the_code(early: Database, installed: Database) -> None:
    assert "substitution" in shape(early)
    schema.upgrade(early)
    assert shape(early) == shape(installed)


def test_who_stood_in_for_whom_is_kept(early: Database) -> None:
    with early.write() as conn:
        for statement in A_SUBSTITUTION:
            conn.execute(text(statement))
    schema.upgrade(early)
    with early.read() as conn:
        found = conn.execute(text("SELECT absent_id, substitute_id, kind, first_day, last_day FROM absence"))
        assert [tuple(row) for row in found] == [(1, 2, "vacation", "2026-01-12", "2026-01-16")]


def test_tables_that_no_migration_left_so_are_refused_in_words(early: Database) -> None:
    with early.write() as conn:
        conn.execute(text("CREATE TABLE migration (id INTEGER PRIMARY KEY)"))
    before = shape(early)
    with pytest.raises(StorageUnavailable) as caught:
        schema.upgrade(early)
    assert "Ничего не изменено" in caught.value.hint
    assert shape(early) == before
