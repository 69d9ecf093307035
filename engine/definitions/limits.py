"""What a definition may be called: its keys, ids and words stand in columns and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn import Diagram
from engine.errors import Finding

KEY = 80
"""Letters of a key of the catalogue, of an element's id, of a stage or a status."""
NUMBER = 20
"""Letters of the short code in numbers of cases."""
TITLE = 300
FILE_NAME, FILE_ENDING = 200, 20

_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]")
_NO_ID = re.compile(r"[\s/@]")
"""Histories list ids with spaces between them, and a called process before the id with a stroke, behind it
the version to which the call is bound."""


def key_findings(keys: tuple[str, ...]) -> Iterator[Finding]:
    """What keeps these keys out of the catalogue."""
    hint = f"Впишите в редакторе ключ (id) до {KEY} знаков из букв, цифр, «_» и «-»."
    for key in keys:
        if not key.strip():
            yield Finding("file-key", "error", "У схемы, решения или формы нет ключа (id).", hint)
        elif len(key) > KEY or _CONTROL.search(key):
            shown = _CONTROL.sub("?", key)[:40]
            message = f"Ключ «{shown}» слишком длинный или с недопустимыми знаками."
            yield Finding("file-key", "error", message, hint)


def diagram_findings(diagram: Diagram) -> Iterator[Finding]:
    """Names in a diagram that would not fit where running cases keep them."""
    for process in diagram.processes:
        if _NO_ID.search(process.id):
            yield _odd_id(process.id, process.name, None)
        if len(process.properties.get("number", "")) > NUMBER:
            yield _long("Код для номеров дел", NUMBER, process.id, process.name, None)
        for step in process.steps.values():
            if _NO_ID.search(step.node):
                yield _odd_id(step.node, step.name, step.line)
            for what, text in (
                ("Идентификатор элемента", step.node),
                ("Название этапа", step.stage),
                ("Статус", step.status),
                ("Идентификатор вызываемого процесса с версией", step.called or ""),
            ):
                if len(text) > KEY:
                    yield _long(what, KEY, step.node, step.name, step.line)


def _odd_id(element: str, name: str, line: int | None) -> Finding:
    message = f"В идентификаторе «{element[:40]}» пробел, косая черта или «@»."
    hint = "Исправьте идентификатор (id) в свойствах элемента: буквы, цифры, «_» и «-»."
    return Finding("file-id", "error", message, hint, element, name, line)


def _long(what: str, most: int, element: str, name: str, line: int | None) -> Finding:
    message = f"{what} длиннее {most} знаков."
    return Finding("file-long", "error", message, "Сократите в свойствах элемента.", element, name, line)


def kept_name(name: str) -> str:
    """A file's own name, without folders and odd signs, its ending kept."""
    stem, dot, ending = re.split(r"[/\\]", name)[-1].rpartition(".")
    ending = (dot + ending)[:FILE_ENDING]
    return _CONTROL.sub("_", stem[: FILE_NAME - len(ending)] + ending)
