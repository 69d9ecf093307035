"""Documents of a case: writing a draft, issuing it, taking it away as a file; files that people attach."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine.access.queries import names_of
from engine.cases.queries import CaseCard, case_card
from engine.cases.visibility import visible_among
from engine.documents import service
from engine.documents.access import issued_document_row, own_document_row
from engine.documents.files import accept
from engine.documents.making import make_document
from engine.documents.queries import (
    DocumentCard,
    Download,
    Papers,
    case_attachments,
    case_papers,
    document_card,
    download_attachment,
    download_docx,
    download_pdf,
    draft,
)
from engine.documents.signatures import attach_signature
from engine.documents.signers import head_of
from engine.documents.workshop import Piece, workshop
from engine.errors import Conflict, InvalidData, NotAllowed
from engine.model import Actor, Permission, split_task_id
from webui.guards import actor, permission, runtime
from webui.paragraphs import blocks, typed_texts
from webui.ui import case_words

pages = Blueprint("documents", __name__)


@pages.get("/documents/<int:document_id>")
@permission(Permission.CASE_VIEW)
def show(document_id: int) -> str:
    """A document: a draft to be written, or the text as it was issued. Opening it is journalled."""
    return _page(document_id)


def _page(document_id: int, *, typed: Mapping[str, str] | None = None, **more: Any) -> str:
    """The page; `typed` are texts that could not be saved and stand in their fields again."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        card = document_card(conn, person, document_id)
        inside = card.case_id in visible_among(conn, person, [card.case_id])
        case = case_card(rt, conn, person, card.case_id, for_step=True) if inside else None
        papers = case_papers(rt, conn, person, card.case_id) if inside else Papers([], [])
        signatures = [each for each in papers.attachments if each.document_id == card.id]
        names = names_of(conn, {card.made_by, card.issued_by or 0} | {each.added_by for each in signatures})
        head = head_of(rt, conn, case.unit_id if case else person.unit_id)
    may_change = _may(own_document_row, document_id)
    return render_template(
        "document.html",
        document=card,
        case=case,
        names=names,
        replaced=next((each for each in papers.documents if each.id == card.previous_id), None),
        replaced_by=next((each for each in papers.documents if each.previous_id == card.id), None),
        may_write=card.draft and may_change,
        may_number=card.draft and not may_change and _may(issued_document_row, document_id),
        may_renew=card.issued and may_change,
        blocks=list(blocks(_pieces(card, may_change), typed or {})),
        signatures=signatures,
        may_sign=bool(card.number) and may_change,
        signers=_signers(head.name, person.name),
        crumb=_crumb(case) if case else [{"words": _("Выезды"), "href": url_for("visits.show")}],
        **{"errors": {}, "conflict": None, **more},
    )


def _may(row_of: Callable[[Connection, Actor, int], object], document_id: int) -> bool:
    """Whether this way of finding a document lets the person through."""
    with runtime().database.read() as conn:
        try:
            row_of(conn, actor(), document_id)
        except NotAllowed:
            return False
    return True


def _pieces(card: DocumentCard, may_change: bool) -> list[Piece]:
    """Paragraphs of the text that is in force: whoever may only look reads the same words."""
    rt, person = runtime(), actor()
    if card.draft and may_change:
        return draft(rt, person, card.id).pieces
    return workshop.pieces(download_docx(rt, person, card.id).content)


def _signers(*names: str) -> list[dict[str, str]]:
    """Who may have signed: the head of the agency first, then whoever issues the document."""
    return [{"value": name, "words": name} for name in dict.fromkeys(names) if name]


def _crumb(case: CaseCard) -> list[dict[str, str]]:
    return [
        {"words": _("Дела"), "href": url_for("cases.index")},
        {"words": case_words(case.number, case.label), "href": url_for("cases.show", case_id=case.id)},
    ]


@pages.post("/documents/<int:document_id>")
@permission(Permission.DOCUMENT_ISSUE)
def save(document_id: int) -> Response | tuple[str, int]:
    """Keep the texts of a draft, and issue it when that was asked for. What could not be kept stays in the
    fields, with the reason above them.
    """
    texts, seen = typed_texts(), _revision()
    try:
        service.save_texts(runtime(), actor(), document_id, texts, revision=seen)
    except Conflict as late:
        return _page(document_id, typed=texts, conflict=late), 409
    except InvalidData as wrong:
        return _page(document_id, typed=texts, errors=wrong.errors), 422
    if request.form.get("then") == "issue":
        return _issue(document_id, seen + 1)
    flash(_("Текст сохранён."))
    return _to(document_id)


def _revision() -> int:
    return request.form.get("revision", 0, type=int)


def _to(document_id: int) -> Response:
    return redirect(url_for("documents.show", document_id=document_id), 303)


def _issue(document_id: int, revision: int) -> Response | tuple[str, int]:
    """Give the draft its number and freeze it."""
    signer = request.form.get("signer", "")
    try:
        number = service.issue(runtime(), actor(), document_id, revision=revision, signer=signer)
    except InvalidData as wrong:
        return _page(document_id, errors=wrong.errors), 422
    flash(_("Документ выпущен, № %(number)s.", number=number))
    return _to(document_id)


@pages.post("/documents/<int:document_id>/number")
@permission(Permission.DOCUMENT_ISSUE)
def give_number(document_id: int) -> Response | tuple[str, int]:
    """Issue a draft as it stands: for who may not change its words, like the dispatcher of a car."""
    return _issue(document_id, _revision())


