"""Process variables as bytes for history, outbox and messages: the state codec's own tagged JSON, sealed by
the caller.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import decode_values, encode_values
from engine.model import Value
from engine.storage.vault import Vault

__all__ = ["open_values", "seal_values"]


def seal_values(vault: Vault, key_id: int, values: Mapping[str, Value], purpose: str) -> bytes:
    """Values sealed under the key of a case; `purpose` binds the bytes to their place."""
    return vault.seal(key_id, encode_values(values), purpose)


def open_values(vault: Vault, key_id: int, sealed: bytes, purpose: str) -> dict[str, Value]:
    """The values again; KeyDestroyed when the case was erased."""
    return decode_values(vault.open(key_id, sealed, purpose))
