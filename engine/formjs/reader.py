"""Reading form-js JSON: what is refused and why, and the form that is left when nothing is."""

from __future__ import annotations

from typing import Any, Final

import orjson

from engine.deadlines.russian import counted
from engine.errors import DefinitionRefused, Finding
from engine.formjs.form import Form
from engine.formjs.inspector import Inspector
from engine.formjs.remarks import Remarks
from engine.formjs.scopes import ScopeReader
from engine.formjs.words import REMARKS

SIZE_LIMIT: Final = 512 * 1024
"""Bytes of one form."""


def read(content: bytes, *, name: str = "") -> Form:
    """The form in `content` (UTF-8 JSON). DefinitionRefused with all findings when it can't be used."""
    remarks = Remarks(content)
    form = _form(content, remarks)
    errors = sum(finding.severity == "error" for finding in remarks.findings)
    if form is None or errors:
        called = f" «{name}»" if name else ""
        amount = counted(errors, REMARKS)
        raise DefinitionRefused(f"Форма{called} не принята: {amount}.", tuple(remarks.findings))
    return form


def check(content: bytes) -> list[Finding]:
    """Everything there is to say about a form; an empty list when it is fine. Never raises for bad input."""
    remarks = Remarks(content)
    _form(content, remarks)
    return remarks.findings


def _form(content: bytes, remarks: Remarks) -> Form | None:
    schema = _schema(content, remarks)
    if schema is None:
        return None
    inspector = Inspector(remarks)
    inspector.accept_form(schema)
    scope = ScopeReader(remarks, inspector).read(schema["components"])
    identity = schema.get("id")
    return Form(content, identity if isinstance(identity, str) else "", scope, frozenset(remarks.names))


def _schema(content: bytes, remarks: Remarks) -> dict[str, Any] | None:
    """The JSON of a form, or None with the remark why it is none."""
    if len(content) > SIZE_LIMIT:
        remarks.about_file("form-size", f"Форма больше {SIZE_LIMIT // 1024} КБ.", "Разбейте её на две формы.")
        return None
    try:
        schema: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        remarks.about_file(
            "form-json", "Файл не читается как JSON.", "Сохраните его из редактора форм.", line=error.lineno
        )
        return None
    if (
        not isinstance(schema, dict)
        or not isinstance(schema.get("components"), list)
        or schema.get("type", "default") != "default"
    ):
        remarks.about_file(
            "form-root",
            "Это не форма: нет списка компонентов.",
            "Сохраните его из редактора форм.",
        )
        return None
    return schema
