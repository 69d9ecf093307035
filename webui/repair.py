"""Putting a case right that cannot go on by itself: trying again, correcting its data. Every deed asks
why.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import feel
from engine.access.journal import record_view
from engine.cases import repair
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.errors import InvalidData
from engine.model import Permission, Value, split_task_id
from webui.answers import value_words
from webui.guards import actor, permission, runtime

pages = Blueprint("repair", __name__)


@pages.post("/cases/<int:case_id>/retry")
@permission(Permission.CASE_REPAIR)
def retry(case_id: int) -> Response:
    """Try again what the case stopped at."""
    element = split_task_id(request.form.get("element", 0, type=int))[1]
    repair.retry(runtime(), actor(), case_id, element, request.form.get("reason", ""))
    flash(_("Повторили: дело пошло дальше, если причина исправлена."))
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/cases/<int:case_id>/repair")
@permission(Permission.CASE_REPAIR)
def show(case_id: int) -> str:
    """What the case knows, and a form to correct one value of it."""
    return _page(case_id, {})


def _page(case_id: int, errors: dict[str, str]) -> str:
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        variables = case_variables(rt, conn, card)
        release = rt.library.release(card.release_id)
        incidents = [
            (incident, release.step(card.process, incident.node).name)
            for incident in open_incidents(conn, case_id)
        ]
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", case_id, case_id=case_id)
    return render_template(
        "repair.html",
        card=card,
        incidents=incidents,
        variables=[{"name": name, "words": value_words(value)} for name, value in sorted(variables.items())],
        sent=request.form,
        errors=errors,
    )


@pages.post("/cases/<int:case_id>/repair")
@permission(Permission.CASE_REPAIR)
def correct(case_id: int) -> Response | tuple[str, int]:
    """Give one variable another value."""
    name, text = request.form.get("name", "").strip(), request.form.get("value", "").strip()
    try:
        values = {name: _value(name, text)}
        repair.set_variables(runtime(), actor(), case_id, values, request.form.get("reason", ""))
    except InvalidData as wrong:
        return _page(case_id, wrong.errors), 422
    flash(_("Значение «%(name)s» исправлено.", name=name))
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _value(name: str, text: str) -> Value:
    """A value as FEEL writes it: 5, "текст", true, @"2026-01-21", [1, 2]."""
    if not name:
        raise InvalidData(_("Данные не исправлены."), {"name": _("Напишите, что исправить.")})
    try:
        expression = feel.compile(text)
        if not expression.names:
            return expression.evaluate({})
    except feel.FeelError:
        pass
    raise InvalidData(
        _("Данные не исправлены."),
        {"value": _('Значение не читается. Текст берут в кавычки, дату пишут так: @"2026-01-21".')},
    )
