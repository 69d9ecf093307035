"""Publishing: check everything, then add new versions and a new release in one commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from engine.access.journal import record_action
from engine.access.policy import ROLES, require
from engine.bpmn import Diagram, Known
from engine.bpmn.rules.known import Lookup
from engine.definitions.exchange import Passing, decision_inputs, form_fields, handed_over, joined
from engine.definitions.files import KINDS, Checked, ReadFile, Upload, check_files, words_of
from engine.definitions.limits import TITLE, kept_name
from engine.definitions.operations import OPERATIONS
from engine.definitions.pins import definition_of, pin
from engine.definitions.shipped import CHECKS
from engine.definitions.tables import definition, release
from engine.errors import DefinitionRefused, Finding
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

Items = dict[str, dict[str, int]]

_NEWEST = select(release.c.id, release.c.catalogue).order_by(release.c.id.desc()).limit(1)
_ONE_AT_A_TIME = text("LOCK TABLE release IN EXCLUSIVE MODE")
"""PostgreSQL: a release holds everything the one before held, so nobody may add another meanwhile. Reading
goes on. SQLite has one writer anyway."""


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
    return _known(rt, _newest(conn)[1])


def _known(rt: Runtime, items: Items) -> Known:
    return Known(
        roles=frozenset(ROLES),
        processes=frozenset(items.get("bpmn", ())),
        decisions=frozenset(items.get("dmn", ())),
        forms=frozenset(items.get("form", ())),
        norms=frozenset(rt.calendars.norm_keys()),
        topics=frozenset(OPERATIONS),
        checks=CHECKS,
        form_fields=_published(rt, items, "form", lambda form: {form.id: form_fields(form)}),
        decision_inputs=_published(rt, items, "dmn", decision_inputs),
        words=lambda: _words(rt, items),
        handed=lambda process: _handed(rt, items).get(process, ()),
        has_version=lambda process, version: _has_version(rt, items, process, version),
    )


def _has_version(rt: Runtime, items: Items, process: str, version: int) -> bool:
    with rt.database.read() as conn:
        return definition_of(conn, items, process, version) is not None


def _published(rt: Runtime, items: Items, kind: str, passes: Callable[[Any], Passing]) -> Lookup:
    """What the published files of a kind pass to others; None for a key that is not published."""

    def look_up(key: str) -> Collection[str] | None:
        number = items.get(kind, {}).get(key)
        return None if number is None else passes(rt.library.parsed(number)).get(key)

    return look_up


def _words(rt: Runtime, items: Items) -> set[str]:
    """Every word of the published diagrams, decisions and forms."""
    numbers = {number for kind, keys in items.items() if kind != "docx" for number in keys.values()}
    with rt.database.read() as conn:
        wanted = select(definition.c.content).where(definition.c.id.in_(numbers))
        return words_of(conn.execute(wanted).scalars())


def _handed(rt: Runtime, items: Items) -> Passing:
    """What the published processes hand over to those they call."""
    diagrams = (rt.library.parsed(number) for number in set(items.get("bpmn", {}).values()))
    return joined(handed_over(diagram) for diagram in diagrams if isinstance(diagram, Diagram))


def check_upload(rt: Runtime, uploads: Iterable[Upload]) -> list[Checked]:
    """What the checks say of these files, without changing anything."""
    with rt.database.read() as conn:
        return check_files(uploads, known_now(rt, conn))


def publish(
    rt: Runtime,
    actor: Actor,
    uploads: Sequence[Upload],
    note: str = "",
    *,
    along: Callable[[Connection], None] | None = None,
) -> Publication:
    """Publish files together. Raises DefinitionRefused with all findings when one of them has an error.

    They are checked before the transaction, so that nobody waits for it, and once more inside when somebody
    else published in between. `along` writes what belongs into the same commit.
    """
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    with rt.database.read() as conn:
        seen, items = _newest(conn)
    files = _checked(uploads, _known(rt, items))
    with rt.database.write() as conn:
        if rt.database.kind == "postgresql":
            conn.execute(_ONE_AT_A_TIME)
        newest, items = _newest(conn)
        if newest != seen:
            files = _checked(uploads, _known(rt, items))
        if along is not None:
            along(conn)
        return add_release(rt, conn, actor, files, note)


def _checked(uploads: Sequence[Upload], known: Known) -> list[ReadFile]:
    checked = check_files(uploads, known)
    errors: list[Finding] = [f for c in checked if not c.ok for f in c.findings]
    if errors:
        raise DefinitionRefused("Опубликовать нельзя: есть ошибки.", tuple(errors))
    return [c.file for c in checked if c.file is not None]


def add_release(
    rt: Runtime, conn: Connection, actor: Actor, files: Sequence[ReadFile], note: str = ""
) -> Publication:
    """New versions of these files and a release with them, whatever the checks say of them.

    Files that are published already, byte for byte, add nothing; with only such files the release stays.
    """
    release_id, items = _newest(conn)
    versions = [_add_version(rt, conn, actor, file, items, note) for file in files]
    added = [version for version in versions if version.new]
    for file in files:
        if file.kind == "bpmn":
            pin(conn, items, file.passes)
    if added or release_id is None:
        release_id = _add_release(rt, conn, actor, items)
    for version in added:
        record_action(rt, conn, actor, "definition_published", version.kind, version.id)
    return Publication(release_id, tuple(versions))


def _newest(conn: Connection) -> tuple[int | None, Items]:
    """The number of the newest release and a copy of what is in it; (None, {}) before the first."""
    row = conn.execute(_NEWEST).one_or_none()
    return (None, {}) if row is None else (row.id, json.loads(row.catalogue))


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
    if same is not None and all(published.get(each) == same.id for each in file.keys):
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
            "title": file.title[:TITLE],
            "file_name": kept_name(file.upload.name),
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
