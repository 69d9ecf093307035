"""«Шаблоны документов»: changing the words of a template in the browser, trying it before it is published,
and printing it as a blank for places without a network.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.definitions.drafts import keep_upload, kept_upload
from engine.definitions.files import Upload, kind_of
from engine.definitions.queries import definition_content, published_definitions
from engine.documents import printing
from engine.documents.blanks import blank_pdf, with_names
from engine.documents.files import PDF
from engine.documents.making import preview_on_case
from engine.documents.workshop import workshop
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Permission
from webui.guards import actor, permission, runtime
from webui.paragraphs import blocks, typed_texts
from webui.workshop import gate_page

pages = Blueprint("papers", __name__)

KIND = "docx"


@pages.get("/workshop/docx/<key>/blank")
@permission(Permission.DEFINITION_VIEW)
def blank(key: str) -> Response:
    """The template as a blank, to print and fill in by hand."""
    found = blank_pdf(runtime(), actor(), key)
    return send_file(
        io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name
    )


@pages.get("/workshop/docx/<key>/edit")
@permission(Permission.DEFINITION_PUBLISH)
def edit(key: str) -> str:
    """The words of the newest version, with their tags, to be changed."""
    return _editor(key, {}, {})


def _editor(key: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    title, content = _newest(key)
    return render_template(
        "template_editing.html",
        key=key,
        title=title,
        blocks=list(blocks(workshop.pieces(content), typed)),
        may_write=True,
        errors=errors,
    )


@pages.post("/workshop/docx/<key>/edit")
@permission(Permission.DEFINITION_PUBLISH)
def save(key: str) -> Response | tuple[str, int]:
    """Put the changed template before the gate: nothing is published yet."""
    texts = typed_texts()
    try:
        changed = workshop.edit(_newest(key)[1], texts)
    except InvalidData as wrong:
        return _editor(key, texts, wrong.errors), 422
    kept = keep_upload(runtime(), actor(), [Upload(f"{key}.docx", changed)])
    return redirect(url_for("workshop.gate", upload_id=kept), 303)


def _newest(key: str) -> tuple[str, bytes]:
    """(title, file) of the newest version."""
    with runtime().database.read() as conn:
        found = next((row for row in published_definitions(conn, KIND) if row.key == key), None)
        if found is None:
            raise NotFound(_("Под таким ключом ничего не опубликовано."), _("Вернитесь к списку."))
        return found.title, definition_content(conn, found.id)[2]


@pages.get("/workshop/upload/<int:upload_id>/<int:number>/names")
@permission(Permission.DEFINITION_PUBLISH)
def names(upload_id: int, number: int) -> Response:
    """An uploaded template with the names of its values in their places."""
    return _printed(with_names(runtime(), actor(), _template(upload_id, number)))


@pages.post("/workshop/upload/<int:upload_id>/<int:number>/case")
@permission(Permission.DEFINITION_PUBLISH)
def on_case(upload_id: int, number: int) -> Response | tuple[str, int]:
    """An uploaded template filled for a case that the person may see; nothing is kept."""
    wanted = request.form.get("case", "").strip()
    try:
        made = preview_on_case(runtime(), actor(), _template(upload_id, number), wanted)
    except NotFound as missing:
        return gate_page(upload_id, {"case": missing.message}, case=wanted), 422
    except NotAllowed as refused:
        return gate_page(upload_id, {"case": refused.message}, case=wanted), 403
    return _printed(made)


def _template(upload_id: int, number: int) -> bytes:
    """A file of the upload that is a template; NotFound for any other."""
    file = kept_upload(runtime(), actor(), upload_id).file(number)
    if kind_of(file) != KIND:
        raise NotFound(_("Этот файл не шаблон документа."), _("Вернитесь к проверке."))
    return file.content


def _printed(docx: bytes) -> Response:
    return send_file(
        io.BytesIO(printing.pdf(docx)), mimetype=PDF, as_attachment=True, download_name=_("проба.pdf")
    )
