"""Who may do what with the documents of a case, and the sealed bytes behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select, update

from engine.access.policy import require
from engine.cases.tables import case_
from engine.cases.visibility import require_visible, require_whole, step_only
from engine.documents import waybills
from engine.documents.tables import attachment, content, document
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission, split_task_id
from engine.runtime import Runtime
from engine.worklist.tables import task

_CASE: Select[Any] = select(
    case_.c.id,
    case_.c.number,
    case_.c.key_id,
    case_.c.unit_id,
    case_.c.owner_id,
    case_.c.agency_id,
    case_.c.person_id,
    case_.c.family_id,
).where(case_.c.id == bindparam("case_id"))
_DOCUMENT = select(document).where(document.c.id == bindparam("document_id"))
_ATTACHMENT = select(attachment).where(
    attachment.c.id == bindparam("attachment_id"), attachment.c.removed_at.is_(None)
)
_CONTENT = select(content.c.data).where(content.c.id == bindparam("content_id"))
_ADD = insert(content).returning(content.c.id)
_FILL = update(content).where(content.c.id == bindparam("content_id")).values(data=bindparam("sealed"))


def case_row(
    conn: Connection, actor: Actor, case_id: int, permission: Permission = Permission.CASE_VIEW
) -> Row[Any]:
    """The case, if the actor may see it (or more)."""
    row = conn.execute(_CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound(f"Дела № {case_id} нет.")
    require_visible(conn, actor, case_id, row, permission)
    return row


def open_to(conn: Connection, actor: Actor, case: Row[Any], rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Those of these documents or files of the case that the actor may see: all, or, for whoever sees their
    step only, those that lie at steps of theirs and those of their own.
    """
    if not step_only(actor, case):
        return list(rows)
    mine = or_(task.c.queue_id.in_(actor.queues), task.c.closed_by == actor.user_id)
    steps = set(conn.execute(select(task.c.id).where(task.c.case_id == case.id, mine)).scalars())
    return [row for row in rows if row.task_id in steps or _author(row) == actor.user_id]


def _author(row: Row[Any]) -> int:
    author: int = row.made_by if "made_by" in row._fields else row.added_by
    return author


def _seen(conn: Connection, actor: Actor, row: Row[Any]) -> tuple[Row[Any], Row[Any]]:
    """(thing, case) when the actor may see both."""
    case = case_row(conn, actor, row.case_id)
    if not open_to(conn, actor, case, [row]):
        require_whole(actor, case)
    return row, case


def document_row(conn: Connection, actor: Actor, document_id: int) -> tuple[Row[Any], Row[Any]]:
    """(document, case) of a document the actor may see: in a case of theirs, or the waybill of their car."""
    row = conn.execute(_DOCUMENT, {"document_id": document_id}).one_or_none()
    if row is None:
        raise NotFound("Такого документа нет.", "Откройте дело и выберите документ из списка.")
    if waybills.lends_the_car(conn, actor, row):
        return row, conn.execute(_CASE, {"case_id": row.case_id}).one()
    return _seen(conn, actor, row)


def own_document_row(conn: Connection, actor: Actor, document_id: int) -> tuple[Row[Any], Row[Any]]:
    """(document, case) of a document the actor may change: in a case of theirs, or after a step of theirs."""
    row, case = document_row(conn, actor, document_id)
    if row.made_by != actor.user_id or not actor.may(Permission.DOCUMENT_ISSUE):
        require_visible(conn, actor, row.case_id, case, Permission.DOCUMENT_ISSUE)
    return row, case


def issued_document_row(conn: Connection, actor: Actor, document_id: int) -> tuple[Row[Any], Row[Any]]:
    """(document, case) of a document the actor may give its number: one of theirs, or the waybill of their
    car, which they may not change.
    """
    row, case = document_row(conn, actor, document_id)
    if waybills.lends_the_car(conn, actor, row):
        require(actor, Permission.DOCUMENT_ISSUE)
        return row, case
    return own_document_row(conn, actor, document_id)


def attachment_row(conn: Connection, actor: Actor, attachment_id: int) -> tuple[Row[Any], Row[Any]]:
    """(attachment, case) of a file the actor may see."""
    row = conn.execute(_ATTACHMENT, {"attachment_id": attachment_id}).one_or_none()
    if row is None:
        raise NotFound("Такого файла нет.", "Возможно, его убрали из дела.")
    return _seen(conn, actor, row)


def require_work(conn: Connection, actor: Actor, case: Row[Any]) -> None:
    """NotAllowed unless the actor works on the case."""
    if not actor.may(Permission.TASK_WORK):
        raise NotAllowed("Прикладывать файлы может тот, кто ведёт дело.")
    require_visible(conn, actor, case.id, case)


def require_step_of(case_id: int, task_id: int | None) -> None:
    """InvalidData for a step of another case."""
    if task_id is not None and split_task_id(task_id)[0] != case_id:
        raise InvalidData("Шаг не из этого дела.", {"task": "Откройте шаг из его дела и повторите."})


def purpose(content_id: int) -> str:
    """What binds sealed bytes to their place."""
    return f"content:{content_id}"


def name_purpose(content_id: int) -> str:
    """What binds the sealed name of an attachment."""
    return f"attachment.name:{content_id}"


def open_content(rt: Runtime, conn: Connection, key_id: int, content_id: int) -> bytes:
    """The bytes; KeyDestroyed when the case was erased."""
    sealed = conn.execute(_CONTENT, {"content_id": content_id}).scalar_one()
    return rt.vault.open(key_id, sealed, purpose(content_id))


def add_content(rt: Runtime, conn: Connection, case_id: int, key_id: int, data: bytes) -> int:
    """Keep bytes; their number."""
    content_id = int(conn.execute(_ADD, {"case_id": case_id, "data": b""}).scalar_one())
    change_content(rt, conn, key_id, content_id, data)
    return content_id


def change_content(rt: Runtime, conn: Connection, key_id: int, content_id: int, data: bytes) -> None:
    """Replace bytes."""
    sealed = rt.vault.seal(key_id, data, purpose(content_id))
    conn.execute(_FILL, {"content_id": content_id, "sealed": sealed})
