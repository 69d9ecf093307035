"""Changes of documents and attachments. One public function, one transaction; DOCX work is done before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, insert, update

from engine.access.journal import record_action
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.documents import files, numbering
from engine.documents.access import (
    add_content,
    attachment_row,
    case_row,
    change_content,
    issued_document_row,
    open_content,
    own_document_row,
    require_step_of,
)
from engine.documents.attachments import add_attachment
from engine.documents.context import DAY, NUMBER
from engine.documents.grammar import date_short
from engine.documents.numbering import Series
from engine.documents.tables import DISCARDED, DRAFT, ISSUED, SUPERSEDED, attachment, document
from engine.documents.workshop import Made, workshop
from engine.errors import Conflict, InvalidData
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.settings import Attachments
from engine.storage.moments import from_seconds, to_seconds

INSTEAD: Final = "Взамен"
_INSTEAD_LINE: Final = re.compile(rf"\n{INSTEAD} №.*")
TRIES: Final = 5
"""How often a number may be taken by somebody else while the text is being finished."""

_INSERT = insert(document).returning(document.c.id)
_SAVE = (
    update(document)
    .where(
        document.c.id == bindparam("the_id"),
        document.c.revision == bindparam("seen"),
        document.c.status == DRAFT,
    )
    .values(revision=document.c.revision + 1)
)
_STATUS = update(document).where(document.c.id == bindparam("the_id")).values(status=bindparam("new_status"))

_Find = Callable[[Connection, Actor, int], tuple[Row[Any], Row[Any]]]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A draft as it was read before its text was worked on."""

    row: Row[Any]
    case: Row[Any]
    content: bytes


def add_draft(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    made: Made,
    *,
    case_id: int,
    key_id: int,
    template: str,
    task_id: int | None = None,
    made_by: int | None = None,
) -> int:
    """Put a document that was made into the case file, inside the caller's transaction; its number.

    `made_by` is who may edit it, when that is not the actor.
    """
    values = {
        "case_id": case_id,
        "task_id": task_id,
        "template": template,
        "title": made.title[:200],
        "mark": made.mark[:20],
        "status": DRAFT,
        "draft_id": add_content(rt, conn, case_id, key_id, made.content),
        "made_at": to_seconds(rt.clock.now()),
        "made_by": actor.user_id if made_by is None else made_by,
    }
    document_id = int(conn.execute(_INSERT, values).scalar_one())
    record_action(
        rt, conn, actor, "made", "document", document_id, case_id=case_id, details={"template": template}
    )
    return document_id


def save_texts(
    rt: Runtime, actor: Actor, document_id: int, texts: Mapping[str, str], *, revision: int
) -> None:
    """Keep other texts at these addresses of a draft (`queries.draft_pieces` gives them).

    Conflict when the draft was changed since `revision` was read.
    """
    draft = _draft(rt, actor, document_id, revision)
    _save(rt, actor, draft, workshop.edit(draft.content, texts), "edited")


def replace_file(
    rt: Runtime, actor: Actor, document_id: int, name: str, content: bytes, *, revision: int
) -> None:
    """Put a DOCX made elsewhere in place of a draft."""
    draft = _draft(rt, actor, document_id, revision)
    of_any_kind = Attachments(rt.settings.attachments.megabytes)
    if files.accept(name, content, of_any_kind).media_type != files.DOCX:
        raise InvalidData("Файл не принят.", {"file": "Загрузите документ Word в формате DOCX."})
    workshop.accept(content)
    _save(rt, actor, draft, content, "replaced")


