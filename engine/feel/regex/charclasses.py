"""Which characters an atom of a pattern stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from unicodedata import category

BLOCKS: Final[dict[str, tuple[int, int]]] = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "SpacingModifierLetters": (0x02B0, 0x02FF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "CyrillicSupplement": (0x0500, 0x052F),
    "Armenian": (0x0530, 0x058F),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Georgian": (0x10A0, 0x10FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
}
"""Blocks of Unicode by their names in patterns: `\\p{IsCyrillic}`."""

CATEGORIES: Final = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
    ]
)


def fold(character: str) -> str:
    """The same for all forms of a letter (k, K, the sign of the kelvin)."""
    folded = character.upper().lower()
    return folded if len(folded) == 1 else character


class CharacterSet:
    """What one position of a pattern accepts."""

    def has(self, character: str) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Any_(CharacterSet):  # noqa: N801 - `Any` is taken
    """`.`: everything, or everything but the ends of lines."""

    lines: bool

    def has(self, character: str) -> bool:
        return not self.lines or character not in "\n\r"


@dataclass(frozen=True, slots=True)
class Span(CharacterSet):
    """Characters from `first` to `last`; without regard to case if so told."""

    first: str
    last: str
    caseless: bool = False

    def has(self, character: str) -> bool:
        if self.first <= character <= self.last:
            return True
        if not self.caseless:
            return False
        variants = (character.lower(), character.upper(), fold(character))
        return any(len(one) == 1 and self.first <= one <= self.last for one in variants)


@dataclass(frozen=True, slots=True)
class Category(CharacterSet):
    """A general category of Unicode, by one letter or two."""

    name: str

    def has(self, character: str) -> bool:
        return category(character).startswith(self.name)


@dataclass(frozen=True, slots=True)
class Group(CharacterSet):
    """`[…]`: any of the members, or none of them when negated, and nothing of what is subtracted."""

    members: tuple[CharacterSet, ...]
    negated: bool = False
    subtracted: CharacterSet | None = None

    def has(self, character: str) -> bool:
        if any(member.has(character) for member in self.members) is self.negated:
            return False
        return self.subtracted is None or not self.subtracted.has(character)


_SPACE: Final = Group((Span(" ", " "), Span("\t", "\n"), Span("\r", "\r")))
_DIGIT: Final = Category("Nd")
_NAME_START: Final = Group((Category("L"), Category("Nl"), Span("_", "_"), Span(":", ":")))
_NAME: Final = Group((_NAME_START, _DIGIT, Category("M"), Span("-", "."), Span("\u00b7", "\u00b7")))
_NOT_WORD: Final = Group((Category("P"), Category("Z"), Category("C")))


def negate(characters: CharacterSet) -> Group:
    return Group((characters,), negated=True)


SHORTHANDS: Final[dict[str, CharacterSet]] = {
    "s": _SPACE,
    "S": negate(_SPACE),
    "d": _DIGIT,
    "D": negate(_DIGIT),
    "w": negate(_NOT_WORD),
    "W": _NOT_WORD,
    "i": _NAME_START,
    "I": negate(_NAME_START),
    "c": _NAME,
    "C": negate(_NAME),
}
"""What `\\s`, `\\d` and their like stand for."""
