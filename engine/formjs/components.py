"""What may be in a form: the allow-list of components and of their properties.

Names are those of the form-js schema. Components that run or load something of their own (`html`, `iframe`,
`image`, `script`…), and those whose values this product keeps elsewhere (`filepicker`, `expression`), are not
on the list.
"""

from __future__ import annotations

from typing import Final

FORM_PROPERTIES: Final = frozenset(
    {
        "components", "executionPlatform", "executionPlatformVersion", "exporter", "id", "name", "properties",
        "schemaVersion", "type", "versionId", "versionTag",
    }
)  # fmt: skip

_COMMON: Final = frozenset({"conditional", "id", "layout", "properties", "type"})
_INPUT: Final = _COMMON | {
    "appearance", "defaultValue", "description", "disabled", "key", "label", "readonly", "validate",
}  # fmt: skip
_OPTIONS: Final = _INPUT | {"values", "valuesExpression", "valuesKey"}
_CONTAINER: Final = _COMMON | {"components", "label", "path", "showOutline", "verticalAlignment"}

PROPERTIES: Final[dict[str, frozenset[str]]] = {
    "textfield": _INPUT,
    "textarea": _INPUT,
    "number": _INPUT | {"decimalDigits", "increment", "serializeToString"},
    "datetime": _INPUT
    | {
        "dateLabel", "disallowPassedDates", "subtype", "timeInterval", "timeLabel", "timeSerializingFormat",
        "use24h",
    },
    "checkbox": _INPUT,
    "select": _OPTIONS | {"searchable"},
    "radio": _OPTIONS,
    "checklist": _OPTIONS,
    "taglist": _OPTIONS,
    "group": _CONTAINER,
    "dynamiclist": _CONTAINER
    | {"allowAddRemove", "defaultRepetitions", "disableCollapse", "isRepeating", "nonCollapsedItems"},
    "table": _COMMON | {"columns", "columnsExpression", "dataSource", "label", "rowCount"},
    "text": _COMMON | {"text"},
    "separator": _COMMON,
    "spacer": _COMMON | {"height"},
    "button": _COMMON | {"action", "label"},
}  # fmt: skip

KEYED: Final = frozenset(
    {"textfield", "textarea", "number", "datetime", "checkbox", "select", "radio", "checklist", "taglist"}
)
"""Components with a value of their own."""
WITH_OPTIONS: Final = frozenset({"select", "radio", "checklist", "taglist"})

VALIDATE_PROPERTIES: Final = frozenset(
    {
        "max", "maxLength", "min", "minLength", "pattern", "patternErrorMessage", "required",
        "validationType",
    }
)  # fmt: skip

TEMPLATES: Final = (
    ("label",), ("description",), ("text",), ("appearance", "prefixAdorner"), ("appearance", "suffixAdorner"),
)  # fmt: skip
"""Where a text may hold `{{…}}`, or be an expression as a whole."""

RESERVED_KEYS: Final = frozenset(
    {"__proto__", "constructor", "i", "item", "parent", "prototype", "this", "дело"}
)
"""Names with a meaning of their own in expressions, or in JavaScript."""

WHY_NOT: Final[dict[str, str]] = {
    "expression": "Посчитайте значение в схеме: в выходных параметрах шага или в таблице решений.",
    "filepicker": "Файлы прикладывают к делу на странице шага, в форме для них поле не нужно.",
    "documentPreview": "Документы дела видны на странице шага.",
    "image": "Картинки в формах не показываем: они могли бы загружаться с чужого сервера.",
    "html": "Замените его компонентом «Текст»: он понимает разметку Markdown.",
    "iframe": "Дайте вместо него ссылку в компоненте «Текст».",
}
"""What to do instead of a component that is not on the list."""
