"""«Прогноз сроков»: running terms that may be missed, why, and how far earlier forecasts came true."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from engine.access.queries import names_of
from engine.cases.visibility import visible_among
from engine.deadlines.forecast import Calibration, Outlook
from engine.model import Permission
from engine.worklist.forecast import Forecast, calibration_of, forecasts
from webui.guards import actor, permission, runtime
from webui.substitutes import away_notes
from webui.ui import case_words, plural

pages = Blueprint("forecast", __name__)

SHOWN = 200


@pages.get("/monitor/forecast")
@permission(Permission.MONITOR_VIEW)
def show() -> str:
    """All running terms within reach, by chance or by date, and the check of the forecast itself."""
    rt, person = runtime(), actor()
    now, by_due = rt.clock.now(), request.args.get("order") == "due"
    with rt.database.read() as conn:
        found = forecasts(rt, conn, person, now, SHOWN, by_due=by_due)
        responsible = {each.responsible or 0 for each in found.shown}
        names, away = names_of(conn, responsible), away_notes(rt, conn, responsible)
        open_to = visible_among(conn, person, {each.case_id for each in found.shown})
        checked = calibration_of(rt, conn, now)
    return render_template(
        "forecast.html",
        rows=[forecast_row(each, open_to) for each in found.shown],
        names=names,
        away=away,
        count=found.terms,
        likely=found.likely,
        orders=[
            {"words": _("Сначала опасные"), "href": url_for("forecast.show"), "current": not by_due},
            {"words": _("По сроку"), "href": url_for("forecast.show", order="due"), "current": by_due},
        ],
        checked=checked,
        bins=_bins(checked) if checked else [],
    )


def forecast_row(each: Forecast, open_to: Collection[int]) -> dict[str, Any]:
    """One term as the tables of forecasts show it. `open_to` are the cases that the reader may open: of
    others neither a link nor whom they are about.
    """
    may_open = each.case_id in open_to
    return {
        "forecast": each,
        "about": case_words(each.case_number, each.label if may_open else "", " · "),
        "href": _href(each) if may_open else None,
        "role": forecast_role(each.outlook),
        "words": forecast_words(each.outlook),
        "chance": chance_words(each.outlook),
    }


def _href(each: Forecast) -> str:
    if each.task_id is not None:
        return url_for("tasks.show", task_id=each.task_id)
    return url_for("cases.show", case_id=each.case_id)


def forecast_role(outlook: Outlook) -> str:
    """The colour: a forecast is never red, it has not happened."""
    return "forecast" if outlook.likely else "ok"


def forecast_words(outlook: Outlook) -> str:
    """«может не успеть» or «успевает»."""
    return _("может не успеть") if outlook.likely else _("успевает")


def chance_words(outlook: Outlook) -> str:
    """The chance in figures, once enough cases stand behind it."""
    if not outlook.founded:
        return _("истории мало")
    cases = plural(outlook.cases, _("делу"), _("делам"), _("делам"))
    return _("опоздать %(chance)s %%, по %(cases)s", chance=round(100 * outlook.chance), cases=cases)


def _bins(checked: Calibration) -> Sequence[dict[str, str]]:
    return [
        {
            "said": f"{each.low:.0%} – {each.high:.0%}",
            "count": str(each.forecasts),
            "average": f"{each.said:.0%}",
            "happened": f"{each.happened:.0%}",
        }
        for each in checked.bins
    ]
