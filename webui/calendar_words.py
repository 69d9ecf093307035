"""Changes of calendars in words: for the calendar's page and for the report of what they moved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.access.queries import names_of
from engine.deadlines.calendar import DayKind
from engine.deadlines.changes import Change, ChangeKind
from engine.deadlines.queries import COUNTRY
from engine.errors import NotFound
from webui.frame import local_moment
from webui.guards import runtime
from webui.ui import WEEKDAYS, date_digits

DAY_KINDS = {
    DayKind.DAY_OFF: _l("выходной"),
    DayKind.HOLIDAY: _l("праздник"),
    DayKind.SHORT: _l("короче на час"),
    DayKind.WORKING: _l("рабочий"),
}


def change_rows(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """What was changed, for whom, by whom and when, for lists."""
    changes, rt = list(changes), runtime()
    with rt.database.read() as conn:
        names = names_of(conn, {each.by_id for each in changes})
    return [
        {
            "words": change_words(each),
            "layer": layer_words(each.calendar),
            "who": names.get(each.by_id, _("Маршрут")),
            "when": local_moment(each.at),
            "recalculation_id": each.recalculation_id,
        }
        for each in changes
    ]


def layer_words(calendar: str) -> str:
    """Whose days they are: «вся страна» or the short name of a unit."""
    if calendar == COUNTRY:
        return _("вся страна")
    try:
        return runtime().directory.tree().unit(int(calendar)).short_name
    except NotFound:
        return _("подразделение № %(number)s", number=calendar)


def change_words(change: Change) -> str:
    """«28.08.2026: рабочий → праздник. День округа, закон № 5»."""
    said = change.details
    match change.kind:
        case ChangeKind.DAY:
            return _(
                "%(day)s: %(was)s → %(becomes)s. %(note)s, %(source)s",
                day=_day(said["day"]), was=_kind(said["was"]), becomes=_kind(said["becomes"]),
                note=said["note"], source=said["source"],
            )  # fmt: skip
        case ChangeKind.RESTORED:
            return _("%(day)s: правка убрана (был: %(was)s)", day=_day(said["day"]), was=_kind(said["was"]))
        case ChangeKind.LOADED:
            return _("Загружены переносы %(year)s года: %(source)s", year=said["year"], source=said["source"])
        case ChangeKind.IMPORTED:
            return _(
                "Из файла, дней: %(days)s, с %(first)s по %(last)s",
                days=said["days"], first=_day(said["first"]), last=_day(said["last"]),
            )  # fmt: skip
        case ChangeKind.CONFIRMED:
            return _("%(year)s год подтверждён: %(act)s", year=said["year"], act=said["act"])
        case ChangeKind.HOURS:
            return _(
                "Часы работы: %(was)s → %(becomes)s",
                was=hours_words(said["was"]), becomes=hours_words(said["becomes"]),
            )  # fmt: skip


def hours_words(office: Mapping[str, Any]) -> str:
    """«09:00–18:00, пт до 17:00 (Europe/Moscow)» of the columns of a unit."""
    others = [
        _("%(day)s до %(hour)s", day=WEEKDAYS[int(day) - 1], hour=hour)
        for day, hour in json.loads(office["closings"]).items()
    ]
    usual = f"{office['opening']}–{office['closing']}"
    return f"{', '.join([usual, *others])} ({office['zone']})"


def _day(iso: str) -> str:
    return date_digits(date.fromisoformat(iso))


def _kind(kind: str) -> str:
    return str(DAY_KINDS[DayKind(kind)])
