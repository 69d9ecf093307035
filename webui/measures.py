"""«Меры»: what the cases within reach have decided to do, by whom and by when; saying what came of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.model import Permission
from engine.records.measures import DONE, DROPPED, OPEN, UNDONE, Measure, close_measure, measures
from webui.addresses import local_page
from webui.frame import local_now
from webui.guards import actor, permission, runtime
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
    """Open measures by their day; the overdue ones alone; or all. A search by executor or words."""
    rt, person, search = runtime(), actor(), sought()
    show = request.args.get("show") if request.args.get("show") in {"late", "all"} else "open"
    today = local_now(person).date()
    with rt.database.read() as conn:
        found = measures(rt, conn, person, only_open=show != "all")
    found = [each for each in found if show != "late" or each.late(today)]
    question = sealed(search)
    views = (("open", _("Открытые")), ("late", _("Просроченные")), ("all", _("Все")))
    return render_template(
        "measures.html",
        rows=[each for each in found if _matches(each, search)],
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
        here=url_for("measures.index", show=show, q=question),
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


def _matches(each: Measure, search: str) -> bool:
    said = f"{each.who} {each.what} {each.case_number}".casefold()
    return all(word in said for word in search.casefold().split())
