"""The migrations make the same tables as the code, and a table that changes without one is found."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Integer, Table, Text, insert, inspect, select, text

from engine.access.tables import audit
from engine.bootstrap import load_tables
from engine.migrating import write_migration
from engine.storage import schema
from engine.storage.backup import backup, restore
from engine.storage.database import Database
from engine.storage.metadata import marshrut_meta, metadata
from tests import services

load_tables()

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid) || prosrc "
    "FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal ORDER BY tgname",
}
NUMBERS = "SELECT sequencename FROM pg_sequences ORDER BY sequencename"

SHIPPED = {
    "0001": "0e8ac08a8dc2ed86a5df2940b0f4d45318146e5870273396e31a817da05f22d9",
    "0002": "21d8752c90322b62895c346f422e079739228295a288ee19069dac46613a1ce2",
    "0003": "64efa37963d90b04d98c48fb8087abafda23348bea03737e14863d5141965c7a",
    "0004": "71327f17d304b7db41f053231840aea033388bdff5be73b5b16b380aa72caa1c",
    "0005": "8cf5e18bc146919bd4a05af5263729000adbb258f5531d2f6a7bb14e9abf29c4",
    "0006": "1d62750e0b998778a69891dd2f08334071a41402cbc11e6b7307adbcc042bcf2",
    "0007": "2470aeecb752917c6ca581f6a03150e683a6ef69a2fcb813c8e6a9ea8403bf35",
    "0008": "f590b5d0ef50d5d36141bd2ece25a49c372d12c1d5adc762927a9d54008f2122",
    "0009": "3331058f874db5087ac6674e94260dfb25bcf4693cb1aaad53692daa36544545",
    "0010": "7414894751d4f90e6eaa25756d6725d2a443cfcb18faf1012581bc6de4497f61",
    "0011": "64905ec0dc53fc6d1ff668d42b1355d27ab41c5e2e4ddb9055f6828b6dfca480",
    "0012": "e728e553d8b1d31f9c18bbb05e45e6ace754fb4a44de74fde57df4f3a96ffe60",
    "0013": "83fc3e6bcc61834d72c6af56f4d213fffbc4124d8c6081ff99254d0f446de130",
    "0014": "d8f21dbeb99d8f11874713620149ef6830a33a89d5c24b37af493a90c54c195d",
    "0015": "25b082d9c790bfb35347204b9bed0de61177d00279415847f9d2e214351d427a",
    "0016": "0a3eb30f3efd7c296234b9ad3216981e1b0e513d3b3d9020bf54133bbe51a709",
    "0017": "4d2b67827927fdb61e853834f4832f20cded610a54ea0b869e18c254a910ce06",
    "0018": "86facd3dfcc72e2c4f53723f9f1b2ec8f34eb4080e3269ec5b961d4e846b611a",
    "0019": "c0d2b6942c24d7db0f64f24d529332829717e33807fac7a5d164c68269c888e2",
    "0020": "d5fd61f544cfa057ce45f9ab0d7b3576c627b7fa0a018d652c8d8a2c3c2c43ee",
    "0021": "856b1b6113424844f171db06979fec9cb46be6b8602477630854c9b5ee5700df",
    "0022": "0e7165fbd380364e18153e10bc239d961ac1e656f7fb879d92e460aaf7c4bec8",
    "0023": "993d1bcd5036d1e8939eba1c8c234768ded36127c8aaa5a79e8ff8555d8a0197",
    "0024": "2ca8321075f5ff0efa593a802e6de15fbb960b14ad7e6bff5de70b4cc0714e86",
    "0025": "7e50d2fd83681576b92cdc5efbc75f4adde18c840f255fb8d9cb6e4858ffeef3",
    "0026": "4072168676bc41e3be04a76e198a08192819292266c6595101df68ff51aa8e61",
    "0027": "8e15f9df140e5020a9fafedcb4ccbba72c72b82c1591b0f23a77206960fa1eaf",
    "0028": "5bfec07ac245fc02e153cbd92c29df91a6ba49fb64d7dd0400322570a724ce60",
    "0029": "0deb490a73d32342f1cbe1c760f6afd6f1bc893f843473c387bb3369a5feb7e0",
    "0030": "6477b6f80dd61e1821316e557aabe221fd890c27124b274ff066f0d5530b4bde",
    "0031": "6552b82394548a108022d3019c057ab455d6399483e88f19484547b188be5ab4",
    "0032": "bedb3a715d10bf07551400380c7072284ca294de727b13b5e24d9b2258434573",
    "0033": "a597c43eb71d75e42798999e84559a8366cb82141fc2b0aedb81136d8586343f",
    "0034": "5ea2376c0efa5b82acef0486255ff8d85de1bb8383e29956e656ce3cdad75577",
}
"""Every migration with the SHA-256 of its file: databases were made by it, so it never changes. A new one
gets its line when it is accepted."""

Shape = dict[str, Any]


def shape(database: Database) -> Shape:
    """Everything that tables are made of, by table, whatever the order of columns."""
    with database.read() as conn:
        found: Shape = {
            name: _table(conn, name) for name in inspect(conn).get_table_names() if name != "alembic_version"
        }
        found["triggers"] = [
            (table, name, " ".join(words.split()))
            for table, name, words in conn.execute(text(TRIGGERS[database.kind]))
        ]
        if database.kind == "postgresql":
            found["numbers"] = list(conn.execute(text(NUMBERS)).scalars())
        return found


def _table(conn: Connection, name: str) -> Shape:
    looked = inspect(conn)
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in looked.get_columns(name)
        },
        "key": looked.get_pk_constraint(name),
        "unique": _sorted(looked.get_unique_constraints(name)),
        "references": _sorted(looked.get_foreign_keys(name)),
        "indexes": _sorted(looked.get_indexes(name)),
    }


def _sorted(found: list[Any]) -> list[str]:
    """Constraints as text: their conditions are objects that know no equality."""
    plain = [{key: _plain(value) for key, value in sorted(each.items())} for each in found]
    return sorted(str(each) for each in plain)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value if isinstance(value, list) else str(value)


@pytest.fixture
def installed(installed_database_url: str) -> Iterator[Database]:
    """A database as the code makes it."""
    made = Database(installed_database_url)
    yield made
    made.close()


@pytest.fixture
def empty(installed: Database, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the same kind."""
    with contextlib.ExitStack() as stack:
        sqlite = installed.kind == "sqlite"
        made = Database(
            f"sqlite:///{tmp_path / 'empty.db'}" if sqlite else stack.enter_context(services.fresh_database())
        )
        stack.callback(made.close)
        made.create_file()
        yield made


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real migrations, to add to."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return folder / "versions"


