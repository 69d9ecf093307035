"""Forms for tests, as short as the test allows."""

from __future__ import annotations

from typing import Any

import orjson

from engine.errors import InvalidData
from engine.formjs import Form, check, read


def schema(*components: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": "default", "id": "F24", "components": list(components)})


def form(*components: dict[str, Any]) -> Form:
    return read(schema(*components))


def field(kind: str = "textfield", key: str = "поле", **properties: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "id": f"id_{key}", "label": key.capitalize(), **properties}


def rows(path: str, *components: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {
        "type": "dynamiclist",
        "path": path,
        "id": f"id_{path}",
        "label": path.capitalize(),
        "components": list(components),
        **properties,
    }


def options(*values: Any) -> list[dict[str, Any]]:
    return [{"label": str(value), "value": value} for value in values]


def remarks(
    subject: Form, data: dict[str, Any], known: dict[str, Any] | None = None, **rest: Any
) -> dict[str, str]:
    """What the form says about an answer; empty when it takes it."""
    try:
        subject.validate(data, known or {}, **rest)
    except InvalidData as error:
        return error.errors
    return {}


def rules(*components: dict[str, Any]) -> set[str]:
    """Rules that the check finds broken, warnings too."""
    return {finding.rule for finding in check(schema(*components))}
