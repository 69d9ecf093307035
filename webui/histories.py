"""The history of a case in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from engine.cases.history import HistoryKind
from engine.cases.queries import HistoryEntry
from webui.frame import local, local_time
from webui.ui import date_words

WORDS = {
    HistoryKind.STARTED: "Дело открыто",
    HistoryKind.COMPLETED: "Шаг завершён",
    HistoryKind.TIMER: "Сработал срок",
    HistoryKind.MESSAGE: "Получено сообщение",
    HistoryKind.SIGNAL: "Получен сигнал",
    HistoryKind.SERVICE: "Выполнена операция",
    HistoryKind.CLAIMED: "Шаг взят",
    HistoryKind.RETURNED: "Шаг возвращён",
    HistoryKind.REASSIGNED: "Шаг передан",
    HistoryKind.STOPPED: "Дело остановилось",
    HistoryKind.REPAIRED: "Дело исправлено",
    HistoryKind.CANCELLED: "Дело прекращено",
    HistoryKind.TOLD: "Отправлено напоминание",
    HistoryKind.DOCUMENT: "Документ",
}


def history_rows(history: Iterable[HistoryEntry], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """One line an entry: what, who, when, and the reason where one was given."""
    return [
        {
            "words": f"{_(WORDS[entry.kind])}: {entry.name}" if entry.name else _(WORDS[entry.kind]),
            "who": names.get(entry.actor_id, _("Маршрут")),
            "for_whom": names.get(entry.for_id) if entry.for_id else None,
            "day": date_words(local(entry.at).date()),
            "time": local_time(entry.at),
            "reason": entry.data.get("причина"),
        }
        for entry in history
    ]