@pytest.fixture
def one_table_more() -> Iterator[Table]:
    """The code has changed: a new table, and nobody has written its migration."""
    made = Table("demo_note", metadata, Column("id", Integer, primary_key=True), Column("words", Text))
    yield made
    metadata.remove(made)


def test_all_migrations_together_make_the_tables_of_the_code(empty: Database, installed: Database) -> None:
    schema.upgrade(empty)
    assert shape(empty) == shape(installed)


def test_no_migration_that_made_a_database_changes() -> None:
    files = sorted((schema.MIGRATIONS / "versions").glob("*.py"))
    assert {file.name[:4]: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == SHIPPED


def test_migrations_follow_one_another_to_one_end() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [max(SHIPPED)]


def test_the_next_migration_is_written_by_comparing(
    empty: Database, installed: Database, migrations: Path, one_table_more: Table
) -> None:
    written = write_migration("Remember notes")
    assert re.match(r"\d{4}_remember_notes\.py", written.name)
    with pytest.raises(schema.OutdatedDatabase):
        schema.check(installed)
    schema.upgrade(installed)
    schema.check(installed)
    schema.upgrade(empty)
    assert shape(empty) == shape(installed)
    assert "demo_note" in shape(installed)


def test_a_migration_that_makes_an_append_only_table_guards_it(migrations: Path) -> None:
    for existing in migrations.glob("*.py"):
        existing.unlink()
    written = write_migration("Everything").read_text()
    assert written.count('append_only.statements("audit", op.get_bind().dialect.name)') == 1


def test_a_migration_of_nothing_changes_nothing(migrations: Path) -> None:
    assert "pass" in write_migration("Nothing has changed").read_text()


def test_rows_stay_through_an_upgrade(installed: Database, migrations: Path, one_table_more: Table) -> None:
    row = {"at": 1, "actor_id": 0, "action": "signed_in", "kind": "account"}
    with installed.write() as conn:
        conn.execute(insert(audit), row)
    write_migration("Remember notes")
    schema.upgrade(installed)
    with installed.read() as conn:
        assert conn.execute(select(audit.c.action)).scalars().all() == ["signed_in"]
        assert conn.execute(select(marshrut_meta.c.key)).scalars().all() == [schema.INSTANCE]


def test_a_database_that_waits_for_migrations_is_copied_as_it_is_and_restored_as_it_should_be(
    installed: Database, migrations: Path, one_table_more: Table, tmp_path: Path
) -> None:
    with installed.write() as conn:
        conn.execute(insert(marshrut_meta), {"key": "clock_shift", "value": "7"})
    write_migration("Remember notes")
    copy, restored = tmp_path / "copy.db", Database(f"sqlite:///{tmp_path / 'restored.db'}")
    backup(installed, copy)
    assert "demo_note" not in shape(Database(f"sqlite:///{copy}"))
    restore(copy, restored)
    schema.check(restored)
    assert "demo_note" in shape(restored)
    with restored.read() as conn:
        found = select(marshrut_meta.c.value).where(marshrut_meta.c.key == "clock_shift")
        assert conn.execute(found).scalar_one() == "7"
    restored.close()


def test_installing_never_declares_an_older_database_up_to_date(
    installed: Database, migrations: Path, one_table_more: Table
) -> None:
    write_migration("Remember notes")
    with pytest.raises(schema.OutdatedDatabase):
        schema.install(installed)
    with installed.write() as conn:
        command.stamp(schema.config(conn), "head")
    schema.check(installed)
