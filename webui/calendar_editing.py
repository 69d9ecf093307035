"""Changing the calendar: a day, days from a file, a year, the hours of a unit. Open terms follow."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.offices import change_office
from engine.deadlines.calendar import Day
from engine.deadlines.calendar_file import ReadDays, read_days
from engine.deadlines.service import confirm_year, edit_day, import_days, load_year, restore_day
from engine.errors import InvalidData, NotFound
from engine.model import Permission
from webui.calendar import FIRST_YEAR, LAST_YEAR, calendar_page
from webui.calendar_layers import Layer, layer_choices, layer_of
from webui.calendar_words import DAY_KINDS, layer_words
from webui.guards import actor, permission, runtime
from webui.ui import date_digits, date_words

pages = Blueprint("calendar_editing", __name__)

WORKDAYS = range(1, 6)
"""Days of the week whose closing hour may differ; Monday is 1."""


@pages.post("/calendar/day")
@permission(Permission.CALENDAR_EDIT)
def change_day() -> Response | tuple[str, int]:
    """Set what a day is, in one layer."""
    try:
        day = _sent_day()
        edit_day(runtime(), actor(), day, _sent_unit())
    except InvalidData as wrong:
        return calendar_page(wrong.errors), 422
    flash(_("День изменён: %(day)s. Сроки пересчитываются.", day=date_words(day.date)))
    return _back(day.date)


@pages.post("/calendar/day/restore")
@permission(Permission.CALENDAR_EDIT)
def restore() -> Response:
    """Take back what a layer says of a day."""
    day = _day_of(request.form.get("day", ""))
    if day is None:
        raise NotFound(_("Такого дня в календаре нет."), _("Выберите день на странице календаря."))
    restore_day(runtime(), actor(), day, _sent_unit())
    flash(_("Правка убрана: %(day)s. Сроки пересчитываются.", day=date_words(day)))
    return _back(day)


@pages.post("/calendar/<int:number>/confirm")
@permission(Permission.CALENDAR_EDIT)
def confirm(number: int) -> Response | tuple[str, int]:
    """Say that the days of a year were checked against the decree."""
    _require_year(number)
    try:
        confirm_year(runtime(), actor(), number, request.form.get("act", "")[:200])
    except InvalidData as wrong:
        return calendar_page(wrong.errors, number), 422
    flash(_("%(year)s год подтверждён: его сроки больше не предварительные.", year=number))
    return redirect(url_for("calendar.show", year=number), 303)


@pages.post("/calendar/<int:number>/load")
@permission(Permission.CALENDAR_EDIT)
def load(number: int) -> Response:
    """Fill a year with the transfers that the product knows."""
    _require_year(number)
    load_year(runtime(), actor(), number)
    flash(_("Переносы %(year)s года загружены. Сверьте их с постановлением и подтвердите год.", year=number))
    return redirect(url_for("calendar.show", year=number), 303)


@pages.post("/calendar/hours")
@permission(Permission.CALENDAR_EDIT)
def change_hours() -> Response | tuple[str, int]:
    """Set the zone and the hours of a unit."""
    sent = request.form
    unit_id = sent.get("layer", 0, type=int)
    try:
        change_office(
            runtime(),
            actor(),
            unit_id,
            zone=sent.get("zone", ""),
            closing=sent.get("closing", ""),
            opening=sent.get("opening", ""),
            closings={day: sent.get(f"closing_{day}", "") for day in WORKDAYS},
        )
    except InvalidData as wrong:
        return calendar_page(wrong.errors), 422
    flash(_("Часы работы изменены: %(unit)s. Сроки пересчитываются.", unit=layer_words(str(unit_id))))
    return redirect(url_for("calendar.show", layer=unit_id), 303)


@pages.get("/calendar/import")
@permission(Permission.CALENDAR_EDIT)
def choose_file() -> str:
    """Where days come from a file."""
    return _import_page(layer_of(request.args.get("layer", ""), FIRST_YEAR), None)


@pages.post("/calendar/import")
@permission(Permission.CALENDAR_EDIT)
def read_file() -> Response | tuple[str, int] | str:
    """Show what a file would change; write it when that was seen and wanted."""
    layer = layer_of(request.form.get("layer", ""), FIRST_YEAR)
    if "days" in request.form:
        found = read_days(request.form["days"].encode(), FIRST_YEAR, LAST_YEAR)
        if not found.faults:
            import_days(runtime(), actor(), found.days, layer.unit_id)
            flash(_("Дни записаны: %(n)s. Сроки пересчитываются.", n=len(found.days)))
            return _back(found.days[0].date)
    else:
        sent = request.files.get("file")
        found = read_days(sent.read() if sent else b"", FIRST_YEAR, LAST_YEAR)
    page = _import_page(layer, found)
    return (page, 422) if found.faults else page


def _import_page(layer: Layer, found: ReadDays | None) -> str:
    days = found.days if found else ()
    return render_template(
        "calendar_import.html",
        layer=layer,
        layers=layer_choices(),
        found=found,
        rows=[_import_row(layer, day) for day in days],
        days=json.dumps([_entry(day) for day in days], ensure_ascii=False),
    )


def _import_row(layer: Layer, day: Day) -> dict[str, Any]:
    was = layer.calendar.day(day.date)
    return {
        "day": date_digits(day.date),
        "was": DAY_KINDS[was.kind],
        "becomes": DAY_KINDS[day.kind],
        "same": was.kind is day.kind,
        "note": day.note,
        "source": day.source,
    }


def _entry(day: Day) -> dict[str, str]:
    return {"day": day.date.isoformat(), "kind": day.kind.value, "note": day.note, "source": day.source}


def _sent_unit() -> int | None:
    layer = request.form.get("layer", "")
    return int(layer) if layer.isdecimal() else None


def _back(day: date) -> Response:
    unit_id = _sent_unit()
    return redirect(url_for("calendar.show", year=day.year, layer=unit_id, day=day.isoformat()), 303)


def _require_year(number: int) -> None:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise NotFound(_("Такого года в календаре нет."), _("Выберите год на странице календаря."))


def _day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _sent_day() -> Day:
    sent = request.form
    day = _day_of(sent.get("day", ""))
    kind = next((kind for kind in DAY_KINDS if kind.value == sent.get("kind")), None)
    errors = {}
    if day is None:
        errors["day"] = _("Укажите день с %(first)s по %(last)s год.", first=FIRST_YEAR, last=LAST_YEAR)
    if kind is None:
        errors["kind"] = _("Выберите, какой это день.")
    if day is None or kind is None:
        raise InvalidData(_("День не записан."), errors)
    return Day(day, kind, sent.get("note", "").strip()[:200], sent.get("source", "").strip()[:200])
