"""«Отпуска и замещение»: who is away in a month, putting a period in with a substitute, cancelling it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.absences import (
    Absence,
    AbsenceKind,
    Choice,
    absences,
    add_absence,
    away_now,
    cancel_absence,
    led_by,
    substitutes_for,
)
from engine.access.queries import names_of
from engine.errors import InvalidData
from engine.model import Permission
from webui.calendar import MONTHS
from webui.days import chosen_month, next_month, previous_month
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.ui import date_words

pages = Blueprint("absences", __name__)

KINDS = {
    AbsenceKind.VACATION: _l("Отпуск"),
    AbsenceKind.SICK: _l("Больничный"),
    AbsenceKind.TRIP: _l("Командировка"),
}


@pages.get("/absences")
@permission(Permission.TASK_WORK)
def show() -> str:
    """The month, and the form of a new period: days first, then who may stand in on those days."""
    return _page(request.args, {})


@pages.post("/absences")
@permission(Permission.TASK_WORK)
def add() -> Response | tuple[str, int]:
    """Put a period in."""
    sent = request.form
    try:
        first, last = _days(sent)
        add_absence(
            runtime(),
            actor(),
            absent_id=sent.get("who", 0, type=int),
            first_day=first,
            last_day=last,
            substitute_id=sent.get("substitute", type=int),
            kind=_kind(sent.get("kind", "")),
        )
    except InvalidData as wrong:
        return _page(sent, wrong.errors), 422
    flash(_("Период записан."))
    return redirect(url_for("absences.show", month=f"{first:%Y-%m}"), 303)


@pages.post("/absences/cancel")
@permission(Permission.TASK_WORK)
def cancel() -> Response:
    """Take a period out."""
    cancel_absence(runtime(), actor(), request.form.get("absence", 0, type=int))
    flash(_("Период отменён: права замещающего закончились."))
    return redirect(url_for("absences.show"), 303)


def _days(sent: Any) -> tuple[date, date]:
    found, errors = [], {}
    for name in ("first_day", "last_day"):
        try:
            found.append(date.fromisoformat(sent.get(name, "")))
        except ValueError:
            errors[name] = _("Укажите день.")
    if errors:
        raise InvalidData(_("Период не сохранён."), errors)
    return found[0], found[1]


def _kind(sent: str) -> AbsenceKind:
    """What is not in the list is taken for leave."""
    return AbsenceKind(sent) if sent in set(AbsenceKind) else AbsenceKind.VACATION


def _page(sent: Any, errors: dict[str, str]) -> str:
    rt, person = runtime(), actor()
    month = chosen_month(sent.get("month", ""), local_now(person).date())
    end = next_month(month) - timedelta(days=1)
    people = led_by(rt, person)
    who = sent.get("who", person.user_id, type=int)
    choices, errors = _choices(sent, who, errors)
    found = absences(rt, person, month, end)
    with rt.database.read() as conn:
        numbers = {each.absent_id for each in found} | {each.substitute_id or 0 for each in found}
        away = away_now(conn, rt.directory.tree(), rt.clock.now())
        names = names_of(conn, numbers | {each.acting_id or 0 for each in away.values()})
    return render_template(
        "absences.html",
        title=f"{MONTHS[month.month - 1]} {month.year}",
        months=[
            {"words": _("Раньше"), "href": _at(previous_month(month)), "current": False},
            {"words": _("Позже"), "href": _at(next_month(month)), "current": False},
        ],
        length=end.day,
        rows=[_row(each, month, end, names) for each in found],
        away=[
            {
                "name": names[each.absent_id],
                "last_day": date_words(away[each.absent_id].last_day),
                "acting": names.get(away[each.absent_id].acting_id or 0, ""),
            }
            for each in found
            if each.absent_id in away and each.first_day <= local_now(person).date() <= each.last_day
        ],
        people=[{"value": each.id, "words": each.name.full()} for each in people],
        who=who,
        kinds=[{"value": kind.value, "words": words} for kind, words in KINDS.items()],
        sent=sent,
        offered=None if choices is None else _offered(choices),
        refused=[each for each in choices or () if each.obstacle],
        errors=errors,
    )


def _choices(sent: Any, who: int, errors: dict[str, str]) -> tuple[Sequence[Choice] | None, dict[str, str]]:
    """Who may stand in on the days that were given; None until there are any."""
    if not sent.get("first_day") and not sent.get("last_day"):
        return None, errors
    try:
        first, last = _days(sent)
    except InvalidData as wrong:
        return None, {**wrong.errors, **errors}
    return substitutes_for(runtime(), actor(), who, first, last), errors


def _offered(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    nobody = {"value": "", "words": _("Никто"), "note": _("новые шаги будут ждать возвращения")}
    return [
        {"value": each.account_id, "words": each.name, "note": each.position}
        for each in choices
        if not each.obstacle
    ] + [nobody]


def _row(each: Absence, month: date, end: date, names: dict[int, str]) -> dict[str, Any]:
    """A period as a line: where its strip begins and how many days of the month it takes."""
    first, last = max(each.first_day, month), min(each.last_day, end)
    return {
        "id": each.id,
        "name": names.get(each.absent_id, ""),
        "kind": KINDS[each.kind] if each.kind else _("Отсутствует"),
        "words": _("%(first)s — %(last)s", first=date_words(each.first_day), last=date_words(each.last_day)),
        "substitute": names.get(each.substitute_id or 0, ""),
        "start": first.day - 1,
        "days": (last - first).days + 1,
    }


def _at(month: date) -> str:
    return url_for("absences.show", month=f"{month:%Y-%m}")
