"""Why decisions came out as they did, as the macro `decision_card` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

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
    """`matched` and `others`: the same card of the rows that decided, and of all rows near them."""
    facts = "; ".join(f"{each['name']}: {_fact(each['value'])}" for each in table["inputs"])
    matched = [row for row in table["rows"] if row["matched"]]
    numbers = ", ".join(str(row["number"]) for row in matched)
    sentence = (
        _("Сработала строка %(numbers)s. %(facts)s.", numbers=numbers, facts=facts)
        if matched
        else _("Ни одна строка не подошла. %(facts)s.", facts=facts)
    )
    return {
        "title": table["decision"],
        "matched": _rows(matched, sentence),
        "others": _rows(table["rows"], "") if len(matched) < len(table["rows"]) else None,
    }


def _rows(rows: Iterable[Mapping[str, Any]], sentence: str) -> dict[str, Any]:
    return {
        "columns": [_("Если"), _("То")],
        "rows": [{"number": row["number"], "cells": _cells(row), "matched": row["matched"]} for row in rows],
        "sentence": sentence,
    }


def _cells(row: Mapping[str, Any]) -> list[str]:
    """A row in words as its two halves, the ground of the row under the second."""
    condition, _comma, result = str(row["text"]).partition(", то ")
    if not result:
        condition, result = "", condition
    condition = condition.removeprefix("если ")
    note = Markup('<span class="decision-cell-note">{}</span>').format(row["note"]) if row["note"] else ""
    return [condition, escape(result) + note]


def _fact(value: Any) -> str:
    """A fact in words; empty ones say so."""
    return value_words(value) or _("не указано")
