from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import KeyDestroyed, StorageUnavailable
from engine.storage import vault as vault_module
from engine.storage.counting import count_statements
from engine.storage.keystore import KeyStore
from engine.storage.vault import OVERHEAD, SPARE_KEYS, Vault

MASTER = bytes(range(32))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'keys.db'}"


@pytest.fixture
def vault(url: str) -> Iterator[Vault]:
    store = KeyStore(url, MASTER)
    store.create("instance")
    yield Vault(store)
    store.database.close()


def another_process(url: str) -> Vault:
    return Vault(KeyStore(url, MASTER))


def test_what_was_sealed_opens_with_its_key_and_purpose(vault: Vault, url: str) -> None:
    key = vault.new_key("person")
    sealed = vault.seal(key, "Лапшина".encode(), "person:1")
    assert vault.open(key, sealed, "person:1").decode() == "Лапшина"
    assert another_process(url).open(key, sealed, "person:1").decode() == "Лапшина"


def test_sealed_bytes_hide_the_text_and_never_repeat(vault: Vault) -> None:
    key = vault.new_key("person")
    once, again = (vault.seal(key, b"plain text", "person:1") for _ in range(2))
    assert b"plain" not in once
    assert once != again
    assert len(once) == len(b"plain text") + OVERHEAD


def test_a_sealed_value_does_not_open_in_another_place(vault: Vault) -> None:
    key, other = vault.new_key("case"), vault.new_key("case")
    sealed = vault.seal(key, b"state", "case.state:1")
    for wrong_key, wrong_purpose in ((key, "case.state:2"), (other, "case.state:1")):
        with pytest.raises(StorageUnavailable, match="повреждена или подменена"):
            vault.open(wrong_key, sealed, wrong_purpose)


@pytest.mark.parametrize("place", [1, 20, -1])
def test_a_changed_byte_is_found(vault: Vault, place: int) -> None:
    key = vault.new_key("case")
    sealed = bytearray(vault.seal(key, b"some state", "case.state:1"))
    sealed[place] ^= 1
    with pytest.raises(StorageUnavailable, match="повреждена или подменена"):
        vault.open(key, bytes(sealed), "case.state:1")


@pytest.mark.parametrize("strange", [b"", b"\x02" + bytes(60), b"\x01short"])
def test_bytes_of_an_unknown_format_are_refused_in_words(vault: Vault, strange: bytes) -> None:
    with pytest.raises(StorageUnavailable, match="неизвестным способом"):
        vault.open(vault.new_key("case"), strange, "case.state:1")


def test_a_value_comes_back_as_it_was(vault: Vault) -> None:
    key = vault.new_key("person")
    value = {"имя": "Ольга", "дети": [1, None, True], "доход": 1.5}
    assert vault.open_value(key, vault.seal_value(key, value, "p"), "p") == value


def test_new_keys_cost_a_commit_only_now_and_then(vault: Vault) -> None:
    with count_statements(vault.store.database) as count:
        keys = {vault.new_key("case") for _ in range(2 * SPARE_KEYS)}
    assert len(keys) == 2 * SPARE_KEYS
    assert count.commits == 2


def test_a_list_is_opened_with_one_question_for_keys(vault: Vault, url: str) -> None:
    keys = [vault.new_key("case") for _ in range(20)]
    items = [(key, vault.seal(key, str(key).encode(), f"l:{key}"), f"l:{key}") for key in keys]
    fresh = another_process(url)
    with count_statements(fresh.store.database) as count:
        assert fresh.open_many([*items, *items]) == [str(key).encode() for key in keys] * 2
        fresh.open_many(items)
    assert count.statements == 1


def test_what_a_destroyed_key_sealed_is_gone_also_for_a_list(vault: Vault) -> None:
    kept, gone = vault.new_key("person"), vault.new_key("person")
    sealed = {key: vault.seal(key, b"x", "p") for key in (kept, gone)}
    vault.destroy(gone)
    with pytest.raises(KeyDestroyed):
        vault.open(gone, sealed[gone], "p")
    with pytest.raises(KeyDestroyed):
        vault.seal(gone, b"y", "p")
    assert vault.open_many([(kept, sealed[kept], "p"), (gone, sealed[gone], "p")]) == [b"x", None]


def test_a_key_destroyed_by_another_process_is_forgotten_when_its_time_is_over(
    vault: Vault, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = vault.new_key("person")
    monkeypatch.setattr(vault_module, "KEPT_SECONDS", 0)
    expired = vault.new_key("person")
    sealed = {key: vault.seal(key, b"x", "p") for key in (kept, expired)}
    for key in (kept, expired):
        another_process(url).destroy(key)
    assert vault.open(kept, sealed[kept], "p") == b"x"
    with pytest.raises(KeyDestroyed):
        vault.open(expired, sealed[expired], "p")


def test_no_key_is_kept_longer_than_a_minute() -> None:
    assert vault_module.KEPT_SECONDS <= 60


def test_only_so_many_keys_stay_in_memory(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_module, "KEPT_KEYS", 3)
    for _ in range(10):
        vault.new_key("case")
    assert len(vault._kept) == 3


def test_a_key_missing_from_the_store_is_told_apart_from_a_destroyed_one(vault: Vault) -> None:
    with pytest.raises(StorageUnavailable, match="нет в хранилище"):
        vault.open(999, bytes(60), "p")


def test_a_new_master_key_leaves_data_and_search_as_they_were(vault: Vault) -> None:
    key = vault.new_key("person")
    sealed, tokens = vault.seal(key, b"x", "p"), vault.name_tokens("Лапшина Ольга")
    vault.rewrap(bytes(32))
    renewed = Vault(vault.store)
    assert renewed.open(key, sealed, "p") == b"x"
    assert renewed.name_tokens("Лапшина Ольга") == tokens
    fresh = renewed.new_key("person")
    assert renewed.open(fresh, renewed.seal(fresh, b"y", "p"), "p") == b"y"


def test_tokens_find_a_name_by_beginning_word_and_sound(vault: Vault) -> None:
    stored = vault.name_tokens("Лапшина Ольга Сергеевна")
    assert set(vault.search_tokens("лапш ольга")) <= stored
    assert set(vault.word_tokens("ОЛЬГА Лапшина")) <= stored
    assert set(vault.sound_tokens("Лопшина")) <= stored
    assert not set(vault.search_tokens("белова")) & stored


def test_tokens_are_short_and_differ_between_instances(vault: Vault, tmp_path: Path) -> None:
    other = KeyStore(f"sqlite:///{tmp_path / 'other.db'}", MASTER)
    other.create("other")
    assert len(vault.token("лапшина")) == 16
    assert vault.token("лапшина") != Vault(other).token("лапшина")
    other.database.close()
