"""Versions side by side, and running cases moved from one to another: who plans, who carries out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.access.queries import names_of
from engine.cases.visibility import visible_among
from engine.definitions.queries import DefinitionRow, definition_content, published_definitions
from engine.errors import InvalidData, NotFound
from engine.model import Permission, Scope
from engine.versions.changes import Sign, counted
from engine.versions.comparing import Part, compare_contents, compare_releases
from engine.versions.impact import pathways_through
from engine.versions.moving import Moved, move_case, move_cases, moved_cases, undo_move, undo_moves
from engine.versions.planning import (
    Plan,
    judge_cases,
    make_plan,
    plan_of,
    plans,
    release_with,
)
from webui.changes import SIGNS, change_marks, shown_part
from webui.guards import actor, permission, runtime
from webui.verdicts import case_link, counts, verdict_row

pages = Blueprint("versions", __name__)


@pages.get("/workshop/<kind>/<key>/compare")
@permission(Permission.DEFINITION_VIEW)
def compare(kind: str, key: str) -> str:
    """Two versions side by side; of a pathway also what it calls, decides, asks and prints."""
    rt = runtime()
    with rt.database.read() as conn:
        versions = [row for row in published_definitions(conn, kind) if row.key == key]
        if len(versions) < 2:
            raise NotFound(_("Сравнивать не с чем: у этого одна версия."), _("Вернитесь к списку."))
        after = _chosen(versions, request.args.get("after", type=int), versions[0])
        older = [row for row in versions if row.version < after.version]
        before = _chosen(versions, request.args.get("before", type=int), older[0] if older else versions[1])
        parts = _parts(conn, kind, key, before, after)
        may_plan = actor().may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
        targets = _targets(conn, kind, key, after.version) if may_plan else []
    changes = [change for part in parts for change in part.changes]
    own = next((part.changes for part in parts if part.key == key), ())
    return render_template(
        "versions_compare.html",
        kind=kind,
        key=key,
        title=after.title,
        versions=[{"value": row.version, "words": _version_words(row)} for row in versions],
        before=before,
        after=after,
        parts=[shown_part(part) for part in parts if part.changes],
        counts=counted(changes),
        signs=SIGNS,
        old_marks=change_marks(own, {Sign.REMOVED, Sign.CHANGED}),
        new_marks=change_marks(own, {Sign.ADDED, Sign.CHANGED}),
        targets=targets,
        sent={},
        errors={},
    )


def _targets(conn: Connection, kind: str, key: str, version: int) -> list[dict[str, Any]]:
    """Whose cases may go over to this: those of the pathway itself, and of every pathway that uses it, which
    go over to all that is published now.
    """
    newest = {row.key: row.version for row in reversed(published_definitions(conn, "bpmn"))}
    using = {each.process: each for each in pathways_through(runtime(), conn, kind, key)}
    own = using.pop(key, None) if kind == "bpmn" else None
    found = [
        {
            "value": f"{each.process} {newest[each.process]}",
            "words": _("путь «%(name)s», идёт дел: %(n)s", name=each.name, n=each.total),
        }
        for each in using.values()
    ]
    mine = {"value": f"{key} {version}", "words": _("этот путь, идёт дел: %(n)s", n=own.total if own else 0)}
    if kind != "bpmn":
        return found
    return [mine, *found] if own else [*found, mine]


def _chosen(versions: list[DefinitionRow], number: int | None, otherwise: DefinitionRow) -> DefinitionRow:
    return next((row for row in versions if row.version == number), otherwise)


def _version_words(row: DefinitionRow) -> str:
    note = f": {row.note}" if row.note else ""
    return _("версия %(n)s%(note)s", n=row.version, note=note)


def _parts(conn: Connection, kind: str, key: str, before: DefinitionRow, after: DefinitionRow) -> list[Part]:
    if kind == "bpmn":
        rt = runtime()
        old, new = (rt.library.release(release_with(conn, key, row.version)) for row in (before, after))
        return compare_releases(conn, old, new, key)
    contents = [definition_content(conn, row.id)[2] for row in (before, after)]
    changes = tuple(compare_contents(kind, contents[0], contents[1]))
    return [Part(kind, key, after.title, before.version, after.version, before.id, after.id, changes)]


# --- moving running cases


@pages.get("/migrations")
@permission(Permission.DEFINITION_PUBLISH, Permission.CASE_REPAIR)
def index() -> str:
    """All plans."""
    rt = runtime()
    with rt.database.read() as conn:
        found = plans(conn, actor())
        names = names_of(conn, {plan.planned_by for plan in found})
    return render_template(
        "migrations.html", plans=[{"plan": plan, "name": _pathway(plan)} for plan in found], names=names
    )


def _pathway(plan: Plan) -> str:
    rt = runtime()
    return rt.library.release(plan.release_id).process(plan.process).name


@pages.post("/migrations")
@permission(Permission.DEFINITION_PUBLISH)
def create() -> Response:
    """Write a plan down: of `process` and `version`, or of the two with a space between them."""
    process, _space, version = request.form.get("target", "").rpartition(" ")
    plan_id = make_plan(
        runtime(),
        actor(),
        (process or request.form.get("process", ""))[:80],
        int(version) if version.isdecimal() else request.form.get("version", 0, type=int),
        _renames(request.form.get("renames", "")),
        request.form.get("note", "")[:2_000],
    )
    return redirect(url_for("versions.show", plan_id=plan_id), 303)


def _renames(text: str) -> dict[str, str]:
    """Lines «было = стало»."""
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        old, _sign, new = (part.strip() for part in line.partition("="))
        if not (old and new):
            raise InvalidData(
                _("План не записан."), {"renames": _("Каждую строку пишите так: было = стало.")}
            )
        found[old] = new
    return found


@pages.get("/migrations/<int:plan_id>")
@permission(Permission.DEFINITION_PUBLISH, Permission.CASE_REPAIR)
def show(plan_id: int) -> str:
    """What each running case says to the plan, and the cases that have moved."""
    return _page(plan_id, {}, ())


def _page(plan_id: int, errors: dict[str, str], left: Iterable[Moved]) -> str:
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        plan = plan_of(conn, person, plan_id)
        judged = judge_cases(rt, conn, person, plan)
        moved = moved_cases(conn, person, plan_id)
        visible = judged.visible | visible_among(conn, person, [row.case_id for row in moved])
        names = names_of(conn, {plan.planned_by, *(row.moved_by for row in moved)})
    return render_template(
        "migration.html",
        plan=plan,
        name=_pathway(plan),
        verdicts=[verdict_row(each, visible) for each in judged.verdicts],
        shown=len(judged.verdicts),
        total=judged.total,
        counts=counts([judged]),
        moved=[{"row": row, "href": case_link(row.case_id, visible)} for row in moved],
        names=names,
        left=[each for each in left if not each.done],
        errors=errors,
        sent=request.form,
        may_move=person.may(Permission.CASE_REPAIR),
        may_plan=person.may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY),
    )


@pages.post("/migrations/<int:plan_id>/move")
@permission(Permission.CASE_REPAIR)
def move(plan_id: int) -> Response | str | tuple[str, int]:
    """Move one case, or every case that can."""
    rt, person, reason = runtime(), actor(), request.form.get("reason", "")
    case_id = request.form.get("case", type=int)
    try:
        if case_id is not None:
            move_case(rt, person, plan_id, case_id, reason)
            flash(_("Дело переведено на новую версию."))
            return redirect(url_for("versions.show", plan_id=plan_id), 303)
        done = move_cases(rt, person, plan_id, reason)
    except InvalidData as wrong:
        return _page(plan_id, wrong.errors, ()), 422
    flash(_("Переведено дел: %(n)s.", n=sum(each.done for each in done)))
    return redirect(url_for("versions.show", plan_id=plan_id), 303)


@pages.post("/migrations/<int:plan_id>/undo")
@permission(Permission.CASE_REPAIR)
def undo(plan_id: int) -> Response | str | tuple[str, int]:
    """Take one move back, or every one in which nothing has happened since."""
    rt, person, reason = runtime(), actor(), request.form.get("reason", "")
    moved_id = request.form.get("moved", type=int)
    try:
        if moved_id is not None:
            undo_move(rt, person, moved_id, reason)
            flash(_("Дело возвращено на прежнюю версию."))
            return redirect(url_for("versions.show", plan_id=plan_id), 303)
        done = undo_moves(rt, person, plan_id, reason)
    except InvalidData as wrong:
        return _page(plan_id, {f"undo_{key}": words for key, words in wrong.errors.items()}, ()), 422
    flash(_("Возвращено дел: %(n)s.", n=sum(each.done for each in done)))
    if all(each.done for each in done):
        return redirect(url_for("versions.show", plan_id=plan_id), 303)
    return _page(plan_id, {}, done)