def issue(rt: Runtime, actor: Actor, document_id: int, *, revision: int, signer: str = "") -> str:
    """Give a draft its number and freeze it; the number.

    The number is part of the text, so the text is finished for the number that is expected next, outside the
    transaction. If somebody takes it meanwhile, that is undone and tried again: no number is lost or doubled.
    """
    draft = _draft(rt, actor, document_id, revision, found=issued_document_row)
    today = _today(rt, draft.case)
    agency = rt.directory.tree().unit(draft.case.agency_id)
    series = Series(agency.id, agency.short_name, draft.row.mark, today.year)
    for _ in range(TRIES):
        with rt.database.read() as conn:
            value = numbering.expected(conn, series)
        number = series.number(value)
        finished, found = workshop.mark(draft.content, {NUMBER: number, DAY: date_short(today)})
        if NUMBER not in found:
            raise InvalidData(
                "Документ не выпущен.",
                {"text": f"В тексте нет места для номера: впишите {NUMBER} туда, где он должен стоять."},
            )
        try:
            with rt.database.write() as conn:
                if numbering.take(conn, series) != value:
                    raise _NumberTaken
                _issue(rt, conn, actor, draft, number, finished, signer)
        except _NumberTaken:
            continue
        return number
    raise Conflict("Сейчас выпускают много документов.", "Подождите минуту и выпустите документ ещё раз.")


class _NumberTaken(Exception):
    pass


def _issue(
    rt: Runtime, conn: Connection, actor: Actor, draft: _Draft, number: str, finished: bytes, signer: str
) -> None:
    row, case = draft.row, draft.case
    now = rt.clock.now()
    _take_draft(conn, row)
    values = {
        "status": ISSUED,
        "number": number,
        "issued_id": add_content(rt, conn, case.id, case.key_id, finished),
        "issued_at": to_seconds(now),
        "issued_by": actor.user_id,
        "signer": signer.strip()[:200],
    }
    conn.execute(update(document).where(document.c.id == row.id).values(values))
    if row.previous_id is not None:
        conn.execute(_STATUS, {"the_id": row.previous_id, "new_status": SUPERSEDED})
    record_action(rt, conn, actor, "issued", "document", row.id, case_id=case.id, details={"number": number})
    write_history(
        rt,
        conn,
        case_id=case.id,
        key_id=case.key_id,
        now=now,
        actor=actor,
        kind=HistoryKind.DOCUMENT,
        task_id=row.task_id,
        data={"документ": row.id, "название": row.title, "номер": number},
    )


def new_version(rt: Runtime, actor: Actor, document_id: int) -> int:
    """A draft that will replace an issued document and says so beside its number; its number. The issued one
    stays valid until then.
    """
    with rt.database.read() as conn:
        row, case = own_document_row(conn, actor, document_id)
        _require_newest(conn, row)
        old_text = open_content(rt, conn, case.key_id, row.draft_id)
    text = _instead_of(old_text, f"№ {row.number} от {date_short(_local(rt, case, row.issued_at))}")
    with rt.database.write() as conn:
        row, case = own_document_row(conn, actor, document_id)
        _require_newest(conn, row)
        copied = ("case_id", "task_id", "template", "title", "mark")
        values = {
            **{name: getattr(row, name) for name in copied},
            "previous_id": row.id,
            "status": DRAFT,
            "version": row.version + 1,
            "draft_id": add_content(rt, conn, case.id, case.key_id, text),
            "made_at": to_seconds(rt.clock.now()),
            "made_by": actor.user_id,
        }
        new_id = int(conn.execute(_INSERT, values).scalar_one())
        record_action(
            rt, conn, actor, "made", "document", new_id, case_id=case.id, details={"replaces": row.id}
        )
        return new_id


def _require_newest(conn: Connection, row: Row[Any]) -> None:
    """Conflict unless the document is in force and nobody prepares its next version."""
    if row.status != ISSUED:
        raise Conflict("Новую версию делают у выпущенного документа.", "Откройте действующую версию.")
    if conn.execute(document.select().filter_by(previous_id=row.id, status=DRAFT)).first() is not None:
        raise Conflict("Новую версию уже готовят.", "Откройте её черновик в деле.")


def _instead_of(text: bytes, replaced: str) -> bytes:
    """The text with the document that it replaces named under its own number, once."""
    place = next((piece for piece in workshop.pieces(text) if NUMBER in piece.text), None)
    if place is None:
        return text
    line = f"\n{INSTEAD} {replaced}"
    return workshop.edit(text, {place.address: _INSTEAD_LINE.sub("", place.text) + line})


