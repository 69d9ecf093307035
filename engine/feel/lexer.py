"""Cutting the text of an expression into tokens.

Only the parser can tell where a name ends (`дата рождения`, `a-b` when there is such a name), so the lexer
hands out single words and never complains about a character: a strange one may be part of a known name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

from engine.feel.errors import FeelError

Kind = Literal["number", "string", "word", "symbol", "end"]

_NAME_START: Final = (
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u167F\u1681-\u180D\u180F-\u1FFF"
    r"\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFEFE\uFF00-\uFFFD"
    r"\U00010000-\U000EFFFF"
)
_NAME_PART: Final = _NAME_START + r"0-9\u00B7\u0300-\u036F\u203F\u2040"
_SPACE: Final = r"\s\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF"

_TOKEN: Final = re.compile(
    rf"""
      (?P<skip>   [{_SPACE}]+ | //[^\n]* | /\*(?s:.*?)\*/ )
    | (?P<number> (?: [0-9]+ (?:\.[0-9]+)? | \.[0-9]+ ) (?:[eE][+-]?[0-9]+)? )
    | (?P<string> "(?:[^"\\]|\\.)*" )
    | (?P<word>   [{_NAME_START}][{_NAME_PART}]* )
    | (?P<symbol> \*\* | \.\. | <= | >= | != | -> | . )
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"'\\]))")
_PLAIN_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to before `end`; for a string `text` is what it means."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`, the last one of kind "end". Raises FeelError at what is not closed."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = cast(Kind, match.lastgroup)
        piece, start = match.group(), match.start()
        if match.lastgroup == "skip":
            continue
        if kind == "symbol":
            _refuse_unclosed(text, piece, start)
        if kind == "string":
            piece = unescape(piece[1:-1])
        tokens.append(Token(kind, piece, start, match.end()))
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _refuse_unclosed(text: str, piece: str, start: int) -> None:
    if piece == '"':
        raise FeelError("Строка не закончена.", start, expected=('"',), hint='Закройте её кавычкой ".')
    if text.startswith("/*", start):
        raise FeelError("Примечание не закончено.", start, expected=("*/",), hint="Закройте его знаками */.")


def unescape(body: str) -> str:
    r"""What the inside of a string literal means. Unknown escapes stay (`\d` of a pattern is `\d`)."""
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        code, long_code, plain = match.groups()
        if plain:
            return _PLAIN_ESCAPES[plain]
        number = int(code or long_code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"

    value = _ESCAPE.sub(one, body)
    if _LONE_SURROGATE.search(value):
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def quote(value: str) -> str:
    """`value` as a string literal."""
    body = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + body.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a name; `spaced` says whether a space stands before it."""

    kind: Kind
    text: str
    spaced: bool


@lru_cache(maxsize=8192)
def lexemes(name: str) -> tuple[Lexeme, ...]:
    """A name cut into the pieces in which the parser will meet it."""
    pieces = []
    previous_end = 0
    for match in _TOKEN.finditer(name.strip()):
        if match.lastgroup != "skip":
            kind = cast(Kind, match.lastgroup)
            pieces.append(Lexeme(kind, match.group(), match.start() > previous_end))
            previous_end = match.end()
    return tuple(pieces)
