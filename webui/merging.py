"""«Возможные двойники»: pairs of cards that may be of one person; comparing, merging, parting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.model import Permission
from engine.records.merging import FIELDS, SETTLEMENT, Wanted, merge_people, part_people
from engine.records.pairs import Comparison, Side, compare, pairs, say_different
from engine.records.queries import settlements
from engine.records.values import FEMALE, MALE
from engine.storage.moments import from_seconds
from webui.frame import local
from webui.guards import actor, permission, runtime
from webui.ui import date_digits

pages = Blueprint("merging", __name__)

NAMES = {
    "name": _l("Имя"),
    "sex": _l("Пол"),
    "birth": _l("Дата рождения"),
    "snils": _l("СНИЛС"),
    "phone": _l("Телефон"),
    "address": _l("Адрес"),
    SETTLEMENT: _l("Населённый пункт"),
    "document": _l("Документ"),
    "representative": _l("Представитель"),
    "note": _l("Заметка"),
}
BELONGINGS = {
    "case_": _l("дела"),
    "family_member": _l("семьи"),
    "register_entry": _l("записи регистров"),
    "visit": _l("выезды"),
    "contact": _l("контакты"),
}
"""What hangs on a card, in words."""


@pages.get("/people/duplicates")
@permission(Permission.RECORD_EDIT)
def index() -> str:
    """All pairs within reach that nobody has compared yet."""
    rt = runtime()
    with rt.database.read() as conn:
        found = pairs(rt, conn, actor())
    tree = rt.directory.tree()
    names = {number: tree.unit(number).name for each in found for number in each.units}
    return render_template("pairs.html", pairs=found, units=names)


@pages.get("/people/<int:kept_id>/merge/<int:gone_id>")
@permission(Permission.RECORD_EDIT)
def show(kept_id: int, gone_id: int) -> str:
    """Two cards side by side: what differs, which value stays, what moves."""
    rt = runtime()
    found = compare(rt, actor(), kept_id, gone_id)
    tree = rt.directory.tree()
    with rt.database.read() as conn:
        known = settlements(conn, tree.municipality(actor().unit_id))
        places = {each.id: each.words for each in known}
    return render_template(
        "merge.html",
        found=found,
        rows=[_row(found, name, places) for name in (*FIELDS, SETTLEMENT)],
        sides=[_side(found.kept), _side(found.gone)],
        units={number: tree.unit(number).name for number in (found.kept.unit_id, found.gone.unit_id)},
    )


@pages.post("/people/<int:kept_id>/merge/<int:gone_id>")
@permission(Permission.RECORD_EDIT)
def merge(kept_id: int, gone_id: int) -> Response:
    """Make one card of two."""
    form = request.form
    wanted = Wanted(
        kept_id,
        gone_id,
        kept_version=form.get("kept_version", 0, type=int),
        gone_version=form.get("gone_version", 0, type=int),
        from_gone=frozenset(name for name in (*FIELDS, SETTLEMENT) if form.get(name) == "gone"),
    )
    merge_people(runtime(), actor(), wanted)
    flash(_("Карточки объединены: всё, что было о человеке, теперь здесь."))
    return redirect(url_for("records.show", person_id=kept_id), 303)


@pages.post("/people/<int:kept_id>/different/<int:gone_id>")
@permission(Permission.RECORD_EDIT)
def different(kept_id: int, gone_id: int) -> Response:
    """These are two people: the pair is not shown again."""
    say_different(runtime(), actor(), kept_id, gone_id)
    flash(_("Записано: это разные люди."))
    return redirect(url_for("merging.index"), 303)


@pages.post("/people/merges/<int:merge_id>/undo")
@permission(Permission.RECORD_EDIT)
def undo(merge_id: int) -> Response:
    """Part two cards that were made one by mistake."""
    gone_id = part_people(runtime(), actor(), merge_id)
    flash(_("Карточки разъединены."))
    return redirect(url_for("records.show", person_id=gone_id), 303)


def _row(found: Comparison, name: str, places: dict[int, str]) -> dict[str, Any]:
    """One line of the comparison: the value of each card in words, and which is proposed."""
    return {
        "name": name,
        "words": NAMES[name],
        "kept": _words(found.kept, name, places),
        "gone": _words(found.gone, name, places),
        "differs": name in found.differing,
        "better": found.better(name),
    }


def _words(side: Side, name: str, places: dict[int, str]) -> str:
    if name == SETTLEMENT:
        return places.get(side.settlement_id or 0, "")
    value = getattr(side.data, name)
    if not value:
        return ""
    if name == "name":
        return str(value.full())
    if name == "sex":
        return {FEMALE: _("женщина"), MALE: _("мужчина")}[value]
    if name == "birth":
        return date_digits(value)
    if name == "document":
        return " ".join(part for part in (value.kind, value.series, value.number) if part)
    if name == "representative":
        return ", ".join(part for part in (value.name, value.relation, value.paper) if part)
    return str(value)


def _side(side: Side) -> dict[str, Any]:
    told = [f"{BELONGINGS[name]}: {count}" for name, count in side.belongings.items() if count]
    return {
        "id": side.id,
        "name": side.brief.name,
        "made": date_digits(local(from_seconds(side.created_at)).date()),
        "unit": side.unit_id,
        "belongings": ", ".join(told),
    }
