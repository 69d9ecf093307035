"""Parsed definitions, kept in memory: parsed once per published version, shared by all cases and threads."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection, bindparam, func, select

from engine import bpmn, dmn, formjs
from engine.bpmn import Diagram, Process, Program
from engine.bpmn.pinned import process_and_version
from engine.definitions.tables import definition, release
from engine.dmn import Model
from engine.errors import NotFound
from engine.formjs import Form
from engine.model import StepInfo, split_element_ref
from engine.storage.database import Database
from engine.storage.moments import from_seconds

KEPT_RELEASES = 64
"""Releases whose programs stay linked in memory; older ones are linked again when a case needs them."""

PINNED = "pinned"
"""Kind of the versions of processes that diagrams call by number."""

_DEFINITION = select(definition.c.kind, definition.c.content).where(definition.c.id == bindparam("id"))
_RELEASE = select(release.c.catalogue).where(release.c.id == bindparam("id"))
_PUBLISHED = select(definition.c.published_at).where(definition.c.id == bindparam("id"))
NEWEST_RELEASE = select(func.max(release.c.id))
"""The number of the newest release; NULL while nothing is published."""

Parsed = Diagram | Model | Form | bytes
T = TypeVar("T", Diagram, Model, Form, bytes)


class Shelf(Protocol):
    """Where a release takes its definitions from."""

    def parsed(self, definition_id: int, version: int | None = None) -> Parsed: ...


class Library:
    """Gives releases. A published definition never changes, so nothing here ever needs to be forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.RLock()
        self._parsed: dict[tuple[int, int | None], Parsed] = {}
        self._releases: OrderedDict[int, Release] = OrderedDict()
        self._minute = -1

    def release(self, release_id: int) -> Release:
        """The release of that number; NotFound when there is none."""
        found = self._releases.get(release_id)
        if found is not None:
            return found
        with self._lock, self._database.read() as conn:
            items = conn.execute(_RELEASE, {"id": release_id}).scalar_one_or_none()
            if items is None:
                raise NotFound(f"Выпуска определений № {release_id} нет в базе.")
            made = Release(release_id, json.loads(items), self)
            self._releases[release_id] = made
            if len(self._releases) > KEPT_RELEASES:
                self._releases.popitem(last=False)
            return made

    def current(self, conn: Connection) -> Release:
        """The newest release: what new cases start with."""
        newest = conn.execute(NEWEST_RELEASE).scalar_one()
        if newest is None:
            raise NotFound("Ни одного пути ещё не опубликовано.", "Загрузите и опубликуйте схему.")
        return self.release(newest)

    def is_new_minute(self, now: datetime) -> bool:
        """Whether this was not asked yet in this minute: some things are looked at once in each."""
        before, self._minute = self._minute, int(now.timestamp()) // 60
        return before != self._minute

    def newest(self, conn: Connection) -> Release | None:
        """The newest release; None when nothing has been published yet."""
        found = conn.execute(NEWEST_RELEASE).scalar_one()
        return None if found is None else self.release(found)

    def parsed(self, definition_id: int, version: int | None = None) -> Parsed:
        """The parsed content of one published definition; of a diagram as it is called by its `version`."""
        key = definition_id, version
        found = self._parsed.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._parsed:
                with self._database.read() as conn:
                    row = conn.execute(_DEFINITION, {"id": definition_id}).one()
                self._parsed[key] = parse(row.kind, row.content, version)
            return self._parsed[key]


def parse(kind: str, content: bytes, version: int | None) -> Parsed:
    """A file of that kind; a diagram as it is called by its `version`."""
    match kind:
        case "bpmn":
            return bpmn.read(content, version=version)
        case "dmn":
            return dmn.load(content)
        case "form":
            return formjs.read(content)
        case _:
            return content


@dataclass(frozen=True, slots=True)
class TimedStart:
    """A start event that opens cases by the calendar, `since` its diagram was published."""

    process: str
    node: str
    timer: str
    since: datetime


