"""Personal data at rest: sealed under a key of their own person, family or case (decision 0003)."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import KeyDestroyed, StorageUnavailable
from engine.storage.keystore import KeyStore
from engine.storage.names import name_parts, near_parts, search_parts, sound_part, word_part, words

VERSION = b"\x01"
"""First byte of everything sealed with AES-256-GCM; then 12 bytes of nonce, the text and its 16-byte tag."""
NONCE = 12
OVERHEAD = len(VERSION) + NONCE + 16

SPARE_KEYS = 32
"""Keys are made in batches before they are needed, so that opening a case costs no second commit."""

KEPT_KEYS = 10_000
KEPT_SECONDS = 60
"""A key destroyed by another process is forgotten here after at most this long."""

TOKEN_BYTES = 16


class Vault:
    """Seals and opens. Safe to share between threads."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self._guard = threading.Lock()
        self._spare: dict[str, deque[tuple[int, bytes]]] = {}
        self._kept: OrderedDict[int, tuple[float, AESGCM]] = OrderedDict()
        self._index_key: bytes | None = None

    # --- keys ---------------------------------------------------------------------------------------

    def new_key(self, kind: str) -> int:
        """The number of a new key, already committed. `kind`: person, family, case."""
        with self._guard:
            spare = self._spare.setdefault(kind, deque())
            if not spare:
                spare.extend(self.store.add(kind, SPARE_KEYS))
            key_id, key = spare.popleft()
            self._keep(key_id, key)
            return key_id

    def destroy(self, key_id: int) -> None:
        """Destroy a key: what it sealed can be opened no more, in no copy of the main database either."""
        self.store.destroy(key_id)
        with self._guard:
            self._kept.pop(key_id, None)

    def rewrap(self, new_master: bytes) -> int:
        """Put all keys under a new master key; how many."""
        return self.store.rewrap(new_master)

    # --- sealing ------------------------------------------------------------------------------------

    def seal(self, key_id: int, plain: bytes, purpose: str) -> bytes:
        """Encrypt. `purpose` ('case.state:123') is asked again to open, so sealed values can't be swapped."""
        nonce = secrets.token_bytes(NONCE)
        return VERSION + nonce + self._cipher(key_id).encrypt(nonce, plain, purpose.encode())

    def open(self, key_id: int, sealed: bytes, purpose: str) -> bytes:
        """Decrypt. KeyDestroyed when the key is gone, StorageUnavailable when the bytes are damaged."""
        return _decrypt(self._cipher(key_id), sealed, purpose)

    def open_many(self, items: Sequence[tuple[int, bytes, str]]) -> list[bytes | None]:
        """Decrypt (key_id, sealed, purpose) of a list, asking once for keys; None where the key is gone."""
        ciphers = self._ciphers({key_id for key_id, _, _ in items})
        return [
            None if (cipher := ciphers.get(key_id)) is None else _decrypt(cipher, sealed, purpose)
            for key_id, sealed, purpose in items
        ]

    def seal_value(self, key_id: int, value: Any, purpose: str) -> bytes:
        """Seal what JSON can hold."""
        return self.seal(key_id, orjson.dumps(value), purpose)

    def open_value(self, key_id: int, sealed: bytes, purpose: str) -> Any:
        """Open what `seal_value` sealed."""
        return orjson.loads(self.open(key_id, sealed, purpose))

    # --- search without opening -----------------------------------------------------------------------

    def token(self, text: str) -> bytes:
        """16 bytes that are the same for the same text and say nothing of it to who has not the index key."""
        if self._index_key is None:
            self._index_key = self.store.index_key()
        return hmac.digest(self._index_key, text.encode(), "sha256")[:TOKEN_BYTES]

    def name_tokens(self, text: str) -> set[bytes]:
        """Tokens to store for a name: its words, their beginnings from 3 letters, and how they sound."""
        return {self.token(part) for part in name_parts(text)}

    def search_tokens(self, text: str) -> list[bytes]:
        """A token for each typed word; who is looked for has all of them."""
        return [self.token(part) for part in search_parts(text)]

    def near_tokens(self, text: str) -> list[list[bytes]]:
        """For each typed word the tokens of all it may have been meant for; who is meant has one of each."""
        return [[self.token(part) for part in sorted(parts)] for parts in near_parts(text)]

    def word_tokens(self, text: str) -> list[bytes]:
        """Tokens of the whole words of a name."""
        return [self.token(word_part(word)) for word in words(text)]

    def sound_tokens(self, text: str) -> list[bytes]:
        """Tokens of how the words of a name sound."""
        return [self.token(sound_part(word)) for word in words(text)]

    # --- keys in memory -------------------------------------------------------------------------------

    def _cipher(self, key_id: int) -> AESGCM:
        kept = self._kept.get(key_id)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        found = self.store.read([key_id])
        key = found.get(key_id)
        if key is None:
            raise _gone(destroyed=key_id in found)
        with self._guard:
            return self._keep(key_id, key)

    def _ciphers(self, ids: Iterable[int]) -> dict[int, AESGCM]:
        now = time.monotonic()
        ready = {i: kept[1] for i in ids if (kept := self._kept.get(i)) is not None and kept[0] > now}
        missing = [i for i in ids if i not in ready]
        if missing:
            found = self.store.read(missing)
            with self._guard:
                ready.update({i: self._keep(i, key) for i, key in found.items() if key is not None})
        return ready

    def _keep(self, key_id: int, key: bytes) -> AESGCM:
        """Remember an unwrapped key for a while. The caller holds the guard."""
        cipher = AESGCM(key)
        self._kept.pop(key_id, None)
        self._kept[key_id] = (time.monotonic() + KEPT_SECONDS, cipher)
        if len(self._kept) > KEPT_KEYS:
            self._kept.popitem(last=False)
        return cipher


def _decrypt(cipher: AESGCM, sealed: bytes, purpose: str) -> bytes:
    if sealed[:1] != VERSION or len(sealed) < OVERHEAD:
        raise StorageUnavailable(
            "Запись зашифрована неизвестным способом.", "Установите версию «Маршрута», которая её сохранила."
        )
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], purpose.encode())
    except InvalidTag:
        raise StorageUnavailable(
            "Зашифрованная запись повреждена или подменена.", "Восстановите её из резервной копии."
        ) from None


def _gone(*, destroyed: bool) -> Exception:
    if destroyed:
        return KeyDestroyed("Данные уничтожены: их ключа больше нет.")
    return StorageUnavailable(
        "Ключа этих данных нет в хранилище ключей.",
        "Верните базу и ключи из одной и той же резервной копии.",
    )
