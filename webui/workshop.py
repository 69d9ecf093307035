"""«Пути»: what is published, its diagram and versions; uploading a new version with all findings,
publishing it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine import bpmn, dmn
from engine.access.queries import names_of
from engine.definitions.drafts import forget_upload, keep_upload, kept_upload, publish_upload, waiting_uploads
from engine.definitions.files import MAX_BYTES, Checked, ReadFile, Upload, kind_of
from engine.definitions.library import Release
from engine.definitions.queries import DefinitionRow, definition_content, published_definitions
from engine.definitions.service import check_upload
from engine.errors import Finding, NotFound
from engine.model import Permission, Scope
from engine.versions.changes import Sign
from engine.versions.comparing import Part, compare_upload
from engine.versions.impact import judge_upload, touched_pathways
from webui.changes import SIGNS, change_marks, shown_part
from webui.forms import form_block
from webui.guards import actor, permission, runtime
from webui.verdicts import counts

pages = Blueprint("workshop", __name__)

KINDS = {"bpmn": _l("Пути"), "dmn": _l("Решения"), "form": _l("Формы"), "docx": _l("Шаблоны документов")}
MEDIA = {"bpmn": "application/xml", "dmn": "application/xml", "form": "application/json"}
DRAWN = frozenset({"bpmn", "dmn"})
MAX_FILES = 20
LOOK_SECONDS = 2.0
"""So long the gate asks running cases about a new version; the page that lists them has more time."""
FINDING_LEGEND = ({"kind": "removed", "words": _l("ошибка")}, {"kind": "changed", "words": _l("замечание")})
CHANGE_LEGEND = tuple({"kind": sign, "words": SIGNS[sign]} for sign in (Sign.ADDED, Sign.CHANGED))


@pages.get("/workshop")
@permission(Permission.DEFINITION_VIEW)
def index() -> str:
    """Everything that is published, newest version first."""
    rt = runtime()
    with rt.database.read() as conn:
        rows = published_definitions(conn)
        names = names_of(conn, {row.published_by for row in rows})
        release = rt.library.current(conn)
        may_publish = actor().may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
        waiting = waiting_uploads(conn, actor()) if may_publish else []
        names |= names_of(conn, {each.by for each in waiting})
    return render_template(
        "workshop.html",
        waiting=waiting,
        groups=_groups(rows),
        steps_of=steps_of_forms(release),
        names=names,
        kinds=KINDS,
        may_publish=may_publish,
    )


def steps_of_forms(release: Release) -> dict[str, str]:
    """For each form the steps that ask it: a form has no name of its own."""
    asked: dict[str, list[str]] = {}
    for key in release.items.get("bpmn", {}):
        process = release.process(key)
        for start in process.starts:
            if start.form:
                asked.setdefault(start.form, []).append(process.name)
        for step in process.steps.values():
            if step.form and step.kind == "userTask":
                asked.setdefault(step.form, []).append(step.name)
    return {form: ", ".join(dict.fromkeys(steps)) for form, steps in asked.items()}


def _groups(rows: list[DefinitionRow]) -> dict[str, list[dict[str, Any]]]:
    """For each kind the newest version of every key, with the number of versions."""
    groups: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for row in rows:
        found = groups[row.kind]
        if found and found[-1]["row"].key == row.key:
            found[-1]["versions"] += 1
        else:
            found.append({"row": row, "versions": 1})
    return groups


@pages.get("/workshop/<kind>/<key>")
@permission(Permission.DEFINITION_VIEW)
def show(kind: str, key: str) -> str:
    """One definition: drawn, with its versions."""
    rt = runtime()
    with rt.database.read() as conn:
        versions = [row for row in published_definitions(conn, kind) if row.key == key]
        names = names_of(conn, {row.published_by for row in versions})
        release = rt.library.current(conn)
    if not versions:
        raise NotFound(_("Под таким ключом ничего не опубликовано."), _("Вернитесь к списку."))
    steps = list(release.process(key).steps.values()) if kind == "bpmn" else []
    return render_template(
        "definition.html",
        kind=kind,
        key=key,
        versions=versions,
        names=names,
        kinds=KINDS,
        may_publish=actor().may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY),
        steps=[step for step in steps if step.kind == "userTask"],
        form=form_block(release.form(key), {}, None) if kind == "form" else None,
        title=steps_of_forms(release).get(key, key) if kind == "form" else versions[0].title,
    )


@pages.get("/definitions/<int:definition_id>")
@permission(Permission.DEFINITION_VIEW)
def content(definition_id: int) -> Response:
    """The file of a version, byte for byte as it was uploaded."""
    with runtime().database.read() as conn:
        kind, name, data = definition_content(conn, definition_id)
    return send_file(
        io.BytesIO(data),
        mimetype=MEDIA.get(kind, "application/octet-stream"),
        as_attachment="download" in request.args,
        download_name=name,
    )


@pages.get("/diagrams/<int:release_id>/<key>")
@permission(Permission.CASE_VIEW)
def diagram(release_id: int, key: str) -> Response:
    """The diagram of a process as the cases of a release run it."""
    rt = runtime()
    release = rt.library.release(release_id)
    with rt.database.read() as conn:
        _kind, name, data = definition_content(conn, release.definition_id("bpmn", key))
    return send_file(io.BytesIO(data), mimetype="application/xml", download_name=name)


@pages.get("/workshop/upload")
@permission(Permission.DEFINITION_PUBLISH)
def choose() -> str:
    """Where new versions are uploaded."""
    return _upload_page({})


def _upload_page(errors: dict[str, str]) -> str:
    return render_template("upload.html", errors=errors)


@pages.post("/workshop/upload")
@permission(Permission.DEFINITION_PUBLISH)
def upload() -> Response | tuple[str, int]:
    """Keep the uploaded files until they are published or dropped, and show what the checks say."""
    files = [
        Upload(_clean_name(sent.filename), _content(sent))
        for sent in request.files.getlist("files")[:MAX_FILES]
        if sent.filename
    ]
    if not files:
        return _upload_page({"files": _("Выберите один или несколько файлов.")}), 422
    kept = keep_upload(runtime(), actor(), files)
    return redirect(url_for("workshop.gate", upload_id=kept), 303)


def _content(sent: FileStorage) -> bytes:
    """What was uploaded; of a larger file than we take only as much as shows that."""
    with sent.stream as stream:
        return stream.read(MAX_BYTES + 1)


def _clean_name(name: str | None) -> str:
    """The file's own name without folders and odd signs; letters of any language stay."""
    last = re.split(r"[/\\]", name or "")[-1]
    return re.sub(r"[^\w.\- ()№«»]", "_", last)[:150] or "file"


