"""The rules and the members of a commission, for the administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.policy import require
from engine.access.queries import colleagues
from engine.errors import InvalidData
from engine.model import Permission, Scope
from engine.records.commissions import (
    KINDS,
    PARTS,
    CommissionMember,
    NewCommission,
    change_commission,
    commission_of,
    create_commission,
    members_of,
    set_members,
)
from engine.records.sitting_plan import plan_anew
from webui.guards import actor, municipality, permission, runtime
from webui.sitting_words import weekdays

pages = Blueprint("commission_editing", __name__)

WEEKS = (1, 2, 3, 4, 5)


@pages.get("/commissions/new")
@permission(Permission.ACCOUNT_MANAGE)
def new() -> str:
    """The form of a commission that is not there yet."""
    return _form(None, _values(NewCommission("family", 0, weekday=1)), {})


@pages.post("/commissions/new")
@permission(Permission.ACCOUNT_MANAGE)
def create() -> Response | tuple[str, int]:
    """Add a commission of the municipality."""
    rt = runtime()
    try:
        made = create_commission(rt, actor(), replace(_sent(), unit_id=municipality()))
    except InvalidData as wrong:
        return _form(None, request.form, wrong.errors), 422
    plan_anew(rt, actor(), made)
    flash(_("Комиссия добавлена. Впишите её состав."))
    return redirect(url_for("commission_editing.edit", commission_id=made, _anchor="members"), 303)


@pages.get("/commissions/<int:commission_id>/edit")
@permission(Permission.ACCOUNT_MANAGE)
def edit(commission_id: int) -> str:
    """Rules and members."""
    with runtime().database.read() as conn:
        known = commission_of(conn, commission_id)
    return _form(commission_id, _values(known) | ({"active": "1"} if known.active else {}), {})


@pages.post("/commissions/<int:commission_id>/edit")
@permission(Permission.ACCOUNT_MANAGE)
def change(commission_id: int) -> Response | tuple[str, int]:
    """Other rules. Sittings that nobody has touched follow them."""
    rt = runtime()
    try:
        anew = change_commission(rt, actor(), commission_id, _sent(), active="active" in request.form)
    except InvalidData as wrong:
        return _form(commission_id, request.form, wrong.errors), 422
    if anew:
        plan_anew(rt, actor(), commission_id)
    flash(_("Правила комиссии изменены."))
    return redirect(url_for("commissions.show", commission_id=commission_id), 303)


@pages.post("/commissions/<int:commission_id>/members")
@permission(Permission.ACCOUNT_MANAGE)
def members(commission_id: int) -> Response | tuple[str, int]:
    """Add a member, or take one out by place in the list."""
    rt, form = runtime(), request.form
    with rt.database.read() as conn:
        known = members_of(conn, commission_id)
    gone = form.get("remove", type=int)
    if gone is not None:
        known = [each for place, each in enumerate(known) if place != gone]
    else:
        account = form.get("account", type=int)
        names = {each.id: each.name.short() for each in colleagues(rt)}
        name = form.get("name", "").strip() or names.get(account or 0, "")
        known.append(
            CommissionMember(
                name=name,
                agency=form.get("agency", ""),
                part=form.get("part", "member"),
                by_agreement="by_agreement" in form,
                account_id=account,
                substitute=form.get("substitute", ""),
            )
        )
    try:
        set_members(rt, actor(), commission_id, known)
    except InvalidData as wrong:
        with rt.database.read() as conn:
            rules = commission_of(conn, commission_id)
        return _form(commission_id, _values(rules) | {"active": "1"}, wrong.errors), 422
    flash(_("Состав комиссии изменён."))
    return redirect(url_for("commission_editing.edit", commission_id=commission_id, _anchor="members"), 303)


def _form(commission_id: int | None, sent: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    rt = runtime()
    require(actor(), Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    with rt.database.read() as conn:
        known = members_of(conn, commission_id) if commission_id is not None else []
    people = sorted(
        colleagues(rt, unit_ids=rt.directory.tree().below(municipality())), key=lambda each: each.name.full()
    )
    weeks = request.form.getlist("weeks") if request.method == "POST" else sent.get("weeks", ())
    return render_template(
        "commission_edit.html",
        commission_id=commission_id,
        title=sent.get("name") or _("Новая комиссия"),
        kinds=[{"value": kind, "words": words} for kind, words in KINDS.items()],
        parts=[{"value": part, "words": words} for part, words in PARTS.items()],
        weekdays=[{"value": str(n), "words": words} for n, words in enumerate(weekdays())],
        weeks=[{"n": n, "on": str(n) in [str(each) for each in weeks]} for n in WEEKS],
        people=[{"value": str(each.id), "words": each.name.full()} for each in people],
        members=[{"member": each, "part": PARTS[each.part]} for each in known],
        sent=sent,
        errors=errors,
    )


def _values(known: NewCommission) -> dict[str, Any]:
    return {
        "kind": known.kind,
        "name": known.name,
        "quorum_percent": known.quorum_percent,
        "item_minutes": known.item_minutes,
        "open_vote": "1" if known.open_vote else "",
        "casting_vote": "1" if known.casting_vote else "",
        "weekday": "" if known.weekday is None else str(known.weekday),
        "weeks": known.weeks,
        "hour": known.hour,
        "place": known.place,
        "cutoff_days": known.cutoff_days,
    }


def _sent() -> NewCommission:
    form = request.form
    return NewCommission(
        kind=form.get("kind", "family"),
        unit_id=0,
        name=form.get("name", ""),
        quorum_percent=form.get("quorum_percent", 0, type=int),
        item_minutes=form.get("item_minutes", 0, type=int),
        open_vote="open_vote" in form,
        casting_vote="casting_vote" in form,
        weekday=form.get("weekday", type=int),
        weeks=tuple(form.getlist("weeks", type=int)),
        hour=form.get("hour", ""),
        place=form.get("place", ""),
        cutoff_days=form.get("cutoff_days", -1, type=int),
    )
