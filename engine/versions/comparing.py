"""Comparing files, and a pathway as two releases run it: with what it calls, decides, asks and prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.bpmn.pinned import process_and_version
from engine.definitions.files import ReadFile, Upload, kind_of
from engine.definitions.library import PINNED, Release
from engine.definitions.tables import definition
from engine.errors import InvalidData, NotFound
from engine.storage.rows import AnyRow
from engine.versions.changes import Change, Sign
from engine.versions.decisions import compare_decisions
from engine.versions.forms import compare_forms
from engine.versions.processes import compare_diagrams

Use = tuple[str, str]
"""Kind and key of a definition in a release; a process that is called by number is of the kind `pinned`."""

_PROCESSES = frozenset({"bpmn", PINNED})

TEMPLATE_CHANGED = Change(Sign.CHANGED, "template", "", "шаблон документа")


@dataclass(frozen=True, slots=True)
class Part:
    """One definition of a pathway in two releases. A version is None where it is not there."""

    kind: str
    key: str
    title: str
    before: int | None
    after: int | None
    before_id: int | None
    after_id: int | None
    changes: tuple[Change, ...]


def compare_files(before: Upload, after: Upload) -> list[Change]:
    """What differs between two files of one kind. Raises what reading them raises."""
    kind = kind_of(before)
    if kind is None or kind != kind_of(after):
        raise InvalidData("Сравнить можно две схемы, два решения, две формы или два шаблона.", {})
    return compare_contents(kind, before.content, after.content)


def compare_contents(kind: str, before: bytes, after: bytes) -> list[Change]:
    """What differs between two published files of a kind."""
    match kind:
        case "bpmn":
            return compare_diagrams(before, after)
        case "dmn":
            return compare_decisions(before, after)
        case "form":
            return compare_forms(before, after)
    return [] if before == after else [TEMPLATE_CHANGED]


def compare_releases(conn: Connection, before: Release, after: Release, process: str) -> list[Part]:
    """What a case of this pathway would meet differently: only parts that differ, the diagram first.

    A call that has come to be bound to a version, or to another one, is compared with what it called before.
    """
    old, new = used_by(before, process), used_by(after, process)
    pairs = _other_versions(old - new, new - old)
    met = {use for pair in pairs for use in pair}
    pairs |= {(use, use) for use in (old | new) - met if _id(before, *use) != _id(after, *use)}
    return [
        _part(conn, _id(before, *was), _id(after, *now))
        for was, now in sorted(pairs, key=lambda pair: _order(pair[1]))
    ]


def _other_versions(gone: set[Use], come: set[Use]) -> set[tuple[Use, Use]]:
    """Versions of a process that are called no more, each with the one that is called instead."""
    left = sorted(use for use in gone if use[0] in _PROCESSES)
    found = set()
    for use in sorted(use for use in come if use[0] in _PROCESSES):
        was = next((each for each in left if _process(each) == _process(use)), None)
        if was is not None:
            left.remove(was)
            found.add((was, use))
    return found


def _process(use: Use) -> str:
    return process_and_version(use[1])[0]


def compare_upload(conn: Connection, published: Release | None, files: Iterable[ReadFile]) -> list[Part]:
    """What publishing these files would change: a part for each that is not published already, byte for byte;
    its `after` is the version that it would get.
    """
    return [part for file in files if (part := _upcoming(conn, published, file)) is not None]


def _upcoming(conn: Connection, published: Release | None, file: ReadFile) -> Part | None:
    key = file.keys[0]
    old = _row(conn, _id(published, file.kind, key) if published is not None else None)
    if old is not None and old.digest == file.upload.digest:
        return None
    last = select(func.max(definition.c.version)).where(
        definition.c.kind == file.kind, definition.c.key == key
    )
    changes = (
        [Change(Sign.ADDED, file.kind, "", f"{NAMES[file.kind]} «{key}»")]
        if old is None
        else compare_contents(file.kind, old.content, file.upload.content)
    )
    return Part(
        file.kind,
        key,
        file.title,
        old.version if old else None,
        (conn.execute(last).scalar() or 0) + 1,
        old.id if old else None,
        None,
        tuple(changes),
    )


def _order(part: Use) -> tuple[int, str]:
    return ("bpmn", PINNED, "dmn", "form", "docx").index(part[0]), part[1]


def used_by(release: Release, process: str) -> set[Use]:
    """Everything that the cases of a pathway can meet in a release, itself included."""
    if process not in release.items.get("bpmn", {}):
        return set()
    program = release.program(process)
    processes = [program.main, *program.called.values()]
    found = {(PINNED if process_and_version(each.id)[1] else "bpmn", each.id) for each in processes}
    for each in processes:
        found |= {("dmn", key) for key in each.decisions}
        found |= {("form", key) for key in each.forms}
        found |= {("docx", key) for step in each.steps.values() for key in step.documents}
    return {(kind, key) for kind, key in found if key in release.items.get(kind, {})}


def _id(release: Release, kind: str, key: str) -> int | None:
    return release.items.get(kind, {}).get(key)


def _part(conn: Connection, before: int | None, after: int | None) -> Part:
    old, new = _row(conn, before), _row(conn, after)
    known = new or old
    if known is None:
        raise NotFound("Этой части нет ни в одном из двух выпусков.")
    return Part(
        known.kind,
        known.key,
        known.title,
        old.version if old else None,
        new.version if new else None,
        before,
        after,
        tuple(_changes(known.kind, known.key, old, new)),
    )


def _row(conn: Connection, definition_id: int | None) -> AnyRow | None:
    if definition_id is None:
        return None
    return conn.execute(select(definition).where(definition.c.id == definition_id)).one()


NAMES = {"bpmn": "процесс", "dmn": "решение", "form": "форма", "docx": "шаблон документа"}


def _changes(kind: str, key: str, before: AnyRow | None, after: AnyRow | None) -> Iterator[Change]:
    if before is None or after is None:
        sign = Sign.ADDED if before is None else Sign.REMOVED
        yield Change(sign, kind, "", f"{NAMES[kind]} «{key}»")
    else:
        yield from compare_contents(kind, before.content, after.content)
