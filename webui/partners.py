"""«Партнёры»: to whom the municipality sends documents, who answers there, on what agreement."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.policy import require
from engine.access.queries import holders, names_of
from engine.errors import InvalidData
from engine.model import Permission, Scope
from engine.records.partners import KINDS, NewPartner, add_partner, change_partner, partner_of, partners
from webui.days import sent_day
from webui.frame import local_now
from webui.guards import actor, municipality, permission, runtime
from webui.ui import date_words

pages = Blueprint("partners", __name__)

ANSWERING = ("R14", "R15", "R16", "R17", "R20")
"""Roles of those who answer for a partner in the product: the steps of the pathway are theirs."""


@pages.get("/partners")
@permission(Permission.ACCOUNT_MANAGE)
def index() -> str:
    """All partners, and the form of a new one."""
    return _page({}, {})


@pages.post("/partners")
@permission(Permission.ACCOUNT_MANAGE)
def add() -> Response | tuple[str, int]:
    """Add a partner."""
    try:
        add_partner(runtime(), actor(), municipality(), _sent())
    except InvalidData as wrong:
        return _page(request.form, wrong.errors), 422
    flash(_("Партнёр добавлен."))
    return redirect(url_for("partners.index"), 303)


@pages.get("/partners/<int:partner_id>")
@permission(Permission.ACCOUNT_MANAGE)
def show(partner_id: int) -> str:
    """One partner, to be changed."""
    return _form(partner_id, None, {})


@pages.post("/partners/<int:partner_id>")
@permission(Permission.ACCOUNT_MANAGE)
def change(partner_id: int) -> Response | tuple[str, int]:
    """Change a partner, or offer it no more."""
    try:
        change_partner(runtime(), actor(), partner_id, _sent(), active="active" in request.form)
    except InvalidData as wrong:
        return _form(partner_id, request.form, wrong.errors), 422
    flash(_("Партнёр изменён."))
    return redirect(url_for("partners.index"), 303)


def _page(sent: Mapping[str, str], errors: Mapping[str, str]) -> str:
    rt, today = runtime(), local_now(actor()).date()
    require(actor(), Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.read() as conn:
        known = partners(conn, municipality(), all_of_them=True)
        names = names_of(conn, {each.account_id or 0 for each in known})
    rows = [
        {
            "partner": each,
            "answers": names.get(each.account_id or 0, ""),
            "until": date_words(each.agreed_until) if each.agreed_until else "",
            "over": each.agreement_over(today),
        }
        for each in known
    ]
    return render_template("partners.html", rows=rows, **_choices(), sent=sent, errors=errors)


def _form(partner_id: int, sent: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    with runtime().database.read() as conn:
        known = partner_of(conn, partner_id)
    if sent is None:
        until = known.agreed_until.isoformat() if known.agreed_until else ""
        answers = str(known.account_id or "")
        sent = {"kind": known.kind, "name": known.name, "agreement": known.agreement}
        sent |= {"agreed_until": until, "account": answers} | ({"active": "1"} if known.active else {})
    return render_template("partner.html", partner=known, **_choices(), sent=sent, errors=errors)


def _choices() -> dict[str, object]:
    rt = runtime()
    everywhere = rt.directory.tree().below(municipality())
    people = sorted(holders(rt, ANSWERING, everywhere), key=lambda each: each.name.full())
    return {
        "kinds": [{"value": kind, "words": words} for kind, words in KINDS.items()],
        "people": [{"value": str(each.id), "words": each.name.full()} for each in people],
    }


def _sent() -> NewPartner:
    form = request.form
    return NewPartner(
        kind=form.get("kind", ""),
        name=form.get("name", ""),
        account_id=form.get("account", type=int),
        agreement=form.get("agreement", ""),
        agreed_until=sent_day(form.get("agreed_until", "")),
    )
