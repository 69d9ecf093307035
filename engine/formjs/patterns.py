"""Patterns of text fields: the part of JavaScript's regular expressions that is safe to run.

The browser tests a pattern with JavaScript's `RegExp`, the server with the automaton below, which takes
the same decisions in time proportional to the text (Python's `re` backtracks, and can't be stopped while
it does). A pattern that would make the browser's own backtracking explode is refused when it is read.

The automaton has one state for every character set of the pattern (Glushkov's construction); it walks all
ways through the pattern at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

PATTERN_LENGTH: Final = 500
POSITIONS: Final = 300
"""Character sets of one pattern, with counted repetitions written out: `\\d{6}` counts for six."""
REMEMBERED_MOVES: Final = 4096

Ranges = tuple[tuple[int, int], ...]
"""Character codes as sorted, disjoint, inclusive ranges."""

_LAST: Final = 0x10FFFF
_DIGIT: Final[Ranges] = ((48, 57),)
_WORD: Final[Ranges] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final[Ranges] = (
    (9, 13), (32, 32), (160, 160), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS: Final[Ranges] = ((10, 10), (13, 13), (0x2028, 0x2029))
_CLASSES: Final = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_START: Final = -1


class BadPattern(Exception):
    """The pattern can't be read, or must not be run; the text says why."""


class Pattern:
    """A pattern that has been read and found safe. Immutable for its users; may be shared by threads."""

    def __init__(self, text: str) -> None:
        """Read the pattern; `BadPattern` when it is not of the safe part."""
        if len(text) > PATTERN_LENGTH:
            raise BadPattern(f"шаблон длиннее {PATTERN_LENGTH} знаков")
        self.text = text
        self._ways = [_Automaton(way) for way in _Reader(text).read()]

    def found_in(self, text: str) -> bool:
        """True where `RegExp.test` would say so: the pattern matches somewhere in the text."""
        return any(way.found_in(text) for way in self._ways)


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chars:
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    ways: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    """From `least` to `most` times; `most` None is without end."""

    body: _Node
    least: int
    most: int | None


_Node = _Chars | _Sequence | _Choice | _Repeat


@dataclass(frozen=True, slots=True)
class _Way:
    """One alternative of the whole pattern: where it is tied to the ends of the text, and what it matches."""

    body: _Node
    from_start: bool
    to_end: bool


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> list[_Way]:
        ways = [self._way()]
        while self._take("|"):
            ways.append(self._way())
        if self._at < len(self._text):
            bracket = self._peek() == ")"
            raise BadPattern(
                "лишняя закрывающая скобка" if bracket else "знак «$» может стоять только в конце шаблона"
            )
        return ways

    def _way(self) -> _Way:
        from_start = self._take("^")
        body = self._sequence()
        return _Way(body, from_start, self._take("$"))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._at < len(self._text) and self._peek() not in "|)$":
            parts.append(self._quantified(self._atom()))
        return _Sequence(tuple(parts))

    def _group(self) -> _Node:
        if self._take("?") and not self._take(":"):
            raise BadPattern("из скобок с «?» можно только «(?:…)»: без просмотра вперёд и назад и без имён")
        ways = [self._sequence()]
        while self._take("|"):
            ways.append(self._sequence())
        if not self._take(")"):
            anchor = self._text.startswith("$", self._at)
            raise BadPattern("знак «$» не ставят внутри скобок" if anchor else "скобка не закрыта")
        return _Choice(tuple(ways))

    def _atom(self) -> _Node:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return _Chars(self._set())
        if char == ".":
            return _Chars(_without(_LINE_ENDS))
        if char == "\\":
            return _Chars(self._escape())
        if char == "^":
            raise BadPattern("знак «^» может стоять только в начале шаблона")
        if char in "*+?{":
            raise BadPattern(f"знаку «{char}» нечего повторять; чтобы искать сам знак, напишите «\\{char}»")
        return _Chars(((ord(char), ord(char)),))

    def _quantified(self, body: _Node) -> _Node:
        bounds = self._bounds()
        if bounds is None:
            return body
        self._take("?")  # as few as possible or as many: the answer yes or no is the same
        if self._at < len(self._text) and self._peek() in "*+?{":
            raise BadPattern("два знака повторения подряд")
        return _Repeat(body, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if not self._take("{"):
            return None
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at : end].partition(",")
        if end < 0 or not least.isdecimal() or not (most.isdecimal() or not most):
            raise BadPattern("повторение пишут так: {3}, {2,} или {2,5}")
        self._at = end + 1
        low, high = int(least), (int(most) if most else None) if comma else int(least)
        if max(low, high or 0) > POSITIONS or (high is not None and high < low):
            raise BadPattern(f"число повторений должно быть от меньшего к большему и не больше {POSITIONS}")
        return low, high

    def _escape(self) -> Ranges:
        char = self._next()
        if char.lower() in _CLASSES:
            ranges = _CLASSES[char.lower()]
            return ranges if char.islower() else _without(ranges)
        if char in _CONTROLS:
            code = _CONTROLS[char]
        elif char in "xu":
            code = self._code(2 if char == "x" else 4)
        elif char.isalnum():
            raise BadPattern(f"«\\{char}» в шаблонах форм не поддержано")
        else:
            code = ord(char)
        return ((code, code),)

    def _code(self, digits: int) -> int:
        text = self._text[self._at : self._at + digits]
        self._at += digits
        try:
            return int(text, 16)
        except ValueError:
            raise BadPattern("после «\\u» нужны четыре шестнадцатеричные цифры, после «\\x» две") from None

    def _set(self) -> Ranges:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            one = self._set_item()
            if self._peek_range():
                self._at += 1
                last = self._set_item()
                if len(one) != 1 or len(last) != 1 or one[0][0] > last[0][0]:
                    raise BadPattern("в квадратных скобках промежуток пишут от меньшего к большему: «а-я»")
                one = ((one[0][0], last[0][1]),)
            ranges.extend(one)
        joined = _joined(ranges)
        return _without(joined) if negated else joined

    def _set_item(self) -> Ranges:
        char = self._next()
        return self._escape() if char == "\\" else ((ord(char), ord(char)),)

    def _peek_range(self) -> bool:
        return self._text[self._at : self._at + 1] == "-" and self._text[self._at + 1 : self._at + 2] != "]"

    def _peek(self) -> str:
        return self._text[self._at]

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise BadPattern("шаблон обрывается: закройте скобки и не оставляйте «\\» в конце")
        self._at += 1
        return self._text[self._at - 1]

    def _take(self, char: str) -> bool:
        if self._text.startswith(char, self._at):
            self._at += 1
            return True
        return False


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def _without(ranges: Ranges) -> Ranges:
    result, start = [], 0
    for low, high in ranges:
        if start < low:
            result.append((start, low - 1))
        start = high + 1
    return (*result, (start, _LAST)) if start <= _LAST else tuple(result)


