"""«Люди»: finding a person, the card (each look is noted), registering somebody new with a look for
duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.cases.queries import case_list
from engine.errors import InvalidData
from engine.model import Permission
from engine.names import FullName
from engine.records.queries import PersonView, duplicates, find_people, person_view
from engine.records.service import change_person, create_person
from engine.records.values import FEMALE, MALE, PersonData, checked
from webui.addresses import local_page, with_value
from webui.cases import startable
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.search import sought

pages = Blueprint("records", __name__)

SEXES = ({"value": FEMALE, "words": _l("женщина")}, {"value": MALE, "words": _l("мужчина")})
"""How the card calls them."""


@pages.get("/people")
@permission(Permission.RECORD_VIEW)
def index() -> str:
    """Search by the beginnings of names; nothing is listed without a question."""
    rt, person = runtime(), actor()
    search = sought()
    with rt.database.read() as conn:
        found = find_people(rt, conn, person, search) if search else []
    return render_template("people.html", search=search, found=found, may_edit=_may_edit())


def _may_edit() -> bool:
    return actor().may(Permission.RECORD_EDIT)


@pages.get("/people/<int:person_id>")
@permission(Permission.RECORD_VIEW)
def show(person_id: int) -> str:
    """The card of a person with their cases."""
    rt, asked_by = runtime(), actor()
    view = person_view(rt, asked_by, person_id)
    with rt.database.read() as conn:
        cards = []
        if asked_by.may(Permission.CASE_VIEW):
            cards = case_list(rt, conn, asked_by, active=None, person_ids=[person_id])
        pathways = startable(rt.library.current(conn), asked_by)
    return render_template(
        "person.html",
        view=view,
        cards=cards,
        sexes={sex["value"]: sex["words"] for sex in SEXES},
        may_edit=_may_edit() and view.data is not None,
        pathways=pathways,
    )


@pages.get("/people/new")
@permission(Permission.RECORD_EDIT)
def new() -> str:
    """The form of a new card."""
    return _form(PersonData(FullName("", "", "")), {}, None)


@pages.post("/people/new")
@permission(Permission.RECORD_EDIT)
def create() -> Response | tuple[str, int] | str:
    """Register somebody; people who look like the same one are shown first."""
    rt, asked_by = runtime(), actor()
    try:
        data = checked(_sent(), local_now(asked_by).date())
        with rt.database.read() as conn:
            same = [] if "anyway" in request.form else duplicates(rt, conn, asked_by, data)
        if same:
            return render_template(
                "duplicates.html", same=same, sent=request.form, next=_next(None), chosen=_chosen
            )
        made = create_person(rt, asked_by, data)
    except InvalidData as wrong:
        return _form(_sent_unchecked(), wrong.errors, None), 422
    flash(_("Карточка заведена."))
    return redirect(_next(made), 303)


@pages.get("/people/<int:person_id>/edit")
@permission(Permission.RECORD_EDIT)
def edit(person_id: int) -> str:
    """The form of an existing card."""
    view = person_view(runtime(), actor(), person_id)
    return _form(view.data or PersonData(FullName("", "", "")), {}, view)


@pages.post("/people/<int:person_id>/edit")
@permission(Permission.RECORD_EDIT)
def change(person_id: int) -> Response | tuple[str, int]:
    """Change a card; a card that somebody else changed meanwhile is not overwritten."""
    rt, asked_by = runtime(), actor()
    view = person_view(rt, asked_by, person_id)
    known = view.data or PersonData(FullName("", "", ""))
    try:
        data = _sent(known)
        change_person(rt, asked_by, person_id, data, version=request.form.get("version", 0, type=int))
    except InvalidData as wrong:
        return _form(_sent_unchecked(known), wrong.errors, view), 422
    flash(_("Карточка изменена."))
    return redirect(url_for("records.show", person_id=person_id), 303)


def _form(data: PersonData, errors: Mapping[str, str], view: PersonView | None) -> str:
    return render_template(
        "person_form.html", data=data, errors=errors, view=view, sexes=SEXES, next=_next(None)
    )


def _next(made: int | None) -> str:
    """Where the person was going: a new case is opened about who was just registered."""
    wanted = request.values.get("next", "")
    if made is None:
        return wanted if local_page(wanted) else ""
    if local_page(wanted):
        return with_value(wanted, "person", made)
    return url_for("records.show", person_id=made)


def _chosen(person_id: int) -> str:
    """Where choosing somebody who is registered already leads."""
    return _next(person_id)


def _sent(known: PersonData | None = None) -> PersonData:
    """What the form says, over what the card knows and the form does not show."""
    birth = request.form.get("birth", "").strip()
    try:
        day = date.fromisoformat(birth) if birth else None
    except ValueError:
        raise InvalidData(
            _("Карточка не сохранена."), {"birth": _("Напишите дату рождения: день, месяц и год.")}
        ) from None
    return replace(_sent_unchecked(known), birth=day)


def _sent_unchecked(known: PersonData | None = None) -> PersonData:
    field = request.form.get
    name = FullName(field("family", ""), field("given", ""), field("patronymic", ""))
    base = known or PersonData(name)
    return replace(
        base, name=name, sex=field("sex", ""), phone=field("phone", ""), address=field("address", "")
    )
