"""«Меры»: what the cases within reach have decided to do, by whom and by when; saying what came of it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.model import Permission
from engine.records.measures import DONE, DROPPED, OPEN, PAGE, UNDONE, Show, close_measure, measure_page
from webui.addresses import local_page
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.paging import page_number, pager
from webui.search import sealed, sought

pages = Blueprint("measures", __name__)

OUTCOMES = (
    {"value": DONE, "words": _l("выполнена")},
    {"value": UNDONE, "words": _l("не выполнена")},
    {"value": DROPPED, "words": _l("снята")},
)
"""What a measure may end with."""

LOOKS = {OPEN: "info", DONE: "ok", UNDONE: "soon", DROPPED: "paused"}


@pages.get("/measures")
@permission(Permission.CASE_VIEW)
def index() -> str:
    """Open measures by their day, a page at a time; the overdue ones alone; or all. A search by executor, by
    words or by the number of the case looks among all of them.
    """
    rt, person, search = runtime(), actor(), sought()
    views: tuple[tuple[Show, str], ...] = (
        ("open", _("Открытые")),
        ("late", _("Просроченные")),
        ("all", _("Все")),
    )
    asked = request.args.get("show")
    show: Show = next((key for key, _words in views if key == asked), "open")
    number = page_number()
    today = local_now(person).date()
    with rt.database.read() as conn:
        found = measure_page(rt, conn, person, show=show, today=today, search=search, number=number)
    question = sealed(search)
    return render_template(
        "measures.html",
        rows=found.rows,
        total=found.total,
        pages=pager(found.total, PAGE, number, partial(url_for, "measures.index", show=show, q=question)),
        looks=LOOKS,
        today=today,
        search=search,
        page=url_for("measures.index", show=show),
        views=[
            {
                "words": words,
                "href": url_for("measures.index", show=key, q=question),
                "current": key == show,
            }
            for key, words in views
        ],
        outcomes=OUTCOMES,
        may_close=person.may(Permission.CASE_START),
        here=url_for("measures.index", show=show, q=question, page=number),
    )


@pages.post("/measures/<int:measure_id>")
@permission(Permission.CASE_START)
def close(measure_id: int) -> Response:
    """Say what came of a measure."""
    form = request.form
    close_measure(runtime(), actor(), measure_id, form.get("state", ""), form.get("result", ""))
    flash(_("Мера закрыта."))
    back = form.get("back", "")
    return redirect(back if local_page(back) else url_for("measures.index"), 303)
