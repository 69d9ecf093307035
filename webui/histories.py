"""The history of a case in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.cases.history import HistoryKind
from engine.cases.queries import HistoryEntry
from engine.cases.term_events import TermDeed, TermEvent
from engine.deadlines.ladder import STEP_WORDS
from engine.model import SYSTEM
from webui.frame import local, local_date, local_time
from webui.guards import runtime
from webui.ui import date_digits, date_words

WORDS = {
    HistoryKind.STARTED: (_l("Дело открыто"), "case"),
    HistoryKind.COMPLETED: (_l("Шаг завершён"), "done"),
    HistoryKind.TIMER: (_l("Сработал срок"), "today"),
    HistoryKind.MESSAGE: (_l("Получено"), "mail"),
    HistoryKind.SIGNAL: (_l("Получен сигнал"), "bell"),
    HistoryKind.SERVICE: (_l("Выполнена операция"), "settings"),
    HistoryKind.CLAIMED: (_l("Шаг взят"), "mine"),
    HistoryKind.RETURNED: (_l("Шаг возвращён"), "return"),
    HistoryKind.REASSIGNED: (_l("Шаг передан"), "swap"),
    HistoryKind.STOPPED: (_l("Дело остановилось"), "overdue"),
    HistoryKind.REPAIRED: (_l("Дело исправлено"), "pencil"),
    HistoryKind.CANCELLED: (_l("Дело прекращено"), "close"),
    HistoryKind.TOLD: (_l("Отправлено напоминание"), "bell"),
    HistoryKind.DOCUMENT: (_l("Выпущен документ"), "document"),
    HistoryKind.MOVED: (_l("Дело на другой версии пути"), "branch"),
    HistoryKind.TERM_PAUSED: (_l("Срок приостановлен"), "paused"),
    HistoryKind.TERM_RESUMED: (_l("Срок возобновлён"), "play"),
    HistoryKind.TERM_EXTENDED: (_l("Срок продлён"), "calendar"),
    HistoryKind.TERM_RECOUNTED: (_l("Срок пересчитан"), "calendar"),
    HistoryKind.HANDED_OVER: (_l("Дело передано другому сотруднику"), "swap"),
    HistoryKind.RELOCATED: (_l("Семья переехала, дело передано"), "swap"),
    HistoryKind.CONSENT_WITHDRAWN: (_l("Согласие отозвано"), "lock"),
    HistoryKind.OVERDUE_DECIDED: (_l("Решено о просрочке"), "write"),
}
"""Words and icon of each kind of entry."""


def history_rows(history: Iterable[HistoryEntry], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """One line an entry: what, who, when, and the reason where one was given."""
    return [
        {
            "icon": WORDS[entry.kind][1],
            "words": _words(entry),
            "who": _("Маршрут") if entry.actor_id == SYSTEM.user_id else names.get(entry.actor_id, ""),
            "for_whom": names.get(entry.for_id) if entry.for_id else None,
            "day": date_words(local(entry.at).date()),
            "time": local_time(entry.at),
            "reason": _said(entry).get("причина") or _said(entry).get("решено"),
            "reached": ", ".join(entry.reached),
            "terms": [_term_words(each) for each in entry.terms],
        }
        for entry in history
    ]


def _said(entry: HistoryEntry) -> Mapping[str, Any]:
    """What the entry keeps besides decisions: of a step of the engine it lies one level deeper."""
    said: Mapping[str, Any] = entry.data.get("data", entry.data)
    return said


def _words(entry: HistoryEntry) -> str:
    """«Шаг завершён: Принять заявление»; entries of a kind with a subject of its own name that."""
    said = _said(entry)
    subject = entry.name
    match entry.kind:
        case HistoryKind.DOCUMENT:
            subject = _(
                "%(title)s № %(number)s", title=said.get("название", ""), number=said.get("номер", "")
            )
        case HistoryKind.TOLD:
            subject = ", ".join(filter(None, (entry.name, _rung(str(said.get("ступень", ""))))))
        case HistoryKind.TERM_PAUSED:
            subject = _("%(term)s, с %(day)s", term=said.get("срок", ""), day=said.get("с", ""))
        case HistoryKind.TERM_RECOUNTED if not (said.get("было") and said.get("стало")):
            subject = _until_a_sitting(said)
        case HistoryKind.TERM_RESUMED | HistoryKind.TERM_EXTENDED | HistoryKind.TERM_RECOUNTED:
            subject = _(
                "%(term)s, был до %(was)s, теперь до %(is_now)s",
                term=said.get("срок", ""), was=said.get("было", ""), is_now=said.get("стало", ""),
            )  # fmt: skip
        case HistoryKind.RELOCATED:
            there = said.get("куда")
            subject = runtime().directory.tree().unit(there).name if there else ""
        case HistoryKind.CONSENT_WITHDRAWN:
            day = said.get("день")
            subject = date_digits(day) if day else ""
        case HistoryKind.OVERDUE_DECIDED:
            subject = str(said.get("о чём", ""))
        case HistoryKind.REPAIRED | HistoryKind.MOVED:
            subject = str(said.get("действие", entry.name))
    kind = str(WORDS[entry.kind][0])
    return f"{kind}: {subject}" if subject else kind


def _until_a_sitting(said: Mapping[str, Any]) -> str:
    """A term that has got its first day, or lost it."""
    if said.get("стало"):
        return _("%(term)s, теперь до %(is_now)s", term=said.get("срок", ""), is_now=said["стало"])
    return _("%(term)s, был до %(was)s, теперь без дня", term=said.get("срок", ""), was=said.get("было", ""))


def _term_words(event: TermEvent) -> str:
    """«Начат срок: Оформить ИППСУ, 10 раб. дней от заявления, 442-ФЗ, ст. 16»."""
    title = event.norm.title
    if event.step not in ("", title):
        title = f"{title}, «{event.step}»"
    match event.deed:
        case TermDeed.BEGUN:
            return _("Начат срок: %(term)s, %(norm)s", term=title, norm=_norm(event))
        case TermDeed.MET:
            return _("Срок соблюдён: %(term)s", term=title)
        case TermDeed.BREACHED:
            return _("Срок нарушен: %(term)s, был до %(day)s", term=title, day=local_date(event.due_at))
        case TermDeed.CANCELLED:
            return _("Срок больше не нужен: %(term)s", term=title)


def _norm(event: TermEvent) -> str:
    """Its length and its ground, with the mark of what nobody has checked."""
    return ", ".join(filter(None, (event.norm.norm_words, event.norm.ground_words)))


def _rung(step: str) -> str:
    return next((words for known, words in STEP_WORDS.items() if known == step), "")