@pages.get("/workshop/upload/<int:upload_id>")
@permission(Permission.DEFINITION_PUBLISH)
def gate(upload_id: int) -> str:
    """The check before publication: every finding with its element, line and what to do."""
    return gate_page(upload_id, {})


def gate_page(upload_id: int, faults: Mapping[str, str], *, case: str = "") -> str:
    """The check, with what went wrong when something was asked of it; `case`: on which a template was
    tried.
    """
    rt = runtime()
    kept = kept_upload(rt, actor(), upload_id)
    checked = check_upload(rt, kept.files)
    findings = [finding for each in checked for finding in each.findings]
    read = [each.file for each in checked if each.file is not None]
    with rt.database.read() as conn:
        names = names_of(conn, {kept.by})
        parts = compare_upload(conn, rt.library.newest(conn), read)
        pathways = touched_pathways(rt, conn, changed_files(read, parts))
        ready = all(each.ok for each in checked)
        judged = judge_upload(rt, conn, actor(), read, pathways if ready else (), LOOK_SECONDS)
    files = [_checked_file(number, each, parts) for number, each in enumerate(checked)]
    return render_template(
        "gate.html",
        upload_id=upload_id,
        kept=kept,
        kept_by=names.get(kept.by, ""),
        files=files,
        parts=[{**shown_part(part), "drawing": _drawing_of(part, files)} for part in parts],
        changes=sum(len(part.changes) for part in parts),
        pathways=[
            {"touched": each, "counts": counts([judged[each.process]]) if ready else None}
            for each in pathways
        ],
        running=sum(each.total for each in pathways),
        counts=counts(judged.values()),
        looked_at=sum(len(each.verdicts) for each in judged.values()),
        errors=sum(finding.severity == "error" for finding in findings),
        warnings=sum(finding.severity == "warning" for finding in findings),
        ready=ready,
        new_keys=[key for each in checked if each.file for key in each.file.keys],
        faults=faults,
        tried_on=case,
        note=request.form.get("note", ""),
    )


def changed_files(files: Iterable[ReadFile], parts: Iterable[Part]) -> list[ReadFile]:
    """Those of the files that are not published already, byte for byte."""
    changed = {part.key for part in parts}
    return [file for file in files if file.keys[0] in changed]


