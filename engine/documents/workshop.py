"""The helper process that opens documents, as the rest of the program sees it: functions from bytes to bytes.

One process at a time, started when it is first needed, asked by one thread at a time, replaced after a
number of requests and whenever it fails or takes too long.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

from engine.documents.frames import read_frame, write_frame
from engine.documents.values import encode
from engine.errors import InvalidData, MarshrutError
from engine.model import Value

DOCX_BYTES: Final = 10_000_000
"""Greatest size of a document that is opened."""
SECONDS: Final = 40
REQUESTS: Final = 200
"""After so many the process is replaced, so that no library can hoard memory."""

Unknown = Literal["line", "blank", "name"]

_PROGRAM: Final = str(Path(__file__).parents[2])


class DocumentFailed(MarshrutError):
    """The helper process broke down or took too long over this document."""


@dataclass(frozen=True, slots=True)
class Made:
    """A filled template. `title` and `mark` come from the template's own properties; the title says after a
    comma what the paper is about, where a template has a subject.
    """

    content: bytes
    title: str
    mark: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A template that can be filled: its own properties, and the dotted names of the values it asks for."""

    title: str
    mark: str
    names: tuple[str, ...]
    about_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph to edit. `cell` is (table, row, column) for what stands in a table."""

    address: str
    kind: str
    text: str
    cell: tuple[int, int, int] | None


class Workshop:
    """Asks the helper process. Safe to share between threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._asked = 0

    def accept(self, content: bytes) -> None:
        """InvalidData unless the bytes are a DOCX that may be kept."""
        self._ask("accept", content)

    def check(self, template: bytes) -> Readable:
        """What a template that can be filled says of itself; InvalidData otherwise."""
        found, _ = self._ask("check", template)
        return Readable(found["title"], found["mark"], tuple(found["names"]), tuple(found["about_names"]))

    def fill(self, template: bytes, context: Mapping[str, Value], unknown: Unknown = "line") -> Made:
        """The document for these values. `unknown`: what stands where there is none: a line, as on any paper
        of a case; a line on a blank, whose every part is there; or the name of the value.
        """
        found, content = self._ask("fill", template, context=encode(dict(context)), unknown=unknown)
        known = found["about"] and "__" not in found["about"]
        title = f"{found['title']}, {found['about']}" if known else found["title"]
        return Made(content, title, found["mark"])

    def pieces(self, content: bytes) -> list[Piece]:
        """Every paragraph in order."""
        found, _ = self._ask("pieces", content)
        return [
            Piece(str(one["address"]), one["kind"], one["text"], tuple(one["cell"]) if one["cell"] else None)
            for one in found["pieces"]
        ]

    def edit(self, content: bytes, texts: Mapping[str, str]) -> bytes:
        """The document with other texts at these addresses."""
        return self._ask("edit", content, texts=dict(texts))[1]

    def mark(self, content: bytes, values: Mapping[str, str]) -> tuple[bytes, frozenset[str]]:
        """The document with markers replaced, and which of them were there."""
        found, marked = self._ask("mark", content, values=dict(values))
        return marked, frozenset(found["found"])

    def pdf(self, content: bytes) -> bytes:
        """The document as PDF, by our own printer."""
        return self._ask("pdf", content)[1]

    def close(self) -> None:
        """End the helper process; the next request starts another."""
        with self._guard:
            self._stop()

    # --- the process --------------------------------------------------------------------------------

    def _ask(self, work: str, content: bytes, **arguments: Any) -> tuple[dict[str, Any], bytes]:
        if len(content) > DOCX_BYTES:
            size = DOCX_BYTES // 1_000_000
            raise InvalidData("Документ не принят.", {"file": f"Файл больше {size} МБ: уменьшите картинки."})
        with self._guard:
            found, blob = self._answer({"work": work, **arguments}, content)
        if bad := found.get("bad"):
            raise InvalidData(f"{bad['message']} {bad['hint']}", {"file": bad["hint"], "rule": bad["rule"]})
        if "fault" in found:
            raise DocumentFailed(
                f"Документ не обработан: {found['fault']}.", "Откройте файл в Word и сохраните его заново."
            )
        return found, blob

    def _answer(self, request: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._ready()
        watch = threading.Timer(self._seconds, process.kill)
        watch.start()
        try:
            write_frame(cast("BinaryIO", process.stdin), request, content)
            reply = read_frame(cast("BinaryIO", process.stdout))
        except (OSError, ValueError):
            reply = None
        finally:
            watch.cancel()
        if reply is None:
            self._stop()
            raise DocumentFailed(
                "Документ не обработан: не хватило времени или памяти.",
                "Упростите документ: меньше страниц, таблиц и картинок.",
            )
        return reply

    def _ready(self) -> subprocess.Popen[bytes]:
        """The running process. One that belongs to the process we were forked from is left to it."""
        if self._owner != os.getpid():
            self._process, self._owner = None, os.getpid()
        if self._asked >= REQUESTS or (self._process is not None and self._process.poll() is not None):
            self._stop()
        if self._process is None:
            self._asked = 0
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine.documents.word.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PYTHONPATH": _PROGRAM, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )
            atexit.register(self._process.kill)
        self._asked += 1
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            atexit.unregister(self._process.kill)
            self._process.kill()
            self._process.communicate()
            self._process = None


workshop = Workshop()
"""The one of this process."""