def discard(rt: Runtime, actor: Actor, document_id: int, *, revision: int) -> None:
    """Put away a draft that is not needed. What was issued can't be put away."""
    draft = _draft(rt, actor, document_id, revision)
    with rt.database.write() as conn:
        _take_draft(conn, draft.row)
        conn.execute(_STATUS, {"the_id": document_id, "new_status": DISCARDED})
        record_action(rt, conn, actor, "discarded", "document", document_id, case_id=draft.case.id)


def keep_pdf(rt: Runtime, document_id: int, case_id: int, key_id: int, pdf: bytes) -> None:
    """Keep the PDF of an issued document, so that it is the same for ever."""
    with rt.database.write() as conn:
        free = document.c.id == document_id, document.c.pdf_id.is_(None), document.c.issued_id.is_not(None)
        if conn.execute(document.select().where(*free)).first() is not None:
            pdf_id = add_content(rt, conn, case_id, key_id, pdf)
            conn.execute(update(document).where(*free).values(pdf_id=pdf_id))


def attach(
    rt: Runtime, actor: Actor, case_id: int, name: str, content: bytes, *, task_id: int | None = None
) -> int:
    """Add a file to a case; its number. InvalidData when it is too large or of a kind that is not taken."""
    require_step_of(case_id, task_id)
    accepted = files.accept(name, content, rt.settings.attachments)
    with rt.database.write() as conn:
        return add_attachment(rt, conn, actor, case_id, accepted, task_id)


def remove_attachment(rt: Runtime, actor: Actor, attachment_id: int) -> None:
    """Take a file out of the case; whoever added it may, and who answers for documents of the case."""
    with rt.database.write() as conn:
        row, case = attachment_row(conn, actor, attachment_id)
        if row.added_by != actor.user_id:
            case_row(conn, actor, case.id, Permission.DOCUMENT_ISSUE)
        gone = {"removed_at": to_seconds(rt.clock.now()), "removed_by": actor.user_id}
        conn.execute(update(attachment).where(attachment.c.id == row.id).values(gone))
        record_action(rt, conn, actor, "removed", "attachment", row.id, case_id=case.id)


def _draft(
    rt: Runtime, actor: Actor, document_id: int, revision: int, *, found: _Find = own_document_row
) -> _Draft:
    with rt.database.read() as conn:
        row, case = found(conn, actor, document_id)
        if row.status != DRAFT:
            raise Conflict(
                "Документ уже выпущен или убран.", "Чтобы исправить выпущенный, сделайте новую версию."
            )
        if row.revision != revision:
            raise _changed()
        return _Draft(row, case, open_content(rt, conn, case.key_id, row.draft_id))


def _save(rt: Runtime, actor: Actor, draft: _Draft, content: bytes, action: str) -> None:
    with rt.database.write() as conn:
        _take_draft(conn, draft.row)
        change_content(rt, conn, draft.case.key_id, draft.row.draft_id, content)
        record_action(rt, conn, actor, action, "document", draft.row.id, case_id=draft.case.id)


def _take_draft(conn: Connection, row: Row[Any]) -> None:
    if conn.execute(_SAVE, {"the_id": row.id, "seen": row.revision}).rowcount == 0:
        raise _changed()


def _changed() -> Conflict:
    return Conflict(
        "Пока вы писали, документ изменил кто-то ещё.", "Откройте его снова: ваш текст на странице цел."
    )


def _today(rt: Runtime, case: Row[Any]) -> datetime:
    return rt.clock.now().astimezone(_zone(rt, case))


def _local(rt: Runtime, case: Row[Any], seconds: int) -> datetime:
    return from_seconds(seconds).astimezone(_zone(rt, case))


def _zone(rt: Runtime, case: Row[Any]) -> ZoneInfo:
    return ZoneInfo(rt.directory.tree().unit(case.unit_id).zone)
