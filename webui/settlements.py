"""«Населённые пункты»: where people live, whether it is in the country, which department serves it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.policy import require
from engine.errors import InvalidData, NotFound
from engine.model import Permission, Scope
from engine.records.queries import Settlement, settlements
from engine.records.service import add_settlement, change_settlement
from engine.records.values import SETTLEMENT_KINDS
from webui.guards import actor, municipality, permission, runtime

pages = Blueprint("settlements", __name__)


@pages.get("/settlements")
@permission(Permission.ACCOUNT_MANAGE)
def index() -> str:
    """All settlements, and the form of a new one."""
    return _page({}, {})


@pages.post("/settlements")
@permission(Permission.ACCOUNT_MANAGE)
def add() -> Response | tuple[str, int]:
    """Add a settlement and say who serves it."""
    rt, form = runtime(), request.form
    try:
        number = add_settlement(
            rt,
            actor(),
            municipality_id=municipality(),
            kind=form.get("kind", ""),
            name=form.get("name", ""),
            rural="rural" in form,
        )
        _change(number)
    except InvalidData as wrong:
        return _page(form, wrong.errors), 422
    flash(_("Населённый пункт добавлен."))
    return redirect(url_for("settlements.index"), 303)


@pages.get("/settlements/<int:settlement_id>")
@permission(Permission.ACCOUNT_MANAGE)
def show(settlement_id: int) -> str:
    """One settlement, to be changed."""
    return _form(settlement_id, None, {})


@pages.post("/settlements/<int:settlement_id>")
@permission(Permission.ACCOUNT_MANAGE)
def change(settlement_id: int) -> Response | tuple[str, int]:
    """Correct it, or name another department."""
    try:
        _change(settlement_id)
    except InvalidData as wrong:
        return _form(settlement_id, request.form, wrong.errors), 422
    flash(_("Населённый пункт изменён."))
    return redirect(url_for("settlements.index"), 303)


def _change(settlement_id: int) -> None:
    form = request.form
    change_settlement(
        runtime(),
        actor(),
        settlement_id,
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        rural="rural" in form,
        unit_id=form.get("unit", type=int),
    )


def _page(sent: Mapping[str, str], errors: Mapping[str, str]) -> str:
    tree = runtime().directory.tree()
    rows = [
        {"place": each, "unit": tree.unit(each.unit_id).name if each.unit_id else ""} for each in _known()
    ]
    return render_template("settlements.html", rows=rows, **_choices(), sent=sent, errors=errors)


def _form(settlement_id: int, sent: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    place = next((each for each in _known() if each.id == settlement_id), None)
    if place is None:
        raise NotFound(_("Такого населённого пункта нет."), _("Выберите его в списке."))
    if sent is None:
        sent = {"kind": place.kind, "name": place.name, "unit": str(place.unit_id or "")}
        sent |= {"rural": "1"} if place.rural else {}
    return render_template("settlement.html", place=place, **_choices(), sent=sent, errors=errors)


def _known() -> list[Settlement]:
    require(actor(), Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with runtime().database.read() as conn:
        return settlements(conn, municipality())


def _choices() -> dict[str, object]:
    tree = runtime().directory.tree()
    served_by = sorted(
        (tree.unit(number) for number in tree.below(municipality()) if not tree.unit(number).is_municipality),
        key=lambda unit: unit.name,
    )
    return {
        "kinds": [{"value": kind, "words": kind} for kind in SETTLEMENT_KINDS],
        "units": [{"value": str(unit.id), "words": unit.name} for unit in served_by if unit.active],
    }
