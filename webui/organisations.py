"""«Организации»: the municipality, its organisations, their departments, and who does which role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.directory import Tree, Unit
from engine.access.policy import EVERYONE, ROLES, require
from engine.access.queries import Colleague, colleagues
from engine.access.units import NewUnit, change_unit, create_unit, found_municipality, name_fillers
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Permission, Scope
from webui.guards import actor, municipality, permission, runtime

pages = Blueprint("organisations", __name__)

CITIZEN = "R30"
KINDS = {"municipality": _l("муниципалитет"), "agency": _l("организация"), "department": _l("отделение")}
"""Words for `Unit.kind`."""


@pages.get("/organisations")
@permission(Permission.ACCOUNT_MANAGE)
def index() -> str:
    """The tree, the form of a new unit, and the table of roles."""
    return _page({}, {})


@pages.post("/organisations")
@permission(Permission.ACCOUNT_MANAGE)
def add() -> Response | tuple[str, int]:
    """Add an organisation or a department of one."""
    form = request.form
    new = NewUnit(
        name=form.get("name", ""),
        kind=form.get("kind", ""),
        parent_id=form.get("parent_id", type=int),
        short_name=form.get("short_name", ""),
        address=form.get("address", ""),
    )
    try:
        create_unit(runtime(), actor(), new)
    except InvalidData as wrong:
        return _page(form, wrong.errors), 422
    flash(_("Подразделение добавлено."))
    return _to_list()


@pages.post("/organisations/municipality")
@permission(Permission.ACCOUNT_MANAGE)
def found() -> Response | tuple[str, int]:
    """Put a municipality above the only organisation, so that others can be added."""
    try:
        found_municipality(runtime(), actor(), request.form.get("municipality", ""))
    except InvalidData as wrong:
        return _page(request.form, {"municipality": wrong.errors["name"]}), 422
    flash(_("Муниципалитет добавлен: теперь можно добавить другие организации."))
    return _to_list()


@pages.post("/organisations/roles")
@permission(Permission.ACCOUNT_MANAGE)
def give_roles() -> Response:
    """Say which unit does the work of each role for the whole municipality."""
    rt, top = runtime(), municipality()
    known = rt.directory.tree().fillers
    wanted = {role: request.form.get(role, type=int) for role in ROLES if role in request.form}
    # A role may have more units than the page shows: they stay while the first is not changed.
    fillers = {
        role: [unit_id] if unit_id else []
        for role, unit_id in wanted.items()
        if next(iter(known.get((top, role), ())), None) != unit_id
    }
    name_fillers(rt, actor(), top, fillers)
    flash(_("Роли распределены. Новые шаги пойдут так, открытые остались, где были."))
    return _to_list()


@pages.get("/organisations/<int:unit_id>")
@permission(Permission.ACCOUNT_MANAGE)
def show(unit_id: int) -> str:
    """One unit, to be renamed, closed or opened again."""
    return _form(unit_id, None, {})


@pages.post("/organisations/<int:unit_id>")
@permission(Permission.ACCOUNT_MANAGE)
def change(unit_id: int) -> Response | str | tuple[str, int]:
    """Rename it, close it or open it again."""
    form, here = request.form, _near(unit_id)
    try:
        change_unit(
            runtime(),
            actor(),
            unit_id,
            name=form.get("name", here.name),
            short_name=form.get("short_name", here.short_name),
            address=form.get("address", here.address),
            active=form.get("active", "1" if here.active else "") == "1",
        )
    except InvalidData as wrong:
        return _form(unit_id, form, wrong.errors), 422
    except Conflict as held:
        flash(f"{held.message} {held.hint}")
        return redirect(url_for("organisations.show", unit_id=unit_id), 303)
    flash(_("Подразделение изменено."))
    return _to_list()


def _to_list() -> Response:
    return redirect(url_for("organisations.index"), 303)


def _page(sent: Mapping[str, str], errors: Mapping[str, str]) -> str:
    require(actor(), Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY)
    rt = runtime()
    tree, top = rt.directory.tree(), municipality()
    people = colleagues(rt)
    working = Counter(person.unit_id for person in people)
    units = list(_in_order(tree, top))
    return render_template(
        "organisations.html",
        rows=[
            {
                "unit": unit,
                "kind": KINDS[unit.kind],
                "above": tree.unit(unit.parent_id).short_name if unit.parent_id else "",
                "people": working[unit.id],
            }
            for unit in units
        ],
        kinds=[
            {"value": kind, "words": KINDS[kind]}
            for kind in (("agency", "department") if tree.unit(top).is_municipality else ("department",))
        ],
        parents=[{"value": str(unit.id), "words": unit.name} for unit in units if unit.active],
        several=tree.unit(top).is_municipality,
        roles=_roles(tree, top, people),
        fillers=[
            {"value": unit.id, "words": unit.short_name}
            for unit in units
            if unit.active and not unit.is_municipality
        ],
        sent=sent,
        errors=errors,
    )


def _in_order(tree: Tree, unit_id: int) -> Iterator[Unit]:
    """The unit and its parts by name, those of each part after it; closed ones last among their like."""
    yield tree.unit(unit_id)
    parts = [unit for unit in tree.units.values() if unit.parent_id == unit_id]
    for part in sorted(parts, key=lambda unit: (not unit.active, unit.name)):
        yield from _in_order(tree, part.id)


def _roles(tree: Tree, top: int, people: Sequence[Colleague]) -> list[dict[str, Any]]:
    """Each role that colleagues do, the unit that does its work for everybody, and who holds it there."""
    rows = []
    for role, words in ROLES.items():
        if role in (EVERYONE, CITIZEN):
            continue
        filler = next(iter(tree.fillers.get((top, role), ())), None)
        near = tree.below(filler) | set(tree.agency_parts_above(filler)) if filler else tree.below(top)
        held = [each.name.short() for each in people if any((role, unit) in each.roles for unit in near)]
        rows.append({"role": role, "words": words, "filler": filler, "held": held})
    return rows


def _form(unit_id: int, sent: Mapping[str, str] | None, errors: Mapping[str, str]) -> str:
    unit = _near(unit_id)
    if sent is None:
        sent = {"name": unit.name, "short_name": unit.short_name, "address": unit.address}
    return render_template("organisation.html", unit=unit, kind=KINDS[unit.kind], sent=sent, errors=errors)


def _near(unit_id: int) -> Unit:
    """A unit of the municipality of the one who asks."""
    tree = runtime().directory.tree()
    if unit_id not in tree.below(municipality()):
        raise NotFound(_("Такого подразделения нет."), _("Выберите его в списке."))
    return tree.unit(unit_id)
