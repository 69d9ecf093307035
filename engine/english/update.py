"""Bring the catalogue up to date with the texts of the sources: `./run python -m engine.english.update`.

New texts are added without English, those that no source has any more are dropped; the command names what
is still to be translated. What is written depends on texts and translations alone.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from engine.english.sentences import CATALOGUE

ENGINE: Final = Path(__file__).parent.parent
ROOMS: Final = (
    "bench",
    "bpmn",
    "cli.py",
    "commands",
    "deadlines",
    "definitions",
    "dmn",
    "errors.py",
    "feel",
    "formjs",
    "scenarios",
)
"""Whose sentences the commands with `--lang` say."""

NEVER_DATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""A catalogue says when it was made, which would make each one differ from the last."""

_RUSSIAN: Final = re.compile("[а-яё]", re.IGNORECASE)
_RULE_MAKERS: Final = frozenset({"error", "warning", "info"})
"""What they take are templates already: `{name}` in them is a field."""

_NOT_SAID: Final = frozenset({"help", "metavar"})
"""Arguments that only help pages show; those are Russian."""


def main() -> int:
    """Update the catalogue; 1 when something is left to translate."""
    catalogue = renewed()
    CATALOGUE.write_bytes(written(catalogue))
    left = untranslated(catalogue)
    for text in left:
        print(text)  # noqa: T201 - a command for developers
    return 1 if left else 0


def renewed() -> Catalog:
    """The catalogue with exactly the texts of the sources."""
    with CATALOGUE.open("rb") as file:
        known = {message.id: message.string for message in read_po(file, locale="en") if message.id}
    made = Catalog(
        "en",
        project="Marshrut",
        version="1",
        header_comment="# English of the engine's sentences. Kept up to date by update.py.",
        creation_date=NEVER_DATED,
        revision_date=NEVER_DATED,
        last_translator="Marshrut contributors",
        language_team="en",
        fuzzy=False,
    )
    for source, text in texts_of_sources():
        made.add(text, known.get(text, ""), [(source, 0)])
    return made


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue().strip() + b"\n"


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without English."""
    return [str(message.id) for message in catalogue if message.id and not message.string]


def texts_of_sources() -> Iterator[tuple[str, str]]:
    """(file, text) of every Russian text in the rooms, as `Sentence` wants it."""
    for room in ROOMS:
        place = ENGINE / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ENGINE).as_posix(), text


def _texts(tree: ast.Module) -> Iterator[str]:
    silent = set(_silent(tree))
    templates = set(_templates(tree))
    for node in ast.walk(tree):
        if id(node) not in silent:
            text = _text(node, is_template=id(node) in templates).strip()
            if _RUSSIAN.search(text):
                yield text.replace("\u00a0", " ")


def _text(node: ast.AST, *, is_template: bool) -> str:
    match node:
        case ast.JoinedStr():
            fields = iter(range(1, len(node.values) + 1))
            parts = (
                _doubled(str(part.value)) if isinstance(part, ast.Constant) else f"{{{next(fields)}}}"
                for part in node.values
            )
            return "".join(parts)
        case ast.Constant(value=str(value)):
            return value if is_template else _doubled(value)
        case _:
            return ""


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _silent(tree: ast.Module) -> Iterator[int]:
    """Texts that nobody is told: docstrings, parts of f-strings, patterns, keys, help pages."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                yield id(docstring)
            case ast.JoinedStr():
                yield from (id(part) for part in node.values)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
                yield from (id(argument) for argument in node.args)
            case ast.keyword(arg=str(name)) if name in _NOT_SAID:
                yield id(node.value)
            case ast.Dict():
                yield from (id(key) for key in node.keys if key is not None)


def _templates(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _RULE_MAKERS:
                yield from (id(argument) for argument in node.args)


if __name__ == "__main__":
    sys.exit(main())
