from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from engine.access.tables import AGENCY, account, audit, unit
from engine.access.units import NewUnit, create_unit
from engine.errors import StorageUnavailable
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.storage import schema
from engine.storage.backup import backup, restore
from engine.storage.database import Database
from tests.factories.access import make_actor, make_runtime


@pytest.fixture
def rt(tmp_path: Path, installed_database_url: str) -> Runtime:
    made = make_runtime(tmp_path, installed_database_url)
    make_actor(made, "R05")
    return made


def count(database: Database) -> dict[str, int]:
    with database.read() as conn:
        return {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (unit, account, audit)
        }


def test_a_copy_is_one_sound_file_for_its_owner_alone(rt: Runtime, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    copy = folder / "monday.db"
    backup(rt.database, copy)
    assert [file.name for file in folder.iterdir()] == ["monday.db"]
    assert copy.stat().st_mode & 0o077 == 0
    restored = Database(f"sqlite:///{copy}")
    assert schema.check(restored) == schema.check(rt.database)
    assert count(restored) == count(rt.database)
    restored.close()


def test_a_copy_does_not_see_a_transaction_that_is_not_over(rt: Runtime, tmp_path: Path) -> None:
    before = count(rt.database)
    with rt.database.write() as conn:
        conn.execute(insert(audit), {"at": 0, "actor_id": 0, "action": "x", "kind": "x"})
        backup(rt.database, tmp_path / "copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    assert count(copy) == before
    copy.close()


def test_an_older_copy_is_never_overwritten(rt: Runtime, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("last year's")
    with pytest.raises(StorageUnavailable, match="уже есть"):
        backup(rt.database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "last year's"


def test_a_copy_comes_back_as_a_file(rt: Runtime, tmp_path: Path) -> None:
    backup(rt.database, tmp_path / "copy.db")
    target = Database(f"sqlite:///{tmp_path / 'new' / 'marshrut.db'}")
    restore(tmp_path / "copy.db", target)
    assert schema.check(target) == schema.check(rt.database)
    assert count(target) == count(rt.database)
    assert (tmp_path / "copy.db").exists()
    target.close()


def test_a_copy_comes_back_to_a_server_and_numbering_goes_on(
    rt: Runtime, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backup(rt.database, tmp_path / "copy.db")
    if rt.database.kind == "postgresql":
        from tests import services

        with services.fresh_database() as url:
            _restored_and_alive(rt, tmp_path / "copy.db", url)
    else:
        _restored_and_alive(rt, tmp_path / "copy.db", request.getfixturevalue("postgres_url"))


def _restored_and_alive(rt: Runtime, copy: Path, url: str) -> None:
    target = Database(url)
    restore(copy, target)
    assert schema.check(target) == schema.check(rt.database)
    assert count(target) == count(rt.database)
    rt.database.close()
    rt.database = rt.directory._database = target
    rt.directory.forget()
    last = max(rt.directory.tree().units)
    assert create_unit(rt, SYSTEM, NewUnit("Новый центр", AGENCY)) == last + 1
    target.close()


def test_a_database_in_use_is_not_restored_over(rt: Runtime, tmp_path: Path) -> None:
    backup(rt.database, tmp_path / "copy.db")
    before = count(rt.database)
    with pytest.raises(StorageUnavailable, match="уже что-то есть"):
        restore(tmp_path / "copy.db", rt.database)
    assert count(rt.database) == before


def test_a_log_left_by_the_former_database_is_not_poured_into_the_restored_one(
    rt: Runtime, tmp_path: Path
) -> None:
    backup(rt.database, tmp_path / "copy.db")
    (tmp_path / "new.db-wal").write_bytes(b"something committed long ago")
    with pytest.raises(StorageUnavailable, match="от прежней базы"):
        restore(tmp_path / "copy.db", Database(f"sqlite:///{tmp_path / 'new.db'}"))
    assert not (tmp_path / "new.db").exists()


def test_a_damaged_copy_is_refused(rt: Runtime, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backup(rt.database, copy)
    content = bytearray(copy.read_bytes())
    content[4096:20000] = bytes(len(content[4096:20000]))
    copy.write_bytes(content)
    with pytest.raises(StorageUnavailable, match="повреждена"):
        restore(copy, Database(f"sqlite:///{tmp_path / 'new.db'}"))
    assert not (tmp_path / "new.db").exists()


def test_keys_are_copied_the_same_way(rt: Runtime, tmp_path: Path) -> None:
    key = rt.vault.new_key("person")
    backup(rt.vault.store.database, tmp_path / "keys-copy.db")
    copy = Database(f"sqlite:///{tmp_path / 'keys-copy.db'}", tables=rt.vault.store.database.tables)
    with copy.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM subject_key WHERE id = ?", (key,)).scalar() == 1
    copy.close()
