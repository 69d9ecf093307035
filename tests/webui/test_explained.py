"""Why a decision came out so, as a card shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.cases.history import HistoryKind
from engine.cases.queries import HistoryEntry
from webui.explained import decision_cards


def row(number: int, *cells: str, matched: bool = False, note: str = "") -> dict[str, Any]:
    return {"number": number, "cells": list(cells), "matched": matched, "note": note}


def entry(number: int, *rows: dict[str, Any], decision: str = "Частота") -> HistoryEntry:
    """A row of the history about one table; newer ones have higher numbers."""
    told = {
        "decision": decision,
        "columns": ["Риск", "Категория", "Выезд"],
        "rows": list(rows),
        "sentence": f"Сработала строка {number}.",
    }
    data = {"decisions": [{"node": "d", "decision": "DMN-1", "explanation": {"tables": [told]}}]}
    at = datetime(2026, 1, 14, tzinfo=UTC)
    return HistoryEntry(number, at, 1, None, HistoryKind.COMPLETED, "d", "Правило", None, data)


NEAR = (
    row(1, "высокий", "СОП", "1 в месяц"),
    row(2, "средний", "", "1 в 2 мес.", matched=True, note="442-ФЗ, ст. 22 <ред.>"),
    row(3, "низкий", "ТЖС", "1 в кварт."),
)


def test_a_card_shows_the_row_that_matched_in_the_columns_of_the_rule():
    (card,) = decision_cards([entry(2, *NEAR)])
    assert card["title"] == "Частота"
    assert card["matched"]["columns"] == ["Риск", "Выезд"]
    assert [shown["number"] for shown in card["matched"]["rows"]] == [2]
    assert card["matched"]["sentence"] == "Сработала строка 2."


def test_its_neighbours_stand_apart_with_all_their_columns():
    (card,) = decision_cards([entry(2, *NEAR)])
    assert card["others"]["columns"] == ["Риск", "Категория", "Выезд"]
    assert card["others"]["rows"][1]["cells"][:2] == ["средний", "—"]
    assert card["others"]["sentence"] == ""


def test_the_ground_of_a_row_stands_under_its_last_cell():
    (card,) = decision_cards([entry(2, *NEAR)])
    assert str(card["matched"]["rows"][0]["cells"][-1]) == (
        '1 в 2 мес.<span class="decision-cell-note">442-ФЗ, ст. 22 &lt;ред.&gt;</span>'
    )


def test_where_no_row_matched_the_sentence_says_so_and_the_rows_wait_to_be_opened():
    (card,) = decision_cards([entry(0, NEAR[0], NEAR[2])])
    assert card["matched"]["rows"] == []
    assert card["matched"]["sentence"]
    assert [shown["number"] for shown in card["others"]["rows"]] == [1, 3]


def test_only_the_newest_answer_of_a_decision_is_shown():
    cards = decision_cards([entry(3, NEAR[1]), entry(2, NEAR[0]), entry(1, NEAR[0], decision="Кворум")])
    assert [(card["title"], card["matched"]["sentence"]) for card in cards] == [
        ("Частота", "Сработала строка 3."),
        ("Кворум", "Сработала строка 1."),
    ]
