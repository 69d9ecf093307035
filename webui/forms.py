"""A form-js form as the macro `step_form` mounts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from flask_babel import gettext as _

from engine.formjs import Form
from engine.model import Value


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
