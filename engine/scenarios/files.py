"""The content of a scenario file (YAML or JSON) as plain values; no content can cost more than it weighs.

YAML is read a little more plainly than its standard wants: numbers are exact, `14:00` and `007` stay texts,
and moments may do without seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
import yaml

from engine.errors import MarshrutError
from engine.feel.numbers import parse_number
from engine.feel.text import from_at_literal
from engine.model import Value
from engine.scenarios.values import value_of

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 50
MAX_VALUES: Final = 50_000
"""With every alias counted as often as it is used."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9_]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,4})?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?")
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = {_TAG + kind for kind in ("str", "int", "float", "timestamp", "bool", "null", "value")}
_YES: Final = {"yes", "true", "on"}


class ScenarioRefused(MarshrutError):
    """A scenario file can't be read; the message names the file and, where known, the step and the key."""


def read_content(content: bytes, name: str) -> list[Value]:
    """The scenarios of a file as plain values: one document or several, each a scenario or a list of them."""
    if len(content) > MAX_BYTES:
        raise ScenarioRefused(f"Файл «{name}» больше {MAX_BYTES // 1000} КБ.", "Разделите его на несколько.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioRefused(
            f"Файл «{name}» не текст в UTF-8.", "Сохраните его в кодировке UTF-8."
        ) from None
    documents = [_json(text, name)] if name.lower().endswith(".json") else list(_yaml(text, name))
    found = [
        each for document in documents for each in (document if isinstance(document, list) else [document])
    ]
    if not found:
        raise ScenarioRefused(f"В файле «{name}» нет ни одного сценария.", "Начните с name: и steps:.")
    return found


def _json(text: str, name: str) -> Value:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ScenarioRefused(
            f"Файл «{name}» не читается как JSON, строка {error.lineno}.",
            "Проверьте скобки, кавычки и запятые.",
        ) from None
    if _depth(found) > MAX_DEPTH:
        raise _too_deep(name)
    return value_of(found)


def _depth(found: Any) -> int:
    """How deep lists and objects lie in one another; no recursion, the text may be hostile."""
    depth, level = 0, [found]
    while level:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


def _too_deep(name: str) -> ScenarioRefused:
    return ScenarioRefused(f"В файле «{name}» слишком много вложенных уровней.", "Упростите данные.")


# --- YAML -----------------------------------------------------------------------------------------


def _yaml(text: str, name: str) -> Iterator[Value]:
    try:
        _refuse_deep(text, name)
        loader = _Loader(text)
        try:
            while loader.check_node():
                yield _Values(name).of(loader.get_node())
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = f", строка {min(mark.line, text.count(chr(10))) + 1}" if mark else ""
        raise ScenarioRefused(
            f"Файл «{name}» не читается как YAML{line}.", "Проверьте отступы, двоеточия и кавычки."
        ) from None


def _refuse_deep(text: str, name: str) -> None:
    """Before anything recursive touches the text."""
    depth = 0
    loader = _Loader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise _too_deep(name)
    finally:
        loader.dispose()


class _Values:
    """Nodes of one document as values. An alias is the same value again, and counted again."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._made: dict[int, tuple[Value, int]] = {}
        self._making: set[int] = set()

    def of(self, node: yaml.Node) -> Value:
        return self._counted(node)[0]

    def _counted(self, node: yaml.Node) -> tuple[Value, int]:
        """(value, how many values it consists of)."""
        known = self._made.get(id(node))
        if known is not None:
            return known
        if id(node) in self._making:
            raise self._refused(node, "значение ссылается само на себя", "Уберите ссылку (*).")
        self._making.add(id(node))
        found = self._build(node)
        if found[1] > MAX_VALUES:
            raise self._refused(node, f"больше {MAX_VALUES} значений", "Сократите данные.")
        self._made[id(node)] = found
        return found

    def _build(self, node: yaml.Node) -> tuple[Value, int]:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node), 1
        if isinstance(node, yaml.SequenceNode):
            items = [self._counted(each) for each in node.value]
            return [value for value, _ in items], 1 + sum(count for _, count in items)
        return self._mapping(node)

    def _mapping(self, node: yaml.Node) -> tuple[Value, int]:
        found: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        total = 1
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refused(
                    key, "имя должно быть простым текстом", "Уберите скобки перед двоеточием."
                )
            value, count = self._counted(item)
            total += count
            if key.tag == _TAG + "merge":
                for each in value if isinstance(value, list) else [value]:
                    if not isinstance(each, Mapping):
                        raise self._refused(
                            item, "после << нужен набор полей", "Сошлитесь на него: <<: *имя."
                        )
                    merged = {**each, **merged}
            elif key.value in found:
                raise self._refused(key, f"«{key.value}» написано дважды", "Оставьте одно.")
            else:
                found[key.value] = value
        return {**merged, **found}, total

    def _scalar(self, node: yaml.ScalarNode) -> Value:
        if node.tag not in _PLAIN_TAGS:
            raise self._refused(node, f"пометка «{node.tag}» не принимается", "Уберите её.")
        text: str = node.value
        if node.style:
            return value_of(text)
        if node.tag == _TAG + "null":
            return None
        if node.tag == _TAG + "bool":
            return text.lower() in _YES
        if _NUMBER.fullmatch(text):
            return parse_number(text.replace("_", ""))
        moment = from_at_literal(text.replace(" ", "T", 1)) if _MOMENT.fullmatch(text) else None
        return text if moment is None else moment

    def _refused(self, node: yaml.Node, what: str, hint: str) -> ScenarioRefused:
        return ScenarioRefused(f"Файл «{self._name}», строка {node.start_mark.line + 1}: {what}.", hint)
