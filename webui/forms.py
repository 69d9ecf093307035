"""A form-js form as the macro `step_form` mounts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from flask import jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import FormChanged
from engine.formjs import Form
from engine.model import Value


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
        "data": {**known, **(draft or {})},
        "sources": _sources(schema, known, form.sources(variables)),
    }


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


def _components(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        if component.get("type") == "group":
            yield from _components(component.get("components", ()))
