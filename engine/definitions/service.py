"""Publishing: check everything, then add new versions and a new release in one commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from engine.access.journal import record_action
from engine.access.policy import ROLES, require
from engine.bpmn import Known
from engine.definitions.files import KINDS, Checked, ReadFile, Upload, check_files
from engine.definitions.operations import OPERATIONS
from engine.definitions.tables import definition, release
from engine.errors import DefinitionRefused, Finding
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

Items = dict[str, dict[str, int]]

_NEWEST = select(release.c.catalogue).order_by(release.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One definition of a publication. `new` is False when these bytes were the published version already."""

    id: int
    kind: str
    key: str
    version: int
    new: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication made: the release that new cases start with from now on."""

    release_id: int
    versions: tuple[PublishedVersion, ...]


def known_now(rt: Runtime, conn: Connection) -> Known:
    """Everything a diagram may refer to: what is published, the roles, the norms, the operations."""
    items = _current_items(conn)
    return Known(
        roles=frozenset(ROLES),
        processes=frozenset(items.get("bpmn", ())),
        decisions=frozenset(items.get("dmn", ())),
        forms=frozenset(items.get("form", ())),
        norms=frozenset(rt.calendars.norm_keys()),
        topics=frozenset(OPERATIONS),
    )


def check_upload(rt: Runtime, uploads: Iterable[Upload]) -> list[Checked]:
    """What the checks say of these files, without changing anything."""
    with rt.database.read() as conn:
        return check_files(uploads, known_now(rt, conn))


def publish(rt: Runtime, actor: Actor, uploads: Sequence[Upload], note: str = "") -> Publication:
    """Publish files together. Raises DefinitionRefused with all findings when one of them has an error."""
    require(actor, Permission.DEFINITION_PUBLISH)
    with rt.database.write() as conn:
        checked = check_files(uploads, known_now(rt, conn))
        errors: list[Finding] = [f for c in checked if not c.ok for f in c.findings]
        if errors:
            raise DefinitionRefused("Опубликовать нельзя: есть ошибки.", tuple(errors))
        return add_release(rt, conn, actor, [c.file for c in checked if c.file is not None], note)


def add_release(
    rt: Runtime, conn: Connection, actor: Actor, files: Sequence[ReadFile], note: str = ""
) -> Publication:
    """New versions of these files and a release with them, whatever the checks say of them."""
    items = _current_items(conn)
    versions = [_add_version(rt, conn, actor, file, items, note) for file in files]
    release_id = _add_release(rt, conn, actor, items)
    for version in versions:
        record_action(rt, conn, actor, "definition_published", version.kind, version.id)
    return Publication(release_id, tuple(versions))


def _current_items(conn: Connection) -> Items:
    newest = conn.execute(
        select(release.c.catalogue).order_by(release.c.id.desc()).limit(1)
    ).scalar_one_or_none()
    return json.loads(newest) if newest is not None else {}


def _add_version(
    rt: Runtime, conn: Connection, actor: Actor, file: ReadFile, items: Items, note: str
) -> PublishedVersion:
    key = file.keys[0]
    published = items.setdefault(file.kind, {})
    same = conn.execute(
        select(definition.c.id, definition.c.version).where(
            definition.c.id == published.get(key, 0), definition.c.digest == file.upload.digest
        )
    ).one_or_none()
    if same is not None:
        return PublishedVersion(same.id, file.kind, key, same.version, new=False)
    version = (
        1
        + conn.execute(
            select(func.coalesce(func.max(definition.c.version), 0)).where(
                definition.c.kind == file.kind, definition.c.key == key
            )
        ).scalar_one()
    )
    inserted = conn.execute(
        insert(definition).returning(definition.c.id),
        {
            "kind": file.kind,
            "key": key,
            "version": version,
            "title": file.title,
            "file_name": file.upload.name,
            "digest": file.upload.digest,
            "content": file.upload.content,
            "published_at": to_seconds(rt.clock.now()),
            "published_by": actor.user_id,
            "note": note,
        },
    )
    number = int(inserted.scalar_one())
    for each in file.keys:
        published[each] = number
    return PublishedVersion(number, file.kind, key, version, new=True)


def _add_release(rt: Runtime, conn: Connection, actor: Actor, items: Items) -> int:
    inserted = conn.execute(
        insert(release).returning(release.c.id),
        {
            "created_at": to_seconds(rt.clock.now()),
            "created_by": actor.user_id,
            "catalogue": json.dumps(items, sort_keys=True),
        },
    )
    return int(inserted.scalar_one())


def shipped_files(processes: Path, forms: Path) -> list[Upload]:
    """The definitions that come with the product, in a stable order."""
    found = sorted(p for root in (processes, forms) for p in root.rglob("*") if p.suffix in KINDS)
    return [Upload(p.name, p.read_bytes()) for p in found]
