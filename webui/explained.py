"""Why decisions came out as they did, as the macro `decision_card` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from engine.cases.queries import HistoryEntry
from webui.answers import value_words


def decision_cards(history: Iterable[HistoryEntry]) -> list[dict[str, Any]]:
    """The newest explanation of each decision of the case."""
    cards: dict[str, dict[str, Any]] = {}
    for entry in history:
        for explained in entry.data.get("decisions", ()):
            for table in explained["explanation"].get("tables", ()):
                cards.setdefault(table["decision"], _card(table))
    return list(cards.values())


def _card(table: Mapping[str, Any]) -> dict[str, Any]:
    facts = ", ".join(f"{each['name']}: {_fact(each['value'])}" for each in table["inputs"])
    matched = [row for row in table["rows"] if row["matched"]]
    numbers = ", ".join(str(row["number"]) for row in matched)
    return {
        "title": table["decision"],
        "columns": [_("Правило"), _("Почему")],
        "rows": [
            {"number": row["number"], "cells": [row["text"], row["note"]], "matched": row["matched"]}
            for row in table["rows"]
        ],
        "sentence": _("Сработала строка %(numbers)s. %(facts)s", numbers=numbers, facts=facts)
        if matched
        else _("Ни одна строка не подошла. %(facts)s", facts=facts),
    }


def _fact(value: Any) -> str:
    """A fact in words; empty ones say so."""
    return value_words(value) or _("не указано")
