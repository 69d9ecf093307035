"""«Семья»: who is in it and since when, what it is called, moving house; a new family around a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.cases.consents import consents_of
from engine.cases.queries import case_list
from engine.definitions.library import Release
from engine.errors import InvalidData
from engine.model import Permission
from engine.records.queries import (
    family_view,
    find_people,
    person_brief,
    settlements,
    similar_people,
)
from engine.records.service import Member, add_member, create_family, end_membership, rename_family
from engine.records.values import RELATIONS
from engine.worklist.next_action import next_actions
from engine.worklist.relocation import move_family
from webui.consents import consent_rows
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.opening import startable
from webui.rows import action_view
from webui.search import sought
from webui.watched import watched

pages = Blueprint("families", __name__)

LEAVING = "p05_transfer"
"""The pathway by which a family goes over to another municipality."""


@pages.post("/families")
@permission(Permission.RECORD_EDIT)
def create() -> Response:
    """A new family of one person; the others are added on its page."""
    person_id = request.form.get("person", 0, type=int)
    member = Member(person_id, request.form.get("relation", ""))
    family_id = create_family(runtime(), actor(), [member])
    flash(_("Семья заведена. Добавьте остальных."))
    return _to(family_id)


@pages.get("/families/<int:family_id>")
@permission(Permission.RECORD_VIEW)
def show(family_id: int) -> str:
    """The family with its members, cases and what may be changed."""
    return _page(family_id, {})


@pages.post("/families/<int:family_id>/members")
@permission(Permission.RECORD_EDIT)
def add(family_id: int) -> Response | tuple[str, int]:
    """Somebody became a member on a day."""
    form = request.form
    member = Member(form.get("person", 0, type=int), form.get("relation", ""))
    try:
        add_member(runtime(), actor(), family_id, member, _day("first_day"))
    except InvalidData as wrong:
        return _page(family_id, wrong.errors), 422
    flash(_("Добавлено в состав семьи."))
    return _to(family_id)


@pages.post("/families/<int:family_id>/members/end")
@permission(Permission.RECORD_EDIT)
def end(family_id: int) -> Response | tuple[str, int]:
    """Somebody left the family on a day; that they were in it stays."""
    try:
        end_membership(
            runtime(), actor(), family_id, request.form.get("person", 0, type=int), _day("last_day")
        )
    except InvalidData as wrong:
        return _page(family_id, wrong.errors), 422
    flash(_("Записано: больше не в составе семьи."))
    return _to(family_id)


@pages.post("/families/<int:family_id>/name")
@permission(Permission.RECORD_EDIT)
def rename(family_id: int) -> Response | tuple[str, int]:
    """What the family is called."""
    try:
        rename_family(runtime(), actor(), family_id, request.form.get("label", ""))
    except InvalidData as wrong:
        return _page(family_id, wrong.errors), 422
    flash(_("Название изменено."))
    return _to(family_id)


@pages.post("/families/<int:family_id>/move")
@permission(Permission.RECORD_EDIT)
def move(family_id: int) -> Response | tuple[str, int]:
    """The family moved house: its cases follow to the department that serves the new place."""
    rt, form = runtime(), request.form
    try:
        moved = move_family(
            rt, actor(), family_id, form.get("settlement", 0, type=int), form.get("address", "")
        )
    except InvalidData as wrong:
        return _page(family_id, wrong.errors), 422
    if moved.cases:
        unit = rt.directory.tree().unit(moved.unit_id).name
        flash(_("Адрес изменён. Дела %(cases)s переданы: %(unit)s.", cases=", ".join(moved.cases), unit=unit))
    else:
        flash(_("Адрес изменён у всех членов семьи."))
    # Whoever has handed over the cases may not see the family any more.
    return redirect(url_for("records.index"), 303) if moved.cases else _to(family_id)


def _page(family_id: int, errors: Mapping[str, str]) -> str:
    rt, person = runtime(), actor()
    view = family_view(rt, person, family_id)
    search, chosen = sought(), _chosen()
    tree, now = rt.directory.tree(), rt.clock.now()
    with rt.database.read() as conn:
        cards = (
            case_list(rt, conn, person, active=None, family_ids=[family_id])
            if person.may(Permission.CASE_VIEW)
            else []
        )
        actions = next_actions(rt, conn, person, cards, now)
        consents = consents_of(rt, conn, cards)
        found = find_people(rt, conn, person, search) if search else []
        similar = similar_people(rt, conn, person, search) if search and not found else []
        newcomer = person_brief(rt, conn, person, chosen) if chosen else None
        places = settlements(conn, tree.municipality(person.unit_id))
        release = rt.library.newest(conn)
        family_watched = watched(conn, family_id, local_now(person).date())
    present = [member for member in view.members if member.last_day is None]
    within = {member.person.id for member in present}
    return render_template(
        "family.html",
        view=view,
        present=present,
        former=[member for member in view.members if member.last_day is not None],
        relations=RELATIONS,
        kinds=[{"value": key, "words": words} for key, words in RELATIONS.items()],
        cards=sorted(cards, key=lambda card: not card.active),
        watched=family_watched,
        consents=consent_rows(consents, cards),
        back=url_for("families.show", family_id=family_id),
        actions={card.id: action_view(actions[card.id], {}) for card in cards},
        search=search,
        found=[each for each in found or similar if each.id not in within],
        similar=bool(similar),
        chosen=newcomer,
        places=[{"value": each.id, "words": _place(each.words, each.unit_id)} for each in places],
        unit=tree.unit(view.unit_id).name,
        today=local_now(person).date(),
        leaving_url=_leaving_url(release, [member.person.id for member in present]),
        may_edit=person.may(Permission.RECORD_EDIT) and not view.erased,
        errors=errors,
        sent=request.form,
        settlement=request.form.get("settlement", type=int),
        address=next((member.person.address for member in present if member.person.address), ""),
    )


def _leaving_url(release: Release | None, present: list[int]) -> str | None:
    """Where a move to another municipality is begun; None for who may not begin it, or with nobody left."""
    offered = [] if release is None else startable(release, actor())
    if not present or all(pathway["key"] != LEAVING for pathway in offered):
        return None
    return url_for("opening.new", key=LEAVING, person=present[0])


def _chosen() -> int | None:
    """Whom the form adds: chosen by a link, or sent with a form that has a fault."""
    sent = request.form if request.endpoint == "families.add" else request.args
    return sent.get("person", type=int)


def _place(words: str, unit_id: int | None) -> str:
    """«село Ключевое · Отделение сопровождения»."""
    return f"{words} · {runtime().directory.tree().unit(unit_id).name}" if unit_id else words


def _to(family_id: int) -> Response:
    return redirect(url_for("families.show", family_id=family_id), 303)


def _day(name: str) -> date:
    """A day of the form, not after today."""
    try:
        day = date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise InvalidData(_("Состав семьи не изменён."), {name: _("Напишите день, месяц и год.")}) from None
    if day > local_now(actor()).date():
        raise InvalidData(_("Состав семьи не изменён."), {name: _("Этот день ещё не наступил.")})
    return day
