"""Running cases on the way through what a publication would change, and which of them could go over to it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.access.policy import require
from engine.cases.tables import ACTIVE, case_
from engine.definitions.files import ReadFile
from engine.definitions.library import Release
from engine.definitions.tables import definition
from engine.definitions.upcoming import upcoming_release
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.versions.comparing import used_by
from engine.versions.planning import Judged, judge_running


@dataclass(frozen=True, slots=True)
class Touched:
    """A pathway whose new cases would meet a changed file. `running`: its cases now, by version of its
    diagram; they stay on it.
    """

    process: str
    name: str
    running: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.running.values())


def touched_pathways(rt: Runtime, conn: Connection, files: Iterable[ReadFile]) -> list[Touched]:
    """Pathways with running cases that use any of these files as they are published now, the fullest first.

    Cases are counted over the whole municipality and nothing else of them is told.
    """
    return _touched(rt, conn, {(file.kind, key) for file in files for key in file.keys})


def pathways_through(rt: Runtime, conn: Connection, kind: str, key: str) -> list[Touched]:
    """The same for one published file: a called pathway, a decision, a form, a template has no cases of its
    own; those that go over to its new version are cases of the pathways that use it.
    """
    return _touched(rt, conn, {(kind, key)})


def _touched(rt: Runtime, conn: Connection, changed: Collection[tuple[str, str]]) -> list[Touched]:
    published = rt.library.newest(conn)
    if published is None or not changed:
        return []
    found = [
        Touched(process, published.process(process).name, running)
        for process, running in _running(rt, conn).items()
        if used_by(published, process) & set(changed)
    ]
    return sorted(found, key=lambda each: (-each.total, each.name))


def judge_upload(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    files: Sequence[ReadFile],
    pathways: Iterable[Touched],
    seconds: float,
) -> dict[str, Judged]:
    """What the running cases of these pathways would say to the files if they were published; by pathway.

    Nothing is published and no case is touched. No case is looked at after that many seconds.
    """
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    until = time.monotonic() + seconds
    after = upcoming_release(conn, rt.library, files)
    return {each.process: judge_running(rt, conn, actor, each.process, after, {}, until) for each in pathways}


def _running(rt: Runtime, conn: Connection) -> dict[str, Counter[int]]:
    """How many cases run, by pathway and version of its diagram."""
    counted = conn.execute(
        select(case_.c.process, case_.c.release_id, func.count().label("cases"))
        .where(case_.c.status == ACTIVE)
        .group_by(case_.c.process, case_.c.release_id)
    ).all()
    diagrams = {
        (row.process, row.release_id): _diagram(rt.library.release(row.release_id), row.process)
        for row in counted
    }
    versions = _versions(conn, set(diagrams.values()))
    running: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in counted:
        running[row.process][versions[diagrams[row.process, row.release_id]]] += row.cases
    return running


def _diagram(release: Release, process: str) -> int:
    return release.definition_id("bpmn", process)


def _versions(conn: Connection, numbers: Collection[int]) -> dict[int, int]:
    rows = conn.execute(select(definition.c.id, definition.c.version).where(definition.c.id.in_(numbers)))
    return {row.id: row.version for row in rows}
