"""«Что сдвинулось»: which terms a change of calendars moved, from when to when, and who was told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from engine.access.queries import names_of
from engine.cases.recalculation_views import PAGE, Moved, MovedPage, moved_page
from engine.cases.visibility import visible_among
from engine.model import Permission
from webui.calendar_words import change_rows
from webui.guards import actor, permission, runtime
from webui.ui import date_digits, time_digits

pages = Blueprint("recalculations", __name__)

MINE = "mine"
LAST_PAGE = 10_000


@pages.get("/calendar/recalculations/<int:number>")
@permission(Permission.TASK_WORK)
def show(number: int) -> str:
    """One recalculation: its changes, and a page of what moved; `whose=mine`: what the person was told."""
    rt, person = runtime(), actor()
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    mine = request.args.get("whose") == MINE
    told = {person.user_id, *person.stands_for} if mine else None
    with rt.database.read() as conn:
        found = moved_page(rt, conn, person, number, told=told, page=page)
        names = names_of(conn, {row.told_id for row in found.rows if row.told_id})
        linked = visible_among(conn, person, {row.case_id for row in found.rows})
    whose = MINE if mine else None
    return render_template(
        "recalculation.html",
        found=found.recalculation,
        changes=change_rows(found.recalculation.changes),
        rows=[_row(row, names, linked) for row in found.rows],
        total=found.total,
        shown=_shown(found, page),
        choices=[
            {"words": _("Все"), "href": url_for(".show", number=number), "current": not mine},
            {"words": _("Мои"), "href": url_for(".show", number=number, whose=MINE), "current": mine},
        ],
        previous=url_for(".show", number=number, whose=whose, page=page - 1) if page > 1 else None,
        next_page=url_for(".show", number=number, whose=whose, page=page + 1)
        if page * PAGE < found.total
        else None,
    )


def _shown(found: MovedPage, page: int) -> str:
    first = (page - 1) * PAGE + 1
    last = first + len(found.rows) - 1
    return _("%(first)s–%(last)s из %(all)s", first=first, last=last, all=found.total)


def _row(row: Moved, names: dict[int, str], linked: frozenset[int]) -> dict[str, Any]:
    """One line; a moment that moved within its day is told with its hour."""
    office = runtime().calendars.office(row.unit_id)
    was, becomes = row.was.astimezone(office.zone), row.becomes.astimezone(office.zone)
    same_day = was.date() == becomes.date()
    return {
        "number": row.case_number,
        "href": url_for("cases.show", case_id=row.case_id) if row.case_id in linked else None,
        "what": row.what,
        "was": time_digits(was) if same_day else date_digits(was.date()),
        "becomes": f"{date_digits(becomes.date())}, {time_digits(becomes)}"
        if same_day
        else date_digits(becomes.date()),
        "provisional": row.provisional,
        "told": names.get(row.told_id or 0, _("никому: шаг и дело ни за кем")),
    }
