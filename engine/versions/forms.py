"""Two versions of a form: which fields, what is asked of them."""

from __future__ import annotations

import json

from engine import formjs
from engine.formjs.form import FormField
from engine.versions.changes import Change, Sign, differing

KINDS = {
    "textfield": "строка",
    "textarea": "текст",
    "number": "число",
    "checkbox": "отметка",
    "checklist": "отметки",
    "radio": "выбор из нескольких",
    "select": "список",
    "taglist": "список с несколькими",
    "datetime": "дата или время",
    "dynamiclist": "таблица строк",
}

LABELS = {
    "label": "название",
    "kind": "вид",
    "required": "обязательно",
    "options": "варианты",
    "rows": "поля строки",
}


def compare_forms(before: bytes, after: bytes) -> list[Change]:
    """What differs between two forms. Raises DefinitionRefused when one of them can't be read."""
    old, new = ({field.key: field for field in formjs.read(content).fields} for content in (before, after))
    changes = [
        Change(Sign.REMOVED, "field", key, _subject(field)) for key, field in old.items() if key not in new
    ]
    for key, field in new.items():
        if key not in old:
            said = {k: v for k, v in _traits(field).items() if k != "label"}
            changes.append(
                Change(Sign.ADDED, "field", key, _subject(field), tuple(differing(LABELS, {}, said)))
            )
        elif details := differing(LABELS, _traits(old[key]), _traits(field)):
            changes.append(Change(Sign.CHANGED, "field", key, _subject(field), tuple(details)))
    if not changes and json.loads(before) != json.loads(after):
        changes.append(Change(Sign.CHANGED, "form", "", "тексты, порядок или условия формы"))
    return changes


def _subject(field: FormField) -> str:
    return f"поле «{field.label or field.key}»"


def _traits(field: FormField) -> dict[str, str]:
    return {
        "label": field.label,
        "kind": KINDS.get(field.type, field.type),
        "required": "да" if field.required else "",
        "options": ", ".join(words for _, words in field.options),
        "rows": ", ".join(
            f"{row.label or row.key}{' (обязательно)' if row.required else ''}" for row in field.rows
        ),
    }
