"""Regular expressions of XPath with a bound on their work.

Python's `re` can take minutes over a short pattern (`(a+)+$`); the machine here never does more than the
length of the pattern times the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from engine.feel.errors import Problem
from engine.feel.regex.machine import Charge, Match, Pattern
from engine.feel.regex.syntax import Letter, PatternNode, PatternReader, Sequence

MAX_PATTERN: Final = 2000
"""Characters of a pattern."""

_REPLACEMENT: Final = re.compile(r"\\(?P<escaped>[\\$])|\$(?P<group>[0-9]+)|(?P<wrong>[\\$])", re.ASCII)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """The pattern under the flags s, m, i, x, q. Raises Problem when either is wrong."""
    if len(pattern) > MAX_PATTERN:
        raise Problem(f"образец длиннее {MAX_PATTERN} знаков")
    if set(flags) - set("smixq"):
        raise Problem("признаки образца бывают такие: s, m, i, x, q")
    caseless = "i" in flags
    tree: PatternNode
    if "q" in flags:
        tree, groups = Sequence(tuple(map(Letter, pattern))), 0
    else:
        text = _without_spaces(pattern) if "x" in flags else pattern
        reader = PatternReader(text, caseless=caseless, dot_takes_lines="s" in flags)
        tree = reader.read()
        groups = reader.groups
    return Pattern(tree, groups, caseless=caseless, multiline="m" in flags)


def _without_spaces(pattern: str) -> str:
    """The pattern without its white space; that inside `[…]` stays."""
    kept = []
    depth = 0
    escaped = False
    for character in pattern:
        if depth == 0 and character in " \t\n\r":
            continue
        if not escaped:
            depth += {"[": 1, "]": -1}.get(character, 0)
        escaped = character == "\\" and not escaped
        kept.append(character)
    return "".join(kept)


def find_all(pattern: Pattern, text: str, charge: Charge) -> list[Match]:
    """All matches from left to right, none overlapping another."""
    found = []
    start = 0
    while (match := pattern.search(text, charge, start)) is not None:
        found.append(match)
        start = match.end if match.end > match.start else match.end + 1
    return found


def replace(pattern: Pattern, text: str, replacement: str, charge: Charge, *, literal: bool) -> str:
    """`text` with each match replaced; `$1` is the first group unless the replacement is literal."""
    if pattern.matches_nothing(charge):
        raise Problem("образец совпадает с пустой строкой")
    parts = []
    position = 0
    for match in find_all(pattern, text, charge):
        parts.append(text[position : match.start])
        parts.append(replacement if literal else _expand(replacement, match, pattern.groups, text))
        charge(1 + len(replacement) // 8)
        position = match.end
    return "".join([*parts, text[position:]])


def _expand(replacement: str, match: Match, groups: int, text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found["wrong"]:
            raise Problem("в замене после \\ или $ стоит не то: пишите \\\\, \\$ или $1")
        if found["escaped"]:
            return found["escaped"]
        digits = found["group"]
        length = len(digits)  # `$12` is group 1 and the figure 2 when there is no group 12
        while length > 1 and int(digits[:length]) > groups:
            length -= 1
        number = int(digits[:length])
        return (match.group(number, text) if number <= groups else "") + digits[length:]

    return _REPLACEMENT.sub(one, replacement)


def split(pattern: Pattern, text: str, charge: Charge) -> list[str]:
    """The parts of `text` between the matches; between all characters for an empty pattern."""
    parts = []
    position = 0
    for match in find_all(pattern, text, charge):
        if match.end > match.start:
            parts.append(text[position : match.start])
            position = match.end
        elif 0 < match.start < len(text) and match.start > position:
            parts.append(text[position : match.start])
            position = match.start
    return [*parts, text[position:]]
