from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.errors import KeyDestroyed, StorageUnavailable
from engine.storage import keystore
from engine.storage.keystore import KeyStore

MASTER, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def store(database_url: str) -> Iterator[KeyStore]:
    made = KeyStore(database_url, MASTER)
    made.create("instance one")
    yield made
    made.database.close()


def test_keys_come_back_by_their_numbers_in_one_question(store: KeyStore) -> None:
    made = dict(store.add("person", 5))
    assert len(set(made.values())) == 5
    assert store.read(made) == made


def test_an_unknown_number_is_left_out(store: KeyStore) -> None:
    assert store.read([4711]) == {}


def test_a_destroyed_key_leaves_a_tombstone_and_its_number_is_not_used_again(store: KeyStore) -> None:
    (first, _), (second, kept) = store.add("case", 2)
    store.destroy(first)
    assert store.read([first, second]) == {first: None, second: kept}
    assert store.add("case", 1)[0][0] not in {first, second}


def test_a_key_may_be_destroyed_twice_but_not_invented(store: KeyStore) -> None:
    number = store.add("case", 1)[0][0]
    store.destroy(number)
    store.destroy(number)
    with pytest.raises(KeyDestroyed):
        store.destroy(number + 100)


def test_a_key_whose_destruction_was_cut_short_is_gone_and_stops_nobody(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number, _), (other, kept) = store.add("case", 2)
    with monkeypatch.context() as cut:
        cut.setattr(keystore, "_BURY", text("SELECT 1 FROM nowhere"))
        with pytest.raises(DBAPIError):
            store.destroy(number)
    assert store.read([number]) == {number: None}
    assert store.rewrap(OTHER) == 1
    assert store.read([number, other]) == {number: None, other: kept}


def test_no_bytes_of_a_destroyed_key_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    store = KeyStore(f"sqlite:///{path}", MASTER)
    store.create("instance one")
    number = store.add("person", 40)[20][0]
    with sqlite3.connect(path) as look:
        wrapped = look.execute("SELECT wrapped FROM subject_key WHERE id = ?", (number,)).fetchone()[0]
    look.close()
    store.destroy(number)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert wrapped not in written
    store.database.close()


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(
    store: KeyStore, database_url: str
) -> None:
    made, index = dict(store.add("person", 3)), store.index_key()
    assert store.rewrap(OTHER) == 3
    assert store.read(made) == made
    assert KeyStore(database_url, OTHER).index_key() == index
    with pytest.raises(StorageUnavailable, match="Главный ключ не подходит"):
        KeyStore(database_url, MASTER).read(made)


def test_a_process_with_the_old_master_key_adds_no_key_that_nobody_could_open(
    store: KeyStore, database_url: str
) -> None:
    old = KeyStore(database_url, MASTER)
    store.rewrap(OTHER)
    with pytest.raises(StorageUnavailable, match="Главный ключ не подходит"):
        old.add("case", 1)
    old.database.close()


def test_a_wrong_master_key_is_found_before_work_begins(store: KeyStore, database_url: str) -> None:
    store.check("instance one")
    with pytest.raises(StorageUnavailable, match="Главный ключ не подходит"):
        KeyStore(database_url, OTHER).check("instance one")


def test_the_keys_of_another_database_are_found_before_work_begins(store: KeyStore) -> None:
    with pytest.raises(StorageUnavailable, match="от другой базы"):
        store.check("instance two")


def test_creating_again_keeps_the_keys(store: KeyStore) -> None:
    made = dict(store.add("person", 1))
    store.create("instance two")
    store.check("instance one")
    assert store.read(made) == made


def test_an_absent_store_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="не открывается"):
        KeyStore(f"sqlite:///{tmp_path / 'keys.db'}", MASTER).check("instance one")
    (tmp_path / "keys.db").touch()
    with pytest.raises(StorageUnavailable, match="Хранилище ключей пусто"):
        KeyStore(f"sqlite:///{tmp_path / 'keys.db'}", MASTER).check("instance one")