def _overlap(one: Ranges, other: Ranges) -> bool:
    return any(low <= last and first <= high for low, high in one for first, last in other)


# --- walking --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """What the construction has to know of a part: may it be empty, where does it begin and end."""

    empty: bool = True
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Automaton:
    way: _Way
    sets: list[Ranges] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    _whole: _Part = field(init=False)
    _moves: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._whole = self._build(self.way.body)
        self._refuse_explosion()

    def found_in(self, text: str) -> bool:
        state = frozenset((_START,))
        for char in text:
            if not self.way.to_end and self._accepts(state):
                return True
            state = self._move(state, char)
            if not state:
                return False
        return self._accepts(state)

    def _accepts(self, state: frozenset[int]) -> bool:
        return bool(state & self._whole.last) or (self._whole.empty and _START in state)

    def _move(self, state: frozenset[int], char: str) -> frozenset[int]:
        known = self._moves.get((state, char))
        if known is not None:
            return known
        code = ord(char)
        reached = {
            position
            for before in state
            for position in (self._whole.first if before == _START else self.follow[before])
            if any(low <= code <= high for low, high in self.sets[position])
        }
        if not self.way.from_start:
            reached.add(_START)
        after = frozenset(reached)
        if len(self._moves) < REMEMBERED_MOVES:
            self._moves[state, char] = after
        return after

    def _build(self, node: _Node) -> _Part:
        match node:
            case _Chars():
                return self._position(node.ranges)
            case _Sequence():
                whole = _Part()
                for part in node.parts:
                    whole = self._chain(whole, self._build(part))
                return whole
            case _Choice():
                ways = [self._build(way) for way in node.ways]
                return _Part(
                    any(way.empty for way in ways),
                    frozenset().union(*(way.first for way in ways)),
                    frozenset().union(*(way.last for way in ways)),
                )
            case _Repeat():
                return self._repeat(node)

    def _position(self, ranges: Ranges) -> _Part:
        if len(self.sets) >= POSITIONS:
            raise BadPattern("шаблон слишком велик: уменьшите числа повторений или разбейте поле на два")
        self.sets.append(ranges)
        self.follow.append(set())
        here = frozenset((len(self.sets) - 1,))
        return _Part(empty=False, first=here, last=here)

    def _chain(self, one: _Part, other: _Part) -> _Part:
        for position in one.last:
            self.follow[position] |= other.first
        return _Part(
            one.empty and other.empty,
            one.first | other.first if one.empty else one.first,
            one.last | other.last if other.empty else other.last,
        )

    def _repeat(self, node: _Repeat) -> _Part:
        whole = _Part()
        for _ in range(node.least):
            whole = self._chain(whole, self._build(node.body))
        if node.most is None:
            return self._chain(whole, self._loop(node.body))
        rest = _Part()
        for _ in range(node.most - node.least):  # x{0,3} is (x(x(x)?)?)?: from the inside out
            rest = self._chain(self._build(node.body), rest)
            rest.empty = True
        return self._chain(whole, rest)

    def _loop(self, body: _Node) -> _Part:
        part = self._build(body)
        for position in part.last:
            if self.follow[position] & part.first:
                raise _explosion()
            self.follow[position] |= part.first
        return _Part(True, part.first, part.last)

    def _refuse_explosion(self) -> None:
        """Backtracking explodes where a loop can be walked in two ways over the same text."""
        for start in range(len(self.sets)):
            seen = {(start, start, False)}
            todo = [(start, start, False)]
            while todo:
                one, other, parted = todo.pop()
                for a in self.follow[one]:
                    for b in self.follow[other]:
                        step = (a, b, parted or a != b)
                        if step == (start, start, True):
                            raise _explosion()
                        if step not in seen and _overlap(self.sets[a], self.sets[b]):
                            seen.add(step)
                            todo.append(step)


def _explosion() -> BadPattern:
    return BadPattern(
        "повторение внутри повторения может надолго занять браузер; оставьте одно из них, "
        "а длину ограничьте свойством «Наибольшая длина»"
    )
