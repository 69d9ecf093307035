"""A new master key: a change that was cut short at any moment is ended by repeating it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import StorageUnavailable
from engine.settings import MASTER_KEY_FILE, Settings, prepare_home, read_master_key
from engine.storage import rekeying
from engine.storage.keystore import KeyStore
from engine.storage.rekeying import Rekeyed, change_master_key
from engine.storage.vault import Vault
from tests.factories.access import make_settings

NOW = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """An instance folder with a key file, and a key store with one key in it."""
    prepare_home(tmp_path)
    made = replace(
        make_settings(tmp_path, keys_url=database_url), master_key=read_master_key(tmp_path / MASTER_KEY_FILE)
    )
    KeyStore(made.keys_url, made.master_key).create("instance one")
    return made


def change(settings: Settings) -> Rekeyed:
    return change_master_key(settings, NOW)


def sealed(settings: Settings) -> tuple[int, bytes]:
    vault = Vault(KeyStore(settings.keys_url, settings.master_key))
    key = vault.new_key("person")
    return key, vault.seal(key, b"words", "p")


def opened(settings: Settings, key: int, words: bytes) -> bytes:
    """What somebody reads who starts with the key file of the folder."""
    master = read_master_key(settings.home / MASTER_KEY_FILE)
    return Vault(KeyStore(settings.keys_url, master)).open(key, words, "p")


def test_everything_opens_with_the_new_file_and_the_old_key_is_kept_under_another_name(
    settings: Settings,
) -> None:
    key, words = sealed(settings)
    done = change(settings)
    assert opened(settings, key, words) == b"words"
    assert read_master_key(settings.home / MASTER_KEY_FILE) != settings.master_key
    assert done.old is not None
    assert read_master_key(done.old) == settings.master_key
    assert done.keys >= 1
    assert not (settings.home / rekeying.NEW_FILE).exists()


def test_the_old_master_key_opens_nothing_any_more(settings: Settings) -> None:
    key, words = sealed(settings)
    change(settings)
    with pytest.raises(StorageUnavailable, match="Главный ключ не подходит"):
        Vault(KeyStore(settings.keys_url, settings.master_key)).open(key, words, "p")


@pytest.mark.parametrize("place", ["KeyStore.rewrap", "_take_its_place"])
def test_a_change_that_was_cut_short_is_ended_by_repeating_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    key, words = sealed(settings)
    with monkeypatch.context() as cut:
        cut.setattr(f"engine.storage.rekeying.{place}", fail)
        with pytest.raises(OSError, match="out of power"):
            change(settings)
    change(settings)
    assert opened(settings, key, words) == b"words"
    assert read_master_key(settings.home / MASTER_KEY_FILE) != settings.master_key


def fail(*_: object) -> None:
    raise OSError("out of power")


def test_the_new_key_is_on_the_disk_before_any_key_is_wrapped_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped: list[bool] = []
    rewrap: Callable[[KeyStore, bytes], int] = KeyStore.rewrap

    def looked(store: KeyStore, new: bytes) -> int:
        wrapped.append(read_master_key(settings.home / rekeying.NEW_FILE) == new)
        return rewrap(store, new)

    monkeypatch.setattr(KeyStore, "rewrap", looked)
    change(settings)
    assert wrapped == [True]


def test_a_half_written_new_key_is_not_used(settings: Settings) -> None:
    key, words = sealed(settings)
    (settings.home / f"{rekeying.NEW_FILE}.part").write_text("AAAA")
    change(settings)
    assert opened(settings, key, words) == b"words"


def test_a_master_key_given_by_a_variable_is_left_for_a_person_to_change(settings: Settings) -> None:
    (settings.home / MASTER_KEY_FILE).unlink()
    key, words = sealed(settings)
    done = change(settings)
    assert done.old is None
    new = read_master_key(settings.home / rekeying.NEW_FILE)
    assert Vault(KeyStore(settings.keys_url, new)).open(key, words, "p") == b"words"
    again = change(replace(settings, master_key=new))
    newest = read_master_key(settings.home / rekeying.NEW_FILE)
    assert (again.old, newest != new) == (None, True)
    assert Vault(KeyStore(settings.keys_url, newest)).open(key, words, "p") == b"words"


def test_the_files_are_for_their_owner_alone(settings: Settings) -> None:
    done = change(settings)
    assert done.old is not None
    for path in (done.new, done.old):
        assert path.stat().st_mode & 0o077 == 0
    assert len(base64.b64decode(done.new.read_text())) == 32
