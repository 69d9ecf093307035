"""A document in the browser: its paragraphs as fields, those of a table as rows of cells, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import request

from engine.documents.workshop import Piece

FIELD = "p"
"""Fields of the editor are called by the address of their paragraph, after this letter."""

LINE = 90
"""About so many letters stand in a line of the editor: a paragraph's field is as high as its text."""


def blocks(pieces: Iterable[Piece], typed: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    """Paragraphs one under another; those of a table as its rows of cells."""
    for table, group in groupby(pieces, key=lambda piece: piece.cell and piece.cell[0]):
        fields = [_field(piece, typed) for piece in group]
        if table is None:
            yield from ({"field": field} for field in fields)
            continue
        rows: dict[int, dict[int, list[dict[str, Any]]]] = {}
        for field in fields:
            _table, row, column = field["cell"]
            rows.setdefault(row, {}).setdefault(column, []).append(field)
        yield {"rows": [list(rows[row].values()) for row in sorted(rows)]}


def _field(piece: Piece, typed: Mapping[str, str]) -> dict[str, Any]:
    text = typed.get(piece.address, piece.text)
    return {
        "name": FIELD + piece.address,
        "kind": piece.kind,
        "cell": piece.cell,
        "text": text,
        "rows": text.count("\n") + 1 + len(text) // LINE,
    }


def typed_texts() -> dict[str, str]:
    """What was typed, with the line ends that documents have."""
    return {
        name.removeprefix(FIELD): value.replace("\r\n", "\n")
        for name, value in request.form.items()
        if name.startswith(FIELD) and name.removeprefix(FIELD).isdigit()
    }
