from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bootstrap import create_instance, open_runtime
from engine.clock import ShiftedClock, SystemClock
from engine.definitions.operations import OPERATIONS
from engine.errors import StorageUnavailable
from engine.settings import Settings
from engine.storage.clock_shift import keep_shift
from tests.factories.access import make_actor, make_settings


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
