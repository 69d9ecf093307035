"""What every query inside another one is held to, in the whole run of the tests.

SQLAlchemy warns when tables of one query stand unjoined, and a warning fails a test. What it does not see is
a query inside another that was meant to look at the row of that one and takes the whole table anew: it is
joined, but to anybody's row, and a condition of rights then holds for everybody. So a query inside another
says its joins in words (`FROM a JOIN b`, never `FROM a, b`), and an EXISTS looks at something outside itself.

Statements are looked at once, where they are compiled: running them costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy.sql.compiler import SQLCompiler

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_HELD = re.compile(r"<(\d+)>")
_SETS = re.compile(r" (?:UNION ALL|UNION|INTERSECT|EXCEPT) ")
_SOURCES = re.compile(r"(?<!DISTINCT) FROM (.*?)(?: WHERE | GROUP BY | HAVING | ORDER BY | LIMIT | FOR |$)")
_EXISTS = re.compile(r"\bEXISTS <(\d+)>")
_OWN_NAMES = re.compile(r"\b(?:FROM|JOIN) \w+ AS (\w+)|\b(?:FROM|JOIN) (\w+)|\) AS (\w+)")
_NOBODY = re.compile(r" WHERE (?:0 = 1|false)$")
_USED_NAMES = re.compile(r"\b([a-z_]\w*)\.\w")

_found: list[str] = []


def faults(statement: str) -> list[str]:
    """What is wrong with the queries inside a compiled statement, in words."""
    outermost, held = _taken_apart(statement)
    return [*_unjoined(held), *_looking_nowhere(outermost, held)]


def taken() -> list[str]:
    """What was found since this was asked last."""
    found = list(_found)
    _found.clear()
    return found


def watch(patch: pytest.MonkeyPatch) -> None:
    """Look at everything that is compiled from now on."""
    compile_ = SQLCompiler.__init__

    def compile_and_look(self: SQLCompiler, *given: object, **named: object) -> None:
        compile_(self, *given, **named)  # type: ignore[arg-type]
        if "(SELECT" in self.string:
            _found.extend(faults(self.string))

    patch.setattr(SQLCompiler, "__init__", compile_and_look)


def _taken_apart(statement: str) -> tuple[str, list[str]]:
    """The text without what stands in brackets, and that: `<3>` stands for what is in place 3."""
    text, held = " ".join(_LITERAL.sub("''", statement).replace("<", "‹").split()), list[str]()

    def hold(match: re.Match[str]) -> str:
        held.append(match.group(1).strip())
        return f"<{len(held) - 1}>"

    while (shorter := _INNERMOST.sub(hold, text)) != text:
        text = shorter
    return text, held


def _unjoined(held: list[str]) -> Iterator[str]:
    for query in held:
        for part in _SETS.split(query) if query.startswith("SELECT ") else ():
            sources = _SOURCES.search(part)
            if sources is not None and "," in sources.group(1):
                yield f"tables without a JOIN inside another query: {_whole(part, held)}"


def _looking_nowhere(outermost: str, held: list[str]) -> Iterator[str]:
    """A question of its own (`SELECT EXISTS (…)`) looks at nothing outside because there is nothing; one that
    holds for no row lets nobody see anything.
    """
    if outermost.startswith("SELECT ") and " FROM " not in outermost:
        return
    for text in (outermost, *held):
        for match in _EXISTS.finditer(text):
            query = _whole(held[int(match.group(1))], held)
            own = {name for names in _OWN_NAMES.findall(query) for name in names if name}
            used = set(_USED_NAMES.findall(query))
            if used <= own and not _NOBODY.search(query):
                yield f"EXISTS that looks at nothing outside itself: {query}"


def _whole(text: str, held: list[str]) -> str:
    """The text with everything in its brackets again."""
    while _HELD.search(text):
        text = _HELD.sub(lambda match: f"({held[int(match.group(1))]})", text)
    return text
