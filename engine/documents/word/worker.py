"""The helper process: takes requests on its standard input, answers on its standard output, one at a time.

It is started with an empty environment, has limits of memory, of processor time for a request and of files
(none can be written), and ends when its input ends.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from engine.documents.frames import read_frame, write_frame
from engine.documents.values import decode
from engine.documents.word import filling, package, paragraphs
from engine.documents.word.faults import BadDocument

MEMORY: Final = 1_000_000_000
"""Bytes of address space."""
SECONDS: Final = 20
"""Of processor time for one request."""

Answer = tuple[dict[str, Any], bytes]

_GOOD: set[bytes] = set()
"""Marks of files that were looked at. The process is replaced before there are many."""
_PROPERTIES: dict[bytes, dict[str, str]] = {}
"""What templates say of themselves, by their marks."""


def _accept(content: bytes, _: dict[str, Any]) -> Answer:
    paragraphs.pieces(content)
    return {}, b""


def _check(content: bytes, _: dict[str, Any]) -> Answer:
    filling.check(content)
    asks = {"names": filling.names(content), "about_names": filling.names_of_subject(content)}
    return {**filling.properties(content), **asks}, b""


def _fill(content: bytes, arguments: dict[str, Any]) -> Answer:
    mark = sha256(content).digest()
    known = _PROPERTIES.get(mark)
    if known is None:
        known = _PROPERTIES[mark] = filling.properties(content)
    filled = filling.fill(content, decode(arguments["context"]), arguments["unknown"])
    return known | {"about": filling.properties(filled)["about"]} if known["about"] else known, filled


def _pieces(content: bytes, _: dict[str, Any]) -> Answer:
    return {"pieces": paragraphs.pieces(content)}, b""


def _edit(content: bytes, arguments: dict[str, Any]) -> Answer:
    return {}, paragraphs.edit(content, arguments["texts"])


def _mark(content: bytes, arguments: dict[str, Any]) -> Answer:
    marked, found = paragraphs.mark(content, arguments["values"])
    return {"found": found}, marked


def _pdf(content: bytes, _: dict[str, Any]) -> Answer:
    from engine.documents.word.pdf import pdf

    return {}, pdf(content)


WORK: Final[dict[str, Callable[[bytes, dict[str, Any]], Answer]]] = {
    "accept": _accept,
    "check": _check,
    "fill": _fill,
    "pieces": _pieces,
    "edit": _edit,
    "mark": _mark,
    "pdf": _pdf,
}


def answer(request: dict[str, Any], content: bytes) -> Answer:
    """Carry out one request; what is wrong with the file becomes part of the answer."""
    try:
        _look_at(content)
        return WORK[request["work"]](content, request)
    except BadDocument as bad:
        return {"bad": {"message": bad.message, "hint": bad.hint, "rule": bad.rule}}, b""
    except (MemoryError, RecursionError):
        return {"bad": _too_much()}, b""
    except Exception as fault:  # noqa: BLE001 - a file can break a library in any way, and must break only itself
        return {"fault": type(fault).__name__}, b""


def _look_at(content: bytes) -> None:
    """BadDocument unless the file may be opened. One that was found good is not looked at again: the few
    templates of an instance are filled over and over, and looking costs more than filling.
    """
    mark = sha256(content).digest()
    if mark not in _GOOD:
        package.check(content)
        _GOOD.add(mark)


def _too_much() -> dict[str, str]:
    return {
        "message": "Документ слишком сложный.",
        "hint": "Упростите его: меньше таблиц, страниц и картинок.",
        "rule": "docx-file",
    }


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the time limit of the other side remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_seconds() -> None:
    """Move the limit of processor time, which counts from the start of the process, to this request."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Serve until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may get between the frames
    _limit()
    while (request := read_frame(requests)) is not None:
        _allow_seconds()
        write_frame(answers, *answer(*request))


if __name__ == "__main__":
    main()
