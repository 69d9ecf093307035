from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.bootstrap import create_instance, open_runtime
from engine.clock import ShiftedClock, SystemClock
from engine.definitions.operations import OPERATIONS
from engine.errors import StorageUnavailable
from engine.settings import Settings
from engine.storage.clock_shift import keep_shift
from engine.storage.database import Database
from tests.factories.access import make_actor, make_settings
from tests.factories.records import make_person


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path, database_url)


def test_an_instance_opens_again_with_all_it_had(settings: Settings) -> None:
    made = create_instance(settings)
    key = made.vault.new_key("person")
    sealed = made.vault.seal(key, b"x", "p")
    person = make_actor(made, "R05")
    opened = open_runtime(settings)
    assert opened.vault.open(key, sealed, "p") == b"x"
    assert opened.directory.tree().own_queues == {person.user_id: person.own_queue}


def test_creating_again_changes_nothing(settings: Settings) -> None:
    person = make_actor(create_instance(settings), "R05")
    again = create_instance(settings)
    assert again.directory.tree().own_queues == {person.user_id: person.own_queue}


def test_an_instance_that_was_not_created_is_refused_in_words(settings: Settings) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        open_runtime(settings)
    assert "marshrut init" in caught.value.hint


def test_keys_and_database_of_different_instances_do_not_open(settings: Settings, tmp_path: Path) -> None:
    create_instance(settings)
    other = make_settings(tmp_path / "other")
    create_instance(other)
    with pytest.raises(StorageUnavailable, match="от другой базы"):
        open_runtime(replace(settings, keys_url=other.keys_url))


def test_a_wrong_master_key_is_told_at_the_start(settings: Settings) -> None:
    create_instance(settings)
    with pytest.raises(StorageUnavailable, match="Главный ключ не подходит"):
        open_runtime(replace(settings, master_key=bytes(32)))


def lost(database: Database) -> None:
    """The file, or all tables on a server, are gone."""
    if database.path is not None:
        database.close()
        database.path.unlink()
        return
    with database.write() as conn:
        for table in reversed(database.tables.sorted_tables):
            conn.execute(text(f"DROP TABLE IF EXISTS {table.name} CASCADE"))


def test_no_new_store_takes_the_place_of_a_lost_one(settings: Settings) -> None:
    """Its keys would get the numbers of the lost ones, and the copy could never be brought back."""
    made = create_instance(settings)
    make_person(made, make_actor(made, "R05"))
    lost(made.vault.store.database)
    for attempt in (open_runtime, create_instance):
        with pytest.raises(StorageUnavailable, match="Хранилища ключей нет") as caught:
            attempt(settings)
        assert "marshrut restore" in caught.value.hint
        assert "marshrut init" not in caught.value.hint


def test_a_creation_that_was_cut_off_before_the_keys_goes_on(settings: Settings) -> None:
    lost(create_instance(settings).vault.store.database)
    with pytest.raises(StorageUnavailable, match="Хранилища ключей нет"):
        open_runtime(settings)
    create_instance(settings)
    opened = open_runtime(settings)
    make_person(opened, make_actor(opened, "R05"))


def test_no_new_database_takes_the_place_of_a_lost_one(settings: Settings) -> None:
    lost(create_instance(settings).database)
    for attempt in (open_runtime, create_instance):
        with pytest.raises(StorageUnavailable, match="базы данных нет") as caught:
            attempt(settings)
        assert "marshrut restore" in caught.value.hint


def test_an_emptied_database_file_is_a_lost_one(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    made = create_instance(settings)
    lost(made.database)
    (tmp_path / "marshrut.db").touch()
    with pytest.raises(StorageUnavailable, match="базы данных нет"):
        create_instance(settings)


def test_nobody_is_woken_until_somebody_asks_for_it(settings: Settings) -> None:
    rt, woken = create_instance(settings), list[str]()
    with rt.database.write():
        rt.database.after_commit(rt.wake)
    rt.wake = lambda: woken.append("woken")
    with rt.database.write():
        rt.database.after_commit(rt.wake)
    assert woken == ["woken"]


def test_an_instance_that_was_set_to_another_day_lives_by_it_whoever_opens_it(settings: Settings) -> None:
    made = create_instance(settings)
    assert isinstance(made.clock, SystemClock)
    for shift in (timedelta(days=-300), timedelta(hours=5)):
        with made.database.write() as conn:
            keep_shift(conn, shift)
        clock = open_runtime(settings).clock
        assert isinstance(clock, ShiftedClock)
        assert clock.shift == shift
    with made.database.write() as conn:
        keep_shift(conn, timedelta())
    assert isinstance(open_runtime(settings).clock, SystemClock)


def test_the_operations_that_diagrams_name_are_there_once_an_instance_is_open(settings: Settings) -> None:
    create_instance(settings)
    assert {"commission.collect", "commission.close"} <= set(OPERATIONS)
