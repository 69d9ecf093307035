"""A form-js form as the macro `step_form` mounts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson
from flask import jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import FormChanged
from engine.formjs import Form
from engine.model import Value
from webui.ui import iso_digits

_VARIABLE = re.compile(r"=\s*([^\W\d]\w*)\s*")
_LISTS = frozenset({"checklist", "taglist"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def sent_answers() -> tuple[dict[str, Any], int | None]:
    """What the script of a form has sent: its answers, and the number of the form that was filled in."""
    sent = request.get_json(silent=True)
    sent = sent if isinstance(sent, dict) else {}
    data, version = sent.get("data"), sent.get("version")
    return data if isinstance(data, dict) else {}, version if isinstance(version, int) else None


def form_changed(error: FormChanged, anew: str) -> Response:
    """The form that was sent is an older one; `anew`: where the new one opens with all that was typed."""
    actions = [{"words": _("Открыть новую форму"), "href": anew}]
    answer = jsonify(title=error.message, message=error.hint, errors={}, code="form", actions=actions)
    answer.status_code = 409
    return answer


def form_block(form: Form, variables: Mapping[str, Value], draft: Mapping[str, Any] | None) -> dict[str, Any]:
    """Schema, data and sources: the draft lies over what the case knows, and every known value says where
    from.
    """
    schema = orjson.loads(form.to_json())
    known = form.prefill(variables)
    return {
        "schema": schema,
        "data": _without_empty_lists(schema, {**known, **_tables(schema, known), **(draft or {})}),
        "sources": _sources(schema, known, form.sources(variables)),
    }


def _without_empty_lists(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The data without the null of a checklist: the viewer would lose on the next change what is ticked."""
    lists = {part.get("key") for part in _components(schema.get("components", ())) if part["type"] in _LISTS}
    return {key: value for key, value in data.items() if value is not None or key not in lists}


def _tables(schema: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What tables of the form show, days as people write them: the viewer would print «2026-01-21». Tables
    that show a variable as it is look at this copy of it; conditions go on comparing the days themselves.
    """
    copies = {}
    for component in _components(schema.get("components", ())):
        shown = _VARIABLE.fullmatch(component.get("dataSource", "")) if component["type"] == "table" else None
        rows = known.get(shown[1]) if shown else None
        if shown and isinstance(rows, list):
            copy = f"shown_{shown[1]}"
            component["dataSource"], copies[copy] = f"={copy}", [_readable(row) for row in rows]
    return copies


def _readable(row: Any) -> Any:
    return {key: _written(cell) for key, cell in row.items()} if isinstance(row, dict) else row


def _written(cell: Any) -> Any:
    if isinstance(cell, str) and _DAY.fullmatch(cell):
        with suppress(ValueError):
            return iso_digits(cell)
    return cell


def _sources(
    schema: Mapping[str, Any], known: Mapping[str, Any], kinds: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    found = {}
    for component in _components(schema.get("components", ())):
        key = component.get("key")
        if key and kinds.get(key) == "case":
            words = component.get("properties", {}).get("source") or _("из дела")
            found[key] = {"words": words, "value": known.get(key), "kind": "case"}
    return found


def _components(components: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        if component.get("type") == "group":
            yield from _components(component.get("components", ()))
