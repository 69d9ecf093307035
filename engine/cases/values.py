"""Process variables as sealed bytes, for history, outbox and messages, as the case's state keeps them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.packing import pack, unpack
from engine.bpmn.values import decode, to_json
from engine.model import Value
from engine.storage.vault import Vault


def seal_values(vault: Vault, key_id: int, values: Mapping[str, Value], purpose: str) -> bytes:
    """Values sealed under the key of a case; `purpose` binds the bytes to their place."""
    return vault.seal(key_id, pack(to_json(values)), purpose)


def open_values(vault: Vault, key_id: int, sealed: bytes, purpose: str) -> dict[str, Value]:
    """The values again; KeyDestroyed when the case was erased."""
    opened: dict[str, Value] = decode(unpack(vault.open(key_id, sealed, purpose)))
    return opened
