"""Why decisions came out as they did, as the macro `decision_card` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.cases.queries import HistoryEntry

NEAR = 1
"""Rows shown before and after one that matched."""


def decision_cards(history: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """The newest explanation of each decision of the case."""
    cards: dict[str, dict[str, Any]] = {}
    for entry in history:
        for explained in entry.data.get("decisions", ()):
            for table in explained["explanation"].get("tables", ()):
                cards.setdefault(table["decision"], _card(table))
    return list(cards.values())


def _card(table: Mapping[str, Any]) -> dict[str, Any]:
    matched = {int(number) for number in table["matched"]}
    rows = [
        {"number": row["number"], "cells": row["cells"], "matched": int(row["number"]) in matched}
        for row in table["rows"]
        if any(abs(int(row["number"]) - number) <= NEAR for number in matched) or not matched
    ]
    return {
        "title": table["name"],
        "columns": table["columns"],
        "rows": rows,
        "sentence": table["sentence"],
    }