@dataclass
class Release:
    """The whole catalogue at one moment. `items` is {kind: {key: definition id}}.

    Of the kind `pinned` are versions of processes that diagrams call by number, under names like
    `p04_item@3`; wherever a process is asked for by its name, they are found too.
    """

    id: int
    items: Mapping[str, Mapping[str, int]]
    library: Shelf = field(repr=False)
    _programs: dict[str, Program] = field(default_factory=dict, repr=False)
    _processes: dict[str, Process] = field(default_factory=dict, repr=False)
    _steps: dict[tuple[str, str], StepInfo] = field(default_factory=dict, repr=False)
    _started: dict[str, tuple[str, str]] | None = field(default=None, repr=False)
    _timed: tuple[TimedStart, ...] | None = field(default=None, repr=False)

    def definition_id(self, kind: str, key: str) -> int:
        """Number of the published version; NotFound names what is missing."""
        found = self.items.get(kind, {}).get(key)
        if found is None and kind == "bpmn":
            found = self.items.get(PINNED, {}).get(key)
        if found is None:
            raise NotFound(f"{KIND_NAMES[kind]} «{key}» не опубликован.", "Опубликуйте его и повторите.")
        return found

    def has_process(self, key: str) -> bool:
        """Whether there is a process of that name, be it one of a version that is called by number."""
        return key in self.items.get("bpmn", {}) or key in self.items.get(PINNED, {})

    def process(self, key: str) -> Process:
        """A process of this release by its name."""
        found = self._processes.get(key)
        if found is None:
            diagram = self._parsed(Diagram, "bpmn", key)
            found = self._processes[key] = next(each for each in diagram.processes if each.id == key)
        return found

    def program(self, key: str) -> Program:
        """The process linked with everything it calls, ready to run."""
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = bpmn.link(self.process(key), self._called_by(key))
        return found

    def started_by(self, message: str) -> tuple[str, str] | None:
        """(process, start event) that a message of this name begins; None when no process has such a start.

        The first question parses every process that nobody has used yet.
        """
        if self._started is None:
            self._started = {
                start.message: (key, start.id)
                for key in sorted(self.items.get("bpmn", {}), reverse=True)
                for start in self.process(key).starts
                if start.kind == "message" and start.message is not None
            }
        return self._started.get(message)

    def begun_by(self, signal: str) -> list[tuple[str, str]]:
        """(process, start event) of everything that a signal of this name begins."""
        return [
            (key, start.id)
            for key in sorted(self.items.get("bpmn", {}))
            for start in self.process(key).starts
            if start.kind == "signal" and start.message == signal
        ]

    def timed_starts(self, conn: Connection) -> tuple[TimedStart, ...]:
        """Start events with a timer."""
        if self._timed is None:
            self._timed = tuple(
                TimedStart(key, start.id, start.timer, self._published(conn, key))
                for key in sorted(self.items.get("bpmn", {}))
                for start in self.process(key).starts
                if start.timer is not None
            )
        return self._timed

    def _published(self, conn: Connection, key: str) -> datetime:
        at = conn.execute(_PUBLISHED, {"id": self.definition_id("bpmn", key)}).scalar_one()
        return from_seconds(int(at))

    def _called_by(self, key: str) -> dict[str, Process]:
        """What it calls, directly or not. What is not published becomes an incident where it is called."""
        called: dict[str, Process] = {}
        todo = list(self.process(key).calls)
        while todo:
            name = todo.pop()
            if name not in called and self.has_process(name):
                called[name] = self.process(name)
                todo.extend(called[name].calls)
        return called

    def form(self, key: str) -> Form:
        """A form of this release by its key."""
        return self._parsed(Form, "form", key)

    def decision(self, key: str) -> Model:
        """The decision model that holds the decision of that id."""
        return self._parsed(Model, "dmn", key)

    def template(self, key: str) -> bytes | None:
        """A document template, or None when the release has none of that key."""
        return self._parsed(bytes, "docx", key) if key in self.items.get("docx", {}) else None

    def _parsed(self, wanted: type[T], kind: str, key: str) -> T:
        version = process_and_version(key)[1] if kind == "bpmn" else None
        found = self.library.parsed(self.definition_id(kind, key), version)
        if not isinstance(found, wanted):
            raise NotFound(f"{KIND_NAMES[kind]} «{key}» повреждён в базе.", "Опубликуйте его заново.")
        return found

    def step(self, main: str, ref: str) -> StepInfo:
        """What the diagram says of an element of a case that runs `main`, named as the tables name it.

        A bare StepInfo for elements that the engine itself added and for names of messages.
        """
        known = self._steps.get((main, ref))  # asked several times in each step of a case
        if known is not None:
            return known
        process, node = split_element_ref(main, ref)
        found = self.process(process).steps.get(node) if self.has_process(process) else None
        if found is None:
            return StepInfo(node=node, process=process, name=node, kind="")
        self._steps[main, ref] = found
        return found


KIND_NAMES = {"bpmn": "Процесс", "dmn": "Решение", "form": "Форма", "docx": "Шаблон документа"}
