"""Putting a file into a case as a part of something larger, in its transaction: a paper that stops a term."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert, select

from engine.access.journal import record_action
from engine.documents.access import add_content, case_row, name_purpose, require_work
from engine.documents.files import Accepted
from engine.documents.tables import attachment
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

_INSERT = insert(attachment).returning(attachment.c.id)


def add_attachment(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    case_id: int,
    file: Accepted,
    task_id: int | None = None,
    *,
    document_id: int | None = None,
) -> int:
    """The number of the file in its case; NotAllowed for whoever does not work on the case. A file that lies
    at that place already is not added a second time.
    """
    case = case_row(conn, actor, case_id)
    require_work(conn, actor, case)
    digest = rt.vault.token(hashlib.sha256(file.content).hexdigest())
    same = conn.execute(
        select(attachment.c.id).where(
            attachment.c.case_id == case.id,
            attachment.c.task_id == task_id,
            attachment.c.digest == digest,
            attachment.c.document_id == document_id,
            attachment.c.removed_at.is_(None),
        )
    ).scalar()
    if same is not None:
        return int(same)
    content_id = add_content(rt, conn, case.id, case.key_id, file.content)
    values = {
        "case_id": case.id,
        "task_id": task_id,
        "content_id": content_id,
        "name": rt.vault.seal(case.key_id, file.name.encode(), name_purpose(content_id)),
        "media_type": file.media_type,
        "size": len(file.content),
        "digest": digest,
        "document_id": document_id,
        "added_at": to_seconds(rt.clock.now()),
        "added_by": actor.user_id,
    }
    added = int(conn.execute(_INSERT, values).scalar_one())
    record_action(rt, conn, actor, "attached", "attachment", added, case_id=case.id)
    return added