@pages.post("/documents/<int:document_id>/file")
@permission(Permission.DOCUMENT_ISSUE)
def replace(document_id: int) -> Response | tuple[str, int]:
    """Put a DOCX that was written elsewhere in place of the draft."""
    try:
        name, content = _file(request.files.get("file"))
        service.replace_file(runtime(), actor(), document_id, name, content, revision=_revision())
    except InvalidData as wrong:
        return _page(document_id, errors=wrong.errors), 422
    flash(_("Файл принят вместо прежнего текста."))
    return _to(document_id)


def _file(sent: FileStorage | None) -> tuple[str, bytes]:
    """(name, bytes) of an uploaded file; of a larger one than we keep only as much as shows that."""
    if sent is None or not sent.filename:
        raise InvalidData(_("Файл не принят."), {"file": _("Выберите файл.")})
    with sent.stream as stream:
        return sent.filename, stream.read(runtime().settings.attachments.limit + 1)


@pages.post("/documents/<int:document_id>/version")
@permission(Permission.DOCUMENT_ISSUE)
def new_version(document_id: int) -> Response:
    """Begin a draft that will replace an issued document."""
    made = service.new_version(runtime(), actor(), document_id)
    flash(_("Это черновик новой версии. Прежняя действует, пока вы не выпустите эту."))
    return _to(made)


@pages.post("/documents/<int:document_id>/signature")
@permission(Permission.DOCUMENT_ISSUE)
def sign(document_id: int) -> Response | tuple[str, int]:
    """Keep the electronic signature of an issued document beside it."""
    try:
        _name, content = _file(request.files.get("file"))
        attach_signature(runtime(), actor(), document_id, content)
    except InvalidData as wrong:
        return _page(document_id, errors=wrong.errors), 422
    flash(_("Электронная подпись приложена к документу."))
    return _to(document_id)


@pages.post("/documents/<int:document_id>/discard")
@permission(Permission.DOCUMENT_ISSUE)
def discard(document_id: int) -> Response:
    """Put away a draft that is not needed."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        card = document_card(conn, person, document_id)
    service.discard(rt, person, document_id, revision=_revision())
    flash(_("Черновик «%(title)s» убран.", title=card.title))
    return redirect(url_for("cases.show", case_id=card.case_id), 303)


@pages.get("/documents/<int:document_id>/docx")
@permission(Permission.CASE_VIEW)
def docx(document_id: int) -> Response:
    """The document for a text editor."""
    return _download(download_docx(runtime(), actor(), document_id))


@pages.get("/documents/<int:document_id>/pdf")
@permission(Permission.CASE_VIEW)
def pdf(document_id: int) -> Response:
    """The document for printing and sending."""
    return _download(download_pdf(runtime(), actor(), document_id))


def _download(found: Download) -> Response:
    """A file to be saved: never opened inside the page, whatever somebody put into it."""
    return send_file(
        io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name
    )


@pages.post("/cases/<int:case_id>/documents")
@permission(Permission.DOCUMENT_ISSUE)
def make(case_id: int) -> Response:
    """Make a draft from a template with what the case knows now."""
    template = request.form.get("template", "")
    return _to(make_document(runtime(), actor(), case_id, template, task_id=_task_of(case_id)))


@pages.post("/cases/<int:case_id>/attachments")
@permission(Permission.TASK_WORK)
def attach(case_id: int) -> Response:
    """Add files to the case, or to one of its steps: all of them, or none when one can't be taken."""
    task_id = _task_of(case_id)
    sent = [_file(each) for each in (request.files.getlist("file") or (None,))]
    taken = [accept(name, content, runtime().settings.attachments) for name, content in sent]
    with runtime().database.read() as conn:
        known = {each.id for each in case_attachments(runtime(), conn, actor(), case_id)}
    added = [
        service.attach(runtime(), actor(), case_id, file.name, file.content, task_id=task_id)
        for file in taken
    ]
    new = set(added) - known
    if new:
        flash(_("Файл приложен.") if len(new) == 1 else _("Файлы приложены."))
    if len(new) < len(added):
        flash(_("Такой файл здесь уже есть, второй раз он не приложен."))
    return _back(case_id, task_id)


def _task_of(case_id: int) -> int | None:
    """The step that is meant; None for a step of another case: its number was made up."""
    task_id = request.form.get("task", type=int)
    return task_id if task_id and split_task_id(task_id)[0] == case_id else None


def _back(case_id: int, task_id: int | None) -> Response:
    if task_id is not None:
        return redirect(url_for("tasks.show", task_id=task_id, _anchor="about-documents"), 303)
    return redirect(url_for("cases.show", case_id=case_id, _anchor="documents"), 303)


@pages.get("/attachments/<int:attachment_id>")
@permission(Permission.CASE_VIEW)
def attachment(attachment_id: int) -> Response:
    """A file that somebody added."""
    return _download(download_attachment(runtime(), actor(), attachment_id))


@pages.post("/attachments/<int:attachment_id>/remove")
@permission(Permission.TASK_WORK)
def remove(attachment_id: int) -> Response:
    """Take a file out of the case."""
    case_id = request.form.get("case", 0, type=int)
    service.remove_attachment(runtime(), actor(), attachment_id)
    flash(_("Файл убран из дела."))
    return _back(case_id, _task_of(case_id))
