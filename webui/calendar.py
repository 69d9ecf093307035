"""«Календарь»: the working calendar of a year, layer by layer for who keeps it, and a term tried out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.access.queries import names_of
from engine.cases.recalculation_views import counting_waits, latest_recalculations
from engine.deadlines.calendar import Day, DayKind, YearStatus
from engine.deadlines.changes import latest_changes
from engine.deadlines.counting import Rule, Unit
from engine.deadlines.norms import Norm
from engine.deadlines.queries import COUNTRY, all_norms, year_confirmation
from engine.deadlines.trial import Answer, answer
from engine.errors import MarshrutError
from engine.model import Permission
from webui.calendar_layers import Layer, chosen_day, day_href, layer_choices, layer_of, own_rows
from webui.calendar_words import DAY_KINDS, change_rows, change_words, layer_words
from webui.frame import STATUS_WORDS, local_date, local_now
from webui.guards import actor, permission, runtime
from webui.rungs import ladder_lines
from webui.ui import WEEKDAYS, near_date_words

pages = Blueprint("calendar", __name__)

MONTHS = (
    _l("Январь"), _l("Февраль"), _l("Март"), _l("Апрель"), _l("Май"), _l("Июнь"),
    _l("Июль"), _l("Август"), _l("Сентябрь"), _l("Октябрь"), _l("Ноябрь"), _l("Декабрь"),
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2024, 2030
SATURDAY = 5
LONGEST_TRIAL = 1_000
CHANGES_SHOWN, RECALCULATIONS_SHOWN = 8, 3

ZONES = {
    "Europe/Kaliningrad": _l("Калининград, МСК−1"),
    "Europe/Moscow": _l("Москва, МСК"),
    "Europe/Samara": _l("Самара, МСК+1"),
    "Asia/Yekaterinburg": _l("Екатеринбург, МСК+2"),
    "Asia/Omsk": _l("Омск, МСК+3"),
    "Asia/Krasnoyarsk": _l("Красноярск, МСК+4"),
    "Asia/Irkutsk": _l("Иркутск, МСК+5"),
    "Asia/Yakutsk": _l("Якутск, МСК+6"),
    "Asia/Vladivostok": _l("Владивосток, МСК+7"),
    "Asia/Magadan": _l("Магадан, МСК+8"),
    "Asia/Kamchatka": _l("Камчатка, МСК+9"),
}
"""The hour zones of Russia, from west to east."""

UNITS = {
    Unit.WORKING_DAYS: _l("рабочих дней"),
    Unit.CALENDAR_DAYS: _l("календарных дней"),
    Unit.MONTHS: _l("месяцев"),
    Unit.HOURS: _l("часов"),
}


@pages.get("/calendar")
@permission(Permission.DEFINITION_VIEW)
def show() -> str:
    """A year by months, with its status; a term tried out; what was changed and what that moved. Who keeps
    the calendar sees it layer by layer and changes it here.
    """
    return calendar_page({})


def calendar_page(errors: Mapping[str, str], year: int | None = None) -> str:
    """The page; after a refused form with what was sent and the faults at their fields."""
    rt, person = runtime(), actor()
    today = local_now(person).date()
    asked = year or _sent_year() or request.args.get("year", today.year, type=int)
    number = min(max(asked, FIRST_YEAR), LAST_YEAR)
    may_edit = person.may(Permission.CALENDAR_EDIT)
    wanted = request.values.get("layer", "") if may_edit else str(person.unit_id)
    layer = layer_of(wanted, number)
    calendar = layer.calendar
    shown_year = calendar.year(number)
    with rt.database.read() as conn:
        norms = [norm for norm in all_norms(conn) if norm.valid_on(today)]
        confirmation = year_confirmation(conn, number)
        changes = latest_changes(conn, CHANGES_SHOWN)
        recalculations = latest_recalculations(conn, RECALCULATIONS_SHOWN)
        waits = counting_waits(conn)
        names = names_of(conn, [confirmation[1] or 0] if confirmation else [])
    return render_template(
        "calendar.html",
        number=number,
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        months=[_month(layer, number, month, today, may_edit) for month in range(1, 13)],
        working=sum(calendar.is_working(date(number, 1, 1) + timedelta(n)) for n in range(_length(number))),
        status=STATUS_WORDS[shown_year.status],
        confirmed=shown_year.status is YearStatus.CONFIRMED,
        source=shown_year.source,
        trial=_trial(today),
        units=[{"value": unit.value, "words": words} for unit, words in UNITS.items()],
        day_kinds=[{"value": kind.value, "words": words} for kind, words in DAY_KINDS.items()],
        layer=layer,
        layer_words=layer_words(layer.key or COUNTRY),
        layers=layer_choices() if may_edit else [],
        own_days=own_rows(layer) if may_edit else [],
        chosen=chosen_day(layer, request.values.get("day", ""), number) if may_edit else None,
        office=_office(layer) if may_edit else None,
        zones=[{"value": zone, "words": words} for zone, words in ZONES.items()],
        weekdays=[{"number": number + 1, "words": words} for number, words in enumerate(WEEKDAYS[:5])],
        confirmed_words=_confirmed(confirmation, names),
        changes=change_rows(changes),
        recalculations=[
            {"found": each, "words": [change_words(change) for change in each.changes]}
            for each in recalculations
        ],
        waits=waits,
        ladder=_ladder(norms),
        may_edit=may_edit,
        errors=errors,
        sent=request.form,
    )


def _sent_year() -> int | None:
    """The year of a day that was sent and refused."""
    day = request.form.get("day", "")
    return int(day[:4]) if day[:4].isdecimal() else None


def _office(layer: Layer) -> dict[str, Any] | None:
    """The hours of the unit whose layer it is, as the fields of the form have them."""
    if layer.unit is None:
        return None
    unit = layer.unit
    return {
        "zone": unit.zone,
        "opening": unit.opening,
        "closing": unit.closing,
        **{f"closing_{day}": hour for day, hour in json.loads(unit.closings).items()},
    }


def _confirmed(found: tuple[datetime, int | None] | None, names: Mapping[int, str]) -> str:
    """«подтверждён 24.10.2025, Ершова М. В.»; the shipped years were checked before anybody signed in."""
    if found is None:
        return ""
    at, by = found
    return ", ".join(filter(None, (local_date(at), names.get(by or 0, ""))))


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _month(layer: Layer, year: int, month: int, today: date, may_edit: bool) -> dict[str, Any]:
    """A month as the macro `month` draws it: weeks of seven cells, None outside the month."""
    calendar = layer.calendar
    day = date(year, month, 1)
    cells: list[dict[str, Any] | None] = [None] * day.weekday()
    working = 0
    while day.month == month:
        found = calendar.day(day)
        working += calendar.is_working(day)
        cells.append(
            {
                "day": day.day,
                "kind": "today" if day == today else _kind(found, day, layer),
                "words": _words(found, day, today),
                "href": day_href(layer, day) if may_edit else None,
                "chosen": may_edit and day.isoformat() == request.values.get("day"),
            }
        )
        day += timedelta(1)
    cells += [None] * (-len(cells) % 7)
    return {
        "title": MONTHS[month - 1],
        "note": _("%(n)s раб.", n=working),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
    }


KIND_CLASSES = {
    DayKind.WORKING: "work",
    DayKind.SHORT: "short",
    DayKind.DAY_OFF: "off",
    DayKind.HOLIDAY: "holiday",
}


def _kind(found: Day, day: date, layer: Layer) -> str:
    """A day off in the middle of a week was moved there; a worked Saturday is an ordinary working day; what a
    unit has changed is told from the country's.
    """
    if layer.unit is not None and found != runtime().calendars.country().day(day):
        return "regional"
    if found.kind is DayKind.DAY_OFF and day.weekday() < SATURDAY:
        return "moved"
    return KIND_CLASSES[found.kind]


def _words(found: Day, day: date, today: date) -> str:
    """What a reader hears at a day that is not plain."""
    if day == today:
        return _("сегодня, %(kind)s", kind=found.note or DAY_KINDS[found.kind])
    return "" if day.weekday() >= SATURDAY and found.kind is DayKind.DAY_OFF else found.note


def _trial(today: date) -> dict[str, Any]:
    """The trial counter: what was asked, and the answer or the reason why there is none."""
    asked = request.args
    unit = next((unit for unit in UNITS if unit.value == asked.get("unit")), Unit.WORKING_DAYS)
    value = min(max(asked.get("value", 10, type=int), 0), LONGEST_TRIAL)
    try:
        event = date.fromisoformat(asked.get("event", today.isoformat()))
    except ValueError:
        event = today
    found, problem = _answer(event, Rule(value, unit))
    return {
        "event": event.isoformat(),
        "value": value,
        "unit": unit.value,
        "title": f"{near_date_words(found.day, today.year)}, {found.moment:%H:%M}" if found else "",
        "text": found.text if found else "",
        "ground": found.ground if found else "",
        "problem": problem,
        "asked": "event" in asked,
    }


def _answer(event: date, rule: Rule) -> tuple[Answer | None, str]:
    rt, unit_id = runtime(), actor().unit_id
    try:
        return answer(event, rule, rt.calendars.calendar(unit_id), rt.calendars.office(unit_id)), ""
    except MarshrutError as wrong:
        return None, f"{wrong.message} {wrong.hint}"


def _ladder(norms: list[Norm]) -> list[dict[str, str]]:
    """The ladder that most norms have: whom the product tells, and when."""
    ladders = [norm.ladder for norm in norms if norm.ladder]
    usual = max(ladders, key=ladders.count, default=())
    return ladder_lines(usual)
