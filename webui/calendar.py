"""«Календарь и нормы»: the working calendar of a year and the norms in force with their grounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from engine.deadlines.calendar import Calendar, Day, DayKind
from engine.deadlines.norms import Norm
from engine.deadlines.queries import all_norms
from engine.model import Permission
from webui.frame import STATUS_WORDS, local_now
from webui.guards import actor, permission, runtime

pages = Blueprint("calendar", __name__)

MONTHS = (
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь",
    "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2024, 2030
SATURDAY = 5


@pages.get("/calendar")
@permission(Permission.DEFINITION_VIEW)
def show() -> str:
    """A year by months, with its status, and the norms in force today."""
    rt, person = runtime(), actor()
    today = local_now(person).date()
    wanted = request.args.get("year", today.year, type=int)
    year = min(max(wanted, FIRST_YEAR), LAST_YEAR)
    calendar = rt.calendars.calendar(person.unit_id)
    with rt.database.read() as conn:
        norms = [norm for norm in all_norms(conn) if norm.valid_on(today)]
    return render_template(
        "calendar.html",
        year=calendar.year(year),
        number=year,
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        months=[_month(calendar, year, month) for month in range(1, 13)],
        norms=sorted(norms, key=_norm_order),
        today=today,
        status=STATUS_WORDS[calendar.year(year).status],
    )


def _norm_order(norm: Norm) -> tuple[str, str]:
    return norm.key, norm.variant


def _month(calendar: Calendar, year: int, month: int) -> dict[str, Any]:
    """A month as the macro `month` draws it: weeks of seven cells, None outside the month."""
    day = date(year, month, 1)
    cells: list[dict[str, Any] | None] = [None] * day.weekday()
    working = 0
    while day.month == month:
        found = calendar.day(day)
        working += calendar.is_working(day)
        cells.append({"day": day.day, "kind": _kind(found, day), "words": found.note})
        day += timedelta(1)
    cells += [None] * (-len(cells) % 7)
    return {
        "title": _(MONTHS[month - 1]),
        "note": _("%(n)s раб. дней", n=working),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
    }


KIND_CLASSES = {
    DayKind.WORKING: "work",
    DayKind.SHORT: "short",
    DayKind.DAY_OFF: "off",
    DayKind.HOLIDAY: "holiday",
}


def _kind(found: Day, day: date) -> str:
    """A day off in the middle of a week was moved there; a worked Saturday is an ordinary working day."""
    if found.kind is DayKind.DAY_OFF and day.weekday() < SATURDAY:
        return "moved"
    return KIND_CLASSES[found.kind]
