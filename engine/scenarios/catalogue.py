"""The definitions of a trial: the given files, and of the product's own what they call and nobody gave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine import bpmn
from engine.bpmn.document import read_xml
from engine.bpmn.graph import read_graph
from engine.definitions.files import KINDS, Checked, Kind, ReadFile, Upload, read_upload
from engine.errors import DefinitionRefused, Finding
from engine.resources import forms_dir, processes_dir


def read_definitions(uploads: Iterable[Upload]) -> list[ReadFile]:
    """Files read without the gate of publishing. DefinitionRefused with every reason against."""
    checked = [read_upload(upload) for upload in uploads]
    refused = [each for each in checked if each.file is None]
    if refused:
        names = ", ".join(f"«{each.upload.name}»" for each in refused)
        raise DefinitionRefused(f"Прочитать нельзя: {names}.", tuple(_errors(refused)))
    return [each.file for each in checked if each.file is not None]


def _errors(refused: Iterable[Checked]) -> list[Finding]:
    return [finding for each in refused for finding in each.findings if finding.severity == "error"]


def with_shipped(given: Sequence[ReadFile]) -> list[ReadFile]:
    """The given files and those of the product that they refer to, directly or not."""
    files = list(given)
    known = {(file.kind, key) for file in files for key in file.keys}
    todo = list(files)
    while todo:
        for kind, key in _references(todo.pop()):
            if (kind, key) not in known:
                known.add((kind, key))
                found = _shipped(kind, key)
                if found is not None:
                    files.append(found)
                    todo.append(found)
    return files


def event_names(files: Iterable[ReadFile]) -> tuple[frozenset[str], frozenset[str]]:
    """Names of all messages and of all signals that the diagrams among the files know."""
    graphs = [read_graph(read_xml(file.upload.content)) for file in files if file.kind == "bpmn"]
    return (
        frozenset(name for graph in graphs for name in graph.messages.values()),
        frozenset(name for graph in graphs for name in graph.signals.values()),
    )


def _references(file: ReadFile) -> list[tuple[Kind, str]]:
    if file.kind != "bpmn":
        return []
    found: list[tuple[Kind, str]] = []
    for process in bpmn.read(file.upload.content).processes:
        found += [("bpmn", key) for key in process.calls]
        found += [("dmn", key) for key in process.decisions]
        found += [("form", key) for key in process.forms]
    return found


def _shipped(kind: Kind, key: str) -> ReadFile | None:
    """The product's own file of that kind with that key."""
    for path in _shipped_paths(kind):
        content = path.read_bytes()
        if f'"{key}"'.encode() in content:
            for file in read_definitions([Upload(path.name, content)]):
                if key in file.keys:
                    return file
    return None


def _shipped_paths(kind: Kind) -> list[Path]:
    ending = next(suffix for suffix, each in KINDS.items() if each == kind)
    return sorted((forms_dir() if kind == "form" else processes_dir()).rglob(f"*{ending}"))
