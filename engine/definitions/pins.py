"""Versions of processes that diagrams call by number: a release holds them beside the newest ones.

Once in a release they are in every later one, for they may be called by what was published before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from engine import bpmn
from engine.bpmn.pinned import process_and_version
from engine.definitions.library import PINNED
from engine.definitions.queries import definition_content
from engine.definitions.tables import definition

Items = dict[str, dict[str, int]]


def pin(conn: Connection, items: Items, calls: Iterable[str]) -> None:
    """Add the versions among these calls; one that does not exist becomes an incident where it is called."""
    for name in calls:
        process, version = process_and_version(name)
        if version is None:
            continue
        found = definition_of(conn, items, process, version)
        if found is not None:
            items.setdefault(PINNED, {})[name] = found


def definition_of(
    conn: Connection, items: Mapping[str, Mapping[str, int]], process: str, version: int
) -> int | None:
    """Number of the definition that was published as this version and holds the process; None: there is none.

    Versions count by file, and a file is known by the first of its processes.
    """
    newest = items.get("bpmn", {}).get(process)
    if newest is None:
        return None
    file = select(definition.c.key).where(definition.c.id == newest).scalar_subquery()
    found = conn.execute(
        select(definition.c.id).where(
            definition.c.kind == "bpmn", definition.c.key == file, definition.c.version == version
        )
    ).scalar_one_or_none()
    if found is None:
        return None
    diagram = bpmn.read(definition_content(conn, found)[2])
    return found if process in {each.id for each in diagram.processes} else None
