"""Why decisions came out as they did, as the macro `decision_card` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from engine.cases.queries import HistoryEntry

EMPTY = "—"
"""Stands in a cell that asks for nothing."""


def decision_cards(history: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """The newest explanation of each decision of the case."""
    cards: dict[str, dict[str, Any]] = {}
    for entry in history:
        for explained in entry.data.get("decisions", ()):
            for table in explained["explanation"].get("tables", ()):
                cards.setdefault(table["decision"], _card(table))
    return list(cards.values())


def _card(table: Mapping[str, Any]) -> dict[str, Any]:
    """`matched` and `others`: the same card of the rows that decided, and of all rows near them. Where none
    did the sentence says so, and whoever wants to know why opens the others.
    """
    near = table["rows"]
    shown = [row for row in near if row["matched"]]
    return {
        "title": table["decision"],
        "matched": _rows(table["columns"], shown, table["sentence"]),
        "others": _rows(table["columns"], near, "") if len(shown) < len(near) else None,
    }


def _rows(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], sentence: str) -> dict[str, Any]:
    """The columns that say something in these rows, the ground of a row under its last cell."""
    kept = [place for place in range(len(columns)) if any(row["cells"][place] for row in rows)]
    return {
        "columns": [columns[place] for place in kept],
        "rows": [
            {"number": row["number"], "cells": _cells(row, kept), "matched": row["matched"]} for row in rows
        ],
        "sentence": sentence,
    }


def _cells(row: Mapping[str, Any], kept: Sequence[int]) -> list[Markup]:
    cells = [escape(row["cells"][place] or EMPTY) for place in kept]
    if row["note"] and cells:
        cells[-1] += Markup('<span class="decision-cell-note">{}</span>').format(row["note"])
    return cells
