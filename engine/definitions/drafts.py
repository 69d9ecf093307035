"""Uploaded files that wait for publication: kept in the database, so that nothing is lost between check
and decision.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from engine.access.policy import require
from engine.definitions.files import Upload
from engine.definitions.limits import kept_name
from engine.definitions.service import Publication, publish
from engine.definitions.tables import upload, upload_file
from engine.errors import NotFound
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds


@dataclass(frozen=True, slots=True)
class Kept:
    """Files that somebody uploaded together."""

    id: int
    at: datetime
    by: int
    files: tuple[Upload, ...]

    def file(self, number: int) -> Upload:
        """The file of that number, from 0; NotFound when there is none."""
        if number >= len(self.files):
            raise NotFound("Такого файла в этой загрузке нет.")
        return self.files[number]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload in a list: when, by whom, the names of its files."""

    id: int
    at: datetime
    by: int
    names: tuple[str, ...]


def waiting_uploads(conn: Connection, actor: Actor) -> list[Waiting]:
    """What was uploaded and neither published nor dropped, the last first; every publisher sees all."""
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    names: dict[int, list[str]] = {}
    for row in conn.execute(
        select(upload_file.c.upload_id, upload_file.c.name).order_by(upload_file.c.number)
    ):
        names.setdefault(row.upload_id, []).append(row.name)
    rows = conn.execute(select(upload).order_by(upload.c.id.desc()))
    return [Waiting(row.id, from_seconds(row.at), row.by, tuple(names.get(row.id, ()))) for row in rows]


def keep_upload(rt: Runtime, actor: Actor, files: Sequence[Upload]) -> int:
    """Keep files as they came, however bad they are; returns the number of the upload."""
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    with rt.database.write() as conn:
        row = {"at": to_seconds(rt.clock.now()), "by": actor.user_id}
        number = int(conn.execute(insert(upload).returning(upload.c.id), row).scalar_one())
        for order, file in enumerate(files):
            packed = zlib.compress(file.content, 6)
            conn.execute(
                insert(upload_file),
                {"upload_id": number, "number": order, "name": kept_name(file.name), "content": packed},
            )
        return number


def kept_upload(rt: Runtime, actor: Actor, upload_id: int) -> Kept:
    """Files kept under that number; every publisher sees them."""
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    with rt.database.read() as conn:
        return _kept(conn, upload_id)


def _kept(conn: Connection, upload_id: int) -> Kept:
    row = conn.execute(select(upload).where(upload.c.id == upload_id)).one_or_none()
    if row is None:
        raise NotFound("Этой загрузки уже нет.", "Загрузите файлы ещё раз.")
    files = conn.execute(
        select(upload_file.c.name, upload_file.c.content)
        .where(upload_file.c.upload_id == upload_id)
        .order_by(upload_file.c.number)
    ).all()
    uploads = tuple(Upload(file.name, zlib.decompress(file.content)) for file in files)
    return Kept(row.id, from_seconds(row.at), row.by, uploads)


def publish_upload(rt: Runtime, actor: Actor, upload_id: int, note: str = "") -> Publication:
    """Publish kept files and forget them in the same commit; whoever comes second gets NotFound.

    DefinitionRefused, with all findings, leaves them waiting.
    """
    files = kept_upload(rt, actor, upload_id).files
    return publish(rt, actor, files, note, along=lambda conn: _forget(conn, upload_id))


def forget_upload(rt: Runtime, actor: Actor, upload_id: int) -> None:
    """Drop files that are not wanted; dropping them again changes nothing."""
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    with rt.database.write() as conn, suppress(NotFound):
        _forget(conn, upload_id)


def _forget(conn: Connection, upload_id: int) -> None:
    conn.execute(delete(upload_file).where(upload_file.c.upload_id == upload_id))
    if conn.execute(delete(upload).where(upload.c.id == upload_id)).rowcount == 0:
        raise NotFound("Этой загрузки уже нет.", "Загрузите файлы ещё раз.")
