r"""Patterns of XPath and XQuery, which FEEL uses, read into a tree.

Differences from Python's `re` that matter: classes can be subtracted (`[a-z-[aeiou]]`), `\p{…}` names
categories and blocks, `\i` and `\c` are characters of XML names, `$` matches at the very end only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from engine.feel.errors import Problem
from engine.feel.regex.charclasses import (
    BLOCKS,
    CATEGORIES,
    SHORTHANDS,
    Any_,
    Category,
    CharacterSet,
    Group,
    Span,
    negate,
)

MAX_NESTING: Final = 40
MAX_REPEAT: Final = 1000

_PLAIN_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in r"\|.?*+(){}-[]^$"}}
_SPECIAL: Final = frozenset("|.?*+(){}[]^$\\")


class PatternNode:
    """A part of a pattern."""


@dataclass(frozen=True, slots=True)
class Characters(PatternNode):
    characters: CharacterSet


@dataclass(frozen=True, slots=True)
class Letter(PatternNode):
    """One character that stands for itself."""

    character: str


@dataclass(frozen=True, slots=True)
class LineStart(PatternNode):
    pass


@dataclass(frozen=True, slots=True)
class LineEnd(PatternNode):
    pass


@dataclass(frozen=True, slots=True)
class BackReference(PatternNode):
    group: int


@dataclass(frozen=True, slots=True)
class Capture(PatternNode):
    number: int
    inner: PatternNode


@dataclass(frozen=True, slots=True)
class Sequence(PatternNode):
    parts: tuple[PatternNode, ...]


@dataclass(frozen=True, slots=True)
class Choice(PatternNode):
    options: tuple[PatternNode, ...]


@dataclass(frozen=True, slots=True)
class Repeat(PatternNode):
    """`inner` from `least` to `most` times (None: without end); lazy takes as few as it can."""

    inner: PatternNode
    least: int
    most: int | None
    lazy: bool


class PatternReader:
    def __init__(self, pattern: str, *, caseless: bool, dot_takes_lines: bool) -> None:
        self.pattern = pattern
        self.index = 0
        self.groups = 0
        self._closed: set[int] = set()
        self._depth = 0
        self._caseless = caseless
        self._any = Any_(lines=not dot_takes_lines)

    def read(self) -> PatternNode:
        node = self._choice()
        if self.index < len(self.pattern):
            self._fail("лишняя скобка")
        return node

    def _fail(self, what: str) -> NoReturn:
        raise Problem(f"образец записан неверно: {what} (знак {self.index + 1})")

    @property
    def _next(self) -> str:
        return self.pattern[self.index : self.index + 1]

    def _take(self) -> str:
        character = self._next
        if not character:
            self._fail("он неожиданно кончился")
        self.index += 1
        return character

    def _accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.index):
            self.index += len(text)
            return True
        return False

    def _choice(self) -> PatternNode:
        options = [self._sequence()]
        while self._accept("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> PatternNode:
        parts = []
        while self._next not in ("", "|", ")"):
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, atom: PatternNode) -> PatternNode:
        bounds = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(self._next)
        if bounds is not None:
            self.index += 1
            least, most = bounds
        elif self._accept("{"):
            least, most = self._counts()
        else:
            return atom
        return Repeat(atom, least, most, lazy=self._accept("?"))

    def _counts(self) -> tuple[int, int | None]:
        least = self._count()
        most: int | None = least
        if self._accept(","):
            most = None if self._next == "}" else self._count()
        if not self._accept("}"):
            self._fail("ожидалась }")
        if most is not None and most < least:
            self._fail("наибольшее число повторений меньше наименьшего")
        return least, most

    def _count(self) -> int:
        digits = ""
        while self._next.isascii() and self._next.isdigit():
            digits += self._take()
        if not digits or len(digits) > 4 or int(digits) > MAX_REPEAT:
            self._fail(f"ожидалось число повторений от 0 до {MAX_REPEAT}")
        return int(digits)

    def _atom(self) -> PatternNode:
        character = self._take()
        match character:
            case "(":
                return self._group()
            case "[":
                return Characters(self._class())
            case ".":
                return Characters(self._any)
            case "^":
                return LineStart()
            case "$":
                return LineEnd()
            case "\\":
                return self._escape()
        if character in _SPECIAL:
            self.index -= 1
            self._fail(f"знак {character} здесь стоять не может")
        return Letter(character)

    def _group(self) -> PatternNode:
        self._depth += 1
        if self._depth > MAX_NESTING:
            self._fail("слишком много скобок одна в другой")
        number = None
        if not self._accept("?:"):
            self.groups += 1
            number = self.groups
        inner = self._choice()
        if not self._accept(")"):
            self._fail("ожидалась )")
        self._depth -= 1
        if number is None:
            return inner
        self._closed.add(number)
        return Capture(number, inner)

    def _escape(self) -> PatternNode:
        if self._next.isascii() and self._next.isdigit():
            return self._back_reference()
        found = self._escaped()
        return Letter(found) if isinstance(found, str) else Characters(found)

    def _back_reference(self) -> BackReference:
        digits = self._take()
        while self._next.isascii() and self._next.isdigit() and int(digits + self._next) <= self.groups:
            digits += self._take()
        if int(digits) not in self._closed:
            self._fail(f"группы {digits} до этого места нет")
        return BackReference(int(digits))

    def _escaped(self) -> str | CharacterSet:
        r"""What a backslash and the next characters stand for: `\.`, `\d`, `\p{Lu}`."""
        character = self._take()
        if character in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[character]
        if character in SHORTHANDS:
            return SHORTHANDS[character]
        if character not in "pP":
            self.index -= 1
            self._fail(f"неизвестное обозначение \\{character}")
        return self._property(negated=character == "P")

    def _property(self, *, negated: bool) -> CharacterSet:
        end = self.pattern.find("}", self.index)
        if not self._accept("{") or end < 0:
            self._fail("ожидалось {…}")
        name = self.pattern[self.index : end]
        characters: CharacterSet
        if name in CATEGORIES:
            characters = Category(name)
        elif name.startswith("Is") and name[2:] in BLOCKS:
            first, last = BLOCKS[name[2:]]
            characters = Span(chr(first), chr(last))
        else:
            self._fail(f"неизвестный набор знаков {name}")
        self.index = end + 1
        return negate(characters) if negated else characters

    def _class(self) -> CharacterSet:
        self._depth += 1
        if self._depth > MAX_NESTING:
            self._fail("слишком много скобок одна в другой")
        negated = self._accept("^")
        members: list[CharacterSet] = []
        subtracted: CharacterSet | None = None
        while not (members and self._accept("]")):
            if members and self._accept("-["):
                subtracted = self._class()
                if not self._accept("]"):
                    self._fail("после вычитания ожидалась ]")
                break
            members.append(self._member())
        self._depth -= 1
        return Group(tuple(members), negated, subtracted)

    def _member(self) -> CharacterSet:
        first = self._class_character()
        if not isinstance(first, str):
            return first
        follows = self.pattern[self.index + 1 : self.index + 2]
        if self._next != "-" or follows in ("]", "[", ""):
            return Span(first, first, self._caseless)
        self.index += 1
        last = self._class_character()
        if not isinstance(last, str) or last < first:
            self._fail("неверный промежуток знаков")
        return Span(first, last, self._caseless)

    def _class_character(self) -> str | CharacterSet:
        character = self._take()
        if character == "\\":
            return self._escaped()
        if character in "[]":
            self.index -= 1
            self._fail(f"знак {character} здесь стоять не может")
        return character
