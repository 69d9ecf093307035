"""Which names are in scope while a text is being read.

Words that stand side by side can only be one name (`дата рождения`), so most names need no look-up. Only
names that hold something else (a keyword, a sign: `дата и in`, `a-b`) have to be known beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeGuard

from engine.feel.lexer import Lexeme, Token, lexemes

STOP_WORDS: Final = frozenset({"and", "between", "else", "in", "or", "return", "satisfies", "then"})
"""Words that end a name made of several words."""

MAX_LENGTH: Final = 200
"""Characters of a name that can be known beforehand."""

KEYWORDS: Final = STOP_WORDS | {"every", "external", "false", "for", "function", "if", "null", "some", "true"}
"""Words that can't begin a name, unless the whole name is known."""


@lru_cache(maxsize=8192)
def needs_scope(name: str) -> bool:
    """Whether `name` can be read only where it is known to exist."""
    pieces = lexemes(name)
    if not pieces or pieces[0].kind != "word" or pieces[0].text in KEYWORDS:
        return True
    return any(
        not piece.spaced or piece.text in STOP_WORDS or not (piece.kind == "word" or piece.text.isdecimal())
        for piece in pieces[1:]
    )


def is_plain(name: str) -> bool:
    """Whether `name` written down is read as this very name anywhere."""
    return not needs_scope(name) and name == " ".join(piece.text for piece in lexemes(name))


def names_needing_scope(names: Iterable[object]) -> frozenset[str]:
    return frozenset(name for name in names if _can_be_name(name) and needs_scope(name))


def _can_be_name(key: object) -> TypeGuard[str]:
    """Data may have keys of any kind and length; nobody writes those into an expression."""
    return isinstance(key, str) and len(key) <= MAX_LENGTH


def member_names(value: Any, *, depth: int = 4) -> set[str]:
    """Names of members inside lists and contexts that can be read only when known (first items of lists)."""
    found: set[str] = set()
    if depth and isinstance(value, Mapping):
        for key, inner in value.items():
            if _can_be_name(key) and needs_scope(key):
                found.add(key)
            if isinstance(inner, (Mapping, list, tuple)):
                found |= member_names(inner, depth=depth - 1)
    elif depth and isinstance(value, (list, tuple)):
        for inner in value[:3]:
            if isinstance(inner, (Mapping, list, tuple)):
                found |= member_names(inner, depth=depth - 1)
    return found


class NameTable:
    """Known names that need a table, found by their first piece; the longest match wins."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[Lexeme, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        pieces = lexemes(name)
        if _can_be_read(pieces):
            known = self._by_first.setdefault(pieces[0].text, [])
            known.append((pieces, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The longest known name that begins at `tokens[index]`, and how many tokens it takes."""
        for pieces, name in self._by_first.get(tokens[index].text, ()):
            if index + len(pieces) < len(tokens) and _stands_at(tokens, index, pieces):
                return name, len(pieces)
        return None


def _can_be_read(pieces: tuple[Lexeme, ...]) -> bool:
    """Whether a name is one to look out for: a key such as `0`, `true` or `{` must not change the grammar."""
    if not pieces or not any(piece.kind == "word" for piece in pieces):
        return False
    first = pieces[0]
    if first.kind == "symbol":
        return not first.text.isascii()
    return len(pieces) > 1 or first.text not in KEYWORDS


def _stands_at(tokens: list[Token], index: int, pieces: tuple[Lexeme, ...]) -> bool:
    """By the standard spaces do not count: where there is a name `a-b`, `a - b` is this name too."""
    return all(
        token.kind != "string" and token.text == piece.text
        for token, piece in zip(tokens[index:], pieces, strict=False)
    )
