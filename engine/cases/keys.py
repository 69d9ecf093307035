"""Keys by which messages find their cases, as tables keep them.

A diagram computes a key from whatever the case knows: the number of a case, but also a surname or a number of
insurance. Only whether two keys are the same is ever asked, so tables hold tokens.
"""

from __future__ import annotations

from engine.storage.vault import Vault


def key_token(vault: Vault, key: str) -> str:
    """The same for the same key; says nothing of it to who has not the index key."""
    return vault.token(f"message:{key}").hex()