def _checked_file(number: int, checked: Checked, parts: Iterable[Part]) -> dict[str, Any]:
    """One file as the gate shows it: drawn where it can be, its findings in words.

    The diagram shows what is wrong; one without an error shows what changes.
    """
    kind = _shown_kind(checked)
    key = checked.file.keys[0] if checked.file else None
    drawing = f"file-{number}" if kind in DRAWN else None
    changes = [change for part in parts if (part.kind, part.key) == (kind, key) for change in part.changes]
    shows_changes = checked.ok and any(change.element for change in changes)
    marks, legend = (
        (change_marks(changes, {Sign.ADDED, Sign.CHANGED}), CHANGE_LEGEND)
        if shows_changes
        else (_marks(checked.findings), FINDING_LEGEND if checked.findings else ())
    )
    return {
        "number": number,
        "name": checked.upload.name,
        "kind": kind,
        "key": key,
        "drawing": drawing,
        "marks": marks,
        "legend": legend if drawing else (),
        "findings": [_finding(found, drawing) for found in sorted(checked.findings, key=_weight)],
    }


def _shown_kind(checked: Checked) -> str | None:
    """As what the file is shown: a refused drawing too, when it can still be shown; None: as nothing."""
    if checked.file is not None:
        return checked.file.kind
    seems, content = kind_of(checked.upload), checked.upload.content
    drawn = (seems == "bpmn" and bpmn.is_drawn(content)) or (seems == "dmn" and dmn.is_drawn(content))
    return seems if drawn else None


def _drawing_of(part: Part, files: Iterable[Mapping[str, Any]]) -> str | None:
    """The drawing that shows the changes of a pathway or a decision."""
    return next(
        (file["drawing"] for file in files if (file["kind"], file["key"]) == (part.kind, part.key)), None
    )


def _weight(found: Finding) -> int:
    """Errors come first: one broken arrow brings dozens of remarks on what it no longer reaches."""
    return ("error", "warning", "info").index(found.severity)


def _marks(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Elements with an error in the colour of removal, those with a warning in that of a change."""
    marked: dict[str, list[str]] = {"removed": [], "changed": []}
    for found in findings:
        if found.element and found.severity != "info":
            marked["removed" if found.severity == "error" else "changed"].append(found.element)
    return marked


def _finding(found: Finding, drawing: str | None) -> dict[str, Any]:
    """A finding as the macro `finding` shows it: where it is, what is wrong, what to do."""
    place = [
        _("элемент %(id)s", id=found.element) if found.element else "",
        _("строка %(n)s", n=found.line) if found.line else "",
    ]
    where = ", ".join(filter(None, place))
    return {
        "severity": found.severity,
        "title": _("«%(name)s»: %(message)s", name=found.name, message=found.message)
        if found.name
        else found.message,
        "words": " ".join(filter(None, (found.hint, f"({where})" if where else ""))),
        "action": {"words": _("Показать на схеме"), "href": f"#{drawing}", "show": found.element}
        if drawing and found.element
        else None,
    }


@pages.get("/workshop/upload/<int:upload_id>/<int:number>")
@permission(Permission.DEFINITION_PUBLISH)
def uploaded(upload_id: int, number: int) -> Response:
    """One of the files that wait to be published, for drawing."""
    kept = kept_upload(runtime(), actor(), upload_id)
    file = kept.file(number)
    kind = file.name.rsplit(".", 1)[-1].lower()
    return send_file(
        io.BytesIO(file.content),
        mimetype=MEDIA.get(kind, "application/octet-stream"),
        download_name=file.name,
    )


@pages.post("/workshop/upload/<int:upload_id>/publish")
@permission(Permission.DEFINITION_PUBLISH)
def release(upload_id: int) -> Response | tuple[str, int]:
    """Publish. Warnings must have been read; errors forbid it."""
    rt = runtime()
    kept = kept_upload(rt, actor(), upload_id)
    checked = check_upload(rt, kept.files)
    if not all(each.ok for each in checked):
        return gate_page(upload_id, {"publish": _("Опубликовать нельзя: сначала исправьте ошибки.")}), 422
    if any(f.severity == "warning" for each in checked for f in each.findings) and "read" not in request.form:
        return gate_page(upload_id, {"read": _("Прочтите замечания и отметьте это.")}), 422
    publication = publish_upload(rt, actor(), upload_id, request.form.get("note", "").strip())
    added = sum(version.new for version in publication.versions)
    flash(_("Опубликовано: %(n)s. Новые дела пойдут по новой версии, идущие останутся на своей.", n=added))
    return redirect(url_for("workshop.index"), 303)


@pages.post("/workshop/upload/<int:upload_id>/drop")
@permission(Permission.DEFINITION_PUBLISH)
def drop(upload_id: int) -> Response:
    """Drop uploaded files without publishing them."""
    forget_upload(runtime(), actor(), upload_id)
    return redirect(url_for("workshop.index"), 303)
