"""Small files of every kind, good ones and spoilt ones."""

from __future__ import annotations

import functools
import json
from typing import Any

from engine.definitions.files import Upload
from tests.engine.documents.making import docx
from tests.factories.cases import chain, user_task

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def process(key: str = "small", *tasks: str, name: str | None = None, **properties: str) -> Upload:
    """A process of user tasks one after another; `name` is the file's."""
    made = chain(key, *(tasks or (user_task("a"),)), **properties)
    return Upload(name or made.name, made.content)


def decision(key: str = "rate", answer: str = "1", name: str | None = None) -> Upload:
    """A decision that always answers with the value of one FEEL expression."""
    xml = (
        f'<definitions xmlns="{DMN}" id="m_{key}" name="Правило {key}" namespace="http://example.org">'
        f'<decision id="{key}" name="Правило {key}"><variable id="v_{key}" name="Правило {key}"/>'
        f'<literalExpression id="e_{key}"><text>{answer}</text></literalExpression></decision></definitions>'
    )
    return Upload(name or f"{key}.dmn", xml.encode())


def text_field(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": f"c_{key}", "key": key, "label": f"Поле {key}", **more}


def form(key: str = "F1", *fields: dict[str, Any], name: str | None = None) -> Upload:
    """A form of these fields, by default of one text field."""
    schema = {"type": "default", "id": key, "components": list(fields) or [text_field("итог")]}
    return Upload(name or f"{key}.form", json.dumps(schema, ensure_ascii=False).encode())


@functools.cache
def template(key: str = "D90", text: str = "Выдано {{ имя }}") -> Upload:
    """A document template of one paragraph. Made once: a packed file carries the moment of its making."""
    return Upload(f"{key}.docx", docx(text))


def replaced(upload: Upload, old: str, new: str) -> Upload:
    """The file with another text in one place."""
    assert old.encode() in upload.content
    return Upload(upload.name, upload.content.replace(old.encode(), new.encode(), 1))
