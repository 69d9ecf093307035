"""«Люди»: finding a person, the card (each look is noted), registering somebody new with a look for
duplicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.access.queries import names_of
from engine.cases.consents import consents_of
from engine.cases.queries import case_list
from engine.errors import InvalidData
from engine.model import Permission
from engine.names import FullName
from engine.records.merging import merges_of
from engine.records.pairs import count_pairs, pairs
from engine.records.queries import (
    PersonView,
    duplicates,
    find_people,
    person_view,
    settlements,
    similar_people,
)
from engine.records.service import change_person, create_person
from engine.records.values import (
    FEMALE,
    MALE,
    PAPERS,
    RELATIONS,
    IdentityDocument,
    PersonData,
    Representative,
    checked,
)
from webui.addresses import local_page, with_value
from webui.consents import consent_rows
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.opening import startable_about
from webui.search import sought

pages = Blueprint("records", __name__)

SEXES = ({"value": FEMALE, "words": _l("женщина")}, {"value": MALE, "words": _l("мужчина")})
"""How the card calls them."""

DOCUMENT = ("kind", "series", "number", "issued_by", "issued_on")
REPRESENTATIVE = ("name", "relation", "phone", "paper", "until")
"""Fields of the form, in the order of the values that they make."""


@pages.get("/people")
@permission(Permission.RECORD_VIEW)
def index() -> str:
    """Search by the beginnings of names; nothing is listed without a question."""
    rt, person = runtime(), actor()
    search = sought()
    with rt.database.read() as conn:
        found = find_people(rt, conn, person, search) if search else []
        similar = similar_people(rt, conn, person, search) if search and not found else []
        pairs = count_pairs(conn, person) if _may_edit() else 0
    return render_template(
        "people.html", search=search, found=found, similar=similar, may_edit=_may_edit(), pairs=pairs
    )


def _may_edit() -> bool:
    return actor().may(Permission.RECORD_EDIT)


@pages.get("/people/<int:person_id>")
@permission(Permission.RECORD_VIEW)
def show(person_id: int) -> Response | str:
    """The card of a person with their cases; one that became one with another leads to that."""
    rt, asked_by = runtime(), actor()
    view = person_view(rt, asked_by, person_id)
    if view.merged_into is not None:
        return redirect(url_for("records.show", person_id=view.merged_into), 303)
    with rt.database.read() as conn:
        places = _places(conn)
        twins = pairs(rt, conn, asked_by, person_id=person_id) if _may_edit() else []
        merged = merges_of(rt, conn, asked_by, person_id) if view.data else []
        names = names_of(conn, {each.actor_id for each in merged})
        cards = []
        if asked_by.may(Permission.CASE_VIEW):
            cards = case_list(rt, conn, asked_by, active=None, person_ids=[person_id])
        pathways = startable_about(rt.library.current(conn), asked_by)
        consents = consents_of(rt, conn, cards)
    return render_template(
        "person.html",
        view=view,
        cards=cards,
        consents=consent_rows(consents, cards),
        today=local_now(asked_by).date(),
        back=url_for("records.show", person_id=person_id),
        sexes={sex["value"]: sex["words"] for sex in SEXES},
        may_edit=_may_edit() and view.data is not None,
        pathways=pathways,
        place=places.get(view.settlement_id or 0, ""),
        twins=[each for each in twins if each.first and each.second],
        merged=merged,
        relations=[{"value": key, "words": words} for key, words in RELATIONS.items()],
        names=names,
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
        made = create_person(rt, asked_by, data, settlement_id=_settlement())
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
        change_person(
            rt,
            asked_by,
            person_id,
            data,
            version=request.form.get("version", 0, type=int),
            settlement_id=_settlement(),
        )
    except InvalidData as wrong:
        return _form(_sent_unchecked(known), wrong.errors, view), 422
    flash(_("Карточка изменена."))
    return redirect(url_for("records.show", person_id=person_id), 303)


def _form(data: PersonData, errors: Mapping[str, str], view: PersonView | None) -> str:
    with runtime().database.read() as conn:
        places = _places(conn)
    chosen = view.settlement_id if view and request.method == "GET" else _settlement()
    return render_template(
        "person_form.html",
        data=data,
        birth=_typed_birth() if errors else data.birth.isoformat() if data.birth else "",
        errors=errors,
        view=view,
        sexes=SEXES,
        papers=[{"value": each, "words": each} for each in PAPERS],
        places=[{"value": number, "words": words} for number, words in places.items()],
        settlement=chosen,
        next=_next(None),
    )


def _places(conn: Connection) -> dict[int, str]:
    """Settlements of the municipality, by name."""
    tree = runtime().directory.tree()
    return {each.id: each.words for each in settlements(conn, tree.municipality(actor().unit_id))}


def _settlement() -> int | None:
    return request.form.get("settlement", type=int)


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
    birth = _typed_birth()
    try:
        day = date.fromisoformat(birth) if birth else None
    except ValueError:
        raise InvalidData(
            _("Карточка не сохранена."), {"birth": _("Напишите дату рождения: день, месяц и год.")}
        ) from None
    return replace(_sent_unchecked(known), birth=day)


def _typed_birth() -> str:
    return request.form.get("birth", "").strip()


def _sent_unchecked(known: PersonData | None = None) -> PersonData:
    form = request.form
    name = FullName(form.get("family", ""), form.get("given", ""), form.get("patronymic", ""))
    base = known or PersonData(name)
    return replace(
        base,
        name=name,
        document=_document() if "document_number" in form else base.document,
        representative=_representative() if "representative_name" in form else base.representative,
        sex=form.get("sex", ""),
        **{field: form.get(field, getattr(base, field)) for field in ("phone", "address", "snils", "note")},
    )


def _document() -> IdentityDocument | None:
    sent = IdentityDocument(*_parts("document", DOCUMENT))
    return sent if sent.series or sent.number else None


def _representative() -> Representative | None:
    sent = Representative(*_parts("representative", REPRESENTATIVE))
    return sent if sent.name else None


def _parts(prefix: str, names: Iterable[str]) -> list[str]:
    return [request.form.get(f"{prefix}_{name}", "").strip() for name in names]
