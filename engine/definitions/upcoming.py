"""The catalogue as it would be with files that nobody has published yet: to ask beforehand, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.definitions.files import ReadFile
from engine.definitions.library import Library, Parsed, Release, parse
from engine.definitions.pins import pin


class _Beside:
    """What is published, and beside it files under numbers below zero."""

    def __init__(self, library: Library, files: Sequence[ReadFile]) -> None:
        self.files = {-number: file for number, file in enumerate(files, 1)}
        self._library = library
        self._parsed: dict[tuple[int, int | None], Parsed] = {}

    def parsed(self, definition_id: int, version: int | None = None) -> Parsed:
        file = self.files.get(definition_id)
        if file is None:
            return self._library.parsed(definition_id, version)
        key = definition_id, version
        if key not in self._parsed:
            self._parsed[key] = parse(file.kind, file.upload.content, version)
        return self._parsed[key]


def upcoming_release(conn: Connection, library: Library, files: Sequence[ReadFile]) -> Release:
    """The release that publishing these files would make. Its number is the next one, but it is no row."""
    published = library.newest(conn)
    items = {kind: dict(keys) for kind, keys in published.items.items()} if published else {}
    for file in files:
        if file.kind == "bpmn":
            pin(conn, items, file.passes)
    shelf = _Beside(library, files)
    for number, file in shelf.files.items():
        for key in file.keys:
            items.setdefault(file.kind, {})[key] = number
    return Release((published.id if published else 0) + 1, items, shelf)
