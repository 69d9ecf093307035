"""By what a sealed text is found: the beginnings of its words as tokens, so that the database can look for
them without holding the text.
"""

from __future__ import annotations

from engine.storage.names import words
from engine.storage.vault import Vault

SHORTEST, LONGEST = 3, 6
"""Letters of a beginning. Six do for most words of a text in whatever case they stand."""


def kept_tokens(vault: Vault, *texts: str) -> set[bytes]:
    """Tokens to keep for texts; a word of one or two letters is kept whole."""
    return {
        vault.token(_part(word[:length]))
        for text in texts
        for word in words(text)
        for length in range(min(SHORTEST, len(word)), min(LONGEST, len(word)) + 1)
    }


def asked_tokens(vault: Vault, text: str) -> set[bytes]:
    """Tokens that the text has which is looked for: one for each word that was typed."""
    return {vault.token(_part(word[:LONGEST])) for word in words(text)}


def _part(beginning: str) -> str:
    return f"word:{beginning}"
