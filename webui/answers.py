"""Answers of a form in words: two versions of them side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from engine.formjs.form import FormField
from engine.model import Value
from webui.frame import local_moment
from webui.ui import date_digits


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in two versions of a form."""

    label: str
    kept: str
    mine: str

    @property
    def same(self) -> bool:
        return self.kept == self.mine


def differences(
    fields: Iterable[FormField], kept: Mapping[str, Any], mine: Mapping[str, Any]
) -> list[Difference]:
    """Every field that either of the two has answered, those that differ first; both as the page sends
    them.
    """
    found = [
        Difference(
            field.label or field.key, _words(field, _at(kept, field.key)), _words(field, _at(mine, field.key))
        )
        for field in fields
    ]
    return sorted((each for each in found if each.kept or each.mine), key=lambda each: each.same)


def _at(values: Mapping[str, Value], path: str) -> Value:
    """The value under `группа.поле`; None where there is none."""
    found: Any = values
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _words(field: FormField, value: Value) -> str:
    if field.rows and isinstance(value, list):
        return "; ".join(filter(None, (", ".join(_row_words(field, row)) for row in value)))
    if field.type == "datetime" and isinstance(value, str):
        value = _day(value)
    return value_words(value, dict(field.options))


def _day(text: str) -> Value:
    """A day as the page sends it; anything else stays as it is."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _row_words(field: FormField, row: Mapping[str, Any]) -> Iterator[str]:
    for each in field.rows:
        words = _words(each, row.get(each.key))
        if words:
            yield f"{each.label}: {words}"


def value_words(value: Value, labels: Mapping[Value, str] | None = None) -> str:
    """A value of a case as people read it; empty for what was not answered."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, list):
        return ", ".join(value_words(each, labels) for each in value)
    if isinstance(value, datetime):
        return local_moment(value)
    if isinstance(value, date):
        return date_digits(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {value_words(each)}" for name, each in value.items())
    return (labels or {}).get(value) or str(value)
